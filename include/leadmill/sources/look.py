"""What the cells of a column look like: how many are filled, and what they are. Never what they say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

LOOKED_AT = 5000  # rows
AGREE = 0.9  # share of distinct filled cells that makes a kind

PATTERNS = (
    ("timestamp", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|UTC|[-+]\d\d:?\d\d)?")),
    ("email", re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,.]{2,}")),
    ("website", re.compile(r"(https?://)?([a-z0-9-]+\.)*[a-z0-9-]*[a-z][a-z0-9-]*\.[a-z]{2,}(/\S*)?", re.IGNORECASE)),
    ("boolean", re.compile(r"true|false|yes|no|ja|nein|oui|non|sí|0|1", re.IGNORECASE)),
    ("lei", re.compile(r"[A-Z0-9]{18}\d{2}")),
    ("phone", re.compile(r"(\+|00)\d[\d\s()/.-]{6,}|0\d{2,5}[\s/-]+[\d\s/-]{4,}|\(\d{2,5}\)\s?[\d\s-]{5,}")),
    ("integer", re.compile(r"[-+]?(\d+|\d{1,3}([., '’]\d{3})+)")),
    ("number", re.compile(r"[-+]?[$€£]?\s?(\d{1,3}([., '’]\d{3})+|\d+)([.,]\d+)?\s?[%€$£]?")),
)
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d{1,2}|[-+]?\d{1,3}(\.\d{3})+(,\d+)?")
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %b %Y", "%b %d, %Y", "%d.%m.%y", "%Y%m%d")
TIMES = tuple(f"{date}{gap}%H:%M{second}" for date in DATES for gap in (" ", "T") for second in ("", ":%S"))


@dataclass(frozen=True, slots=True)
class Look:
    """A column's header, share of filled cells (0 to 1), kind, and how its dates are written (strptime, empty: none)."""

    header: str
    filled: float
    kind: str  # email, website, phone, country, lei, boolean, integer, number, date, timestamp, text, empty
    date_format: str = ""
    decimal_comma: bool = False
    has_digits: bool = True  # most cells do


def look_at(header: str, column: pa.ChunkedArray) -> Look:
    """Look at one column of text."""
    head = column.slice(0, LOOKED_AT)
    cells = [cell.strip() for cell in pc.unique(pc.fill_null(head, "")).to_pylist() if cell.strip()]
    blank = pc.sum(pc.equal(pc.utf8_trim_whitespace(pc.fill_null(head, "")), "")).as_py() or 0
    filled = 1 - blank / len(head) if len(head) else 0.0
    kind, date_format = _kind(cells)
    comma = kind in ("integer", "number") and _most(cells, lambda cell: bool(DECIMAL_COMMA.fullmatch(cell)), 0.5)
    return Look(header, filled, kind, date_format, comma, _most(cells, lambda cell: any(map(str.isdigit, cell)), 0.5))


def _kind(cells: Sequence[str]) -> tuple[str, str]:
    if not cells:
        return "empty", ""
    for kinds, name in ((DATES, "date"), (TIMES, "timestamp")):
        for written in kinds:
            if _most(cells, lambda cell, written=written: _is_date(cell, written)):  # type: ignore[misc]
                return name, written
    for kind, pattern in PATTERNS:
        if _most(cells, lambda cell, pattern=pattern: bool(pattern.fullmatch(cell))):  # type: ignore[misc]
            return kind, ""
    return ("country" if _most(cells, _is_country) else "text"), ""


def _most(cells: Sequence[str], test: Callable[[str], bool], share: float = AGREE) -> bool:
    """Say whether the share of cells passes; stops as soon as it cannot."""
    failures = 0
    for cell in cells:
        failures += not test(cell)
        if failures > (1 - share) * len(cells):
            return False
    return True


def _is_date(cell: str, written: str) -> bool:
    try:
        return 1900 <= dt.datetime.strptime(cell, written).year <= 2100  # noqa: DTZ007, PLR2004 - only asked whether it can be read
    except ValueError:
        return False


def _is_country(cell: str) -> bool:
    import pycountry  # noqa: PLC0415 - heavy

    try:
        return pycountry.countries.lookup(cell) is not None
    except LookupError:
        return False
