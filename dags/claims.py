"""Claims: a vendor is held to what was bought. The pack lies below `claims/` in the state folder and verifies offline."""

from airflow.sdk import dag

from leadmill.config import Project
from leadmill_airflow import errands
from leadmill_airflow.names import CLAIMS
from leadmill_airflow.params import claims_params
from leadmill_airflow.retry import DEFAULTS

SOLD = [path.stem for path in (Project.from_environment().config / "contracts").glob("*.yaml")]


@dag(
    dag_id=CLAIMS,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    description="The claim pack of a source: rows, reasons, evidence, money, deadline.",
    doc_md=__doc__,
    params=claims_params(SOLD),
    tags=["vendors"],
)
def claims() -> None:
    """One task: where the pack lies and what it claims."""
    errands.claims()


claims()
