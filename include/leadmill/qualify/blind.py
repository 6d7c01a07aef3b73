"""Looks never count: proof by experiment that columns about looks or origin move no decision.

`load_ruleset` already refuses a condition that names such a column. This looks at decisions themselves: masked (nobody's looks are
known) and swapped (everybody has another's), none may change, whatever expression, attribute or upstream column the bias hides in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.config.source import Source
from leadmill.errors import RuleError
from leadmill.qualify.decide import decide
from leadmill.qualify.disguise import refuse_disguises
from leadmill.qualify.facts import appearance, arrow_types, is_telling, type_of
from leadmill.qualify.judge import InForce
from leadmill.qualify.ruleset import Ruleset
from leadmill.qualify.witness import witnesses

PEOPLE = 400  # invented for the proof; each with facts drawn from the values the ruleset itself compares with
VERDICTS = ("decision", "score", "interest", "ability", "authority", "need", "missing")


def prove_blind(ruleset: Ruleset, profiles: pa.Table, proxies: Iterable[str], now: datetime) -> None:
    """Raise RuleError with the first column whose masking or swapping changes a decision about `profiles`; otherwise return.

    Before that, no condition may tell apart two forms of one thing that spell looks or origin (see `disguise`).

    `proxies`: columns declared as appearance by sources, beside those that always are.
    """
    refuse_disguises(ruleset)
    plain = _verdicts(ruleset, profiles, now)
    for name in sorted((set(proxies) | appearance(ruleset.fact)) & set(profiles.column_names)):
        for how, column in (
            ("masked", pa.nulls(profiles.num_rows, profiles.schema.field(name).type)),
            ("swapped", _swapped(profiles[name])),
        ):
            changed = _changed(plain, _verdicts(ruleset, _with(profiles, name, column), now))
            if changed:
                raise RuleError(
                    f"the ruleset {ruleset.name!r} decides by looks: with {name!r} {how}, {changed} of {len(plain)} decisions change.",
                    column=name,
                    hint=f"Remove the rules that read {name!r}, or what is made from it; such a ruleset cannot be published.",
                )


def invent_people(ruleset: Ruleset, now: datetime) -> pa.Table:
    """Make profiles on which every rule can turn: each fact drawn from the ruleset's own constants, or unknown. Always the same people."""
    dice = np.random.default_rng(PEOPLE)
    types = arrow_types(ruleset.fact)
    columns = {
        name: pa.array([None, *values], types[name]).take(pa.array(dice.integers(0, len(values) + 1, PEOPLE)))
        for name, values in sorted(witnesses(InForce.at(ruleset, now)).items())
    }
    return pa.table({"person_id": pa.array([f"p_{number}" for number in range(PEOPLE)]), **columns})


def proxies_of(source: Source) -> frozenset[str]:
    """Columns of a source that stand for looks: declared so, or made from a header that says so (`Gender` mapped to `department`)."""
    headers = {**source.columns, **{name: attribute.column for name, attribute in source.attributes.items()}}
    each = {name: {header} if isinstance(header, str) else set(header) for name, header in headers.items()}
    declared = {name for name, attribute in source.attributes.items() if attribute.appearance}
    told = frozenset().union(*(each[name] for name in declared))
    return frozenset(name for name, of in each.items() if name in declared or of & told or any(is_telling(header) for header in of))


def _verdicts(ruleset: Ruleset, profiles: pa.Table, now: datetime) -> list[tuple[object, ...]]:
    return [tuple(map(str, row.values())) for row in decide(profiles, ruleset, now).select(list(VERDICTS)).to_pylist()]


def _changed(one: list[tuple[object, ...]], other: list[tuple[object, ...]]) -> int:
    return sum(left != right for left, right in zip(one, other, strict=True))


def _with(profiles: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    return profiles.set_column(profiles.column_names.index(name), name, column)


def _swapped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Turn the known values round by one place, so that everybody has somebody else's; of two sexes each gets the other."""
    values = pc.unique(column)
    if pa.types.is_boolean(column.type) or type_of(column.type) == "text":
        codes = pc.index_in(column, value_set=values)
        return values.take(pc.if_else(pc.equal(pc.add(codes, 1), len(values)), 0, pc.add(codes, 1)))
    return pa.chunked_array([column.combine_chunks().take(pa.array(np.roll(np.arange(len(column)), 1)))])
