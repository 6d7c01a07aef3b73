"""What holds for every DAG, now and whatever source is added."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from airflow_home import ROOT

from leadmill import pipeline
from leadmill.config import Project, source_files

pytestmark = pytest.mark.airflow

DAG_FILES = sorted((ROOT / "dags").glob("*.py"))
HEAVY = ("pandas", "great_expectations", "splink", "matplotlib", "duckdb", "leadmill.pipeline")


def order(dag) -> list[str]:
    return [task.task_id for task in dag.topological_sort()]


def test_every_file_imports(bag):
    assert bag.import_errors == {}


def test_the_dags_are_the_night_the_forms_and_one_intake_per_source_file(bag):
    sources = [path.stem for path in source_files(Project.from_environment().config)]

    assert sources
    forms = {"quarantine_export", "quarantine_replay", "claims", "simulate_ruleset"}
    by_day = {"review_pairs", "train_matching"}
    assert set(bag.dags) == {"nightly", *forms, *by_day, *(f"intake_{name}" for name in sources)}


def test_every_intake_runs_the_stages_of_the_pipeline_in_its_order(bag):
    intakes = [dag for name, dag in bag.dags.items() if name.startswith("intake_")]

    assert {tuple(name for name in order(dag) if name in pipeline.INTAKE) for dag in intakes} == {pipeline.INTAKE}
    assert {tuple(order(dag)) for dag in intakes} == {("land", "validate", "gate", "standardise")}


def test_the_night_runs_the_stages_of_the_pipeline_in_its_order(bag):
    found = order(bag.dags["nightly"])

    assert tuple(name for name in found if name in pipeline.NIGHT) == pipeline.NIGHT
    assert found == ["open", "match", "enrich", "qualify", "plan", "approve", "push", "report", "gate"]


def test_a_stage_waits_for_the_one_before(bag):
    night = bag.dags["nightly"]

    assert {task.task_id: task.upstream_task_ids for task in night.tasks} == {
        "open": set(),
        "match": {"open"},
        "enrich": {"match"},
        "qualify": {"enrich"},
        "plan": {"qualify"},
        "approve": {"plan"},
        "push": {"approve"},
        "report": {"push"},
        "gate": {"push", "report"},
    }


def test_every_dag_has_a_title_tags_and_documentation(bag):
    bare = [dag.dag_id for dag in bag.dags.values() if not (dag.description and dag.tags and dag.doc_md)]

    assert bare == []


def test_no_dag_runs_twice_at_once_or_catches_up_on_the_past(bag):
    assert {(dag.max_active_runs, dag.catchup, dag.start_date) for dag in bag.dags.values()} == {(1, False, None)}


def test_every_task_has_an_owner_retries_and_our_retry_policy(bag):
    from leadmill_airflow.retry import RETRY_OUTAGES  # noqa: PLC0415 - imports Airflow, after the environment is set

    wrong = [
        f"{dag.dag_id}.{task.task_id}"
        for dag in bag.dags.values()
        for task in dag.tasks
        if task.owner != "leadmill" or not task.retries or task.retry_policy is not RETRY_OUTAGES
    ]

    assert wrong == []


def test_an_intake_tells_the_night_by_its_asset(bag):
    made = {
        name.removeprefix("intake_"): [asset.uri for task in dag.tasks for asset in task.outlets]
        for name, dag in bag.dags.items()
        if name.startswith("intake_")
    }

    assert made == {name: [f"leadmill://standardised/{name}"] for name in made}
    awaited = bag.dags["nightly"].timetable.asset_condition.objects
    assert {asset.uri for asset in awaited} == {uri for uris in made.values() for uri in uris}


def test_the_review_follows_the_night_that_looked_for_pairs(bag):
    (made,) = bag.dags["nightly"].get_task("match").outlets
    review = bag.dags["review_pairs"]

    assert [asset.uri for asset in review.timetable.asset_condition.objects] == [made.uri]
    assert order(review) == ["hand_out", "ask", "take_in"]


def test_training_is_due_once_a_month_and_never_at_night(bag):
    timetable = bag.dags["train_matching"].timetable

    assert (timetable.expression, str(timetable.timezone)) == ("0 12 1 * *", "UTC")


def test_the_night_is_due_at_two_utc(bag):
    timetable = bag.dags["nightly"].timetable.timetable

    assert (timetable.expression, str(timetable.timezone)) == ("0 2 * * *", "UTC")


def test_parsing_imports_nothing_heavy():
    """The DAG processor parses every half minute; what a stage needs is imported by the worker that runs it."""
    script = (
        "import sys, airflow_home\n"
        "from airflow.dag_processing.dagbag import DagBag\n"
        "before = set(sys.modules)\n"
        "assert DagBag(dag_folder=str(airflow_home.ROOT / 'dags')).dags\n"
        f"print(sorted(set({HEAVY}) & (set(sys.modules) - before)))"
    )
    paths = os.pathsep.join(str(ROOT / part) for part in ("include", "plugins", "tests"))
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("file", DAG_FILES, ids=lambda file: file.name)
def test_a_dag_file_says_order_only(file: Path):
    """Short, and importing only Airflow, our configuration and our Airflow package: no frame, no HTTP, no room."""
    text = file.read_text(encoding="utf-8")
    imported = {node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    allowed = ("airflow", "leadmill.config", "leadmill.errors", "leadmill_airflow", "pathlib")

    assert len(text.splitlines()) < 80
    assert [name for name in imported if not name.startswith(allowed)] == []
