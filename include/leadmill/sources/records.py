"""Cut text into records without reading its cells: where each begins, how wide it is, and which cannot be read without guessing.

Two ways, same outcome. When all quotation marks of a file pair up, everything is array work and the file goes to pyarrow as it is.
Otherwise records are cut one by one: a record that is not well formed is refused on its own line, and reading resumes on the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leadmill.sources.dialect import Dialect

Positions = npt.NDArray[np.int64]
LONGEST_DOUBTFUL = 1 << 20  # bytes a quoted cell may span where quotation marks of the file do not pair up
BLOCK = 1 << 24

LF, CR, NUL = 10, 13, 0


@dataclass(frozen=True, slots=True)
class Records:
    """Records of a text: byte ranges without line ends, 1-based first lines, widths in cells, reasons of those refused."""

    body: bytes
    starts: Positions
    ends: Positions
    lines: Positions
    widths: Positions
    reasons: dict[int, str]  # record index -> reason code

    def raw(self, index: int, limit: int | None = None) -> str:
        """Text of one record as it was written."""
        start, end = int(self.starts[index]), int(self.ends[index])
        return self.body[start : end if limit is None else min(end, start + limit)].decode("utf-8", errors="replace")

    def __len__(self) -> int:
        return len(self.starts)


def cut(body: bytes, dialect: Dialect) -> Records:
    """Cut UTF-8 text into records."""
    data = np.frombuffer(body, np.uint8)
    quotes = _quotes(data, dialect)
    breaks, ends = _line_breaks(data)
    if quotes is not None and _pair_up(data, quotes, dialect):
        outside = np.searchsorted(quotes, breaks) % 2 == 0 if len(quotes) else np.ones(len(breaks), bool)
        starts = np.concatenate(([0], breaks[outside] + 1)).astype(np.int64)
        stops = np.concatenate((ends[outside], [len(data)])).astype(np.int64)
        lines = np.concatenate(([1], np.flatnonzero(outside) + 2)).astype(np.int64)
        widths = _widths(data, starts, quotes, dialect)
        reasons: dict[int, str] = {}
    else:
        found = list(_one_by_one(body, dialect))
        starts, stops, widths = (np.array([record[part] for record in found], np.int64) for part in range(3))
        lines = np.searchsorted(breaks, starts) + 1
        reasons = {index: record[3] for index, record in enumerate(found) if record[3]}
    kept = stops > starts  # blank lines are no records
    index = np.cumsum(kept) - 1
    return Records(
        body, starts[kept], stops[kept], lines[kept], widths[kept], {int(index[i]): reason for i, reason in reasons.items() if kept[i]}
    )


def _line_breaks(data: npt.NDArray[np.uint8]) -> tuple[Positions, Positions]:
    """Positions of the last byte of every line end (LF, CRLF or CR), and of the first."""
    feeds = np.flatnonzero(data == LF)
    returns = np.flatnonzero(data == CR)
    ends = feeds - (data[feeds - 1] == CR) * (feeds > 0)
    alone = returns[data[np.minimum(returns + 1, len(data) - 1)] != LF] if len(returns) else returns
    if not len(alone):
        return feeds, ends
    breaks, ends = np.concatenate((feeds, alone)), np.concatenate((ends, alone))
    order = np.argsort(breaks, kind="stable")
    return breaks[order], ends[order]


def _quotes(data: npt.NDArray[np.uint8], dialect: Dialect) -> Positions | None:
    """Positions of quotation marks that are not escaped; None when that takes a closer look."""
    if not dialect.quote:
        return np.empty(0, np.int64)
    quotes = np.flatnonzero(data == ord(dialect.quote))
    return quotes if not dialect.escape or not len(quotes) else None


def _pair_up(data: npt.NDArray[np.uint8], quotes: Positions, dialect: Dialect) -> bool:
    """Say whether every quotation mark opens a cell, closes one, or stands doubled inside one."""
    if not len(quotes):
        return True
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    edge = np.zeros(256, bool)
    edge[[ord(dialect.delimiter), LF, CR]] = True
    before = edge[data[opening - 1]] | (opening == 0)
    before[1:] |= opening[1:] == closing[:-1] + 1
    after = edge[data[np.minimum(closing + 1, len(data) - 1)]] | (closing == len(data) - 1)
    after[:-1] |= closing[:-1] + 1 == opening[1:]
    return bool(before.all() and after.all())


def _widths(data: npt.NDArray[np.uint8], starts: Positions, quotes: Positions, dialect: Dialect) -> Positions:
    """Count cells per record, block by block: a whole file of positions would take eight times its size."""
    separators = np.zeros(len(starts), np.int64)
    mark = ord(dialect.delimiter)
    for begin in range(0, len(data), BLOCK):
        found = np.flatnonzero(data[begin : begin + BLOCK] == mark) + begin
        if len(quotes):
            found = found[np.searchsorted(quotes, found) % 2 == 0]
        first, last = np.searchsorted(starts, (begin, begin + BLOCK))
        first = max(first - 1, 0)
        edges = np.searchsorted(found, np.append(starts[first:last], [np.iinfo(np.int64).max]))
        separators[first:last] += np.diff(edges)
    return separators + 1


def _one_by_one(body: bytes, dialect: Dialect) -> Iterator[tuple[int, int, int, str]]:
    """Yield (start, end, width, reason) of every record; a record that is not well formed is one line, refused."""
    record, line = record_pattern(dialect), re.compile(rb"[^\r\n]*")
    cell = re.compile(_cell(dialect))
    position = 0
    while position < len(body):
        found = record.match(body, position)
        whole: Any = found or line.match(body, position)
        end = whole.end()
        width = sum(1 for _ in _cells(cell, body, position, end)) if found else 0
        yield position, end, width, "" if found else "stray_quote"
        position = end + (2 if body[end : end + 2] == b"\r\n" else 1)


def _cells(cell: re.Pattern[bytes], body: bytes, position: int, end: int) -> Iterator[tuple[int, int]]:
    while True:
        found = cell.match(body, position, end)
        if found is None:
            return
        yield found.span()
        position = found.end() + 1
        if position > end:
            return


def record_pattern(dialect: Dialect) -> re.Pattern[bytes]:
    """Pattern of one well-formed record up to its line end. Every step is possessive: it cannot backtrack."""
    cell, delimiter = _cell(dialect), re.escape(dialect.delimiter.encode())
    return re.compile(rb"(?:%s(?:%s%s)*+)(?=[\r\n]|\Z)" % (cell, delimiter, cell))


def _cell(dialect: Dialect) -> bytes:
    delimiter, quote, escape = (re.escape(mark.encode()) for mark in (dialect.delimiter, dialect.quote, dialect.escape))
    if not quote:
        return rb"[^%s\r\n]*+" % delimiter
    inner = rb"(?:[^%s%s]|%s%s%s)" % (quote, escape, quote, quote, rb"|%s(?s:.)" % escape if escape else b"")
    return rb"(?:%s%s{0,%d}+%s|(?!%s)[^%s\r\n]*+)" % (quote, inner, LONGEST_DOUBTFUL, quote, quote, delimiter)
