"""Cut text into records without interpreting cells: where each begins, how wide it is, and which cannot be read without guessing.

Two ways, same outcome. When all quotation marks of a file pair up, everything is array work. Otherwise records are cut one by one: a record
that is not well formed is refused on its own line, and reading resumes on the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from leadmill.sources.dialect import Dialect

Positions = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
LONGEST_DOUBTFUL = 1 << 20  # bytes a quoted cell may span where the quotation marks of the file do not pair up
BLOCK = 1 << 24
ACCIDENTS = 0.05  # share of records up to which a quotation mark inside an unquoted cell is an accident, not the writer's habit
BARE = "bare_quote"
LF, CR = 10, 13


@dataclass(frozen=True, slots=True)
class Records:
    """Records of a text: byte ranges without line ends, 1-based first lines, widths in cells, reasons of those refused."""

    body: bytes
    starts: Positions
    ends: Positions
    lines: Positions
    widths: Positions
    after_blank: npt.NDArray[np.bool_]  # an empty line stands above
    reasons: dict[int, str]  # record index -> reason code

    def __len__(self) -> int:
        return len(self.starts)

    def slice(self, index: int | np.integer[Any]) -> bytes:
        """Bytes of one record."""
        return self.body[self.starts[index] : self.ends[index]]

    def raw(self, index: int, limit: int | None = None) -> str:
        """Text of one record as it was written."""
        return self.slice(index)[:limit].decode("utf-8", errors="replace")


def cut(body: bytes, dialect: Dialect) -> Records:
    """Cut UTF-8 text into records; empty lines are none."""
    data = np.frombuffer(body, np.uint8)
    breaks, ends = _line_breaks(data, body)
    quotes = _quotes(data, body, dialect)
    if quotes is not None and _pair_up(data, quotes, dialect):
        outside = np.searchsorted(quotes, breaks) % 2 == 0 if len(quotes) else np.ones(len(breaks), bool)
        starts = np.concatenate(([0], breaks[outside] + 1))
        stops = np.concatenate((ends[outside], [len(data)]))
        lines = np.concatenate(([1], np.flatnonzero(outside) + 2))
        records = _not_blank(Records(body, starts, stops, lines, _widths(data, starts, quotes, dialect), starts < 0, {}))
        if not any(_swallows(records.slice(index), records.widths[index], dialect) for index in _of_several_lines(records, len(breaks))):
            return records
    return _cut_one_by_one(body, breaks, dialect)


def _of_several_lines(records: Records, last: int) -> Positions:
    """Find records that may span lines: the next one does not begin on the next line."""
    return np.flatnonzero(np.diff(records.lines, append=last + 1) > 1)


def _cut_one_by_one(body: bytes, breaks: Positions, dialect: Dialect) -> Records:
    """Cut record by record. A mark inside an unquoted cell (5" pipe) is text where quoting is not used or the writer does so often."""
    found = list(_one_by_one(body, dialect))
    starts, stops, widths = (np.array([record[part] for record in found], np.int64) for part in range(3))
    bare = {index for index, record in enumerate(found) if record[3] == BARE}
    habit = len(bare) > ACCIDENTS * len(found) or not any(record[4] for record in found)
    reasons = {index: "stray_quote" if record[3] == BARE else record[3] for index, record in enumerate(found) if record[3]}
    reasons = {index: reason for index, reason in reasons.items() if not (habit and index in bare)}
    return _not_blank(Records(body, starts, stops, np.searchsorted(breaks, starts) + 1, widths, starts < 0, reasons))


def _not_blank(found: Records) -> Records:
    """Drop empty lines, and note below which records they stood."""
    kept = found.ends > found.starts
    index = np.cumsum(kept) - 1
    return Records(
        found.body,
        found.starts[kept],
        found.ends[kept],
        found.lines[kept],
        found.widths[kept],
        np.concatenate(([False], ~kept[:-1]))[kept],
        {int(index[old]): reason for old, reason in found.reasons.items() if kept[old]},
    )


def _line_breaks(data: Bytes, body: bytes) -> tuple[Positions, Positions]:
    """Positions of the last byte of every line end (LF, CRLF or CR), and of the first."""
    feeds = np.flatnonzero(data == LF)
    if b"\r" not in body:
        return feeds, feeds
    ends = feeds - ((data[feeds - 1] == CR) & (feeds > 0))
    returns = np.flatnonzero(data == CR)
    alone = returns[(returns == len(data) - 1) | (data[np.minimum(returns + 1, len(data) - 1)] != LF)]
    if not len(alone):
        return feeds, ends
    breaks = np.concatenate((feeds, alone))
    order = np.argsort(breaks, kind="stable")
    return breaks[order], np.concatenate((ends, alone))[order]


def _quotes(data: Bytes, body: bytes, dialect: Dialect) -> Positions | None:
    """Positions of quotation marks; None when telling them apart takes the closer look."""
    if not dialect.quote or dialect.quote.encode() not in body:
        return np.empty(0, np.int64)
    return None if dialect.escape or len(dialect.delimiter) > 1 else np.flatnonzero(data == ord(dialect.quote))


def _pair_up(data: Bytes, quotes: Positions, dialect: Dialect) -> bool:
    """Say whether every quotation mark opens a cell, closes one, or stands doubled inside one."""
    if len(dialect.delimiter) > 1 or len(quotes) % 2:
        return False
    if not len(quotes):
        return True
    opening, closing = quotes[::2], quotes[1::2]
    doubled = opening[1:] == closing[:-1] + 1
    edge = np.zeros(256, bool)
    edge[[ord(dialect.delimiter), LF, CR]] = True
    before = edge[data[opening - 1]] | (opening == 0)
    before[1:] |= doubled
    after = edge[data[np.minimum(closing + 1, len(data) - 1)]] | (closing == len(data) - 1)
    after[:-1] |= doubled
    return bool(before.all() and after.all())


def _widths(data: Bytes, starts: Positions, quotes: Positions, dialect: Dialect) -> Positions:
    """Count cells per record, block by block: positions of all separators would take many times the size of the file."""
    separators = np.zeros(len(starts), np.int64)
    mark = ord(dialect.delimiter)
    for begin in range(0, len(data), BLOCK):
        found = np.flatnonzero(data[begin : begin + BLOCK] == mark) + begin
        if len(quotes):
            found = _outside(found, quotes)
        first, last = np.searchsorted(starts, (begin, begin + BLOCK))
        first = max(first - 1, 0)
        edges = np.searchsorted(found, np.append(starts[first:last], [np.iinfo(np.int64).max]))
        separators[first:last] += np.diff(edges)
    return separators + 1


def _outside(found: Positions, quotes: Positions) -> Positions:
    """Keep the positions that no pair of quotation marks encloses."""
    opened = np.searchsorted(found, quotes[::2])
    closed = np.searchsorted(found, quotes[1::2])
    depth = np.zeros(len(found) + 1, np.int32)
    np.add.at(depth, opened, 1)
    np.add.at(depth, closed, -1)
    enclosed: npt.NDArray[np.bool_] = np.cumsum(depth[:-1]) > 0
    return found[~enclosed]


def _one_by_one(body: bytes, dialect: Dialect) -> Iterator[tuple[int, int, int, str, bool]]:
    """Yield (start, end, width, reason, has a quoted cell) of every record; a record that is not well formed is one line, refused."""
    record, line = record_pattern(dialect), re.compile(rb"[^\r\n]*")
    quote, mark = dialect.quote.encode(), dialect.delimiter.encode()
    position = 0
    while position < len(body):
        end, reason, quoted = line.match(body, position).end(), "", False  # type: ignore[union-attr]
        if len(mark) == 1 and body.find(quote, position, end) < 0:
            width = body.count(mark, position, end) + 1
        elif found := record.match(body, position):
            cells = split(found[0], dialect)
            width, quoted = len(cells), any(quoted for _, quoted in cells)
            if any(not quoted and dialect.quote in cell for cell, quoted in cells):
                reason = BARE if found.end() == end else "stray_quote"
            elif _swallows(found[0], width, dialect):
                width, reason = 0, "open_quote"
            else:
                end = found.end()
        else:
            width, reason = 0, "stray_quote"
        yield position, end, width, reason, quoted
        position = end + (2 if body[end : end + 2] == b"\r\n" else 1)


def _swallows(record: bytes, width: int | np.integer[Any], dialect: Dialect) -> bool:
    """Say whether a quotation mark left open seems to have swallowed the rows below it, up to the next one.

    Then every line of the record looks like a row of its own: it has as many separators as the whole record.
    """
    mark = dialect.delimiter[0].encode()
    lines = record.splitlines()
    return bool(width > 1) and len(lines) > 1 and all(line.count(mark) >= width - 1 for line in lines)


def split(record: bytes, dialect: Dialect) -> list[tuple[str, bool]]:
    """Split one well-formed record into cells, each with whether it was quoted."""
    quote = dialect.quote.encode()
    cell_of, separator = _compiled(dialect)
    found, position = [], 0
    while match := cell_of.match(record, position):
        cell = match[0]
        quoted = bool(quote) and cell.startswith(quote) and len(cell) > 1
        if quoted:
            cell = _unescaped(cell[1:-1].replace(quote + quote, quote), dialect)
        found.append((cell.decode("utf-8", errors="replace"), quoted))
        after = separator.match(record, match.end())
        if after is None:
            break
        position = after.end()
    return found


def _unescaped(cell: bytes, dialect: Dialect) -> bytes:
    """Take the escape from before a quotation mark (and from before itself, if the writer doubles it); anywhere else it is text."""
    quote, escape = dialect.quote.encode(), dialect.escape.encode()
    if dialect.escaped_escape:
        return re.sub(re.escape(escape) + b"([" + re.escape(escape + quote) + b"])", rb"\1", cell)
    return cell.replace(escape + quote, quote) if escape else cell


@lru_cache(maxsize=64)
def _compiled(dialect: Dialect) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    return re.compile(_cell(dialect)), re.compile(_separator(dialect))


def record_pattern(dialect: Dialect) -> re.Pattern[bytes]:
    """Pattern of one well-formed record up to its line end. Every step is possessive: it cannot backtrack."""
    cell, separator = _cell(dialect), _separator(dialect)
    return re.compile(rb"%s(?:%s%s)*+(?=[\r\n]|\Z)" % (cell, separator, cell))


def _separator(dialect: Dialect) -> bytes:
    mark = re.escape(dialect.delimiter[0].encode())
    return rb"%s(?:[ ]|(?=[\r\n]|\Z))" % mark if len(dialect.delimiter) > 1 else mark


def _cell(dialect: Dialect) -> bytes:
    quote, escape = re.escape(dialect.quote.encode()), re.escape(dialect.escape.encode())
    bare = rb"(?:(?!%s)[^\r\n])*+" % _separator(dialect) if len(dialect.delimiter) > 1 else rb"[^%s\r\n]*+" % _separator(dialect)
    if not quote:
        return bare
    inner = rb"(?:[^%s%s]|%s%s%s)" % (quote, escape, quote, quote, rb"|%s(?s:.)" % escape if escape else b"")
    return rb"(?:%s%s{0,%d}+%s|(?!%s)%s)" % (quote, inner, LONGEST_DOUBTFUL, quote, quote, bare)
