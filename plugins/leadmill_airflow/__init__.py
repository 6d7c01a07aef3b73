"""What knows both Airflow and Leadmill."""
