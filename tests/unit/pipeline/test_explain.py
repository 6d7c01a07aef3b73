"""Everything known of one person can be asked for, by the person's id or by any of their rows."""

import json

import pyarrow as pa
import pytest
from tiny_house import OPT_OUTS, person
from typer.testing import CliRunner

from leadmill import pipeline
from leadmill.cli import app
from leadmill.errors import StateError


@pytest.fixture
def told(house):
    house.source("optouts", OPT_OUTS)
    house.deliver("optout.csv", [{"Mail": person(2)["Email"]}])
    house.deliver("acme.csv", [person(0), person(1, Email=""), person(2), person(0, Title="CEO")])
    house.night()
    rows = {row["line"]: row for row in house.records().to_pylist() if row["source"] == "acme"}
    return lambda line: pipeline.explain(rows[line]["record_id"])


def test_a_qualified_person_is_told_with_rows_values_pairs_decision_and_push(told):
    story = told(2)

    assert [(row["line"], row["status"], row["reasons"]) for row in story["rows"]] == [
        (2, "accepted", []),
        (5, "duplicate", ["same_person"]),
    ]
    assert story["golden"]["email"]["value"] == person(0)["Email"]
    assert story["golden"]["email"]["from"]["source"] == "acme"
    assert story["pairs"][0]["rule"] == "personal_mailbox"
    (decision,) = story["decisions"]
    assert decision["decision"] == "qualified"
    assert sum(reason["points"] for reason in decision["reasons"]) == decision["score"]
    assert [push["outcome"] for push in story["pushes"]] == ["created"]


def test_a_decision_tells_what_it_saw_and_a_near_miss_what_is_missing(house):
    house.deliver("acme.csv", [person(0), person(1, Asked="")])
    house.night()
    first, second = (pipeline.explain(row["record_id"])["decisions"][0] for row in house.records().to_pylist())

    assert (first["decision"], first["interest"], first["missing"]) == ("qualified", "true", [])
    assert {"fact": "employee_count", "value": "250", "origin": "acme"} in first["seen"]
    assert (second["decision"], second["interest"]) == ("nurture", "unknown")
    assert second["missing"]


def test_an_old_decision_tells_what_it_saw_after_the_profile_has_moved_on(house):
    house.deliver("acme.csv", [person(0, Staff="250")])
    house.night()
    house.deliver("acme_2.csv", [person(0, Staff="900")])
    house.night()
    record = house.records().to_pylist()[0]["record_id"]

    old, new = pipeline.explain(record)["decisions"]

    assert [{each["fact"]: each["value"] for each in decision["seen"]}["employee_count"] for decision in (old, new)] == ["250", "900"]


def test_a_profile_changed_after_the_decision_is_told_as_no_evidence(house):
    house.deliver("acme.csv", [person(0)])
    house.night()
    record = house.records()["record_id"][0].as_py()
    assert pipeline.explain(record)["decisions"][0]["intact"]

    with pipeline.open_mill() as mill:
        profiles = mill.lake.read("night", "n001", "profiles")
        mill.lake.write(
            profiles.set_column(profiles.column_names.index("city"), "city", pa.array(["Elsewhere"])), "night", "n001", "profiles"
        )

    assert not pipeline.explain(record)["decisions"][0]["intact"]
    assert "was changed since" in CliRunner().invoke(app, ["explain", record]).stdout


def test_the_registry_keeps_everybodys_own_reasons(house):
    """They are written once for all who were judged alike."""
    house.deliver("acme.csv", [person(0), person(1), person(2, Asked=""), person(3, Staff="3"), person(4, Title="Assistant")])
    house.night()
    decided = {row["person_id"]: row["reasons"] for row in house.lake("night", "n001", "decisions").to_pylist()}

    assert len(decided) == 5
    for identity, reasons in decided.items():
        assert pipeline.explain(identity)["decisions"][0]["reasons"] == reasons


def test_a_pair_that_several_nights_looked_at_is_told_once(told, house):
    house.night()

    assert len(told(2)["pairs"]) == 1


def test_a_refused_row_is_told_although_it_is_nobody_yet(told):
    story = told(3)

    assert (story["person_id"], story["rows"][0]["reasons"]) == (None, ["email_missing"])


def test_who_refused_contact_was_suppressed_and_never_pushed(told):
    story = told(4)

    assert ([decision["decision"] for decision in story["decisions"]], story["pushes"]) == (["suppressed"], [])


def test_the_command_tells_it_to_people_and_machines(told):
    person_id = told(2)["person_id"]

    shown = CliRunner().invoke(app, ["explain", person_id])
    machine = CliRunner().invoke(app, ["explain", person_id, "--json"])

    assert "asked_for_price is true, +25" in shown.output
    assert json.loads(machine.output)["person_id"] == person_id


def test_an_unknown_id_is_told(house):
    with pytest.raises(StateError, match="nobody and no row has the id 'p_nobody'"):
        pipeline.explain("p_nobody")
