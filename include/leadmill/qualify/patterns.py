"""People whose facts answer every question alike are decided alike: each pattern of answers is decided once.

A million people fall into some ten thousand patterns. Words, stages and the search for missing facts cost per pattern; per person there
is one pass that asks the questions, and one that hands out the answers by number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadmill.engine import quote
from leadmill.qualify.judge import InForce

Numbers = NDArray[np.int64]
_DIGITS = 31  # of two bits each, in one number of 63 bits


@dataclass(frozen=True, slots=True)
class Patterns:
    """`codes`: the pattern of every row, counted from 0; `firsts`: the first row of every pattern."""

    codes: Numbers
    firsts: Numbers


def find_patterns(judged: duckdb.DuckDBPyRelation, force: InForce) -> Patterns:
    """Sort the rows of `judge` by what was answered: every verdict, what decaying rules are worth, which facts are unknown."""
    columns = judged.query("judged", f"select {', '.join(_packed(force))} from judged").to_arrow_table()
    return number_rows(columns.itercolumns(), columns.num_rows)


def number_rows(columns: Iterable[pa.ChunkedArray], rows: int) -> Patterns:
    """Give the rows a number by their values in all columns, in the order in which they first appear."""
    codes = np.zeros(rows, dtype=np.int64)
    for column in columns:
        own = _places(column.combine_chunks())
        codes = _places(pa.array(codes * (own.max(initial=0) + 1) + own))
    firsts = np.zeros(codes.max(initial=-1) + 1, dtype=np.int64)
    firsts[codes[::-1]] = np.arange(rows)[::-1]  # written last, the first row of a pattern stays
    return Patterns(codes, firsts)


def _places(values: pa.Array) -> Numbers:
    """Give every value the number of its first appearance."""
    found: Numbers = values.dictionary_encode("encode").indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _packed(force: InForce) -> Iterator[str]:
    """Write the columns that tell patterns apart: many small answers packed into one number, what a rule is worth beside it."""
    digits = [f"coalesce({verdict}::int, 2)" for verdict in _verdicts(force)]
    digits += [f"({quote(name)} is null)::int" for name in sorted(force.ruleset.reads)]
    for start in range(0, len(digits), _DIGITS):
        part = digits[start : start + _DIGITS]
        yield " + ".join(f"{digit}::bigint * {4**place}" for place, digit in enumerate(part)) + f" as answers_{start}"
    for i, rule in enumerate(force.rules):
        if rule.since is not None:
            yield f"case when v{i} is distinct from false then w{i} end as worth_{i}"
    yield "0 as nothing"  # a ruleset may ask nothing at all


def _verdicts(force: InForce) -> list[str]:
    names = [f"g{i}" for i in range(len(force.gates))] + [f"v{i}" for i in range(len(force.rules))]
    return names + [f"a{i}" for i in range(len(force.parts))]
