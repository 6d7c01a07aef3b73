"""What a cell looks like, as far as that helps to tell a header from the rows below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

TYPED = 0.7  # share of a column's filled cells that must agree for the column to have a type
LOOKED_AT = 50  # rows

KINDS = (
    ("number", re.compile(r"[-+(]?\s*[$€£¥]?\s*[-+]?(\d{1,3}([., '’]\d{3})+|\d+)?([.,]\d+)?([eE][-+]?\d+)?\s*[%€$£)]?")),
    ("date", re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:\d{2}.*)?|\d{1,2}[-. ][A-Za-z]{3,9}\.?[-. ]\d{2,4}")),
    ("time", re.compile(r"\d{1,2}:\d{2}(:\d{2})?(\.\d+)?")),
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")),
    ("address", re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)),
    ("phone", re.compile(r"\+?[\d\s()/.-]{6,}")),
)


def kind_of(cell: str) -> str:
    """Say what a cell looks like: number, date, time, email, address, phone, text, or nothing."""
    cell = cell.strip()
    if not cell or cell in ("-", "NaN", "n/a", "N/A"):
        return ""
    return next((kind for kind, pattern in KINDS if pattern.fullmatch(cell)), "text")


def column_kind(cells: Sequence[str]) -> str:
    """Say what most filled cells of a column look like: text when they disagree, nothing when none is filled."""
    kinds = Counter(kind for cell in cells if (kind := kind_of(cell)))
    if not kinds:
        return ""
    kind, number = kinds.most_common(1)[0]
    return kind if number >= TYPED * kinds.total() else "text"


def contrast(row: Sequence[str], body: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Count the typed columns of `body` in which a row has a cell of that type, and those in which it has text."""
    same = other = 0
    for place, cell in enumerate(row):
        kind = column_kind([cells[place] for cells in body[:LOOKED_AT] if place < len(cells)])
        if kind in ("", "text") or not cell.strip():
            continue
        same += kind_of(cell) == kind
        other += kind_of(cell) == "text"
    return same, other
