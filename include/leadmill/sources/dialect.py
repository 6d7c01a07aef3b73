"""How a text file separates its cells: the way of reading it under which its rows agree and its cells look whole.

After van den Burg, Nazabal and Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019): a dialect is scored by the
pattern of its rows times how many cells make sense. Ties go to the more usual dialect.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from leadmill.config import Format

DELIMITERS = (",", ";", "\t", "|", ", ", "; ", " ")
RARE = re.compile(r"[|:;~^#!*<>\x01\x1f]{1,3}")  # marks, or several that stand together, that separate cells where no usual one does
QUOTES = ('"', "'", "`")
SAMPLE_BYTES = 1 << 16
SAMPLE_RECORDS, SAMPLE_ROWS = 200, 50  # whose widths, and whose cells are looked at
MANY_COLUMNS = 3  # a list separated by spaces or rare marks has at least these, else it is a list of phrases, or of numbers only
POOR = 0.3  # score under which no usual mark separates the cells
NUMBER = re.compile(r"[-+]?[\d.,]+([eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Dialect:
    """Separator (marks that stand together; a space at their end), quotation mark, and escape (empty: the quotation mark is doubled)."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    escaped_escape: bool = False  # the writer doubles the escape as well: `\\\\` is one backslash

    def as_json(self) -> dict[str, Any]:
        """Plain values for reports."""
        return {"delimiter": self.delimiter, "quote": self.quote, "escape": self.escape}


def detect(body: bytes, stated: Format) -> Dialect:
    """Find the dialect of UTF-8 text; what the source states is believed."""
    sample = _sample(body)
    candidates = list(_candidates(sample, stated))
    if len(candidates) == 1 and stated.delimiter:
        return candidates[0]
    usual, score = _best(sample, candidates)
    if stated.delimiter:
        return usual
    rare = [replace(usual, delimiter=mark) for mark in _rare(sample, "" if score < POOR else usual.delimiter)]
    unusual, better = _best(sample, rare) if rare else (usual, 0.0)
    return unusual if better > POOR else usual


def _best(sample: bytes, candidates: list[Dialect]) -> tuple[Dialect, float]:
    """Find the dialect of the highest score; of equals, the first."""
    scores = [_score(sample, candidate) for candidate in candidates]
    return candidates[scores.index(max(scores))], max(scores)


def _rare(sample: bytes, usual: str) -> list[str]:
    """Find rare marks that may separate cells: those of the first line; where a usual one does, those it is never met outside of."""
    line = sample.splitlines()[0].decode("utf-8", errors="replace") if sample.strip() else ""
    found = [mark for mark in dict.fromkeys(RARE.findall(line)) if mark not in DELIMITERS]
    if not usual:
        return found
    return [mark for mark in found if usual in mark and sample.count(usual.encode()) == mark.count(usual) * sample.count(mark.encode())]


def _sample(body: bytes) -> bytes:
    """Whole lines from the beginning; one long line is a sample too."""
    if len(body) <= SAMPLE_BYTES:
        return body
    end = max(body.rfind(b"\n", 0, SAMPLE_BYTES), body.rfind(b"\r", 0, SAMPLE_BYTES))
    return body[: end if end > 0 else SAMPLE_BYTES]


def _candidates(sample: bytes, stated: Format) -> Iterator[Dialect]:
    """Yield what could be, the usual first: only marks that occur."""
    present = [mark for mark in DELIMITERS if mark == DELIMITERS[0] or mark.encode() in sample]
    delimiters = [stated.delimiter] if stated.delimiter else present
    quotes = [stated.quote] if stated.quote else [mark for mark in QUOTES if mark == QUOTES[0] or mark.encode() in sample]
    yield from (Dialect(delimiter, quote) for quote in quotes for delimiter in delimiters)
    for quote in quotes:
        if f"\\{quote}".encode() in sample:
            doubled = not re.search(rf"\\[^\\{quote}]".encode(), sample.replace(rb"\\", b""))
            yield from (Dialect(delimiter, quote, "\\", doubled) for delimiter in delimiters)


def _score(sample: bytes, dialect: Dialect) -> float:
    """Share of rows of one width, times what that width tells (of the width that is best so), times the share of cells that look whole."""
    from leadmill.sources.records import cut, split  # noqa: PLC0415 - records are cut by a dialect

    records = cut(sample, dialect)
    widths = [int(width) for index, width in enumerate(records.widths[:SAMPLE_RECORDS]) if index not in records.reasons]
    if not widths:
        return 0.0
    width, agreeing = max(Counter(widths).items(), key=lambda found: found[1] * _worth(found[0]))
    agreement = agreeing / min(len(records), SAMPLE_RECORDS)
    odd, doubtful = _odd(dialect), dialect.delimiter not in DELIMITERS or dialect.delimiter == " "
    if doubtful and (agreement < 1 or len(records) == 1):
        return 0.0
    alike = [index for index in range(min(len(records), SAMPLE_RECORDS)) if records.widths[index] == width][:SAMPLE_ROWS]
    cells = [cell for index in alike for cell in split(records.slice(index), dialect)]
    if doubtful and width < MANY_COLUMNS and not all(NUMBER.fullmatch(cell) for cell, _ in cells[width:]):
        return 0.0
    whole = sum(1 for cell, quoted in cells if quoted or not odd.search(cell))
    return agreement * _worth(width) * (whole / len(cells) if cells else 0.0)


def _worth(width: int) -> float:
    return 1.02 - 1 / width


def _odd(dialect: Dialect) -> re.Pattern[str]:
    """Pattern of an unquoted cell that was probably cut in the wrong place."""
    others = "".join(mark for mark in (";", "\t", "|", dialect.delimiter[0]) if mark != dialect.delimiter)
    edges = "" if dialect.delimiter == " " else r"^\s|"
    return re.compile(rf"""{edges}[{re.escape(others)}]|^\s*["'`]|["]\s*$""")
