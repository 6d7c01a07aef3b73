"""The one statement that judges all profiles: facts, verdicts, points, dimensions, stages, decision, a layer of SQL each.

Null is unknown from the first comparison to the last verdict. Text of a ruleset never becomes SQL: conditions are written from their
trees with bound values, names come from a fixed alphabet, points are whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import duckdb
import pyarrow as pa

from leadmill.config.ruleset import DIMENSIONS, StageFact
from leadmill.engine import quote
from leadmill.errors import RuleError
from leadmill.qualify.facts import arrow_types, type_of
from leadmill.qualify.grammar import NOW, Binder, Node, atoms_in, write
from leadmill.qualify.ruleset import Gate, Rule, Ruleset

GATE = "gate"  # the dimension a gate's reason carries; gates give no points


@dataclass(frozen=True, slots=True)
class InForce:
    """A ruleset as it holds at one moment."""

    ruleset: Ruleset
    gates: list[Gate]
    rules: list[Rule]
    now: datetime

    @classmethod
    def at(cls, ruleset: Ruleset, now: datetime) -> Self:
        """Keep the gates and rules of that day. Raises RuleError when the ruleset itself does not hold yet, or no longer."""
        day = now.astimezone(UTC).date()
        if not ruleset.fact.holds_on(day):
            raise RuleError(
                f"the ruleset {ruleset.name!r} does not hold on {day}.",
                hint="See its valid_from and valid_until, or choose another ruleset.",
            )
        gates = [gate for gate in ruleset.gates if gate.fact.holds_on(day)]
        return cls(ruleset, gates, [rule for rule in ruleset.rules if rule.fact.holds_on(day)], now)

    @property
    def conditions(self) -> list[Node]:
        """Every condition, and the moments points decay from, in the order they are written."""
        scored = [node for rule in self.rules for node in (rule.when, rule.since) if node is not None]
        return [gate.out_when for gate in self.gates] + scored

    @property
    def owned(self) -> list[tuple[str, Node, bool]]:
        """Every condition with the name of its verdict, and whether parts of it stand alone: joined ones, and what fades."""
        gates = [(f"g{i}", gate.out_when, len(atoms_in(gate.out_when)) > 1) for i, gate in enumerate(self.gates)]
        rules = [(f"v{i}", rule.when, rule.since is not None or len(atoms_in(rule.when)) > 1) for i, rule in enumerate(self.rules)]
        return [*gates, *rules, *((f"v{i}", rule.since, False) for i, rule in enumerate(self.rules) if rule.since is not None)]

    @property
    def parts(self) -> list[Node]:
        """What `and`, `or` and `not` join, where something is joined, and the condition of what fades."""
        return [atom for _, node, alone in self.owned if alone for atom in atoms_in(node)]

    @property
    def stage(self) -> StageFact:
        """The stage that counts as qualified."""
        fact = self.ruleset.fact
        return fact.stages.prospect if fact.qualify_as == "prospect" else fact.stages.lead

    def values(self, binder: Binder, statement: str) -> dict[str, Any]:
        """Give the values of a statement, with the moment of the decision where it is used."""
        values: dict[str, Any] = dict(binder.values)
        return values | {NOW: self.now.timestamp()} if f"${NOW}" in statement else values

    @property
    def scored(self) -> list[tuple[int, Rule]]:
        """Rules that can add points, with their number."""
        return [(i, rule) for i, rule in enumerate(self.rules) if rule.fact.points > 0]


def judge(con: duckdb.DuckDBPyConnection, profiles: pa.Table, force: InForce) -> duckdb.DuckDBPyRelation:
    """Judge `profiles`, which `con` holds under that name.

    The columns: person_id, the facts read, `g<i>` and `v<i>` verdicts of gates and rules, `a<i>` verdicts of the parts of joined or fading
    conditions, `w<i>` what a rule is worth and `p<i>` the points it gave, `<dimension>_points`, score, open_points, the four dimensions,
    is_out, waits, is_lead, is_prospect, decision. Nothing is computed before it is asked for.
    Raises RuleError when a fact has another type than the ruleset declares.
    """
    _check_types(profiles, force.ruleset)
    binder = Binder()
    verdicts = [f"{write(gate.out_when, binder)} as g{i}" for i, gate in enumerate(force.gates)]
    verdicts += [f"{_verdict(rule, binder)} as v{i}" for i, rule in enumerate(force.rules)]
    verdicts += [f"{write(atom, binder)} as a{i}" for i, atom in enumerate(force.parts)]
    worth = [f"{_worth(rule, binder)} as w{i}" for i, rule in enumerate(force.rules)]
    points = [f"case when v{i} then w{i} else 0 end as p{i}" for i in range(len(force.rules))]
    opens = [f"case when v{i} is null then w{i} else 0 end as o{i}" for i, _ in force.scored]
    statement = f"""
        with facts as (select {", ".join(select_facts(profiles, force.ruleset, force.ruleset.reads))} from profiles),
        verdicts as (select {", ".join(["*", *verdicts, *worth])} from facts),
        points as (select {", ".join(["*", *points, *opens])} from verdicts),
        dimensions as (select {", ".join(["*", *_dimensions(force)])} from points),
        stages as (select {", ".join(["*", *_stages(force)])} from dimensions)
        select *, {_decision(force.ruleset)} as decision from stages
    """
    return con.sql(statement, params=force.values(binder, statement))


def _check_types(profiles: pa.Table, ruleset: Ruleset) -> None:
    """Hold every fact to the type the rules were read with; SQL would otherwise cast in silence."""
    for name in sorted(ruleset.reads & set(profiles.column_names)):
        wanted, found = arrow_types(ruleset.fact)[name], profiles.schema.field(name).type
        if not pa.types.is_null(found) and type_of(found) != type_of(wanted):
            raise RuleError(
                f"the ruleset {ruleset.name!r} reads {name!r} as {wanted}, the profiles have it as {found}.",
                column=name,
                hint="Give the attribute the same type in the source and in the ruleset.",
            )


def select_facts(profiles: pa.Table, ruleset: Ruleset, names: frozenset[str]) -> list[str]:
    """Select person_id and these facts; what nobody delivered is unknown."""
    types = arrow_types(ruleset.fact)
    present = {name for name in profiles.column_names if not pa.types.is_null(profiles.schema.field(name).type)}
    columns = [quote(name) if name in present else f"null::{_null_type(types[name])} as {quote(name)}" for name in sorted(names)]
    return ["person_id", *columns]


def _null_type(arrow: pa.DataType) -> str:
    return {"boolean": "boolean", "number": "double", "time": "timestamptz", "text": "varchar"}[type_of(arrow)]


def _verdict(rule: Rule, binder: Binder) -> str:
    """Leave a signal of unknown age unknown: it may be long gone."""
    condition = write(rule.when, binder)
    if rule.since is None:
        return condition
    return f"({condition} and case when {write(rule.since, binder)} is not null then true end)"


def _worth(rule: Rule, binder: Binder) -> str:
    """Write the points the rule gives when true: whole, halved with every half-life; in full while the age is unknown."""
    if rule.since is None or rule.fact.decay is None:
        return f"{rule.fact.points}::bigint"
    days = f"greatest(0, (${NOW} - epoch({write(rule.since, binder)})) / 86400)"
    factor = f"pow(0.5, {days} / {binder.bind(rule.fact.decay.half_life_days)})"
    return f"coalesce(round({rule.fact.points} * {factor}), {rule.fact.points})::bigint"


def _dimensions(force: InForce) -> list[str]:
    """Find each dimension true at the minimum, false when even the unknown rules could not reach it, else unknown."""
    columns = []
    for dimension in DIMENSIONS:
        known = _sum(f"p{i}" for i, rule in enumerate(force.rules) if rule.fact.dimension == dimension)
        possible = _sum(f"o{i}" for i, rule in force.scored if rule.fact.dimension == dimension)
        minimum = force.ruleset.fact.minimum(dimension)
        columns.append(f"{known} as {dimension}_points")
        columns.append(f"case when {known} >= {minimum} then true when {known} + {possible} < {minimum} then false end as {dimension}")
    columns.append(_sum(f"p{i}" for i in range(len(force.rules))) + " as score")
    columns.append(_sum(f"o{i}" for i, _ in force.scored) + " as open_points")
    return columns


def _sum(terms: Iterable[str]) -> str:
    return " + ".join(terms) or "0"


def _stages(force: InForce) -> list[str]:
    """Tell which stages are reached, who is out, who has to wait."""
    fact = force.ruleset.fact
    out = [f"coalesce(g{i}, false)" for i in range(len(force.gates))]
    out += [f"coalesce(not {name}, false)" for name in DIMENSIONS if getattr(fact.dimensions, name).if_false == "disqualified"]
    if fact.nurture_score is not None:
        out.append(f"score + open_points < {fact.nurture_score}")
    waits = [f"g{i} is null" for i, gate in enumerate(force.gates) if gate.fact.unknown == "waits"]
    columns = [f"({' or '.join(out) or 'false'}) as is_out", f"({' or '.join(waits) or 'false'}) as waits"]
    for name, stage in (("lead", fact.stages.lead), ("prospect", fact.stages.prospect)):
        needs = " and ".join(f"coalesce({dimension}, false)" for dimension in stage.needs) or "true"
        columns.append(f"({needs} and score >= {stage.score}) as is_{name}")
    return columns


def _decision(ruleset: Ruleset) -> str:
    reached = "is_lead or is_prospect" if ruleset.fact.qualify_as == "lead" else "is_prospect"
    return f"case when is_out then 'disqualified' when ({reached}) and not waits then 'qualified' else 'nurture' end"
