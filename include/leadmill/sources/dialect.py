"""How a text file separates its cells: found by looking at which separator makes the rows agree."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import Any

from leadmill.config import Format

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Dialect:
    """Separator, quotation mark (empty: none) and escape (empty: a doubled quotation mark)."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values for reports."""
        return {"delimiter": self.delimiter, "quote": self.quote, "escape": self.escape}


def detect(body: bytes, stated: Format) -> Dialect:
    """Find the dialect of UTF-8 text; what the source states is believed."""
    quote = stated.quote or '"'
    if stated.delimiter:
        return Dialect(stated.delimiter, quote)
    text = body[:SAMPLE_BYTES].decode("utf-8", errors="replace")
    return max((Dialect(delimiter, quote) for delimiter in DELIMITERS), key=lambda dialect: _agreement(text, dialect))


def _agreement(text: str, dialect: Dialect) -> float:
    """Score a dialect: how many rows have the commonest width, times what that width tells."""
    rows = csv.reader(text.splitlines()[:200], delimiter=dialect.delimiter, quotechar=dialect.quote)
    widths = Counter(len(row) for row in rows if row)
    if not widths:
        return 0.0
    width, rows_agreeing = widths.most_common(1)[0]
    return (rows_agreeing / widths.total()) * (1 - 1 / width)
