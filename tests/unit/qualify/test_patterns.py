"""People judged together are judged as each would be alone: patterns save work and change nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import rulesets
from rulesets import NOW

from leadmill.engine import connect
from leadmill.qualify import decide
from leadmill.qualify.judge import InForce, judge
from leadmill.qualify.patterns import find_patterns, number_rows

TYPES = {
    "employee_count": "integer",
    "annual_revenue": "number",
    "city": "text",
    "region": "text",
    "interest_at": "timestamp",
    "created_at": "timestamp",
    "is_customer": "boolean",
}
# Everything by which two people with the same verdicts may still differ: fading points, points lost, values compared with values, a text
# that is known and yet says nothing, a gate that waits, a floor under the score.
HARD = """
title: t
qualify_as: lead
nurture_score: 12
gates:
  - {id: gate, out_when: is_customer, unknown: waits, because: b}
dimensions:
  interest: {minimum: 5, if_false: nurture}
  ability: {minimum: 5}
  authority: {minimum: 0, if_false: nurture}
  need: {minimum: 0}
rules:
  - {id: fades, dimension: interest, points: 20, when: known(city), because: b, decay: {since: "coalesce(interest_at,
      created_at)", half_life_days: 20}}
  - {id: lately, dimension: interest, points: 9, when: days_since(interest_at) <= 30, because: b}
  - {id: ratio, dimension: ability, points: 10, when: annual_revenue / employee_count > 100, because: b}
  - {id: large, dimension: ability, points: 7, when: employee_count >= 50 or city = 'x', because: b}
  - {id: bracket, dimension: need, points: 6, when: first_number(region) >= 40, because: b}
  - {id: small, dimension: need, points: -8, when: employee_count < 10, because: b}
stages: {lead: {needs: [interest, ability], score: 20}, prospect: {needs: [ability, need], score: 30}}
"""


def crowd(size: int) -> pa.Table:
    """Invent people, a third of every fact unknown."""
    dice = np.random.default_rng(11)

    def one() -> dict[str, Any]:
        facts = {
            "employee_count": int(dice.choice([3, 9, 40, 60])),
            "annual_revenue": float(dice.choice([900, 5_000, 90_000])),
            "city": str(dice.choice(["x", "y"])),
            "region": str(dice.choice(["40-60k", "10k", "abc"])),
            "interest_at": NOW - timedelta(days=int(dice.integers(0, 60))),
            "created_at": NOW - timedelta(days=int(dice.integers(0, 60))),
            "is_customer": bool(dice.random() < 0.2),
        }
        return {name: value for name, value in facts.items() if dice.random() > 0.35}

    return rulesets.people(TYPES, *(one() for _ in range(size)))


def plain(decisions: pa.Table) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in ("pattern", "missing")} for row in decisions.to_pylist()]


def test_everybody_is_decided_as_if_alone(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, HARD)
    people = crowd(30)

    together = decide(pa.concat_tables([people, people]), ruleset, NOW)
    alone = pa.concat_tables([decide(people.slice(place, 1), ruleset, NOW) for place in range(people.num_rows)])

    assert plain(together) == plain(alone) * 2
    assert len(together["decision"].unique()) == 3
    assert len(together["pattern"].unique()) <= people.num_rows


def test_what_is_reported_missing_qualifies_the_very_person(tmp_path: Path) -> None:
    """Somebody of the same pattern with other values, more to spare or older interest may need more, or be beyond help."""
    ruleset = rulesets.load(tmp_path, HARD)
    people = crowd(80)
    grid = {
        "employee_count": [3, 9, 40, 60, 51, 10, 1_000_000],
        "annual_revenue": [0.0, 101.0, 5_000.0, 1e9],
        "city": ["x", "y"],
        "region": ["40", "41"],
        "interest_at": [NOW, NOW - timedelta(days=29)],
        "created_at": [NOW],
        "is_customer": [False],
    }
    near = [
        (row, names) for row, names in zip(people.to_pylist(), decide(people, ruleset, NOW)["missing"].to_pylist(), strict=True) if names
    ]

    assert len(near) > 5
    for row, names in near:
        fillings: list[dict[str, Any]] = [{}]
        for name in names:
            assert row[name] is None
            fillings = [{**filling, name: value} for filling in fillings for value in grid[name]]
        tried = decide(rulesets.people(TYPES, *({**row, **filling} for filling in fillings)), ruleset, NOW)
        assert "qualified" in tried["decision"].to_pylist()


def test_the_order_of_people_changes_no_decision(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, HARD)
    people = crowd(80)
    mixed = np.random.default_rng(1).permutation(people.num_rows)

    assert plain(decide(people.take(pa.array(mixed)), ruleset, NOW)) == plain(decide(people, ruleset, NOW).take(pa.array(mixed)))


def test_people_who_answer_alike_share_a_pattern_and_nobody_else_does(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, HARD)
    people = rulesets.people(
        TYPES,
        {"employee_count": 60, "city": "x"},
        {"employee_count": 70, "city": "x"},  # another number, the same answers
        {"employee_count": 60, "city": "y"},  # another part of a joined condition
        {"employee_count": 60, "city": "x", "interest_at": NOW},  # another worth
        {"employee_count": 60, "city": "x", "region": "abc"},  # known, and says as little as an unknown one
    )
    force = InForce.at(ruleset, NOW)

    with connect({"profiles": people}) as con:
        found = find_patterns(judge(con, people, force), force)

    assert found.codes.tolist() == [0, 0, 1, 2, 3]
    assert found.firsts.tolist() == [0, 2, 3, 4]


@pytest.mark.parametrize(
    ("columns", "codes", "firsts"),
    [
        ([[5, 5, 7, 5]], [0, 0, 1, 0], [0, 2]),
        ([[5, 5, 7, 5], [1, 2, 1, 1]], [0, 1, 2, 0], [0, 1, 2]),
        ([[None, 0, None]], [0, 1, 0], [0, 1]),
        ([[2**62, -1, 2**62]], [0, 1, 0], [0, 1]),
        ([[]], [], []),
        ([], [0, 0, 0], [0]),
    ],
    ids=["one", "two", "unknown_is_a_value", "large", "nobody", "nothing_asked"],
)
def test_rows_are_numbered_by_their_values_as_they_appear(columns: list[list[int | None]], codes: list[int], firsts: list[int]) -> None:
    rows = len(columns[0]) if columns else 3

    found = number_rows([pa.chunked_array([pa.array(column, pa.int64())]) for column in columns], rows)

    assert (found.codes.tolist(), found.firsts.tolist()) == (codes, firsts)


def test_nobody_is_decided_without_a_fault(tmp_path: Path) -> None:
    assert decide(crowd(1).slice(0, 0), rulesets.load(tmp_path, HARD), NOW).num_rows == 0
