"""An Airflow command with the slow libraries already imported: `python -m leadmill_airflow.standalone.warm scheduler`.

LocalExecutor forks every task from the scheduler, so what the scheduler has imported costs a task nothing; Great Expectations alone
takes three CPU seconds. Measured on the sample, two runs within five minutes on a busy machine of two cores: the night took 188 s
without this and 101 s with it.
"""

from importlib import import_module

from airflow.__main__ import main

SLOW = ("great_expectations", "pandas", "splink", "leadmill.pipeline")

if __name__ == "__main__":
    for name in SLOW:
        import_module(name)
    main()  # type: ignore[no-untyped-call]
