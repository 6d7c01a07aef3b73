import airflow_home  # noqa: F401 - sets the environment before the first import of Airflow
import pytest


@pytest.fixture(scope="session")
def airflow_db():
    from airflow.utils.db import initdb  # noqa: PLC0415 - after the environment is set

    initdb()
