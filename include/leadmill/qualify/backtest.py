"""An honest look back: what a ruleset would have said of leads whose outcome is known by now.

Only what is known before contact may count: facts the source says are known after contact are hidden from the rules, and the report says
what they would have pretended. A plain sentence says when there is no signal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.qualify.arrival import as_they_came, counts_days, names_days
from leadmill.qualify.decide import decide
from leadmill.qualify.lookback import Bin, RuleLift, Slice, calibrate, figure, measure_rules, over_time, suspect_facts, suspect_rules
from leadmill.qualify.ruleset import Ruleset
from leadmill.qualify.statistics import Z99, Auc, Outcomes, auc, lift

Known = Literal["before", "after"]
FEW_WINNERS = 20  # with fewer, intervals are too wide to say anything


@dataclass(frozen=True, slots=True)
class Backtest:
    """Everything `rules backtest` says. `scores` are in the order of the rows."""

    leads: int
    winners: int
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    lift_10: float | None
    lift_20: float | None
    signal: bool
    says: str
    warnings: list[str]
    rules: list[RuleLift]
    calibration: list[Bin]
    stability: list[Slice]
    scores: list[int]

    def as_json(self) -> dict[str, Any]:
        """Plain values without the scores, which go to their own file."""
        return {name: value for name, value in asdict(self).items() if name != "scores"}


def backtest(
    profiles: pa.Table, won: pa.Array, ruleset: Ruleset, now: datetime, *, known: Mapping[str, Known], when: str | None = None
) -> Backtest:
    """Score every profile and compare with its outcome.

    `won`: boolean per row, null where the outcome is not known (scored, not counted). `known`: attribute -> before or after contact, as the
    source says. `when`: name of the timestamp column that says when each lead came in: how old things are is asked as of that day, and it
    orders the leads in time; None asks as of `now` and takes the order of the rows.
    """
    after = sorted(name for name in ruleset.reads if known.get(name) == "after" or _declared_after(ruleset, name))
    honest = profiles.drop_columns([name for name in after if name in profiles.column_names])
    arrived, caveats = _at_arrival(honest, ruleset, now, when)
    decisions = decide(arrived, ruleset, now)
    counted = np.asarray(pc.is_valid(won))
    outcome: Outcomes = np.asarray(pc.fill_null(won, False), dtype=bool)[counted]
    scores = decisions["score"].to_numpy().astype(float)
    seen = scores[counted]
    found = auc(seen, outcome)
    signal = bool(outcome.sum() >= FEW_WINNERS and (~outcome).sum() >= FEW_WINNERS and found.low(Z99) > 0.5)  # noqa: PLR2004 - a coin's AUC
    rows = pa.array(np.flatnonzero(counted))
    rules = measure_rules(decisions.take(rows), outcome, ruleset)
    warnings = [
        *_told_afterwards(after, _at_arrival(profiles, ruleset, now, when)[0].take(rows), ruleset, now, outcome),
        *suspect_facts(honest.take(rows), outcome, ruleset.reads),
        *suspect_rules(rules, outcome),
        *caveats,
    ]
    return Backtest(
        leads=len(seen),
        winners=int(outcome.sum()),
        auc=figure(found.value),
        auc_low=figure(found.low()),
        auc_high=figure(found.high()),
        lift_10=figure(lift(seen, outcome, 0.1)),
        lift_20=figure(lift(seen, outcome, 0.2)),
        signal=signal,
        says=_sentence(signal, outcome, found),
        warnings=warnings,
        rules=rules,
        calibration=calibrate(seen, outcome),
        stability=over_time(honest.take(rows), seen, outcome, when),
        scores=decisions["score"].to_pylist(),
    )


def _declared_after(ruleset: Ruleset, name: str) -> bool:
    attribute = ruleset.fact.attributes.get(name)
    return attribute is not None and attribute.known == "after"


def _told_afterwards(after: list[str], profiles: pa.Table, ruleset: Ruleset, now: datetime, won: Outcomes) -> list[str]:
    """Say what was hidden from the rules, and the figure it would have feigned."""
    if not after:
        return []
    feigned = auc(decide(profiles, ruleset, now)["score"].to_numpy().astype(float), won).value
    names = ", ".join(after)
    return [f"known only after contact and therefore hidden from the rules: {names}. With it the AUC would feign {feigned:.3f}."]


def _at_arrival(profiles: pa.Table, ruleset: Ruleset, now: datetime, when: str | None) -> tuple[pa.Table, list[str]]:
    """Look at every lead on the day it came in, where the rules ask for ages; say so where that cannot be done."""
    if not counts_days(ruleset):
        return profiles, []
    if not when or when not in profiles.column_names or profiles[when].null_count == profiles.num_rows:
        return profiles, [f"rules ask how old things are, but no lead says when it came in ({when}): all are looked at as of today."]
    if names_days(ruleset):
        return profiles, ["rules ask both how old things are and for days of the calendar: all leads are looked at as of today."]
    return as_they_came(profiles, when, now), []


def _sentence(signal: bool, won: Outcomes, found: Auc) -> str:
    """Say it plainly."""
    winners, others = int(won.sum()), int((~won).sum())
    if winners < FEW_WINNERS:
        return f"Too few winners ({winners}) to say anything."
    if others < FEW_WINNERS:
        return f"Too few leads that were not won ({others}) to say anything."
    between = f"the AUC lies between {found.low(Z99):.3f} and {found.high(Z99):.3f} (99 %)"
    return (
        f"There is a signal: {between}." if signal else f"There is no signal: {between}; a coin has 0.500. Do not sort leads by this score."
    )
