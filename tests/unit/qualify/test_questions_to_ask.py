"""Nobody is asked for the name of a column: every fact has a question in words, worth most first."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
import rulesets
from rulesets import NOW

from leadmill.config import CHECKOUT
from leadmill.qualify import decide, find_roles, load_ruleset, write_call_sheets
from leadmill.qualify.facts import APPEARANCE, IDENTIFYING, columns_for
from leadmill.qualify.questions import find_questions, find_unasked, load_questions

SHIPPED = [
    *sorted((CHECKOUT / "include" / "config" / "rulesets").glob("*.yaml")),
    *sorted((CHECKOUT / "include" / "examples").glob("*/ruleset.yaml")),
]
TYPES = {"employee_count": "integer", "annual_revenue": "number", "income": "number", "income_bracket": "text", "industry": "text"}
RULES = f"""
title: t
attributes: {{income: {{type: number}}, income_bracket: {{type: text}}, shoe_size: {{type: text}}}}
{rulesets.FREE}
rules:
  - {{id: a, dimension: need, points: 5, when: known(industry), because: b}}
  - {{id: b, dimension: ability, points: 30, when: income > 5, because: b}}
  - {{id: c, dimension: ability, points: 30, when: "income_bracket = 'high'", because: b}}
  - {{id: d, dimension: ability, points: 10, when: employee_count > 5, because: b}}
  - {{id: e, dimension: ability, points: -5, when: annual_revenue < 5, because: b}}
  - {{id: f, dimension: need, points: 1, when: "shoe_size = 'x'", because: b}}
questions: {{income: What do you earn?, income_bracket: What do you earn?, employee_count: How many are you?}}
"""


def asked(folder: Path, **facts: object) -> list[str]:
    ruleset = rulesets.load(folder, RULES)
    profiles = rulesets.people({**TYPES, "company_id": "text"}, facts)
    sheets = write_call_sheets(
        profiles, decide(profiles, ruleset, NOW), find_roles(profiles, pa.table({}), pa.table({})), ruleset, NOW
    ).to_pylist()
    found: list[str] = sheets[0]["ask"]
    return found


def test_every_fact_a_rule_may_read_has_a_question_or_is_never_asked(tmp_path: Path) -> None:
    plain = rulesets.load(tmp_path, RULES).fact.model_copy(update={"attributes": {}})
    barred = APPEARANCE - IDENTIFYING

    assert set(columns_for(plain)) - barred - {"email_key"} == set(load_questions())
    assert all(text is None or text.endswith("?") for text in load_questions().values())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_shipped_rulesets_leave_no_fact_without_a_question(path: Path) -> None:
    ruleset = load_ruleset(path)

    assert find_unasked(ruleset) == []
    assert not [text for text in find_questions(ruleset) if "_" in text]


def test_what_is_worth_most_is_asked_first_and_the_rulesets_words_win(tmp_path: Path) -> None:
    assert asked(tmp_path) == [
        "What do you earn?",
        "How many are you?",
        "What does the company make or sell?",
        "What can you tell us about the shoe size?",
        "How large is the company's turnover in a year?",
    ]


def test_what_is_known_under_another_name_is_not_asked(tmp_path: Path) -> None:
    """Who said that the income is high need not say it in figures."""
    assert asked(tmp_path, income_bracket="high", employee_count=9) == [
        "What does the company make or sell?",
        "What can you tell us about the shoe size?",
        "How large is the company's turnover in a year?",
    ]


def test_an_empty_question_is_never_asked(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, RULES.replace("questions: {", "questions: {shoe_size: '', "))

    assert "shoe_size" not in {name for names in find_questions(ruleset).values() for name in names}
    assert find_unasked(ruleset) == []


def test_check_warns_of_a_fact_nobody_knows_how_to_ask_for(tmp_path: Path) -> None:
    assert find_unasked(rulesets.load(tmp_path, RULES)) == [
        "no question asks for 'shoe_size': write one under questions, or an empty one if nobody should ask."
    ]
