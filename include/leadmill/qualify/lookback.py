"""The parts of a backtest: rules one by one, calibration, stability, and what looks too good to be known before contact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.engine import connect
from leadmill.qualify.facts import type_of
from leadmill.qualify.ruleset import Rule, Ruleset
from leadmill.qualify.statistics import Outcomes, Scores, auc, wilson

TOO_GOOD = 0.9  # AUC of a single fact: one that tells winners this well was probably written down afterwards
PURE = 0.99  # win rate of a rule, or of its opposite
FAR = 0.15  # of everybody's rate, which a pure rule stays below with 95 % certainty
ENOUGH = 30  # leads behind a suspicion
SLICES = 4
BINS = 10


@dataclass(frozen=True, slots=True)
class RuleLift:
    """How leads with a rule true fared: their win rate over everybody's, with Wilson's interval at 95 %."""

    rule: str
    dimension: str
    points: int
    true: int
    unknown: int
    rate: float | None
    lift: float | None
    lift_low: float | None
    lift_high: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Leads of neighbouring scores and their win rate, for the calibration picture."""

    score_from: int
    score_to: int
    leads: int
    rate: float
    rate_low: float
    rate_high: float


@dataclass(frozen=True, slots=True)
class Slice:
    """AUC within one part of the leads, in the order of time."""

    part: str
    leads: int
    winners: int
    auc: float | None


def figure(value: float) -> float | None:
    """Round for people and machines; what cannot be computed is null, as JSON has no nan."""
    return round(value, 4) if isfinite(value) else None


def measure_rules(decisions: pa.Table, won: Outcomes, ruleset: Ruleset) -> list[RuleLift]:
    """Win rate and lift where each rule was true, in the ruleset's order; gates are not scored."""
    with connect({"decisions": decisions, "outcomes": pa.table({"won": won})}) as con:
        rows = con.sql("""
            with judged as (select unnest(reasons, recursive := true), won from decisions positional join outcomes)
            select rule, count(*) filter (verdict = 'true'), count(*) filter (verdict = 'unknown'),
                   count(*) filter (verdict = 'true' and won)
            from judged group by rule
        """).fetchall()
    counts = {row[0]: row[1:] for row in rows}
    base = float(won.mean()) if len(won) else 0.0
    return [_rule_lift(rule, *counts[rule.fact.id], base=base) for rule in ruleset.rules if rule.fact.id in counts]


def _rule_lift(rule: Rule, true: int, unknown: int, hits: int, *, base: float) -> RuleLift:
    names = (rule.fact.id, rule.fact.dimension, rule.fact.points)
    if not true or not base:
        return RuleLift(*names, true, unknown, None, None, None, None)
    low, high = wilson(hits, true)
    rate = hits / true
    return RuleLift(*names, true, unknown, *(figure(value) for value in (rate, rate / base, low / base, high / base)))


def suspect_rules(rules: Iterable[RuleLift], won: Outcomes) -> list[str]:
    """Name rules that (almost) always or never go with the outcome, far beyond what everybody does."""
    base = float(won.mean()) if len(won) else 0.0
    return [
        f"suspiciously perfect: of {rule.true} leads with {rule.rule!r} true, {rule.rate:.1%} won. Was it written down after the outcome?"
        for rule in rules
        if rule.true >= ENOUGH and rule.rate is not None and _too_pure(round(rule.rate * rule.true), rule.true, base)
    ]


def _too_pure(hits: int, total: int, base: float) -> bool:
    """Whether (almost) nobody is of the rarer kind, though of everybody many more are: where all win, any rule is perfect."""
    low, high = wilson(hits, total)
    always = hits / total >= PURE and 1 - low <= FAR * (1 - base)
    never = hits / total <= 1 - PURE and high <= FAR * base
    return always or never


def suspect_facts(profiles: pa.Table, won: Outcomes, names: Iterable[str]) -> list[str]:
    """Name facts that alone tell winners from others better than anything known before contact should."""
    found = {name: _alone(profiles[name], won) for name in sorted(names) if name in profiles.column_names}
    return [
        f"suspiciously good: {name!r} alone reaches an AUC of {value:.3f}. Is it really known before contact?"
        for name, value in found.items()
        if value >= TOO_GOOD
    ]


def _alone(column: pa.ChunkedArray, won: Outcomes) -> float:
    """AUC of the win rate per value, or per band of neighbouring values where these are many (numbers, times, ids given out in time).

    Rare bands are taken together, so that a value of its own for everybody proves nothing.
    """
    if column.null_count == len(column) or not won.any() or won.all():
        return 0.5
    words = type_of(column.type) in ("text", "boolean") and pc.count_distinct(column).as_py() * ENOUGH <= len(column)
    value = "value" if words else "ntile(20) over (order by value)"
    with connect({"facts": pa.table({"value": column, "won": won})}) as con:
        rates = con.sql(
            f"""
            with banded as (select case when value is null then null else {value} end::varchar as band, won from facts),
            counted as (select won, case when count(*) over (partition by band) >= $enough then band else 'rare' end as band from banded)
            select avg(won::int) over (partition by band) as rate, won from counted
            """,
            params={"enough": ENOUGH},
        ).to_arrow_table()
    return auc(rates["rate"].to_numpy(), np.asarray(rates["won"], dtype=bool)).value


def calibrate(scores: Scores, won: Outcomes) -> list[Bin]:
    """Cut the leads into tenths by score, equal scores never apart, best first."""
    bins: list[Bin] = []
    if not len(scores):
        return bins
    edges = np.unique(np.quantile(scores, np.linspace(0, 1, BINS + 1)[1:-1], method="inverted_cdf"))
    place = np.searchsorted(edges, scores, side="left")
    for number in np.unique(place)[::-1]:
        mine = place == number
        hits, total = int(won[mine].sum()), int(mine.sum())
        low, high = wilson(hits, total)
        mine_scores = scores[mine]
        bins.append(Bin(int(mine_scores.min()), int(mine_scores.max()), total, round(hits / total, 4), round(low, 4), round(high, 4)))
    return bins


def over_time(profiles: pa.Table, scores: Scores, won: Outcomes, when: str | None) -> list[Slice]:
    """AUC in quarters of the leads, oldest first: by the column `when`, else in the order of the rows."""
    order = np.arange(len(scores))
    if when and when in profiles.column_names and profiles[when].null_count < len(scores):
        moments = pc.fill_null(profiles[when].cast(pa.int64()), -(2**62))  # an unknown moment counts as the oldest
        order = np.argsort(moments.to_numpy(), kind="stable")
    slices = []
    for number, rows in enumerate(np.array_split(order, SLICES)):
        if len(rows):
            part = f"{number + 1} of {SLICES}" + _span(profiles, rows, when)
            slices.append(Slice(part, len(rows), int(won[rows].sum()), figure(auc(scores[rows], won[rows]).value)))
    return slices


def _span(profiles: pa.Table, rows: np.ndarray, when: str | None) -> str:
    if not when or when not in profiles.column_names:
        return ""
    ends = pc.min_max(profiles[when].take(pa.array(rows))).as_py()
    return f" ({ends['min']:%Y-%m-%d} to {ends['max']:%Y-%m-%d})" if ends["min"] else ""
