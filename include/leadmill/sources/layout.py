"""Which records are the table: what stands above it, its header, and its first row."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import Any

from leadmill.config import Format
from leadmill.sources.dialect import Dialect
from leadmill.sources.records import Records

LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Layout:
    """Headers, the index of the first row of data, and the lines above the header."""

    columns: tuple[str, ...]
    first_row: int
    header_rows: int
    preamble: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for reports."""
        return {"header_rows": self.header_rows, "preamble": list(self.preamble)}


def find_layout(records: Records, dialect: Dialect, stated: Format) -> Layout:
    """Find header and table among the records."""
    widths = Counter(records.widths[:LOOKED_AT].tolist())
    width = max(widths, key=lambda candidate: (widths[candidate], candidate)) if widths else 0
    first = stated.skip_rows or 0
    while stated.skip_rows is None and first < len(records) - 1 and records.widths[first] != width:
        first += 1
    header_rows = 1 if stated.header_rows is None else stated.header_rows
    headers = [cells(records.raw(index), dialect) for index in range(first, min(first + header_rows, len(records)))]
    columns = tuple(" ".join(part for part in parts if part) for parts in zip(*headers, strict=False))
    if not header_rows:
        columns = tuple(f"col_{position}" for position in range(width))
    return Layout(columns, first + header_rows, header_rows, tuple(records.raw(index) for index in range(first)))


def cells(raw: str, dialect: Dialect) -> list[str]:
    """Split one well-formed record into its cells."""
    options: dict[str, Any] = {"quotechar": dialect.quote} if dialect.quote else {"quoting": csv.QUOTE_NONE}
    if dialect.escape:
        options |= {"escapechar": dialect.escape, "doublequote": False}
    return next(csv.reader(raw.splitlines(keepends=True), delimiter=dialect.delimiter, strict=False, **options), [])
