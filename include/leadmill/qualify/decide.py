"""Decisions: every rule's verdict, four dimensions, a stage, and the points that add up to the score.

One SQL statement judges all profiles. Null is unknown from the first comparison to the last verdict: an unknown rule gives no points and
refuses nobody; a dimension is unknown while the facts still missing could bring it to its minimum.
"""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from leadmill.config.ruleset import DIMENSIONS
from leadmill.engine import connect, quote, quote_text
from leadmill.qualify.judge import InForce, judge
from leadmill.qualify.ruleset import Ruleset

REASON = pa.struct([("rule", pa.string()), ("dimension", pa.string()), ("verdict", pa.string()), ("points", pa.int64())])
GATE = "gate"  # the dimension a gate's reason carries; gates give no points
DECISION = pa.schema(
    [
        ("person_id", pa.string()),
        ("decision", pa.string()),  # qualified, nurture, disqualified
        ("stage", pa.string()),  # lead, prospect, or null: the highest stage reached
        ("score", pa.int64()),  # the sum of the reasons' points
        *[(dimension, pa.string()) for dimension in DIMENSIONS],  # true, false, unknown
        ("reasons", pa.list_(REASON)),  # every gate and rule, in the ruleset's order
        ("missing", pa.list_(pa.string())),  # the smallest set of unknown facts that would qualify the person, by name
        ("ruleset", pa.string()),
        ("ruleset_hash", pa.string()),
        ("decided_at", pa.timestamp("us", tz="UTC")),
        ("next_check_at", pa.timestamp("us", tz="UTC")),  # null when qualified: looked at every night
    ]
)


def decide(profiles: pa.Table, ruleset: Ruleset, now: datetime) -> pa.Table:
    """Decide every profile: one row of DECISION each, in their order.

    A column the ruleset asks for and `profiles` lacks is unknown for everybody. Raises RuleError when a column has another type than the
    ruleset declares.
    """
    force = InForce.at(ruleset, now)
    with connect({"profiles": profiles}) as con:
        statement, values = judge(profiles, force)
        con.execute(f"create temp table judged as {statement}", values)
        return con.sql(_decision_sql(force)).to_arrow_table().cast(DECISION)


def _decision_sql(force: InForce) -> str:
    ruleset = force.ruleset
    reasons = [_reason(f"g{i}", gate.fact.id, GATE, "0") for i, gate in enumerate(force.gates)]
    reasons += [_reason(f"v{i}", rule.fact.id, rule.fact.dimension, f"p{i}") for i, rule in enumerate(force.rules)]
    recheck = ruleset.fact.recheck
    moment = f"to_timestamp({force.now.timestamp()!r})"
    return f"""
        select person_id, decision,
               case when is_out then null when is_prospect then 'prospect' when is_lead then 'lead' end as stage,
               score, {", ".join(f"{_word(name)} as {name}" for name in DIMENSIONS)},
               [{", ".join(reasons)}] as reasons,
               {_missing(force)} as missing,
               {quote_text(ruleset.name)} as ruleset, {quote_text(ruleset.hash)} as ruleset_hash, {moment} as decided_at,
               case decision when 'nurture' then {moment} + interval {recheck.nurture_days} day
                             when 'disqualified' then {moment} + interval {recheck.disqualified_days} day end as next_check_at
        from judged
    """


def _word(verdict: str) -> str:
    return f"case {verdict} when true then 'true' when false then 'false' else 'unknown' end"


def _reason(verdict: str, name: str, dimension: str, points: str) -> str:
    return f"{{'rule': {quote_text(name)}, 'dimension': {quote_text(dimension)}, 'verdict': {_word(verdict)}, 'points': {points}}}"


def _missing(force: InForce) -> str:
    """Facts the unknown rules of a near miss wait for."""
    asked = [
        f"case when v{i} is null and {quote(name)} is null then {quote_text(name)} end"
        for i, rule in enumerate(force.rules)
        if rule.fact.points > 0
        for name in sorted(rule.reads)
    ]
    return f"case when decision = 'nurture' then list_sort(list_distinct([{', '.join(asked)}])) else []::varchar[] end"
