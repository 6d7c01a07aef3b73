"""Backtests are not fooled: planted leaks are named, planted signals are measured as they are, old files are asked as of their day."""

from __future__ import annotations

from datetime import timedelta
from math import erf, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import rulesets
from rulesets import NOW

from leadmill.qualify import Backtest, backtest
from leadmill.qualify.statistics import auc, lift, wilson

SIZE = 2_000
TIME = pa.timestamp("us", tz="UTC")


def dice() -> np.random.Generator:
    return np.random.default_rng(3)


WON = dice().random(SIZE) < 0.2
SOME = WON & (np.random.default_rng(4).random(SIZE) < 0.6)
LATE = np.argsort(np.argsort(np.random.default_rng(5).normal(size=SIZE) + 3 * WON))
COIN = np.random.default_rng(6).random(SIZE) < 0.5


def look_back(folder: Path, kind: str, values: Any, condition: str, won: np.ndarray = WON, **columns: pa.Array) -> Backtest:
    """Backtest one honest rule on noise, and one rule on a column of this kind."""
    text = f"""
title: t
attributes: {{noise: {{type: integer}}, planted: {{type: {kind}}}, other: {{type: boolean}}}}
{rulesets.FREE}
rules:
  - {{id: honest, dimension: need, points: 10, because: b, when: noise >= 5}}
  - {{id: planted, dimension: need, points: 20, because: b, when: "{condition}"}}
"""
    rows = {"person_id": [f"p_{number}" for number in range(len(won))], "noise": dice().integers(0, 10, len(won)), "planted": values}
    return backtest(pa.table({**rows, **columns}), pa.array(won), rulesets.load(folder, text), NOW, known={}, when="created_at")


@pytest.mark.parametrize(
    ("kind", "values", "condition"),
    [
        ("text", np.where(WON, "Yes", "No"), "planted = 'Yes'"),
        ("text", np.where(WON ^ (dice().random(SIZE) < 0.02), "customer", "prospect"), "planted = 'customer'"),
        ("text", pa.array(np.where(SOME, "signed", None)), "known(planted)"),
        ("timestamp", pa.array([NOW if one else None for one in WON], TIME), "known(planted)"),
        ("timestamp", pa.array([NOW - timedelta(days=1 if one else 90) for one in WON], TIME), "planted >= '2026-02-01'"),
        ("integer", np.where(SOME, 3, 0), "planted > 0"),
        ("integer", pa.array(dice().integers(0, 50, SIZE), mask=~WON), "planted > 20"),
        ("integer", LATE, "planted > 1500"),
        ("text", [f"{number:06d}" for number in LATE], "planted > '001500'"),
        ("text", [f"{'W' if one else 'L'}{number}" for number, one in enumerate(WON)], "starts_with(planted, 'W')"),
        ("boolean", COIN, "(planted and not other) or (other and not planted)"),
    ],
    ids=["outcome_respelt", "with_slips", "told_of_some_winners", "date_of_conversion", "changed_then", "calls_after_contact",
         "asked_of_winners_only", "number_given_then", "text_id_given_then", "outcome_in_the_id", "two_halves"],
)  # fmt: skip
def test_a_planted_leak_is_named(tmp_path: Path, kind: str, values: Any, condition: str) -> None:
    found = look_back(tmp_path, kind, values, condition, other=pa.array(COIN ^ WON))

    assert [warning for warning in found.warnings if "suspiciously" in warning and "'planted'" in warning]
    assert not [warning for warning in found.warnings if "'honest'" in warning or "'noise'" in warning]


@pytest.mark.parametrize(
    ("kind", "values", "condition"),
    [
        ("text", ["same"] * SIZE, "planted = 'same'"),
        ("text", pa.nulls(SIZE, pa.string()), "planted = 'x'"),
        ("text", [f"{number:06d}" for number in dice().permutation(SIZE)], "planted > '001500'"),
        ("integer", dice().permutation(SIZE), "planted > 1500"),
        ("integer", np.where(dice().random(SIZE) < 0.5, 3, 0) + WON, "planted > 3"),
        ("integer", np.where(np.arange(SIZE) % 50 == 0, 1, 0), "planted = 1"),
    ],
    ids=["constant", "unknown", "random_text_id", "random_number", "good_but_honest", "rare"],
)
def test_what_is_no_leak_is_not_suspected(tmp_path: Path, kind: str, values: Any, condition: str) -> None:
    won = dice().random(SIZE) < 0.2 if "> 3" not in condition else WON

    assert look_back(tmp_path, kind, values, condition, won=won).warnings == [] or condition == "planted > 3"


@pytest.mark.parametrize(
    ("won", "says"),
    [
        (np.zeros(SIZE, dtype=bool), "Too few winners (0) to say anything."),
        (np.ones(SIZE, dtype=bool), "Too few leads that were not won (0) to say anything."),
        (np.arange(SIZE) >= 11, "Too few leads that were not won (11) to say anything."),
        (np.arange(60) < 12, "Too few winners (12) to say anything."),
        (np.zeros(0, dtype=bool), "Too few winners (0) to say anything."),
    ],
    ids=["nobody_won", "everybody_won", "nearly_everybody_won", "tiny", "empty"],
)
def test_one_sided_outcomes_say_nothing_and_suspect_nobody(tmp_path: Path, won: np.ndarray, says: str) -> None:
    found = look_back(tmp_path, "integer", dice().integers(0, 10, len(won)), "planted >= 5", won=won)

    assert (found.says, found.signal, found.warnings) == (says, False, [])
    if won.all() or not won.any():
        assert (found.auc, found.auc_low, found.auc_high) == (None, None, None)


