"""What a table holds besides rows: blank rows, captions between sections, its own header again. Told apart once cells are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.sources.headers import is_certain, is_header
from leadmill.sources.kinds import LOOKED_AT, contrast

MOST_NOTES = 50  # lines below a table
MOST_GAPS = 100  # gaps behind which another table is looked for
FEWEST = 3  # rows above a note, and cells each of them fills
MANY = 10  # full rows, after which one with a first cell alone is none of them
MUCH_LONGER = 1.5  # times the longest first cell: a sentence, not a name

Mask = npt.NDArray[np.bool_]


def blank_rows(rows: pa.Table) -> Mask:
    """Mark rows without a value in any cell."""
    return _all_equal(rows, [""] * rows.num_columns)


def oddities(rows: pa.Table, header: Sequence[Sequence[str]], blank: Mask, after_gap: Mask) -> Iterator[tuple[int, str]]:
    """Yield index and reason of rows that are no records.

    A header met again among the rows means that another file was appended: what follows was written by someone else and is refused.
    After a blank row it begins another section of the same report: only the header is refused, and a lone caption above it. A header of
    other columns after a blank row begins another table: it and all below it are refused.
    """
    separate = after_gap | np.concatenate(([False], blank[:-1])) if len(blank) else after_gap
    if rows.num_columns < 2:  # noqa: PLR2004 - one column repeats its header by chance
        return
    captions = {int(index) for index in np.flatnonzero(separate & ~blank) if _is_caption(rows, int(index), blank)}
    captions |= _footer(rows, separate, blank)
    yield from ((index, "lone_row") for index in sorted(captions))
    other = _other_table(rows, np.flatnonzero(separate & ~blank), header)
    for place, cells in enumerate(header):
        for index in np.flatnonzero(_all_equal(rows, cells)) if len(cells) == rows.num_columns else ():
            yield int(index), "repeated_header"
            if not place and not separate[index] and int(index) - 1 not in captions:
                other = min(other, int(index) + 1)
    yield from ((later, "second_table") for later in range(other, rows.num_rows) if not blank[later])


def _other_table(rows: pa.Table, after_gap: npt.NDArray[np.intp], header: Sequence[Sequence[str]]) -> int:
    """Index of a header of other columns: after a gap, text where rows above and below have numbers or dates; else the number of rows."""
    for index in map(int, after_gap[:MOST_GAPS]):
        cells, above = _cells(rows, index, 1)[0], _cells(rows, max(0, index - LOOKED_AT), min(index, LOOKED_AT))
        narrower = [row for row in _cells(rows, index + 1, LOOKED_AT) if any(row)]
        named = sum(1 for cell in cells if cell.strip())
        if named > 1 and tuple(cells) not in header and is_certain(cells, above) and narrower and is_header(cells, narrower):
            return index
    return len(rows)


def _cells(rows: pa.Table, begin: int, length: int) -> list[list[str]]:
    columns = [column.slice(begin, length).to_pylist() for column in rows.columns]
    return [[cell or "" for cell in row] for row in zip(*columns, strict=True)]


def _is_caption(rows: pa.Table, index: int, blank: Mask) -> bool:
    """Say whether a row has its only value in the first cell, and the next row that is not blank fills half the columns."""
    if _filled(rows, index) != [0]:
        return False
    below = next((later for later in range(index + 1, rows.num_rows) if not blank[later]), None)
    return below is not None and len(_filled(rows, below)) * 2 >= rows.num_columns


def _footer(rows: pa.Table, separate: Mask, blank: Mask) -> set[int]:
    """Find the notes below the table: its last rows, when they have a first cell and nothing else, and stand apart or are no such value."""
    begins = np.flatnonzero(separate & ~blank)
    apart = [index for index in range(int(begins[-1]), rows.num_rows) if not blank[index]] if len(begins) else []
    if apart and len(apart) <= MOST_NOTES and all(_filled(rows, index) == [0] for index in apart):
        return set(apart)
    begin = rows.num_rows
    while begin and _filled(rows, begin - 1) == [0] and rows.num_rows - begin < MOST_NOTES:
        begin -= 1
    above = [row for row in _cells(rows, max(0, begin - LOOKED_AT), min(begin, LOOKED_AT)) if any(row)]
    notes = [row[0] for row in _cells(rows, begin, MOST_NOTES)]
    if len(above) < FEWEST or any(sum(1 for cell in row if cell.strip()) < FEWEST for row in above):
        return set()
    longest = max(len(row[0]) for row in above)
    foreign = all(contrast([note], above)[1] or len(note) > MUCH_LONGER * longest for note in notes)
    full = len(above) >= MANY and all(cell.strip() for row in above for cell in row)
    return set(range(begin, rows.num_rows)) if foreign or full else set()


def _filled(rows: pa.Table, index: int) -> list[int]:
    return [place for place, column in enumerate(rows.columns) if (column[index].as_py() or "").strip()]


def _all_equal(rows: pa.Table, values: Sequence[str]) -> Mask:
    """Mark the rows whose cells, trimmed, are `values`; stops at the first column that rules out every row."""
    mask = np.ones(rows.num_rows, bool)
    for column, value in zip(rows.columns, values, strict=True):
        if not mask.any():
            break
        same = pc.equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), value.strip())
        mask &= same.to_numpy() if isinstance(same, pa.ChunkedArray) else same.to_numpy(zero_copy_only=False)
    return mask
