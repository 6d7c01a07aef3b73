"""A plan says what would change and why, and lets a person's change stand."""

from __future__ import annotations

import pyarrow as pa
import pytest

from leadmill.config.crm import CrmConfig, CrmField
from leadmill.errors import ConfigError, StateError
from leadmill.push import PLAN, plan

# Law 5 as a table. Each case: policy field, ours, theirs, what we wrote last -> what becomes of the field.
CASES = [
    ("Email", "new", None, None, "write", "fill_empty fills what is empty"),
    ("Email", "new", "theirs", None, "keep", "fill_empty leaves a value of theirs"),
    ("Email", "new", "old", "old", "keep", "fill_empty leaves even our own value"),
    ("Email", "new", None, "old", "keep", "fill_empty does not refill what a person cleared"),
    ("Title", "new", None, None, "write", "only_if_unchanged fills what is empty"),
    ("Title", "new", "theirs", None, "keep", "only_if_unchanged leaves what we never wrote"),
    ("Title", "new", "old", "old", "write", "only_if_unchanged renews our own value"),
    ("Title", "old", "theirs", "old", "keep", "a person's change stays while we have no news"),
    ("Title", "new", "theirs", "old", "conflict", "a person's change and our news are a conflict"),
    ("Title", "new", None, "old", "conflict", "what a person cleared is a change too"),
    ("Title", "new", "new", "old", "keep", "the same on both sides needs no write"),
    ("Title", None, "old", "old", "keep", "an absent value never clears"),
    ("Source", "new", None, None, "keep", "create_only never touches an existing record"),
    ("Score", "new", "theirs", "old", "write", "always overwrites even a person's change"),
    ("Score", "new", "new", None, "keep", "always writes nothing when nothing differs"),
    ("Score", None, "theirs", "old", "keep", "even always never clears"),
]
COLUMN = {"Email": "email", "Title": "job_title", "Source": "source", "Score": "score"}
ACTION = {"write": "update", "keep": "unchanged", "conflict": "conflict"}


@pytest.mark.parametrize(("field", "ours", "theirs", "last", "verdict", "why"), CASES, ids=[case[-1] for case in CASES])
def test_field_policies(crm, candidates, crm_rows, pushed, field, ours, theirs, last, verdict, why) -> None:
    row = plan(
        candidates({"person_id": "p_1", COLUMN[field]: ours}),
        pushed({"p_1": {field: last} if last else {}}),
        crm_rows({"crm_id": "C1", "leadmill_id": "p_1", field: theirs}),
        crm,
    ).to_pylist()[0]

    change = [{"field": field, "before": theirs, "after": ours}]
    assert row["action"] == ACTION[verdict]
    assert row["changes"] == (change if verdict == "write" else [])
    assert row["conflicts"] == (change if verdict == "conflict" else [])


def test_a_new_person_is_created_with_every_value_we_have(crm, candidates, crm_rows, pushed) -> None:
    given = candidates({"person_id": "p_1", "email": "a@b.example", "source": "fairs", "score": "70", "reason": "qualified: 70 points"})

    row = plan(given, pushed(), crm_rows(), crm).to_pylist()[0]

    assert (row["action"], row["crm_id"], row["reason"]) == ("create", None, "qualified: 70 points")
    assert {change["field"]: change["after"] for change in row["changes"]} == {"Email": "a@b.example", "Source": "fairs", "Score": "70"}


def test_a_contact_the_company_has_already_is_linked_and_not_created(crm, candidates, crm_rows, pushed) -> None:
    row = plan(
        candidates({"person_id": "p_1", "crm_id": "C7"}), pushed(), crm_rows({"crm_id": "C7", "Email": "own@b.example"}), crm
    ).to_pylist()[0]

    assert (row["action"], row["crm_id"]) == ("update", "C7")
    assert row["changes"] == [{"field": "leadmill_id", "before": None, "after": "p_1"}]


PROBLEMS = [
    ("two CRM records for one person", {"person_id": "p_1", "crm_id": "C2"}, [("C1", "p_1"), ("C2", None)], None),
    ("belongs to another person already", {"person_id": "p_1", "crm_id": "C1"}, [("C1", "p_9")], None),
    ("gone from the CRM", {"person_id": "p_1", "crm_id": "C1"}, [], None),
    ("gone from the CRM", {"person_id": "p_1"}, [], {"p_1": {"Score": "70"}}),
]


@pytest.mark.parametrize(("words", "candidate", "held", "last"), PROBLEMS)
def test_what_only_a_person_can_decide_is_a_conflict_and_writes_nothing(
    crm, candidates, crm_rows, pushed, words, candidate, held, last
) -> None:
    rows = crm_rows(*({"crm_id": crm_id, "leadmill_id": key} for crm_id, key in held))

    row = plan(candidates({**candidate, "score": "80"}), pushed(last), rows, crm).to_pylist()[0]

    assert (row["action"], row["changes"]) == ("conflict", [])
    assert words in row["detail"]


def tombstones(**into: str) -> pa.Table:
    """Make the registry's table of persons from {merged: survivor}."""
    return pa.table({"entity_id": [*into, "p_1"], "merged_into": pa.array([*into.values(), None], pa.string())})


