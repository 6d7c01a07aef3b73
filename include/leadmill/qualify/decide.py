"""Decisions: every rule's verdict, four dimensions, a stage, and the points that add up to the score.

Null is unknown: an unknown rule gives no points and refuses nobody; a dimension is unknown while the facts still missing could bring it to
its minimum. See `judge` for the statement, `missing` for what would qualify a near miss.
"""

from __future__ import annotations

from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa

from leadmill.config.ruleset import DIMENSIONS
from leadmill.engine import connect, quote, quote_text
from leadmill.qualify.facts import CRM_FACTS, PROVENANCE
from leadmill.qualify.grammar import facts_in
from leadmill.qualify.judge import GATE, InForce, judge, select_facts
from leadmill.qualify.missing import find_missing
from leadmill.qualify.ruleset import Ruleset

REASON = pa.struct([("rule", pa.string()), ("dimension", pa.string()), ("verdict", pa.string()), ("points", pa.int64())])
SEEN = pa.struct([("fact", pa.string()), ("value", pa.string()), ("origin", pa.string())])
DECISION = pa.schema(
    [
        ("person_id", pa.string()),
        ("decision", pa.string()),  # qualified, nurture, disqualified
        ("stage", pa.string()),  # lead, prospect, or null: the highest stage reached
        ("score", pa.int64()),  # the sum of the reasons' points
        *[(dimension, pa.string()) for dimension in DIMENSIONS],  # true, false, unknown
        ("reasons", pa.list_(REASON)),  # every gate and rule in force, in the ruleset's order
        ("seen", pa.list_(SEEN)),  # the value of every fact the rules asked for and the source it came from; null is unknown
        ("missing", pa.list_(pa.string())),  # the smallest set of unknown facts that would qualify the person, by name
        ("watch", pa.list_(pa.string())),  # facts whose change would re-open a decision that is not "qualified"
        ("ruleset", pa.string()),
        ("ruleset_hash", pa.string()),
        ("decided_at", pa.timestamp("us", tz="UTC")),
        ("next_check_at", pa.timestamp("us", tz="UTC")),  # null when qualified: looked at every night
    ]
)


def decide(profiles: pa.Table, ruleset: Ruleset, now: datetime) -> pa.Table:
    """Decide every profile: one row of DECISION each, in their order.

    A column the ruleset asks for and `profiles` lacks is unknown for everybody. Raises RuleError when a column has another type than the
    ruleset declares, or when the ruleset does not hold at `now`.
    """
    force = InForce.at(ruleset, now)
    with connect({"profiles": profiles}) as con:
        judged = judge(con, profiles, force)
        told = tell(judged, force)
        told = told.append_column("missing", find_missing(judged, profiles.num_rows, force))
        told = told.append_column("seen", _seen(con, profiles, force))
        return told.select(DECISION.names).cast(DECISION)


def tell(judged: duckdb.DuckDBPyRelation, force: InForce) -> pa.Table:
    """Put what `judge` found into words: DECISION without `seen` and `missing`."""
    told = judged.query("judged", _decision_sql(force)).to_arrow_table()
    same = {"ruleset": force.ruleset.name, "ruleset_hash": force.ruleset.hash, "decided_at": force.now}
    for name, value in same.items():
        told = told.append_column(name, pa.repeat(pa.scalar(value, DECISION.field(name).type), told.num_rows))
    return told.append_column("watch", _watch(told["open_ends"].to_numpy(), force))


def _seen(con: duckdb.DuckDBPyConnection, profiles: pa.Table, force: InForce) -> pa.ChunkedArray:
    """Keep what the rules saw, so that a decision explains itself after the profile has moved on."""
    traced = PROVENANCE in profiles.column_names
    names = force.ruleset.reads
    facts = [
        f"{{'fact': {quote_text(name)}, 'value': {quote(name)}::varchar, 'origin': {_origin(name) if traced else 'null::varchar'}}}"
        for name in sorted(names)
    ]
    given = ", ".join([*select_facts(profiles, force.ruleset, names), *([PROVENANCE] if traced else [])])
    kind = "struct(fact varchar, value varchar, origin varchar)[]"
    return con.sql(f"select [{', '.join(facts)}]::{kind} as seen from (select {given} from profiles)").to_arrow_table()["seen"]


def _origin(name: str) -> str:
    """Write who said a fact, null while it is unknown."""
    if name in CRM_FACTS.names:
        return f"case when {quote(name)} is not null then 'crm' end"
    path = "$." + quote(name)
    said = [f"json_extract_string({PROVENANCE}, {quote_text(each)})" for each in (path + ".source", path)]
    return f"case when {quote(name)} is not null then coalesce({', '.join(said)}) end"


def _decision_sql(force: InForce) -> str:
    recheck = force.ruleset.fact.recheck
    reasons = [_reason(f"g{i}", gate.fact.id, GATE, "0") for i, gate in enumerate(force.gates)]
    reasons += [_reason(f"v{i}", rule.fact.id, rule.fact.dimension, f"p{i}") for i, rule in enumerate(force.rules)]
    moment = f"to_timestamp({force.now.timestamp()!r})"
    return f"""
        select person_id, decision,
               case when is_out then null when is_prospect then 'prospect' when is_lead then 'lead' end as stage,
               score, {", ".join(f"{_word(name)} as {name}" for name in DIMENSIONS)},
               [{", ".join(reasons)}] as reasons,
               {_open_ends(force)} as open_ends,
               case decision when 'nurture' then {moment} + interval {recheck.nurture_days} day
                             when 'disqualified' then {moment} + interval {recheck.disqualified_days} day end as next_check_at
        from judged
    """


def _word(verdict: str) -> str:
    return f"case {verdict} when true then 'true' when false then 'false' else 'unknown' end"


def _reason(verdict: str, name: str, dimension: str, points: str) -> str:
    return f"{{'rule': {quote_text(name)}, 'dimension': {quote_text(dimension)}, 'verdict': {_word(verdict)}, 'points': {points}}}"


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
