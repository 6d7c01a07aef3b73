"""What follows from a decision: the call sheet, the nights that re-open it, and a new ruleset laid beside it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import rulesets
from rulesets import NOW

from leadmill.qualify import Night, compare, decide, find_due, find_roles, write_call_sheets
from leadmill.qualify.call_sheet import render
from leadmill.qualify.simulate import THRESHOLDS

FOUR = dict.fromkeys(("wants", "can_pay", "decides", "lacks"), "boolean")
FACTS = {**FOUR, "company_id": "text", "seniority": "text", "city": "text"}
SPOKEN = (
    (
        rulesets.PLAIN
        + """
values:
  - {id: v1, gain: money_saved, when: wants, say: Half the price}
  - {id: v2, gain: support, when: "city = 'Ulm'", say: An office in town}
  - {id: v3, gain: easier_work, when: wants = false, say: Never said}
questions: {bonus: Any bonus?}
"""
    )
    .replace("rules:\n", "rules:\n  - {id: extra, dimension: need, points: 5, when: bonus, because: has a bonus}\n")
    .replace("attributes:\n", "attributes:\n  bonus: {type: boolean}\n")
)
READY = dict.fromkeys(FOUR, True)


def test_a_call_sheet_says_why_what_for_who_else_and_what_to_ask(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, SPOKEN)
    profiles = rulesets.people(
        FACTS, {**READY, "company_id": "c", "seniority": "owner"}, {"company_id": "c", "seniority": "staff"}, {"company_id": "d"}
    )
    roles = find_roles(profiles, pa.table({}), pa.table({}))

    sheets = write_call_sheets(profiles, decide(profiles, ruleset, NOW), roles, ruleset, NOW).to_pylist()

    assert sheets == [
        {
            "person_id": "p_0",
            "score": 40,
            "why": ["can pay", "decides", "lacks it", "wants it"],
            "gains": [{"gain": "money_saved", "say": "Half the price"}],
            "colleagues": [{"person_id": "p_1", "role": "user", "confidence": 0.5}],
            "ask": ["Any bonus?"],
        }
    ]
    page = render(sheets[0])
    assert "## Why this person\n- can pay" in page
    assert "- money saved: Half the price" in page
    assert "- user p_1 (50%)" in page


def test_the_best_are_called_first(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, SPOKEN)
    profiles = rulesets.people({**FACTS, "bonus": "boolean"}, READY, {**READY, "bonus": True})
    roles = find_roles(profiles, pa.table({}), pa.table({}))

    sheets = write_call_sheets(profiles, decide(profiles, ruleset, NOW), roles, ruleset, NOW)

    assert sheets.select(["person_id", "score"]).to_pylist() == [{"person_id": "p_1", "score": 45}, {"person_id": "p_0", "score": 40}]


MOMENT = pa.timestamp("us", tz="UTC")


def due(
    next_check_at: datetime | None, called_at: datetime | None = None, closed_at: datetime | None = None, decided_at: datetime = NOW
) -> list[str]:
    decisions = pa.table(
        {"person_id": ["p"], "decided_at": pa.array([decided_at], MOMENT), "next_check_at": pa.array([next_check_at], MOMENT)}
    )
    profiles = pa.table({"person_id": ["p"], "company_id": ["c"]})
    calls = pa.table({"person_id": ["p"], "activity_type": ["call"], "occurred_at": pa.array([called_at], MOMENT)})
    deals = pa.table({"company_id": ["c"], "closed_at": pa.array([closed_at], MOMENT)})
    return find_due(decisions, profiles, calls, deals, NOW + timedelta(days=2))["because"].to_pylist()


@pytest.mark.parametrize(
    ("next_check", "called", "closed", "because"),
    [
        (None, None, None, []),
        (2, None, None, ["the day of the next check has come"]),
        (3, None, None, []),
        (None, 1, None, ["call on 2026-03-02"]),
        (None, -1, None, []),
        (None, 3, None, []),
        (None, None, 1, ["the company's opportunity was closed on 2026-03-02"]),
        (1, 1, 1, ["call on 2026-03-02"]),
    ],
    ids=["nothing", "day_come", "day_ahead", "called", "called_before", "called_in_future", "deal_closed", "all"],
)
def test_a_decision_is_open_again_when_its_day_comes_or_the_crm_learns_something(
    next_check: int | None, called: int | None, closed: int | None, because: list[str]
) -> None:
    moments = [None if days is None else NOW + timedelta(days=days) for days in (next_check, called, closed)]

    assert due(*moments) == because


def test_a_day_without_a_time_counts_until_its_end() -> None:
    """A night decides at two, somebody calls at ten, the CRM exports the day."""
    at_two = NOW + timedelta(hours=2)

    assert due(None, called_at=NOW, decided_at=at_two) == ["call on 2026-03-01"]
    assert due(None, closed_at=NOW, decided_at=at_two) == ["the company's opportunity was closed on 2026-03-01"]
    assert due(None, called_at=NOW - timedelta(days=1), decided_at=at_two) == []
    assert due(None, called_at=NOW + timedelta(minutes=1), decided_at=at_two) == []


def test_without_any_crm_only_the_day_counts() -> None:
    decisions = pa.table({"person_id": ["p"], "decided_at": pa.array([NOW], MOMENT), "next_check_at": pa.array([NOW], MOMENT)})
    profiles = pa.table({"person_id": ["p"], "company_id": ["c"]})

    assert find_due(decisions, profiles, pa.table({}), pa.table({}), NOW)["person_id"].to_pylist() == ["p"]


def nights() -> list[Night]:
    return [
        Night("first", NOW, rulesets.people(FACTS, READY, {**READY, "lacks": None})),
        Night("second", NOW, rulesets.people(FACTS, READY)),
    ]


def test_a_ruleset_beside_itself_changes_nothing(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, rulesets.PLAIN)

    found = compare(nights(), ruleset, ruleset, cost_of_contact=3)

    assert (found.persons, found.enters, found.leaves, found.moves.num_rows) == (3, 0, 0, 0)
    assert (found.cost_before, found.cost_after) == (6, 6)


def test_who_enters_is_told_with_the_rule_that_let_them_in(tmp_path: Path) -> None:
    before = rulesets.load(tmp_path, rulesets.PLAIN)
    rule = "rules:\n  - {id: new, dimension: need, points: 10, when: wants, because: b}\n"
    after = rulesets.load(tmp_path, rulesets.PLAIN.replace("rules:\n", rule))

    found = compare(nights(), before, after, cost_of_contact=3)

    assert (found.enters, found.leaves, found.by_rule) == (1, 0, {"+new": 1})
    assert (found.cost_before, found.cost_after) == (6, 9)
    assert found.as_json()["moves"] == [
        {
            "night": "first",
            "person_id": "p_1",
            "before": "nurture",
            "after": "qualified",
            "score_before": 30,
            "score_after": 40,
            "rules": ["+new"],
        }
    ]


def test_who_leaves_is_told_with_the_rule_or_the_threshold_that_put_them_out(tmp_path: Path) -> None:
    before = rulesets.load(tmp_path, rulesets.PLAIN)
    gate = "gates: [{id: closed, out_when: wants, because: b}]\n"
    bonus = "rules:\n  - {id: extra, dimension: need, points: 9, when: known(city), because: b}\n"
    stricter = rulesets.PLAIN.replace("score: 40", "score: 45").replace("rules:\n", bonus)

    assert compare(nights(), before, rulesets.load(tmp_path, gate + rulesets.PLAIN)).by_rule == {"+closed": 2}
    assert compare(nights(), before, rulesets.load(tmp_path, stricter)).by_rule == {THRESHOLDS: 2}
