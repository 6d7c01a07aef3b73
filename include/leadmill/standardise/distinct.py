"""A column as its distinct texts and, per row, which of them it holds.

What a text means is found out once and handed to every row that says it: a list of a million people holds sixteen job titles. Its
mailboxes are nearly all different: those are read row by row, without carrying the rest of the row along.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SELDOM = 0.02  # repeats in a tenth of the rows: finding them all would cost more than reading them again


@dataclass(frozen=True, slots=True)
class Column:
    """`texts`: what the cells say, null where that is nothing. `codes`: per row the place of its text, or null; None: in order of rows."""

    texts: pa.Array
    codes: pa.Array | None

    def spread(self, facts: pa.Array) -> pa.Array:
        """Hand facts about the texts (one per text, in order) to the rows."""
        return facts if self.codes is None else facts.take(self.codes)

    @property
    def cells(self) -> pa.Array:
        """The text of every row."""
        return self.spread(self.texts)

    @property
    def compact(self) -> pa.Array:
        """The column as Arrow keeps it, to be taken apart again at no cost."""
        return self.texts if self.codes is None else pa.DictionaryArray.from_arrays(self.codes, self.texts)


def encode(cells: pa.Array | pa.ChunkedArray) -> Column:
    """Take a column of rows, of any type, apart: each text once, or as it stands where hardly any comes twice."""
    whole = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    if not isinstance(whole, pa.DictionaryArray) and _seldom_repeats(whole[: len(whole) // 10 + 1]):
        return Column(whole, None)
    encoded = whole.dictionary_encode()
    return Column(encoded.dictionary, encoded.indices)


def _seldom_repeats(cells: pa.Array) -> bool:
    filled = len(cells) - cells.null_count
    return bool(filled > cells.null_count and pc.count_distinct(cells).as_py() >= (1 - SELDOM) * filled)


def ask(con: duckdb.DuckDBPyConnection, *answers: str, **columns: pa.Array) -> pa.Table:
    """Answer in SQL about every row of some columns of one length: a table with the columns of the last of `answers`, in the order asked.

    Each of `answers` is asked of the columns of the one before, the first of `columns`.
    """
    length = len(next(iter(columns.values())))
    con.register("asked", pa.table({**columns, "place": np.arange(length)}))
    sql = reduce(lambda before, answer: f"(select {answer}, place from {before})", answers, "asked")
    found = con.sql(f"from {sql}").to_arrow_table().combine_chunks()
    con.unregister("asked")
    places = found["place"].to_numpy()
    in_order = found if np.array_equal(places, np.arange(length)) else found.take(pc.sort_indices(found["place"]))
    return in_order.drop_columns(["place"])


def column(table: pa.Table, name: str) -> pa.Array:
    """Return one column of an answer as one array."""
    whole = table[name].combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def settle(found: pa.Array, is_open: pa.Array, answers: Iterable[object]) -> pa.Array:
    """Fill in what was left open: one answer for every true of `is_open`, in order."""
    return pc.replace_with_mask(found, is_open, pa.array(list(answers), found.type))


def missing(found: pa.Array, asked: pa.Array) -> pa.Array:
    """Say where something was asked and nothing found."""
    return pc.and_(pc.is_null(found), pc.is_valid(asked))


def first_of(*columns: pa.Array | None) -> pa.Array | None:
    """Return per row the first value that is not null; columns that are not there are passed over."""
    present = [each for each in columns if each is not None]
    return pc.coalesce(*present) if present else None
