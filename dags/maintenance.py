"""Maintenance: what the calendar asks for by day, so that no night has to.

`train_matching` makes the model that decides which rows are one person where no key does; nights use it from the next one on.
"""

from airflow.sdk import CronTriggerTimetable, dag

from leadmill_airflow import errands
from leadmill_airflow.names import TRAIN
from leadmill_airflow.retry import DEFAULTS


@dag(
    dag_id=TRAIN,
    schedule=CronTriggerTimetable("0 12 1 * *", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    description="Train the matching model on everybody known.",
    doc_md=__doc__,
    tags=["matching", "maintenance"],
)
def train_matching() -> None:
    """One task: the model's name and how many leads it saw."""
    errands.train()


train_matching()
