"""Values worth trying for an unknown fact: made from the constants a ruleset compares it with.

A witness proves that a fact could turn a rule: nothing is claimed from one before `decide` itself has judged it.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa

from leadmill.qualify.facts import arrow_types, type_of
from leadmill.qualify.grammar import Scalar, atoms_in, facts_in, values_in
from leadmill.qualify.judge import InForce

_ANY_NUMBER = (0, 1, -1, 10**3, 10**6, 10**9)
_ANY_DAYS = (0, 365, 3650)
_LONGEST = 200


def entangled(force: InForce) -> frozenset[str]:
    """Facts that are compared with other facts: what one must be depends on the value of the other."""
    together = [facts_in(atom) for node in force.conditions for atom in atoms_in(node)]
    return frozenset().union(*(names for names in together if len(names) > 1))


def witnesses(force: InForce) -> dict[str, list[Scalar]]:
    """Candidate values per fact, of the fact's own type."""
    types = arrow_types(force.ruleset.fact)
    constants: dict[str, list[Scalar]] = {}
    for node in force.conditions:
        for atom in atoms_in(node):
            for name in facts_in(atom):
                constants.setdefault(name, []).extend(values_in(atom))
    return {name: _distinct(_candidates(types[name], found, force.now)) for name, found in constants.items()}


def _candidates(arrow: pa.DataType, constants: list[Scalar], now: datetime) -> list[Scalar]:
    kind = type_of(arrow)
    numbers = [value for value in constants if isinstance(value, int | float) and not isinstance(value, bool)]
    if kind == "boolean":
        return [True, False]
    if kind == "number":
        return _numbers(numbers, whole=pa.types.is_integer(arrow))
    if kind == "time":
        return _moments(constants, numbers, now, day_only=pa.types.is_date(arrow))
    return _texts([value for value in constants if isinstance(value, str)], numbers)


def _numbers(constants: list[int | float], *, whole: bool) -> list[Scalar]:
    around = [value + step for value in constants for step in (-1, 0, 1)]
    if whole:
        return [*(math.floor(value) for value in around), *_ANY_NUMBER]
    return [*(float(value) for value in around), *(float(value) for value in _ANY_NUMBER)]


def _texts(constants: list[str], numbers: list[int | float]) -> list[Scalar]:
    """Write the constant itself, a text its pattern fits, the words of a regular expression, a text of the asked length or number."""
    fitting = [text.replace("%", "").replace("_", "x") for text in constants]
    words = [word for text in constants for word in re.findall(r"[^\W_][\w ]*", text)]
    sizes = [int(value) + step for value in numbers for step in (0, 1) if 0 < value < _LONGEST]
    return [*constants, *fitting, *words, *(str(math.ceil(value)) for value in numbers), *("x" * size for size in sizes), "known"]


def _moments(constants: list[Scalar], numbers: list[int | float], now: datetime, *, day_only: bool) -> list[Scalar]:
    """Write moments around the dates compared with, and around ages in days."""
    ages = [value + step for value in [*numbers, *_ANY_DAYS] for step in (-1, 0, 1) if abs(value) < 36_500]  # noqa: PLR2004 - a century
    moments = [now - timedelta(days=age) for age in ages]
    for value in constants:
        if isinstance(value, date):
            moment = value if isinstance(value, datetime) else datetime.combine(value, time())
            moments += [moment.replace(tzinfo=UTC) + timedelta(days=step) for step in (-1, 0, 1)]
    return [moment.date() for moment in moments] if day_only else list(moments)


def _distinct(values: list[Scalar]) -> list[Scalar]:
    return list(dict.fromkeys(values))
