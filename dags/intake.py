"""One intake per source file: land -> validate -> gate -> standardise. The gate waits for a person for each list that is held.

The DAGs follow from `include/config/sources`: a new YAML file is a new DAG. A file that cannot be read becomes a DAG too, whose
first task fails with the file, the line and the way out: the other sources are not touched, and nobody wonders where it went.
"""

from pathlib import Path

from airflow.sdk import Asset, TriggerRule, dag, get_parsing_context

from leadmill.config import Project, Source, load_source, source_files
from leadmill.errors import ConfigError
from leadmill_airflow import stages
from leadmill_airflow.gate import ListGate
from leadmill_airflow.names import intake_id, standardised
from leadmill_airflow.params import intake_params
from leadmill_airflow.retry import DEFAULTS
from leadmill_airflow.schedule import intake_schedule

NO_QUESTION_OPEN = TriggerRule.NONE_FAILED  # also where nothing was delivered, so that nothing could be asked
SHARED = {"catchup": False, "max_active_runs": 1, "default_args": DEFAULTS}


def intake(file: Path, source: Source) -> None:
    """Make the way of one source into the lake."""

    @dag(
        dag_id=intake_id(file),
        description=source.title,
        doc_md=f"**{source.title}** ({source.kind}): land -> validate -> gate -> standardise. Deliveries: `{source.deliveries}`.",
        schedule=intake_schedule(source, file),
        params=intake_params(),
        tags=["intake", source.kind],
        **SHARED,
    )
    def build() -> None:
        valid = stages.then("validate", stages.land(source))
        gate = ListGate.partial(task_id="gate").expand(step=valid)
        gate >> stages.then("standardise", valid, trigger_rule=NO_QUESTION_OPEN, outlets=[Asset(standardised(source.name))])

    build()


def broken(file: Path, error: ConfigError) -> None:
    """Stand for a source whose YAML cannot be read: its DAG says why."""

    @dag(dag_id=intake_id(file), schedule=None, doc_md=f"```\n{error}\n```", tags=["intake", "broken"], **SHARED)
    def build() -> None:
        stages.fail("land", error)

    build()


def register(file: Path) -> None:
    """Make the DAG of one source file."""
    try:
        intake(file, load_source(file))
    except ConfigError as error:
        broken(file, error)


WANTED = get_parsing_context().dag_id  # None while parsing, one id while a task runs
for file in source_files(Project.from_environment().config):
    if WANTED in (None, intake_id(file)):
        register(file)
