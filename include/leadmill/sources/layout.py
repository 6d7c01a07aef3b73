"""Which records are the table: captions above it, a header of one row, several or none, and the first row of data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from types import MappingProxyType
from typing import Any

from leadmill.config import Format
from leadmill.sources.headers import are_years, count_rows, is_certain, is_header, join
from leadmill.sources.kinds import kind_of

LOOKED_AT = 200  # rows
MOST, FEW = 0.5, 0.02  # shares of the rows that agree on a width, or are strays
FEWEST = 3  # rows below a header that make a table of their own
PAIR = 2  # cells of a fact above a table: what, and how much
MOST_FACTS = 40
NO_DEPTHS: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Layout:
    """Headers as written, index of the first row of data, index of the header, its rows, width of the rows below."""

    columns: tuple[str, ...]
    first_row: int
    header_at: int
    width: int
    header: tuple[tuple[str, ...], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for reports."""
        return {"header_rows": len(self.header)}


def find_layout(rows: Sequence[list[str]], stated: Format, begin: int = 0, depths: Mapping[int, int] = NO_DEPTHS) -> Layout:
    """Find header and table among the first rows, given as cells; `begin` rows were stated to be skipped.

    A row that could not be cut is an empty list. What the source states of header rows is believed; `depths` tells how many a header that
    begins in a row has at least.
    """
    width = _table_width(rows[begin:])
    if not width:  # not one row can be read
        return Layout((), begin, begin, 0)
    start = begin if stated.skip_rows is not None else _header_at(rows, width, begin)
    body = [row for row in rows[start + 1 :] if len(row) == width and any(row)]
    if stated.header_rows is None:
        count = count_rows(rows, start, depths.get(start, 1)) if rows[start:] and is_header(rows[start], body) else 0
    else:
        count = stated.header_rows
    if not count:
        return Layout(tuple(f"col_{place}" for place in range(width)), start, start, width)
    header = rows[start : start + count]
    columns = join(header)
    below = [row for row in rows[start + count :] if any(row)]
    return Layout(columns, start + count, start, _row_width(below, len(columns)), tuple(map(tuple, header)))


def _table_width(rows: Sequence[list[str]]) -> int:
    """Width of the table: of its rows where it certainly begins with a header, else of most rows; of equals, the first.

    So a longer table below does not make captions of the first, and many lines above do not hide a small one.
    """
    begin = next((index for index, row in enumerate(rows) if len(row) > 1), len(rows))
    first = list(takewhile(lambda row: len(row) == len(rows[begin]), rows[begin:]))
    below = rows[begin + len(first) :]
    is_wide = bool(first) and len(first[0]) > PAIR
    is_only = not below or (is_wide and all(len(row) == 1 for row in below))
    if len(first) > (1 if is_only else FEWEST) and (is_only or is_wide) and is_certain(first[0], first[1:]):
        return len(first[0])
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
    """Index of the header: below captions (one cell, or none, in a table of several columns), facts and lines of another width."""
    start = next((index for index, row in enumerate(rows) if index >= begin and _is_row(row, width)), begin)
    above = start - 1
    body = [row for row in rows[start + 1 :] if len(row) == width]
    if above < begin or not body or len(rows[above]) == 1 or not _is_row(rows[above], len(rows[above])):
        return _below_facts(rows, start)
    if not is_header(rows[start], body) or (_differ_at_an_empty_end(rows[above], rows[start]) and not is_certain(rows[start], body)):
        return above  # a header of another width than its rows
    return start


def _differ_at_an_empty_end(header: list[str], row: list[str]) -> bool:
    """Say whether a full header and a row differ by one empty cell at the end: a separator that only one of them ends with."""
    longer = header if len(header) > len(row) else row
    return abs(len(header) - len(row)) == 1 and not longer[-1].strip() and all(cell.strip() for cell in header[: len(row)])


def _below_facts(rows: Sequence[list[str]], start: int) -> int:
    """Index of the first wide row below pairs such as `Created,2024-01-31`, when it is the header of all wide rows below; else `start`."""
    wide = next((index for index in range(start, len(rows)) if _last_filled(rows[index]) > PAIR), start)
    body = [row for row in rows[wide + 1 :] if len(row) == len(rows[start])]
    facts = [row for row in rows[start:wide] if _last_filled(row)]
    if not facts or wide - start > MOST_FACTS or not body or not is_header(rows[wide], body):
        return start
    no_names = any(kind_of(cell) not in ("", "text") for row in facts for cell in row[:PAIR])
    if not rows[wide][0].strip() and not no_names and len(facts) == 1:
        return start  # it may go on with the row above: two rows of a header
    apart = not _last_filled(rows[wide - 1]) or (no_names and all(_last_filled(row) > PAIR for row in body if _last_filled(row) > 1))
    return wide if apart or is_certain(rows[wide], body) or are_years(rows[wide]) else start


def _last_filled(row: Sequence[str]) -> int:
    return max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _is_row(row: list[str], width: int) -> bool:
    filled = sum(1 for cell in row if cell.strip())
    return len(row) == width and filled > (1 if width > 1 else 0)
