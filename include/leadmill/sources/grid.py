"""Read a grid of cells that some other reader has made (a sheet, an array of arrays): header, rows, and what is neither."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from leadmill.config import Format
from leadmill.sources.layout import LOOKED_AT, Layout, find_layout
from leadmill.sources.reading import Reading, Refusal, text_table, unique_names
from leadmill.sources.tidy import blank_rows, oddities


@dataclass(frozen=True, slots=True)
class Known:
    """What the other reader knows of rows (from 0): how many rows a header has that begins there, and where a value is missing."""

    depths: Mapping[int, int] = field(default_factory=dict)
    without_value: frozenset[int] = frozenset()


def read_grid(grid: list[list[str]], stated: Format, dialect: dict[str, Any], known: Known = Known()) -> Reading:
    """Make a reading of rows of one width, numbered from 1; empty outer columns are no part of the table."""
    grid = _trimmed(grid)
    numbered = [
        (line, row) for line, row in enumerate(grid, start=1) if line - 1 in known.without_value or any(cell.strip() for cell in row)
    ]
    if not numbered:
        return Reading(None, dialect, (), text_table([], []), pa.array([], pa.int32()))
    begin = sum(1 for line, _ in numbered if line <= (stated.skip_rows or 0))
    depths = _without_blank(known.depths, [line for line, _ in numbered])
    layout = find_layout([[cell.strip() for cell in row] for _, row in numbered[: begin + LOOKED_AT]], stated, begin, depths)
    body = numbered[layout.first_row :]
    return _with_rows(
        body, layout, known, {**dialect, **layout.as_json(), "preamble": [_raw(row) for _, row in numbered[: layout.header_at]]}
    )


def _without_blank(depths: Mapping[int, int], lines: list[int]) -> dict[int, int]:
    """Turn numbers of rows of the sheet into those of the rows that are not blank."""
    return {bisect_left(lines, top + 1): bisect_left(lines, top + 1 + depth) - bisect_left(lines, top + 1) for top, depth in depths.items()}


def _with_rows(body: list[tuple[int, list[str]]], layout: Layout, known: Known, dialect: dict[str, Any]) -> Reading:
    names = unique_names(layout.columns)
    rows = text_table(names, [[row[place] for _, row in body] for place in range(len(names))])
    lines = np.array([line for line, _ in body], np.int32)
    after_gap = np.diff(lines, prepend=lines[:1] - 1) > 1
    reasons = dict(oddities(rows, layout.header, blank_rows(rows), after_gap))
    reasons |= {index: "no_value" for index, line in enumerate(lines) if line - 1 in known.without_value}
    kept = ~np.isin(np.arange(len(lines)), list(reasons))
    return Reading(
        encoding=None,
        dialect=dialect,
        columns=layout.columns,
        rows=rows.filter(pa.array(kept)) if reasons else rows,
        lines=pa.array(lines[kept], pa.int32()),
        refused=tuple(Refusal(int(lines[index]), _raw(body[index][1]), reason) for index, reason in sorted(reasons.items())),
    )


def _trimmed(grid: list[list[str]]) -> list[list[str]]:
    width = max((len(row) for row in grid), default=0)
    used = [place for place in range(width) if any(place < len(row) and row[place].strip() for row in grid)]
    if not used:
        return []
    return [[*row[used[0] : used[-1] + 1], *[""] * (used[-1] + 1 - max(len(row), used[0]))] for row in grid]


def _raw(row: list[str]) -> str:
    return "\t".join(row)
