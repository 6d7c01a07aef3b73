"""After a night a person is asked about pairs nobody else can judge: counts and places in Airflow, people in the file."""

import csv

import pyarrow as pa
import pytest
from required_actions import Person

from leadmill import pipeline
from leadmill.match import ANSWERS

pytestmark = pytest.mark.airflow

PEOPLE = ["Ann Zanzibar,ann@zanzibarpaper.example,Zanzibar Paper Ltd", "Bob Zanzibar,bob@zanzibarsteel.example,Zanzibar Steel Ltd"]
REVIEW = pa.schema([*list(ANSWERS)[:2], ("probability", pa.float64()), ("evidence", pa.string())])


@pytest.fixture
def dags(project, airflow_db):
    project.source("fleet", PEOPLE)
    found = project.dags()
    assert [found[name].test().state for name in ("intake_fleet", "nightly")] == ["success", "success"]
    return found


@pytest.fixture
def doubt(dags):
    """Let the night have been unsure of its two people."""
    with pipeline.open_mill() as mill:
        ids = mill.registry.records.table()["record_id"].to_pylist()
        (night,) = mill.lake.names("known")
        row = dict(zip(REVIEW.names, (*ids, 0.7, '{"prior": -9.5}'), strict=True))
        mill.lake.write(pa.Table.from_pylist([row], schema=REVIEW), "night", night, "review")
    return ids


def states(run) -> dict[str, str]:
    return {task.task_id: task.state for task in run.get_task_instances()}


def fill_in(state, word):
    """Give what a person does before answering: writes a word beside every pair of the file she is pointed to."""

    def write(_tasks: dict[str, str]) -> None:
        (file,) = state.glob("review/*.csv")
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]))
            writer.writeheader()
            writer.writerows({**row, "same": word} for row in rows)

    return write


def answers() -> list[tuple[str, str]]:
    with pipeline.open_mill() as mill:
        return [(row["answer"], row["answered_by"]) for row in mill.registry.human.table("same_person").to_pylist()]


def test_when_nothing_waits_nobody_is_asked(dags):
    run = dags["review_pairs"].test()

    assert set(states(run).values()) == {"success"}


@pytest.mark.parametrize("word", ["yes", "no"])
def test_what_the_file_says_is_remembered_when_a_person_says_done(dags, doubt, project, word):
    with Person("Done", fill_in(project.state, word)) as ann:
        run = dags["review_pairs"].test()

    assert (run.state, answers()) == ("success", [(word, "ann")])
    assert run.get_task_instance("take_in").xcom_pull(task_ids="take_in")[word] == 1
    text = ann.question["subject"] + ann.question["body"]
    assert "1 pair of rows may be the same person" in text
    assert "/leads/review" in text
    assert "zanzibar" not in text.lower()


def test_later_remembers_nothing_and_the_pair_waits_on(dags, doubt, project):
    with Person("Later", fill_in(project.state, "yes")):
        run = dags["review_pairs"].test()

    assert (run.state, answers(), pipeline.pairs_to_review()["total"]) == ("success", [], 1)


def test_no_answer_in_time_is_later_and_leaves_the_run_green(bag):
    ask = bag.dags["review_pairs"].get_task("ask")

    assert (ask.options, ask.defaults) == (["Done", "Later"], ["Later"])
    assert ask.response_timeout.total_seconds() < 24 * 3600


def test_training_with_too_few_leads_fails_at_once_with_the_way_out(dags):
    run = dags["train_matching"].test()

    (task,) = run.get_task_instances()
    assert (run.state, task.state, task.try_number) == ("failed", "failed", 1)


@pytest.mark.parametrize("dag", ["review_pairs", "train_matching"])
def test_an_unknown_key_is_refused(dags, dag):
    run = dags[dag].test(run_conf={"colour": "red"})

    assert run.state == "failed"
    assert "success" not in states(run).values()
