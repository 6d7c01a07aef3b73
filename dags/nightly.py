"""The night: match -> enrich -> qualify -> plan -> approve -> push -> report.

It starts at 02:00 UTC, and as soon as every source has come in. It takes every standardised delivery that no night has taken yet.
"""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable, TriggerRule, chain, dag

from leadmill.config import Project, source_files
from leadmill_airflow import stages
from leadmill_airflow.approval import PushApproval
from leadmill_airflow.names import NIGHTLY, PAIRS, standardised
from leadmill_airflow.params import night_params
from leadmill_airflow.retry import DEFAULTS

CONFIG = Project.from_environment().config
SOURCES = [path.stem for path in source_files(CONFIG)]
RULESETS = sorted(path.stem for path in (CONFIG / "rulesets").glob("*.yaml"))


@dag(
    dag_id=NIGHTLY,
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("0 2 * * *", timezone="UTC"),
        assets=[Asset(standardised(name)) for name in SOURCES],
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params=night_params(SOURCES, RULESETS),
    tags=["night"],
    description="From standardised leads to the CRM, once a night.",
    doc_md=__doc__,
)
def nightly() -> None:
    """Stages in the pipeline's order; a person may stand between plan and push."""
    opened = stages.open_night()
    matched = stages.match(outlets=[Asset(PAIRS)])
    enriched = stages.night("enrich")
    qualified = stages.night("qualify")
    planned = stages.night("plan")
    approved = PushApproval()
    pushed = stages.night("push")
    # Written whatever happened; so it must not be the leaf that colours the run. The gate is red when any stage failed.
    reported = stages.night("report", trigger_rule=TriggerRule.ALL_DONE)
    gate = EmptyOperator(task_id="gate", trigger_rule=TriggerRule.NONE_FAILED)

    chain(opened, matched, enriched, qualified, planned, approved, pushed, reported, gate)
    pushed >> gate


nightly()