def test_a_merged_persons_record_becomes_the_survivors(crm, candidates, crm_rows, pushed) -> None:
    """No second record, our last values still known as ours, a person's changes still theirs."""
    row = plan(
        candidates({"person_id": "p_1", "job_title": "new", "score": "80"}),
        pushed({"p_9": {"Title": "old", "Score": "70"}}),
        crm_rows({"crm_id": "C1", "leadmill_id": "p_9", "Title": "old", "Score": "70"}),
        crm,
        tombstones(p_9="p_1"),
    ).to_pylist()[0]

    assert (row["action"], row["crm_id"]) == ("update", "C1")
    assert row["changes"] == [
        {"field": "leadmill_id", "before": "p_9", "after": "p_1"},
        {"field": "Title", "before": "old", "after": "new"},
        {"field": "Score", "before": "70", "after": "80"},
    ]


def test_two_records_of_persons_since_merged_are_for_a_person_to_merge(crm, candidates, crm_rows, pushed) -> None:
    rows = crm_rows({"crm_id": "C1", "leadmill_id": "p_1"}, {"crm_id": "C2", "leadmill_id": "p_9"})

    row = plan(candidates({"person_id": "p_1", "score": "80"}), pushed(), rows, crm, tombstones(p_9="p_1")).to_pylist()[0]

    assert (row["action"], row["detail"]) == ("conflict", "two CRM records for one person")


def test_two_persons_for_one_record_are_both_conflicts(crm, candidates, crm_rows, pushed) -> None:
    given = candidates(*({"person_id": name, "crm_id": "C1", "score": "80"} for name in ("p_1", "p_2")))

    rows = plan(given, pushed(), crm_rows({"crm_id": "C1"}), crm)

    assert rows["action"].to_pylist() == ["conflict", "conflict"]


def test_a_conflict_in_one_field_does_not_hold_back_the_others(crm, candidates, crm_rows, pushed) -> None:
    row = plan(
        candidates({"person_id": "p_1", "job_title": "new", "score": "80"}),
        pushed({"p_1": {"Title": "old", "Score": "70"}}),
        crm_rows({"crm_id": "C1", "leadmill_id": "p_1", "Title": "theirs", "Score": "70"}),
        crm,
    ).to_pylist()[0]

    assert row["action"] == "update"
    assert [change["field"] for change in row["changes"]] == ["Score"]
    assert [change["field"] for change in row["conflicts"]] == ["Title"]


def test_values_are_cut_to_what_the_field_takes(crm, candidates, crm_rows, pushed) -> None:
    rows = plan(candidates({"person_id": "p_1", "email": "  " + "x" * 30}), pushed(), crm_rows(), crm)

    assert rows["changes"].to_pylist()[0][0]["after"] == "x" * 20


@pytest.mark.parametrize(("score", "text"), [(70.0, "70"), (0.5, "0.5"), (5_000_000.0, "5000000"), (-3.0, "-3")])
def test_a_number_reads_as_people_write_it(crm, candidates, crm_rows, pushed, score, text) -> None:
    given = candidates({"person_id": "p_1"}).drop_columns(["score"]).append_column("score", pa.array([score], pa.float64()))

    assert plan(given, pushed(), crm_rows(), crm)["changes"].to_pylist()[0] == [{"field": "Score", "before": None, "after": text}]


def test_a_new_record_without_a_required_value_is_rejected_in_the_plan(candidates, crm_rows, pushed) -> None:
    strict = CrmConfig(name="t", title="T", fields={"email": CrmField(field="Email", required=True), "score": CrmField(field="Score")})

    row = plan(candidates({"person_id": "p_1", "score": "70", "email": " "}), pushed(), crm_rows(), strict).to_pylist()[0]

    assert (row["action"], row["detail"], row["changes"]) == ("rejected", "required: Email", [])


def test_a_column_the_payload_lacks_is_named_with_a_suggestion(candidates, crm_rows, pushed) -> None:
    wrong = CrmConfig(name="t", title="T", fields={"jobtitle": CrmField(field="Title")})

    with pytest.raises(ConfigError, match=r"'jobtitle'.*Did you mean 'job_title'"):
        plan(candidates(), pushed(), crm_rows(), wrong)


def test_a_candidate_twice_stops_the_push(crm, candidates, crm_rows, pushed) -> None:
    with pytest.raises(StateError, match="1 candidates of the push are there twice"):
        plan(candidates({"person_id": "p_1"}, {"person_id": "p_1"}), pushed(), crm_rows(), crm)


def test_nobody_to_push_is_an_empty_plan(crm, candidates, crm_rows, pushed) -> None:
    rows = plan(candidates(), pushed(), crm_rows(), crm)

    assert (rows.num_rows, rows.schema) == (0, PLAN)


def test_hostile_text_is_data(crm, candidates, crm_rows, pushed) -> None:
    nasty = "'); drop table crm; --"

    row = plan(candidates({"person_id": nasty, "job_title": nasty}), pushed(), crm_rows(), crm).to_pylist()[0]

    assert (row["person_id"], row["changes"][0]["after"]) == (nasty, nasty)
