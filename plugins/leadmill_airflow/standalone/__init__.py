"""A real Airflow for one machine: started, given one night, read, and stopped again. `make run` and `make ui` are this.

Airflow's own `airflow standalone` starts the same parts, but asks its user to wait, log in, unpause and trigger; and it starts
a triggerer that a night does not need.
"""
