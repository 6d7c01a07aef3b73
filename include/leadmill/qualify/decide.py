"""Decisions: every rule's verdict, four dimensions, a stage, and the points that add up to the score.

Null is unknown: an unknown rule gives no points and refuses nobody; a dimension is unknown while the facts still missing could bring it to
its minimum. People whose facts answer alike are decided together: see `patterns`; `judge` for the statement, `missing` for what would
qualify a near miss, `seen` for the values behind a decision.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa

from leadmill.config.ruleset import DIMENSIONS
from leadmill.engine import connect
from leadmill.qualify.grammar import facts_in
from leadmill.qualify.judge import InForce, judge
from leadmill.qualify.missing import find_missing
from leadmill.qualify.patterns import find_patterns
from leadmill.qualify.reasons import REASON, give_reasons
from leadmill.qualify.ruleset import Ruleset

DECISION = pa.schema(
    [
        ("person_id", pa.string()),
        ("decision", pa.string()),  # qualified, nurture, disqualified
        ("stage", pa.string()),  # lead, prospect, or null: the highest stage reached
        ("score", pa.int64()),  # the sum of the reasons' points
        *[(dimension, pa.string()) for dimension in DIMENSIONS],  # true, false, unknown
        ("reasons", pa.list_(REASON)),  # every gate and rule in force, in the ruleset's order
        ("missing", pa.list_(pa.string())),  # the smallest set of unknown facts that would qualify the person, by name
        ("watch", pa.list_(pa.string())),  # facts whose change would re-open a decision that is not "qualified"
        ("pattern", pa.int64()),  # people of one night and ruleset with one number were judged alike: the same reasons
        ("ruleset", pa.string()),
        ("ruleset_hash", pa.string()),
        ("decided_at", pa.timestamp("us", tz="UTC")),
        ("next_check_at", pa.timestamp("us", tz="UTC")),  # null when only news can re-open it
    ]
)


def decide(profiles: pa.Table, ruleset: Ruleset, now: datetime) -> pa.Table:
    """Decide every profile: one row of DECISION each, in their order.

    A column the ruleset asks for and `profiles` lacks is unknown for everybody. Raises RuleError when a column has another type than the
    ruleset declares, or when the ruleset does not hold at `now`.
    """
    force = InForce.at(ruleset, now)
    with connect({"profiles": profiles}) as con:
        patterns = find_patterns(judge(con, profiles, force), force)
        examples = profiles.take(pa.array(patterns.firsts))
        con.register("profiles", examples)
        judged = judge(con, examples, force).to_arrow_table()
        con.register("judged", judged)
        told = con.sql(_told(force)).to_arrow_table()
        told = told.append_column("watch", _watch(told["open_ends"].to_numpy(), force)).take(pa.array(patterns.codes))
        told = told.set_column(0, "person_id", profiles["person_id"])
        told = told.append_column("reasons", give_reasons(judged, patterns.codes, force))
        told = told.append_column("pattern", pa.array(patterns.codes))
        told = told.append_column("missing", find_missing(con, profiles, judged, patterns, force))
    same = {"ruleset": ruleset.name, "ruleset_hash": ruleset.hash, "decided_at": now}
    for name, value in same.items():
        told = told.append_column(name, pa.repeat(pa.scalar(value, DECISION.field(name).type), told.num_rows))
    return told.select(DECISION.names).cast(DECISION)


def _told(force: InForce) -> str:
    """Put into words what `judge` found."""
    recheck = force.ruleset.fact.recheck
    days = {"nurture": recheck.nurture_days, "disqualified": recheck.disqualified_days, "qualified": recheck.qualified_days}
    moment = f"to_timestamp({force.now.timestamp()!r})"
    return f"""
        select person_id, decision,
               case when is_out then null when is_prospect then 'prospect' when is_lead then 'lead' end as stage,
               score, {", ".join(f"{_word(name)} as {name}" for name in DIMENSIONS)},
               {_open_ends(force)} as open_ends,
               case decision {" ".join(f"when '{name}' then {moment} + interval {after} day" for name, after in days.items() if after)}
               end as next_check_at
        from judged
    """


def _word(verdict: str) -> str:
    return f"case {verdict} when true then 'true' when false then 'false' else 'unknown' end"


def _open_ends(force: InForce) -> str:
    """Write a number for what keeps a person from being qualified: a bit per dimension that is not true, then one per gate that is."""
    bits = [f"case when {dimension} then 0 else 1 end" for dimension in DIMENSIONS]
    bits += [f"case when g{i} then 1 else 0 end" for i in range(len(force.gates))]
    total = " + ".join(f"{bit} * {2**place}" for place, bit in enumerate(bits))
    return f"case when decision = 'qualified' then 0 else {total} end::bigint"


def _watch(open_ends: np.ndarray, force: InForce) -> pa.Array:
    """Name the facts behind every open end."""
    behind = [frozenset().union(*(rule.reads for _, rule in force.scored if rule.fact.dimension == dimension)) for dimension in DIMENSIONS]
    behind += [facts_in(gate.out_when) for gate in force.gates]
    codes, places = np.unique(open_ends, return_inverse=True)
    facts = [sorted(frozenset().union(*(names for bit, names in enumerate(behind) if int(code) >> bit & 1))) for code in codes]
    return pa.array(facts, pa.list_(pa.string())).take(pa.array(places))
