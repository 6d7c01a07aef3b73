"""The header: whether a row is one, how many rows it has, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from operator import itemgetter

from leadmill.sources.kinds import contrast, kind_of

HEADER_ROWS = 5  # at most
YEARS = range(1900, 2101)
FEWEST = 3  # rows whose columns must all have a type before the row above them is a second name


def is_header(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Say whether a row names the columns below it: text over columns of numbers, dates or addresses, not more of the same.

    Without evidence it is a header: lists have one. So are years in a row.
    """
    if not body:
        return not any(kind_of(cell) in ("email", "number", "date") for cell in row)
    same, other = contrast(row, body)
    return other >= same or are_years(row)


def is_certain(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Say whether a row is a header by evidence: text over typed columns, and nothing that looks like the rows."""
    same, other = contrast(row, body)
    return other > 0 and not same


def are_years(row: Sequence[str]) -> bool:
    """Say whether all numbers of a row are years, one after the other in either direction."""
    numbers = [int(cell.strip()) for cell in row if cell.strip().isdecimal()]
    years = sorted(set(numbers))
    return len(years) > 1 and all(year in YEARS for year in years) and years[-1] - years[0] == len(years) - 1


def count_rows(rows: Sequence[list[str]], start: int, at_least: int = 1) -> int:
    """Count the rows of the header that begins at `start`, blank ones between them too; `at_least` so many are known to be."""
    count = at_least
    while count < HEADER_ROWS and start + count < len(rows) - 1:
        step = 1 if any(cell.strip() for cell in rows[start + count]) else 2
        row, below = rows[start + count + step - 1], rows[start + count + step :]
        if not (_continues(row, rows[start]) if step > 1 else _belongs(row, rows[start : start + count], below)):
            break
        count += step
    return count


def _belongs(row: list[str], header: Sequence[list[str]], below: Sequence[list[str]]) -> bool:
    """Say whether a row repeats the header, goes on with it, or names each column under the names of groups."""
    return row == header[0] or _continues(row, header[0]) or (len(header) == 1 and _completes(row, header[0], below))


def _continues(row: list[str], header: list[str]) -> bool:
    """Say whether a row fills what blank cells of the header leave open, without a first cell."""
    filled = [place for place, cell in enumerate(row) if cell.strip()]
    return (
        len(row) == len(header)
        and bool(filled)
        and not row[0].strip()
        and bool(header[0].strip())
        and any(not header[place].strip() for place in filled)
        and all(kind_of(row[place]) == "text" for place in filled)
    )


def _completes(row: list[str], header: list[str], below: Sequence[list[str]]) -> bool:
    """Say whether a row of nothing but names stands under groups (blank or repeated cells), or above columns that all have a type."""
    body = [cells for cells in below if len(cells) == len(row) and any(cells)]
    if len(row) != len(header) or not all(kind_of(cell) == "text" for cell in row) or not is_certain(row, body):
        return False
    named = [cell for cell in header if cell.strip()]
    groups = len(named) < len(header) or any(before == after for before, after in pairwise(named))
    return (groups and len(set(row)) > 1) or (len(body) >= FEWEST and contrast(row, body)[1] == len(row))


def header_depths(grid: Sequence[Sequence[str]], merged: Sequence[Sequence[int]]) -> dict[int, int]:
    """Tell how many rows a header has that begins in a row with merged cells (top, left, bottom, right; all from 0).

    A cell merged over several columns has names below it, one merged over several rows is a name of all of them. That holds where every
    other cell of the row has nothing below it: else the row below may be a record.
    """
    found = {}
    for top, here in groupby(sorted(map(tuple, merged)), key=itemgetter(0)):
        depth, covered = _reach([*here])
        below = grid[top + 1 : top + 1 + depth]
        alone = [place for place, cell in enumerate(grid[top]) if cell.strip() and place not in covered] if below else []
        names = all(kind_of(cell) in ("", "text") for row in below for cell in row)
        if len(below) == depth and names and not any(row[place].strip() for row in below for place in alone):
            found[top] = 1 + depth
    return found


def _reach(merged: Sequence[tuple[int, ...]]) -> tuple[int, set[int]]:
    """How many rows of names stand below merged cells of one row, and which columns they cover."""
    depth = max(bottom - top + (right > left) for top, left, bottom, right in merged)
    return depth, {place for _, left, _, right in merged for place in range(left, right + 1)}


def join(header: Sequence[list[str]]) -> tuple[str, ...]:
    """Join several header rows into one: an upper cell stands for the columns right of it until the next one there or above."""
    if len(header) == 1:
        return tuple(header[0])
    width = max(len(row) for row in header)
    parts: list[list[str]] = [[] for _ in range(width)]
    begins: set[int] = set()  # where a group of a level above begins
    for level, row in enumerate(header):
        above = ""
        for place in range(width):
            cell = row[place] if place < len(row) else ""
            above = cell or ("" if place in begins else above)
            named_below = any(place < len(lower) and lower[place].strip() for lower in header[level + 1 :])
            parts[place].append(above if named_below else cell)
        begins |= {place for place, cell in enumerate(row) if cell.strip()}
    return tuple(" ".join(part for part in names if part.strip()) for names in parts)
