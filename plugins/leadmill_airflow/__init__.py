"""What knows both Airflow and Leadmill: how our errors are retried, what a run may be asked for, our pages, and how to start it all.

DAG files say the order; how a stage becomes a task is said here, once.
"""
