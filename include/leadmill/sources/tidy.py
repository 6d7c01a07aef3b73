"""What a table holds besides rows: blank rows, captions between sections, its own header again. Told apart once cells are read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

MOST_NOTES = 50  # lines below a table

Mask = npt.NDArray[np.bool_]


def blank_rows(rows: pa.Table) -> Mask:
    """Mark rows without a value in any cell."""
    return _all_equal(rows, [""] * rows.num_columns)


def oddities(rows: pa.Table, columns: tuple[str, ...], blank: Mask, after_gap: Mask) -> Iterator[tuple[int, str]]:
    """Yield index and reason of rows that are no records.

    A header met again among the rows means that another file was appended: what follows was written by someone else and is refused.
    After a blank row it begins another section of the same report: only the header is refused, and a lone caption above it.
    """
    separate = after_gap | np.concatenate(([False], blank[:-1])) if len(blank) else after_gap
    captions = {int(index) for index in np.flatnonzero(separate & ~blank) if _is_caption(rows, int(index), blank)}
    captions |= _footer(rows, separate, blank)
    yield from ((index, "lone_row") for index in sorted(captions))
    if len(columns) != rows.num_columns or rows.num_columns < 2:  # noqa: PLR2004 - one column repeats its header by chance
        return
    for index in np.flatnonzero(_all_equal(rows, list(columns))):
        yield int(index), "repeated_header"
        if not separate[index] and int(index) - 1 not in captions:
            yield from ((later, "second_table") for later in range(int(index) + 1, rows.num_rows) if not blank[later])
            return


def _is_caption(rows: pa.Table, index: int, blank: Mask) -> bool:
    """Say whether a row has its only value in the first cell, and the next row that is not blank fills half the columns."""
    if _filled(rows, index) != [0] or rows.num_columns < 2:  # noqa: PLR2004
        return False
    below = next((later for later in range(index + 1, rows.num_rows) if not blank[later]), None)
    return below is not None and len(_filled(rows, below)) * 2 >= rows.num_columns


def _footer(rows: pa.Table, separate: Mask, blank: Mask) -> set[int]:
    """Find the notes below the table: after its last blank row, when every row there has a first cell and nothing else."""
    begins = np.flatnonzero(separate & ~blank)
    if not len(begins) or rows.num_columns < 2:  # noqa: PLR2004
        return set()
    last = [index for index in range(int(begins[-1]), rows.num_rows) if not blank[index]]
    return set(last) if len(last) <= MOST_NOTES and all(_filled(rows, index) == [0] for index in last) else set()


def _filled(rows: pa.Table, index: int) -> list[int]:
    return [place for place, column in enumerate(rows.columns) if (column[index].as_py() or "").strip()]


def _all_equal(rows: pa.Table, values: list[str]) -> Mask:
    """Mark the rows whose cells, trimmed, are `values`; stops at the first column that rules out every row."""
    mask = np.ones(rows.num_rows, bool)
    for column, value in zip(rows.columns, values, strict=True):
        if not mask.any():
            break
        same = pc.equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), value.strip())
        mask &= same.to_numpy() if isinstance(same, pa.ChunkedArray) else same.to_numpy(zero_copy_only=False)
    return mask
