"""Leads as they came: a look back must ask how old a signal was on the day of the lead, not how old it is today.

Rules that count days, and points that fade, know one moment: that of the decision. So the times of each lead are moved until the day it
came in is that moment. What lies between two times of one lead stays what it was.
"""

from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa

from leadmill.engine import connect, quote
from leadmill.qualify.facts import type_of
from leadmill.qualify.grammar import Call, Node, values_in
from leadmill.qualify.ruleset import Ruleset


def counts_days(ruleset: Ruleset) -> bool:
    """Whether the moment of the decision matters to any gate or rule."""
    nodes = [gate.out_when for gate in ruleset.gates] + [rule.when for rule in ruleset.rules]
    return any(rule.since is not None for rule in ruleset.rules) or any(_asks_age(node) for node in nodes)


def names_days(ruleset: Ruleset) -> bool:
    """Whether any gate or rule compares with a day of the calendar: such days cannot be moved."""
    nodes = [gate.out_when for gate in ruleset.gates] + [rule.when for rule in ruleset.rules]
    return any(isinstance(value, date) for node in nodes for value in values_in(node))


def as_they_came(profiles: pa.Table, when: str, now: datetime) -> pa.Table:
    """Move all times and dates of every row by what lies between its `when` and `now`; rows without it stay as they are."""
    moved = ", ".join(
        f"({quote(field.name)} + (to_timestamp($now) - came)) as {quote(field.name)}"
        if pa.types.is_timestamp(field.type)
        else f"({quote(field.name)} + (to_timestamp($now)::date - came::date)::integer)::date as {quote(field.name)}"
        for field in profiles.schema
        if type_of(field.type) == "time"
    )
    statement = (
        f"select * exclude (came) replace ({moved}) from (select *, coalesce({quote(when)}, to_timestamp($now)) as came from profiles)"
    )
    with connect({"profiles": profiles}) as con:
        return con.sql(statement, params={"now": now.timestamp()}).to_arrow_table().cast(profiles.schema)


def _asks_age(node: Node) -> bool:
    return isinstance(node, Call) and (node.op == "days_since" or any(_asks_age(argument) for argument in node.args))
