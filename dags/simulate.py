"""Simulate a ruleset: who would have entered on past nights, who would have left, by which rule, at what cost. Nothing is decided anew.

The page lies below `simulations/` in the state folder; the task hands on its place and the counts.
"""

from airflow.sdk import dag

from leadmill.config import Project
from leadmill_airflow import errands
from leadmill_airflow.names import SIMULATE
from leadmill_airflow.params import simulation_params
from leadmill_airflow.retry import DEFAULTS

RULESETS = [path.stem for path in (Project.from_environment().config / "rulesets").glob("*.yaml")]


@dag(
    dag_id=SIMULATE,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    description="A new ruleset on past nights: who enters, who leaves, by which rule.",
    doc_md=__doc__,
    params=simulation_params(RULESETS),
    tags=["rules"],
)
def simulate() -> None:
    """One task: where the page lies and how many decisions would change."""
    errands.simulate()


simulate()
