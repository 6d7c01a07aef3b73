"""The smallest set of missing facts: enough, needed, and never guessed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import rulesets
from rulesets import NOW

from leadmill.qualify import decide

TYPES = {
    "employee_count": "integer",
    "annual_revenue": "number",
    "industry": "text",
    "city": "text",
    "seniority": "text",
    "interest_at": "timestamp",
    "is_customer": "boolean",
}


def missing(folder: Path, rules: str, score: int, head: str = rulesets.FREE, **facts: Any) -> list[str]:
    text = f"title: t\n{head}rules:\n{rules}\nstages: {{prospect: {{score: {score}}}}}\n"
    found: list[str] = rulesets.decide_one(rulesets.load(folder, text), TYPES, **facts)["missing"]
    return found


def rule(name: str, points: int, when: str, dimension: str = "need") -> str:
    return f'  - {{id: {name}, dimension: {dimension}, points: {points}, because: b, when: "{when}"}}'


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        ("employee_count >= 50", {}, ["employee_count"]),
        ("employee_count between 7 and 9 and city = 'x'", {}, ["city", "employee_count"]),
        ("employee_count between 7 and 9 and city = 'x'", {"city": "x"}, ["employee_count"]),
        ("employee_count > 50 or city = 'x'", {}, ["employee_count"]),
        ("employee_count > 50 or city = 'x'", {"employee_count": 1}, ["city"]),
        ("not (city = 'x')", {}, ["city"]),
        ("matches(lower(industry), 'software|retail')", {}, ["industry"]),
        ("industry like 'Soft%'", {}, ["industry"]),
        ("upper(industry) = 'SOFTWARE'", {}, ["industry"]),
        ("length(industry) > 20", {}, ["industry"]),
        ("first_number(industry) >= 40", {}, ["industry"]),
        ("known(industry)", {}, ["industry"]),
        ("days_since(interest_at) <= 30", {}, ["interest_at"]),
        ("days_since(interest_at) > 400", {}, ["interest_at"]),
        ("interest_at between '2024-01-01' and '2024-01-02'", {}, ["interest_at"]),
        ("annual_revenue / employee_count > 100000", {"employee_count": 7}, ["annual_revenue"]),
        ("annual_revenue / employee_count > 100000", {}, ["annual_revenue", "employee_count"]),
        ("coalesce(industry, city) = 'x'", {}, ["industry"]),
        ("is_customer = false", {}, ["is_customer"]),
        ("employee_count > 5 and employee_count < 3", {}, []),
    ],
)
def test_a_fact_is_asked_for_when_a_value_of_it_would_do(
    tmp_path: Path, condition: str, known: dict[str, Any], expected: list[str]
) -> None:
    assert missing(tmp_path, rule("r", 10, condition), 10, **known) == expected


def test_one_fact_that_turns_two_rules_is_asked_for_before_two_that_turn_one_each(tmp_path: Path) -> None:
    rules = [rule("a", 10, "city = 'x'"), rule("b", 10, "industry = 'x'"), rule("c", 10, "employee_count > 5")]
    rules.append(rule("d", 10, "employee_count > 50"))

    assert missing(tmp_path, "\n".join(rules), 20) == ["employee_count"]


def test_of_two_sets_of_one_size_the_one_written_first_is_asked_for(tmp_path: Path) -> None:
    assert missing(tmp_path, "\n".join([rule("a", 10, "industry = 'x'"), rule("b", 10, "city = 'x'")]), 10) == ["industry"]


def test_rules_that_exclude_each_other_are_not_both_hoped_for(tmp_path: Path) -> None:
    """An industry is x or y: both rules cannot come true by one answer."""
    rules = [rule("a", 10, "industry = 'x'"), rule("b", 10, "industry = 'y'"), rule("c", 10, "city = 'z'")]

    assert missing(tmp_path, "\n".join(rules), 20) == ["city", "industry"]
    assert missing(tmp_path, "\n".join(rules[:2]), 20) == []


def test_a_fact_that_would_open_one_rule_and_a_gate_is_not_promised(tmp_path: Path) -> None:
    head = "gates: [{id: g, out_when: employee_count > 5, because: b}]\n" + rulesets.FREE

    assert missing(tmp_path, rule("r", 10, "employee_count > 50"), 10, head=head) == []
    assert missing(tmp_path, rule("r", 10, "employee_count > 3"), 10, head=head) == ["employee_count"]


def test_each_dimension_must_be_reached_not_only_the_score(tmp_path: Path) -> None:
    head = "dimensions: {interest: {minimum: 10}, ability: {minimum: 0}, authority: {minimum: 0}, need: {minimum: 10}}\n"
    rules = [rule("a", 50, "employee_count > 5"), rule("b", 10, "city = 'x'", "interest")]

    assert missing(tmp_path, "\n".join(rules), 20, head=head) == ["city", "employee_count"]


@pytest.mark.parametrize("facts", [{"city": "x"}, {"city": "y"}], ids=["qualified", "hopeless"])
def test_nothing_is_asked_of_the_qualified_and_of_the_hopeless(tmp_path: Path, facts: dict[str, str]) -> None:
    assert missing(tmp_path, "\n".join([rule("a", 10, "city = 'x'"), rule("b", -5, "industry = 'x'")]), 10, **facts) == []


def test_people_who_stand_alike_are_solved_once_and_each_is_proved(tmp_path: Path) -> None:
    """The same rules are unknown for all three, but what one needs depends on a value another does not have."""
    rules = rule("r", 10, "(employee_count > 5 and city = 'x') or industry = 'y'")
    text = f"title: t\n{rulesets.FREE}rules:\n{rules}\nstages: {{prospect: {{score: 10}}}}\n"
    profiles = rulesets.people(TYPES, {"employee_count": 9}, {"employee_count": 2}, {}, {"employee_count": 9, "city": "z"})

    found = decide(profiles, rulesets.load(tmp_path, text), NOW)["missing"].to_pylist()

    assert found == [["city"], ["industry"], ["industry"], ["industry"]]


def test_what_qualifies_one_person_is_not_promised_to_another_whom_it_would_not(tmp_path: Path) -> None:
    """Both lack the revenue and stand alike otherwise, but only the first can be proved to qualify by it."""
    text = f"title: t\n{rulesets.FREE}rules:\n{rule('r', 10, 'annual_revenue / employee_count between 10 and 11')}\n"
    ruleset = rulesets.load(tmp_path, text + "stages: {prospect: {score: 10}}\n")

    found = decide(rulesets.people(TYPES, {"employee_count": 100}, {"employee_count": 7}), ruleset, NOW)["missing"].to_pylist()

    assert found == [["annual_revenue"], []]


SPARE = """
title: t
dimensions: {interest: {minimum: 0}, ability: {minimum: 5}, authority: {minimum: 0}, need: {minimum: 0}}
rules:
  - {id: gain, dimension: ability, points: 5, when: city = 'x', because: b}
  - {id: loss, dimension: need, points: -8, when: city = 'x', because: b}
  - {id: some, dimension: need, points: 15, when: employee_count > 5, because: b}
  - {id: more, dimension: need, points: 15, when: employee_count > 50, because: b}
