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

from leadmill.qualify.decide import decide
from leadmill.qualify.lookback import Bin, RuleLift, Slice, calibrate, figure, measure_rules, over_time, suspect_facts, suspect_rules
from leadmill.qualify.ruleset import Ruleset
from leadmill.qualify.statistics import Z99, Outcomes, auc, lift

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
    source says. `when`: name of the timestamp column that orders the leads in time; None takes the order of the rows.
    """
    after = sorted(name for name in ruleset.reads if known.get(name) == "after" or _declared_after(ruleset, name))
    honest = profiles.drop_columns([name for name in after if name in profiles.column_names])
    decisions = decide(honest, ruleset, now)
    counted = np.asarray(pc.is_valid(won))
    outcome: Outcomes = np.asarray(pc.fill_null(won, False), dtype=bool)[counted]
    scores = decisions["score"].to_numpy().astype(float)
    seen = scores[counted]
    found = auc(seen, outcome)
    signal = bool(outcome.sum() >= FEW_WINNERS and (~outcome).sum() >= FEW_WINNERS and found.low(Z99) > 0.5)  # noqa: PLR2004 - a coin's AUC
    rows = pa.array(np.flatnonzero(counted))
    rules = measure_rules(decisions.take(rows), outcome, ruleset)
    warnings = [
        *_told_afterwards(after, profiles.take(rows), ruleset, now, outcome),
        *suspect_facts(honest.take(rows), outcome, ruleset.reads),
        *suspect_rules(rules),
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
        says=_sentence(signal, int(outcome.sum()), found.low(Z99), found.high(Z99)),
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


def _sentence(signal: bool, winners: int, low: float, high: float) -> str:
    """Say it plainly."""
    if winners < FEW_WINNERS:
        return f"Too few winners ({winners}) to say anything."
    if signal:
        return f"There is a signal: the AUC lies between {low:.3f} and {high:.3f} (99 %)."
    return f"There is no signal: the AUC lies between {low:.3f} and {high:.3f} (99 %); a coin has 0.500. Do not sort leads by this score."
