"""A held list in Airflow: a task waits for a person, nothing of the list goes on meanwhile, the answer decides."""

import pytest
from required_actions import Person

from leadmill import pipeline
from leadmill.config import load_source

pytestmark = pytest.mark.airflow

PEOPLE = ["Ann Lee,ann@leepaper.example,Lee Paper Ltd", "Bob Ray,bob@raysteel.example,Ray Steel Ltd"]
FEW = "{lists: [{id: few, expectation: expect_table_row_count_to_be_between, kwargs: {min_value: %d}, severity: warning}]}"


def states(run) -> dict[str, str]:
    return {task.task_id: task.state for task in run.get_task_instances()}


def delivery() -> dict:
    """Return the one delivery there is, as the registry has it."""
    with pipeline.open_mill() as mill:
        return mill.registry.deliveries.table().to_pylist()[0]


def accepted() -> int:
    with pipeline.open_mill() as mill:
        return mill.registry.records.table(status="accepted").num_rows


def look(tasks: dict[str, str]) -> tuple[dict[str, str], str, int]:
    """Look at what is so while the question stands: the tasks, the delivery's state, the rows accepted."""
    return tasks, delivery()["state"], accepted()


@pytest.fixture
def held(project):
    project.source("fleet", PEOPLE, FEW % 5)
    return project.dags()["intake_fleet"]


def test_a_list_nobody_holds_passes_straight_through(project, airflow_db):
    project.source("fleet", PEOPLE, FEW % 1)

    assert set(states(project.dags()["intake_fleet"].test()).values()) == {"success"}


def test_nothing_after_the_gate_runs_while_a_person_thinks(held, airflow_db):
    with Person("Approve", look) as person:
        run = held.test()

    tasks, state, rows = person.seen
    assert tasks == {"land": "success", "validate": "success", "gate": "awaiting_input", "standardise": None}
    assert (state, rows) == ("held", 0)
    assert (run.state, delivery()["state"], accepted()) == ("success", "standardised", 2)


def test_a_no_refuses_the_list_and_the_run_is_settled(held, airflow_db):
    with Person("Reject"):
        run = held.test()

    assert (run.state, delivery()["state"], delivery()["detail"], accepted()) == ("success", "refused", "refused by ann", 0)


def test_each_held_list_is_a_question_of_its_own(held, airflow_db, project):
    """One is taken in, the other refused, in one run."""
    project.source("fleet_june", PEOPLE[::-1])
    (project.sources / "fleet_june.yaml").unlink()
    text = (project.sources / "fleet.yaml").read_text(encoding="utf-8")
    project.yaml("fleet", text.replace("fleet.csv", "fleet*.csv"))

    with Person({"fleet_june": "Reject", "fleet.csv": "Approve"}):
        run = project.dags()["intake_fleet"].test()

    with pipeline.open_mill() as mill:
        found = {row["file"]: row["state"] for row in mill.registry.deliveries.table().to_pylist()}
    assert (run.state, found) == ("success", {"fleet.csv": "standardised", "fleet_june.csv": "refused"})


@pytest.mark.parametrize(("answer", "state"), [("Approve", "standardised"), ("Reject", "refused")])
def test_the_answer_is_kept_and_no_later_run_asks_again(held, airflow_db, answer, state):
    with Person(answer):
        held.test()
    again = held.test()

    assert (set(states(again).values()), delivery()["state"]) == ({"success"}, state)
    with pipeline.open_mill() as mill:
        assert mill.registry.human.table("held_list")["answered_by"].to_pylist() == ["ann"]


def test_the_question_gives_counts_and_reasons_and_no_cell(held, airflow_db):
    with Person("Reject") as person:
        held.test()

    assert person.question["subject"] == "fleet: take in the held list fleet.csv?"
    text = person.question["body"]
    assert "2 rows received, 2 pass the contract, 0 are refused by it." in text
    assert "list rule 'few'" in text
    assert [cell for row in PEOPLE for cell in row.split(",") if cell in text] == []


def test_a_list_released_by_command_is_not_asked_about(held, airflow_db, project):
    source = load_source(project.sources / "fleet.yaml")
    pipeline.validate(pipeline.land(source.name))
    pipeline.answer_held("fleet", "fleet.csv", "release", "bob")

    run = held.test()

    assert (run.state, delivery()["state"]) == ("success", "standardised")


def test_a_vendors_text_cannot_become_markup():
    from leadmill_airflow.gate import body  # noqa: PLC0415 - imports Airflow, after the environment is set

    step = {"source": "fleet", "delivery_id": "ab", "file": "[pay](javascript:x).csv", "received": 1, "accepted": 1, "refused": 0}
    text = body({**step, "why": ["mix region: '<img src=x> # *now*' is 40 %."]})

    assert "\\[pay\\]\\(javascript:x\\).csv" in text
    assert "\\<img src=x\\> \\# \\*now\\*" in text


def test_the_gate_stands_between_validate_and_standardise_in_every_intake(bag):
    intakes = [dag for name, dag in bag.dags.items() if name.startswith("intake_")]

    assert {frozenset(dag.get_task("gate").upstream_task_ids) for dag in intakes} == {frozenset({"validate"})}
    assert {frozenset(dag.get_task("standardise").upstream_task_ids) for dag in intakes} == {frozenset({"validate", "gate"})}
