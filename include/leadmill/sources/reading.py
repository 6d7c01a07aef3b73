"""What the reader makes of a file: every cell as the text it was, every row it could not read with its line and raw text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from leadmill.errors import SourceError

MOST_COLUMNS = 16_384  # as in a spreadsheet
RAW_SHOWN = 100_000  # characters of a refused row that are kept; one broken quote can make a row of a whole file


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row the reader would have had to guess: 1-based line, the row as it was written, a reason code of `REASONS`."""

    line: int
    raw: str
    reason: str


REASONS = {
    "too_few_cells": "the row has fewer cells than there are columns",
    "too_many_cells": "the row has more cells than there are columns",
    "stray_quote": "a quotation mark opens or closes in the middle of a cell, so the cell's end is unknown",
    "open_quote": "a quotation mark is opened and never closed",
    "nul_byte": "the row contains NUL characters, as damaged files do",
    "wrong_encoding": "the row is not written in the encoding of the rest of the file",
    "lone_row": "the row stands apart from the table: a caption, a total or a note",
    "repeated_header": "the header stands again among the rows",
    "second_table": "a second table begins above: another file seems to have been appended",
    "cell_too_long": "a cell is longer than the reader takes",
    "no_value": "a cell holds a formula that was never computed: open the workbook in a spreadsheet program and save it",
    "repeated_key": "the object names a key twice: which value counts is unknown",
    "not_json": "the line is not valid JSON",
    "too_deep": "the object is nested too deeply",
    "not_an_object": "the entry is not a JSON object, or not a list of the expected length",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A file read whole.

    `columns` are the headers as written (they may be blank or repeat); `rows` is a table of text with the same columns under unique
    names (`unique_names`); `lines` gives the 1-based line (text), row (sheet) or entry (JSON, parquet) of every row.
    """

    encoding: str | None
    dialect: dict[str, Any]
    columns: tuple[str, ...]
    rows: pa.Table
    lines: pa.Array
    refused: tuple[Refusal, ...] = ()


def refuse_wide(width: int, file: str, line: int | None = 1) -> None:
    """Raise SourceError when there are more columns than any list has."""
    if width > MOST_COLUMNS:
        raise SourceError(f"has {width} columns; {MOST_COLUMNS} are the most a list may have.", file=file, line=line, hint="Is it a list?")


def unique_names(headers: Iterable[str]) -> list[str]:
    """Name every column once, whatever its case: blank ones become `column_<position>`, repeated ones get `.2`, `.3` in file order."""
    headers = [header if header.strip() else f"column_{position}" for position, header in enumerate(headers, start=1)]
    reserved = {header.casefold() for header in headers}
    taken: set[str] = set()
    names = []
    for header in headers:
        name, number = header, 1
        while name.casefold() in taken or (number > 1 and name.casefold() in reserved):
            number += 1
            name = f"{header}.{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def text_table(names: Sequence[str], columns: Sequence[Any]) -> pa.Table:
    """Build a table of text columns, also when there are no rows or no columns."""
    return pa.Table.from_arrays(
        [column if isinstance(column, pa.ChunkedArray) else pa.array(column, pa.string()) for column in columns],
        schema=pa.schema([pa.field(name, pa.string()) for name in names]),
    )