def test_a_rule_that_never_wins_is_not_suspected_where_hardly_anybody_does(tmp_path: Path) -> None:
    """At one winner in a hundred, forty leads without one are no wonder."""
    won = np.arange(SIZE) % 100 == 99
    some = np.where(np.arange(SIZE) % 100 == 1, 1, 0)

    assert look_back(tmp_path, "integer", np.repeat(some, 1), "planted = 1", won=won).warnings == []


def mann_whitney(scores: list[float], won: list[bool]) -> float:
    """AUC by its definition, pair by pair."""
    winners, others = [s for s, w in zip(scores, won, strict=True) if w], [s for s, w in zip(scores, won, strict=True) if not w]
    return sum((a > b) + (a == b) / 2 for a in winners for b in others) / (len(winners) * len(others))


def best_share(scores: list[float], won: list[bool], share: float) -> float:
    """Lift by its definition: mean over many ways to break ties."""
    rng, rates = np.random.default_rng(1), []
    for _ in range(400):
        order = sorted(range(len(scores)), key=lambda i: (-scores[i], rng.random()))
        top = order[: round(share * len(scores))]
        rates.append(np.mean([won[i] for i in top]) / np.mean(won))
    return float(np.mean(rates))


@pytest.mark.parametrize("pull", [0.0, 0.5, 1.0, 2.0])
def test_the_figures_of_a_backtest_are_those_of_their_definitions(tmp_path: Path, pull: float) -> None:
    rng = np.random.default_rng(8)
    won = rng.random(300) < 0.3
    found = look_back(tmp_path, "number", rng.normal(size=300) + pull * won, "planted > 0.5", won=won)

    scores, outcome = [float(score) for score in found.scores], won.tolist()
    assert found.auc == pytest.approx(mann_whitney(scores, outcome), abs=1e-4)
    assert found.lift_10 == pytest.approx(best_share(scores, outcome, 0.1), abs=0.08)
    assert found.lift_20 == pytest.approx(best_share(scores, outcome, 0.2), abs=0.06)


@pytest.mark.parametrize(("pull", "size"), [(0.5, 150), (1.0, 150), (1.0, 600)])
def test_the_interval_covers_a_planted_auc_about_as_often_as_it_says(pull: float, size: int) -> None:
    """Winners score `pull` deviations higher, so the AUC is known; of 400 intervals at 95 % some 20 miss it."""
    truth = 0.5 * (1 + erf(pull / 2))  # P(winner > other) = Phi(pull / sqrt 2)
    rng, missed = np.random.default_rng(2), 0
    for _ in range(400):
        won = rng.random(size) < 0.3
        found = auc(rng.normal(size=size) + pull * won, won)
        missed += not found.low() <= truth <= found.high()

    assert 8 <= missed <= 36


@pytest.mark.parametrize("rate", [0.02, 0.2, 0.5])
def test_wilsons_interval_covers_a_planted_rate(rate: float) -> None:
    hits = np.random.default_rng(9).binomial(200, rate, size=1_000)

    missed = sum(not low <= rate <= high for low, high in (wilson(int(each), 200) for each in hits))

    assert missed <= 80


def test_the_best_tenth_of_a_planted_signal_is_as_good_as_theory_says() -> None:
    """Scores are uniform and the chance to win is the score: the best tenth wins at 0.95, everybody at 0.5."""
    rng = np.random.default_rng(10)
    scores = rng.random(40_000)

    assert lift(scores, rng.random(40_000) < scores, 0.1) == pytest.approx(1.9, abs=3 * sqrt(0.05 / 4_000) * 2)


AGES = f"""
title: t
attributes: {{asked_at: {{type: timestamp}}, asked_on: {{type: date}}}}
{rulesets.FREE}
rules:
  - {{id: asked, dimension: need, points: 100, when: known(asked_at), because: b, decay: {{since: asked_at, half_life_days: 10}}}}
  - {{id: lately, dimension: need, points: 7, when: days_since(asked_on) <= 3, because: b}}
"""


def leads_of_old(years: int) -> pa.Table:
    """Two leads of one day, years ago: one asked on that day, one ten days before."""
    came = [NOW - timedelta(days=365 * years)] * 2
    asked = [came[0], came[0] - timedelta(days=10)]
    columns = {"created_at": pa.array(came, TIME), "asked_at": pa.array(asked, TIME)}
    return pa.table({"person_id": ["p_0", "p_1"], **columns, "asked_on": pa.array([each.date() for each in asked])})


@pytest.mark.parametrize("years", [0, 1, 5])
def test_how_old_a_signal_is_is_asked_as_of_the_day_the_lead_came_in(tmp_path: Path, years: int) -> None:
    """In a file of years ago everything would have faded, and the rules would seem to know nothing."""
    found = backtest(leads_of_old(years), pa.array([True, False]), rulesets.load(tmp_path, AGES), NOW, known={}, when="created_at")

    assert (found.scores, found.warnings) == ([107, 50], [])


@pytest.mark.parametrize(
    ("rule", "when", "says"),
    [
        ("", None, "no lead says when it came in"),
        (
            "  - {id: day, dimension: need, points: 1, when: \"asked_at >= '2020-01-01'\", because: b}\n",
            "created_at",
            "days of the calendar",
        ),
    ],
    ids=["no_day", "calendar"],
)
def test_where_ages_cannot_be_asked_as_of_that_day_the_backtest_says_so(tmp_path: Path, rule: str, when: str | None, says: str) -> None:
    found = backtest(leads_of_old(5), pa.array([True, False]), rulesets.load(tmp_path, AGES + rule), NOW, known={}, when=when)

    assert says in found.warnings[0]
