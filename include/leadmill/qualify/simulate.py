"""What a new ruleset would have changed: who enters, who leaves, and by which rules. Nothing is written.

The profiles of past nights lie in the lake, so both rulesets are asked about the very same facts, each night at its own moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from leadmill.engine import connect
from leadmill.qualify.decide import decide
from leadmill.qualify.ruleset import Ruleset

MOVE = pa.schema(
    [
        ("night", pa.string()),
        ("person_id", pa.string()),
        ("before", pa.string()),
        ("after", pa.string()),
        ("score_before", pa.int64()),
        ("score_after", pa.int64()),
        ("rules", pa.list_(pa.string())),  # what turned the decision; "+" new in the ruleset, "-" gone from it
    ]
)
THRESHOLDS = "thresholds"  # named when no rule differs: a minimum or a stage does


@dataclass(frozen=True, slots=True)
class Night:
    """What was known one night."""

    name: str
    now: datetime
    profiles: pa.Table


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rulesets over the same nights. `moves` has a row of MOVE for every decision that differs."""

    before: str
    after: str
    persons: int
    decisions_before: dict[str, int]
    decisions_after: dict[str, int]
    enters: int  # decisions that become "qualified"
    leaves: int  # decisions that no longer are
    by_rule: dict[str, int]  # in how many of these each rule had a part
    cost_before: float  # of contacting all who qualify
    cost_after: float
    moves: pa.Table

    def as_json(self) -> dict[str, Any]:
        """Plain values; moves as rows."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "moves"}
        return plain | {"moves": self.moves.to_pylist()}


def compare(nights: Iterable[Night], before: Ruleset, after: Ruleset, cost_of_contact: float = 0.0) -> Comparison:
    """Decide every night by both rulesets and lay the decisions side by side."""
    tables = [MOVE.empty_table()]
    old_counts, new_counts = Counter[str](), Counter[str]()
    for night in nights:
        old, new = decide(night.profiles, before, night.now), decide(night.profiles, after, night.now)
        old_counts.update(old["decision"].to_pylist())
        new_counts.update(new["decision"].to_pylist())
        tables.append(_moves(night.name, old, new))
    moves = pa.concat_tables(tables)
    crossing = [row for row in moves.to_pylist() if "qualified" in (row["before"], row["after"])]
    return Comparison(
        before=before.hash,
        after=after.hash,
        persons=old_counts.total(),
        decisions_before=dict(sorted(old_counts.items())),
        decisions_after=dict(sorted(new_counts.items())),
        enters=sum(row["after"] == "qualified" for row in crossing),
        leaves=sum(row["before"] == "qualified" for row in crossing),
        by_rule=dict(Counter(rule for row in crossing for rule in row["rules"]).most_common()),
        cost_before=old_counts["qualified"] * cost_of_contact,
        cost_after=new_counts["qualified"] * cost_of_contact,
        moves=moves,
    )


def _moves(night: str, old: pa.Table, new: pa.Table) -> pa.Table:
    """Find the decisions that differ and the rules that differ in them: rules are told apart by their ids."""
    statement = """
        with moved as (select old.person_id, old.decision as before, new.decision as after, old.score as score_before,
                              new.score as score_after, old.reasons as was, new.reasons as now_
                       from old join new using (person_id) where old.decision <> new.decision),
        was as (select person_id, unnest(was, recursive := true) from moved),
        now_ as (select person_id, unnest(now_, recursive := true) from moved),
        part as (select coalesce(was.person_id, now_.person_id) as person_id,
                        case when was.rule is null then '+' when now_.rule is null then '-' else '' end
                          || coalesce(was.rule, now_.rule) as rule
                 from was full join now_ on was.person_id = now_.person_id and was.rule = now_.rule
                 where 'true' in (coalesce(was.verdict, ''), coalesce(now_.verdict, ''))
                   and (was.verdict is distinct from now_.verdict or was.points is distinct from now_.points))
        select $night as night, person_id, before, after, score_before, score_after, coalesce(rules, [$thresholds]) as rules
        from moved left join (select person_id, list(rule order by rule) as rules from part group by 1) using (person_id)
        order by person_id
    """
    with connect({"old": old, "new": new}) as con:
        return con.sql(statement, params={"night": night, "thresholds": THRESHOLDS}).to_arrow_table().cast(MOVE)
