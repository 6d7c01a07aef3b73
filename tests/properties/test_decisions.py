"""Laws of a decision, on any ruleset and any people."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from leadmill.engine import connect
from leadmill.qualify import Ruleset, decide, load_ruleset
from leadmill.qualify.judge import InForce, judge

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DIMENSIONS = ("interest", "ability", "authority", "need")
FACTS = {"employee_count": pa.int64(), "city": pa.string(), "industry": pa.string(), "is_customer": pa.bool_()}
VALUES: dict[str, tuple[Any, ...]] = {
    "employee_count": (None, 1, 10, 100),
    "city": (None, "x", "y"),
    "industry": (None, "x", "y"),
    "is_customer": (None, True, False),
}
ATOMS = (
    "employee_count >= 10",
    "employee_count < 50",
    "city = 'x'",
    "industry in ('x', 'z')",
    "not (industry = 'x')",
    "is_customer",
    "known(city)",
)

conditions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(("and", "or")), inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        inner.map(lambda part: f"not ({part})"),
    ),
    max_leaves=3,
)
rules = st.lists(st.tuples(st.sampled_from(DIMENSIONS), st.integers(-20, 30).filter(bool), conditions), min_size=1, max_size=6)
people = st.lists(st.tuples(*(st.sampled_from(values) for values in VALUES.values())), min_size=1, max_size=8)


@st.composite
def rulesets(draw: st.DrawFn) -> str:
    """Write a ruleset whose minimums and score can be reached."""
    drawn = draw(rules)
    best = {name: sum(max(points, 0) for dimension, points, _ in drawn if dimension == name) for name in DIMENSIONS}
    outcomes = st.sampled_from(("nurture", "disqualified"))
    dimensions = ", ".join(f"{name}: {{minimum: {draw(st.integers(0, best[name]))}, if_false: {draw(outcomes)}}}" for name in DIMENSIONS)
    score = draw(st.integers(0, sum(best.values())))
    gate = draw(st.one_of(st.none(), conditions))
    gates = f'gates: [{{id: g, because: b, out_when: "{gate}", unknown: {draw(st.sampled_from(("passes", "waits")))}}}]\n' if gate else ""
    lines = [
        f'  - {{id: r{number}, dimension: {dimension}, points: {points}, because: b, when: "{condition}"}}'
        for number, (dimension, points, condition) in enumerate(drawn)
    ]
    return f"title: t\n{gates}dimensions: {{{dimensions}}}\nstages: {{prospect: {{score: {score}}}}}\nrules:\n" + "\n".join(lines) + "\n"


def load(text: str) -> Ruleset:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "drawn.yaml"
        path.write_text(text, encoding="utf-8")
        return load_ruleset(path)


def as_profiles(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = {name: pa.array([row[place] for row in rows], kind) for place, (name, kind) in enumerate(FACTS.items())}
    return pa.table({"person_id": [f"p_{number}" for number in range(len(rows))], **columns})


def decided(ruleset: Ruleset, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return decide(as_profiles(rows), ruleset, NOW).to_pylist()


@settings(max_examples=40, deadline=None)
@given(rulesets(), people)
def test_the_reasons_are_the_score(text: str, rows: list[tuple[Any, ...]]) -> None:
    for told in decided(load(text), rows):
        assert sum(reason["points"] for reason in told["reasons"]) == told["score"]
        assert all(reason["points"] == 0 for reason in told["reasons"] if reason["verdict"] != "true")


@settings(max_examples=20, deadline=None)
@given(rulesets(), people, st.randoms())
def test_the_order_of_rules_and_of_people_is_irrelevant(text: str, rows: list[tuple[Any, ...]], dice: Any) -> None:
    head, _, lines = text.partition("rules:\n")
    shuffled = lines.splitlines()
    dice.shuffle(shuffled)
    keys = ("decision", "stage", "score", "interest", "ability", "authority", "need", "watch")

    def essence(told: dict[str, Any]) -> list[Any]:
        return [len(told["missing"]), *(told[key] for key in keys)]

    one = [essence(told) for told in decided(load(text), rows)]
    other = [essence(told) for told in decided(load(head + "rules:\n" + "\n".join(shuffled)), rows[::-1])]

    assert one == other[::-1]


@settings(max_examples=40, deadline=None)
@given(rulesets(), people)
def test_missing_facts_suffice_and_none_can_be_spared(text: str, rows: list[tuple[Any, ...]]) -> None:
    """Some answer to the facts named qualifies; no answer to fewer unknown facts does. An oracle tries them all."""
    ruleset = load(text)
    for row, told in zip(rows, decided(ruleset, rows), strict=True):
        enough = qualifying_sets(ruleset, row) if told["decision"] == "nurture" else []
        smallest = min(map(len, enough), default=0)
        assert len(told["missing"]) == smallest
        assert not enough or set(told["missing"]) in enough


def qualifying_sets(ruleset: Ruleset, row: tuple[Any, ...]) -> list[set[str]]:
    """Try every answer to every set of unknown facts: the sets some answer to which qualifies."""
    answers = {"employee_count": (1, 10, 30, 100), "city": ("x", "y"), "industry": ("x", "z", "y"), "is_customer": (True, False)}
    trials = list(product(*((None, *answers[name]) if value is None else (value,) for name, value in zip(FACTS, row, strict=True))))
    profiles = as_profiles(trials)
    with connect({"profiles": profiles}) as con:
        decisions = judge(con, profiles, InForce.at(ruleset, NOW)).project("decision").fetchall()
    return [
        {name for name, given_value, value in zip(FACTS, row, trial, strict=True) if given_value is None and value is not None}
        for trial, (decision,) in zip(trials, decisions, strict=True)
        if decision == "qualified"
    ]


@settings(max_examples=40, deadline=None)
@given(rulesets(), people)
def test_unknown_never_fails_a_rule(text: str, rows: list[tuple[Any, ...]]) -> None:
    """Whatever is unknown, a verdict can only be what some answer would make it: forgetting facts turns no true into false or back."""
    ruleset = load(text)
    full = [tuple(VALUES[name][1] if value is None else value for name, value in zip(FACTS, row, strict=True)) for row in rows]
    told = decided(ruleset, [*full, *rows])
    for known, less in zip(told[: len(rows)], told[len(rows) :], strict=True):
        for answer, doubt in zip(known["reasons"], less["reasons"], strict=True):
            assert doubt["verdict"] in (answer["verdict"], "unknown")
