"""Fix and replay: refused rows go out as a workbook, a person corrects them, exactly the corrected rows come back in."""

from airflow.sdk import dag

from leadmill.config import Project, source_files
from leadmill_airflow import errands
from leadmill_airflow.names import EXPORT, REPLAY
from leadmill_airflow.params import export_params, replay_params
from leadmill_airflow.retry import DEFAULTS

SOURCES = [path.stem for path in source_files(Project.from_environment().config)]
SHARED = {"schedule": None, "catchup": False, "max_active_runs": 1, "default_args": DEFAULTS, "tags": ["quarantine"]}


@dag(
    dag_id=EXPORT,
    description="Refused rows of a source, as a workbook to correct.",
    doc_md="Writes every row that is still refused, with place, reasons and every cell, below `quarantine/` in the state folder.",
    params=export_params(SOURCES),
    **SHARED,
)
def export() -> None:
    """One task: the workbook's path and how many rows it holds."""
    errands.export()


@dag(
    dag_id=REPLAY,
    description="Corrected rows of a source, back in.",
    doc_md="Takes in the rows that were changed, and only those; both attempts stay in the lineage. The next night decides about them.",
    params=replay_params(SOURCES),
    **SHARED,
)
def replay() -> None:
    """One task: the tally of the corrected rows."""
    errands.replay()


export()
replay()