stages: {prospect: {score: 14}}
"""
FADES = f"""
title: t
{rulesets.FREE}
rules:
  - {{id: r, dimension: need, points: 10, when: first_number(city) > 5, because: b, decay: {{since: interest_at, half_life_days: 9}}}}
stages: {{prospect: {{score: 10}}}}
"""


@pytest.mark.parametrize(
    ("text", "poor", "rich", "expected"),
    [
        (SPARE, {"employee_count": 9}, {"employee_count": 90}, ["city"]),
        (FADES, {"city": "no number"}, {"city": "7"}, ["interest_at"]),
    ],
    ids=["points_to_spare", "known_and_says_nothing"],
)
def test_whoever_stands_alike_but_for_one_value_is_not_promised_what_another_gains(
    tmp_path: Path, text: str, poor: dict[str, Any], rich: dict[str, Any], expected: list[str]
) -> None:
    profiles = rulesets.people(TYPES, poor, rich)

    assert decide(profiles, rulesets.load(tmp_path, text), NOW)["missing"].to_pylist() == [[], expected]
    assert decide(profiles.take([1, 0]), rulesets.load(tmp_path, text), NOW)["missing"].to_pylist() == [expected, []]


def test_fading_interest_asks_for_newer_interest(tmp_path: Path) -> None:
    decay = "decay: {since: interest_at, half_life_days: 30}"
    text = f"title: t\n{rulesets.FREE}rules:\n  - {{id: r, dimension: interest, points: 20, when: known(city), because: b, {decay}}}\n"
    ruleset = rulesets.load(tmp_path, text + "stages: {prospect: {score: 15}}\n")

    assert rulesets.decide_one(ruleset, TYPES, city="x")["missing"] == ["interest_at"]
    assert rulesets.decide_one(ruleset, TYPES, city="x", interest_at=NOW - timedelta(days=90))["missing"] == []
