"""Whole runs of small lists through the real stages: what goes through, what turns red, what stays home."""

import pytest
from airflow_home import HOME

from leadmill import pipeline
from leadmill.errors import ConfigError, StateError
from leadmill_airflow.names import DAYTIME, FORMS

pytestmark = pytest.mark.airflow

CANARY = "zanzibar"  # in every cell of the person nobody may read of
CANARIES = [f"Quentin {CANARY.title()},quentin@{CANARY}.example,{CANARY.title()} Ltd", f"Rosa {CANARY.title()},not a mailbox {CANARY},"]
PEOPLE = ["Ann Lee,ann@leepaper.example,Lee Paper Ltd", "Bob Ray,bob@raysteel.example,Ray Steel Ltd"]
REFUSE_BAD_MAIL = "{rows: [{id: email_wrong, expectation: expect_column_values_to_look_like_email, column: email}]}"


def states(run) -> dict[str, str]:
    return {task.task_id: task.state for task in run.get_task_instances()}


def test_a_list_goes_from_its_file_to_the_report(project, airflow_db):
    project.source("fleet", PEOPLE)
    dags = project.dags()

    intake, night = dags["intake_fleet"].test(), dags["nightly"].test()

    assert (intake.state, night.state) == ("success", "success")
    assert set(states(night).values()) == {"success"}
    assert len(list(project.state.glob("report/*/funnel.html"))) == 1


def test_a_failed_stage_makes_the_night_red_and_is_reported_all_the_same(project, airflow_db, monkeypatch):
    def full(_night):
        raise StateError("the disk is full.", hint="Make room.")

    project.source("fleet", PEOPLE)
    dags = project.dags()
    dags["intake_fleet"].test()
    monkeypatch.setattr(pipeline, "qualify", full)
    night = dags["nightly"].test()

    assert night.state == "failed"
    assert states(night) == {
        **dict.fromkeys(("open", "match", "enrich", "report"), "success"),
        "qualify": "failed",
        **dict.fromkeys(("plan", "approve", "push", "gate"), "upstream_failed"),
    }
    assert len(list(project.state.glob("report/*/funnel.html"))) == 1


def test_a_source_that_cannot_be_read_fails_by_itself_and_says_where(project, airflow_db):
    project.source("fleet", PEOPLE)
    project.yaml("vendor", "title: Vendor\nkind: list\ndelivery: x.csv\ncolumns: {email: Mail}\n")
    dags = project.dags()

    assert (dags["intake_vendor"].test().state, dags["intake_fleet"].test().state) == ("failed", "success")
    with pytest.raises(ConfigError, match=r"vendor\.yaml:1: the key 'deliveries' is missing") as told:
        dags["intake_vendor"].get_task("land").python_callable()
    assert "line 3: unknown key 'delivery'. Did you mean 'deliveries'?" in str(told.value)


BROKEN = {
    "not YAML": ("vendor", "title: [\n"),
    "an empty file": ("vendor", ""),
    "a name Airflow forbids": ("my vendor (new)", "title: Vendor\nkind: list\ndeliveries: x\ncolumns: {email: M}\n"),
    "a schedule that is none": ("vendor", "title: V\nkind: list\ndeliveries: x\nschedule: at dawn\ncolumns: {email: M}\n"),
    "a schedule of no hour": (
        "vendor",
        'title: V\nkind: list\ndeliveries: x\nschedule: "61 25 * * *"\ncolumns: {email: M}\n',
    ),
}


@pytest.mark.parametrize(("name", "text"), BROKEN.values(), ids=BROKEN)
def test_no_source_file_can_take_the_other_dags_away(project, name, text):
    project.source("fleet", PEOPLE)
    project.yaml(name, text)
    dags = project.dags()

    assert {"nightly", "intake_fleet"} < set(dags)
    (broken,) = [dag for dag in dags.values() if "broken" in dag.tags]
    assert broken.doc_md
    assert [task.task_id for task in broken.tasks] == ["land"]


def test_a_project_without_sources_still_has_its_night(project):
    assert set(project.dags()) == {"nightly", *FORMS, *DAYTIME}


def test_a_delivery_named_by_hand_is_taken_instead_of_the_usual_place(project, airflow_db):
    project.source("fleet", PEOPLE)
    by_hand = project.folder / "by hand.csv"
    by_hand.write_text("Name,Mail,Firm\nCid Low,cid@lowmill.example,Low Mill Ltd\n", encoding="utf-8")

    run = project.dags()["intake_fleet"].test(run_conf={"delivery": str(by_hand)})

    assert run.state == "success"
    assert [ti.xcom_pull(task_ids="standardise")["tally"]["received"] for ti in run.get_task_instances() if ti.task_id == "land"] == [1]


OUTCOMES = {"success": ("{}", "success"), "quarantine": (REFUSE_BAD_MAIL, "success"), "failure": ("{required: [phone]}", "failed")}


@pytest.mark.parametrize(("contract", "outcome"), OUTCOMES.values(), ids=OUTCOMES)
def test_personal_data_reaches_neither_airflows_database_nor_the_terminal(project, airflow_db, capfd, contract, outcome):
    """Law 10, on success, with refused rows, and when the list as a whole is refused. The task logs are searched in test_real_airflow."""
    project.source("fleet", CANARIES, contract)
    dags = project.dags()
    intake, _ = dags["intake_fleet"].test(), dags["nightly"].test()

    assert intake.state == outcome
    told = capfd.readouterr()
    assert CANARY not in (told.out + told.err).lower()
    assert [file.name for file in HOME.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes().lower()] == []
