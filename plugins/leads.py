"""What Airflow's plugin loader finds; everything behind it lives in the package `leadmill_airflow`."""

from leadmill_airflow.pages import LeadsPlugin

__all__ = ["LeadsPlugin"]
