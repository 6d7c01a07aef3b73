"""Which records are the table: captions above it, a header of one row, several or none, and the first row of data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from leadmill.config import Format

LOOKED_AT = 200  # rows
TYPED = 0.7  # share of a column's filled cells that must agree for the column to have a type
MOST, FEW = 0.5, 0.02  # shares of the rows that agree on a width, or are strays
HEADER_ROWS = 5  # at most
YEARS = range(1900, 2101)

KINDS = (
    ("number", re.compile(r"[-+(]?\s*[$€£¥]?\s*[-+]?(\d{1,3}([., '’]\d{3})+|\d+)?([.,]\d+)?([eE][-+]?\d+)?\s*[%€$£)]?")),
    ("date", re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:\d{2}.*)?|\d{1,2}[-. ][A-Za-z]{3,9}\.?[-. ]\d{2,4}")),
    ("time", re.compile(r"\d{1,2}:\d{2}(:\d{2})?(\.\d+)?")),
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")),
    ("address", re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)),
    ("phone", re.compile(r"\+?[\d\s()/.-]{6,}")),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Headers as written, index of the first row of data, number of header rows, index of the header, width of the rows below."""

    columns: tuple[str, ...]
    first_row: int
    header_rows: int
    header_at: int
    width: int

    def as_json(self) -> dict[str, Any]:
        """Plain values for reports."""
        return {"header_rows": self.header_rows}


def find_layout(rows: Sequence[list[str]], stated: Format, begin: int = 0) -> Layout:
    """Find header and table among the first rows, given as cells; `begin` rows were stated to be skipped.

    A row that could not be cut is an empty list. What the source states of header rows is believed.
    """
    width = _commonest_width(rows[begin:])
    if not width:  # not one row can be read
        return Layout((), begin, 0, begin, 0)
    start = begin if stated.skip_rows is not None else _header_at(rows, width, begin)
    body = [row for row in rows[start + 1 :] if len(row) == width and any(row)]
    if stated.header_rows is None:
        count = _header_rows(rows, start) if rows[start:] and is_header(rows[start], body) else 0
    else:
        count = stated.header_rows
    if not count:
        return Layout(tuple(f"col_{place}" for place in range(width)), start, 0, start, width)
    columns = _joined(rows[start : start + count])
    below = [row for row in rows[start + count :] if any(row)]
    return Layout(columns, start + count, count, start, _row_width(below, len(columns)))


def kind_of(cell: str) -> str:
    """Say what a cell looks like: number, date, time, email, address, phone, text, or nothing."""
    cell = cell.strip()
    if not cell or cell in ("-", "NaN", "n/a", "N/A"):
        return ""
    return next((kind for kind, pattern in KINDS if pattern.fullmatch(cell)), "text")


def is_header(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Say whether a row names the columns below it: text over columns of numbers, dates or addresses, not more of the same.

    Without evidence it is a header: lists have one. So are years in a row.
    """
    same = other = 0
    if not body:
        return not any(kind_of(cell) in ("email", "number", "date") for cell in row)
    for place, cell in enumerate(row):
        kind = _column_kind([cells[place] for cells in body[:50] if place < len(cells)])
        if kind in ("", "text") or not cell.strip():
            continue
        same += kind_of(cell) == kind
        other += kind_of(cell) == "text"
    return other >= same or _are_years(row)


def _column_kind(cells: list[str]) -> str:
    kinds = Counter(kind for cell in cells if (kind := kind_of(cell)))
    if not kinds:
        return ""
    kind, number = kinds.most_common(1)[0]
    return kind if number >= TYPED * kinds.total() else "text"


def _are_years(row: Sequence[str]) -> bool:
    numbers = [int(cell) for cell in row if cell.strip().isdecimal()]
    return (
        len(numbers) > 1 and all(number in YEARS for number in numbers) and all(after - before == 1 for before, after in pairwise(numbers))
    )


def _commonest_width(rows: Sequence[list[str]]) -> int:
    """Width of most rows; of equals, the first (another table below may be as long)."""
    widths = Counter(len(row) for row in rows[:LOOKED_AT] if row)
    return widths.most_common(1)[0][0] if widths else 0


def _row_width(below: Sequence[list[str]], columns: int) -> int:
    """Width of the rows when (nearly) none is as wide as the header and most agree on another width; else the header's."""
    widths = Counter(len(row) for row in below[:LOOKED_AT] if row)
    if not widths or widths[columns] > FEW * widths.total():
        return columns
    width, number = widths.most_common(1)[0]
    surplus_blank = width > columns and all(not cell.strip() for row in below for cell in row[columns:])
    agree = number >= MOST * widths.total() and (number > 1 or surplus_blank)
    return width if agree and (width > columns or columns - width < width) else columns


def _header_at(rows: Sequence[list[str]], width: int, begin: int) -> int:
    """Index of the header: below captions (one cell, or none, in a table of several columns) and lines of another width."""
    start = next((index for index, row in enumerate(rows) if index >= begin and _is_row(row, width)), begin)
    above = start - 1
    body = [row for row in rows[start + 1 :] if len(row) == width]
    if above >= begin and _is_row(rows[above], len(rows[above])) and len(rows[above]) > 1 and body and not is_header(rows[start], body):
        return above  # a header of another width than its rows
    return start


def _is_row(row: list[str], width: int) -> bool:
    filled = sum(1 for cell in row if cell.strip())
    return len(row) == width and filled > (1 if width > 1 else 0)


def _header_rows(rows: Sequence[list[str]], start: int) -> int:
    """Count header rows: rows below that repeat the header, or fill what its blank cells leave open without a first cell."""
    header = rows[start]
    count = 1
    while count < HEADER_ROWS and start + count < len(rows) - 1:
        row = rows[start + count]
        if row != header and not _continues(row, header):
            break
        count += 1
    return count


def _continues(row: list[str], header: list[str]) -> bool:
    filled = [place for place, cell in enumerate(row) if cell.strip()]
    return (
        len(row) == len(header)
        and bool(filled)
        and not row[0].strip()
        and bool(header[0].strip())
        and any(not header[place].strip() for place in filled)
        and all(kind_of(row[place]) == "text" for place in filled)
    )


def _joined(header: Sequence[list[str]]) -> tuple[str, ...]:
    """Join several header rows into one: an upper cell stands for the columns right of it until the next one."""
    if len(header) == 1:
        return tuple(header[0])
    width = max(len(row) for row in header)
    parts: list[list[str]] = [[] for _ in range(width)]
    for level, row in enumerate(header):
        above = ""
        for place in range(width):
            cell = row[place] if place < len(row) else ""
            above = cell or above
            named_below = any(place < len(lower) and lower[place].strip() for lower in header[level + 1 :])
            parts[place].append(above if named_below else cell)
    return tuple(" ".join(part for part in names if part.strip()) for names in parts)
