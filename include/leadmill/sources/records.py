"""Cut text into records without interpreting cells: where each begins, how wide it is, and which cannot be read without guessing.

Two ways, same outcome. When all quotation marks of a file pair up, everything is array work. Otherwise records are cut one by one: a record
that is not well formed is refused on its own line, and reading resumes on the next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from leadmill.sources.dialect import Dialect

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
LONGEST_DOUBTFUL = 1 << 12  # doubled quotation marks, and so stretches of text, a cell may hold where the marks of the file do not pair up
LONGEST = 8 << 20  # bytes of a line or a quoted cell that a list may have
BLOCK = 1 << 22
ACCIDENTS, FEW = 0.05, 3  # share or number of records up to which a mark inside an unquoted cell is an accident, not the writer's habit
BARE = "bare_quote"
LF, CR = 10, 13


class MonstrousCell(Exception):
    """A cell is longer than `LONGEST`: its line is the argument."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Records:
    """Records of a text: byte ranges without line ends, 1-based first lines, widths in cells, reasons of those refused."""

    body: bytes
    starts: Positions
    ends: Positions
    lines: Positions
    widths: Positions
    after_blank: Mask  # an empty line stands above
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
    """Cut UTF-8 text into records; empty lines are none. Raises MonstrousCell."""
    data = np.frombuffer(body, np.uint8)
    quotes = _positions(data, dialect.quote.encode())
    paired = _pair_up(data, quotes, dialect)
    if paired and len(quotes) and (quotes[1::2] - quotes[::2]).max() > LONGEST:
        raise MonstrousCell(body.count(b"\n", 0, int(quotes[2 * int(np.argmax(quotes[1::2] - quotes[::2]))])) + 1)
    breaks, ends = _line_breaks(data, body)
    if paired:
        outside = np.searchsorted(quotes, breaks) % 2 == 0 if len(quotes) else np.ones(len(breaks), bool)
        records = _records(body, breaks, ends, outside, quotes, dialect)
        spanning = np.flatnonzero(np.diff(records.lines, append=len(breaks) + 2) > 1)
        if not any(_swallows(records.slice(index), records.widths[index], dialect) for index in spanning):
            return _not_blank(records)
    by_line = _records(body, breaks, ends, np.ones(len(breaks), bool), quotes[:0], dialect)
    return _not_blank(_mended(by_line, quotes, dialect))


def _records(body: bytes, breaks: Positions, ends: Positions, cuts: Mask, quotes: Positions, dialect: Dialect) -> Records:
    """Cut the text at those line breaks that `cuts` marks."""
    starts = np.concatenate(([0], breaks[cuts] + 1))
    widths = _widths(np.frombuffer(body, np.uint8), starts, quotes, dialect)
    lines = np.concatenate(([1], np.flatnonzero(cuts) + 2))
    return Records(body, starts, np.concatenate((ends[cuts], [len(body)])), lines, widths, starts < 0, {})


def _mended(found: Records, quotes: Positions, dialect: Dialect) -> Records:
    """Look at the lines that hold quotation marks one by one; the others are records as they are.

    A mark inside an unquoted cell (5" pipe) is text where quoting is not used, or the writer does so often.
    """
    keep = np.ones(len(found), bool)
    reasons: dict[int, str] = {}
    some_quoted = False
    closer_look = range(len(found)) if len(dialect.delimiter) > 1 else np.unique(np.searchsorted(found.starts, quotes, side="right") - 1)
    for index in map(int, closer_look):
        if not keep[index]:
            continue
        end, found.widths[index], reason, quoted = _record_at(found, index, dialect)
        some_quoted |= quoted
        if reason:
            reasons[index] = reason
        if end > found.ends[index]:
            last = int(np.searchsorted(found.ends, end))
            keep[index + 1 : last + 1] = False
            found.ends[index] = end
    bare = [index for index, reason in reasons.items() if reason == BARE]
    accident = some_quoted and len(bare) <= max(FEW, ACCIDENTS * len(found))
    reasons = {index: reason.replace(BARE, "stray_quote") for index, reason in reasons.items() if accident or reason != BARE}
    return _kept(found, keep, found.after_blank, reasons)


def _record_at(found: Records, index: int, dialect: Dialect) -> tuple[int, int, str, bool]:
    """Tell where the record that begins on a line ends, its width, why it cannot be read, and whether it has quoted cells."""
    start, line_end = int(found.starts[index]), int(found.ends[index])
    match = record_pattern(dialect).match(found.body, start)
    if match is None:
        return line_end, 0, "stray_quote", False
    bare = _quoted_cell(dialect).sub(b"", match[0]) if dialect.quote else match[0]
    width = len(_compiled(dialect)[1].findall(bare)) + 1
    some_quoted = len(bare) < len(match[0])
    if dialect.quote and dialect.quote.encode() in bare:
        return line_end, width, BARE if match.end() == line_end else "stray_quote", some_quoted
    if _swallows(match[0], width, dialect):
        return line_end, 0, "open_quote", some_quoted
    return match.end(), width, "", some_quoted


def _not_blank(found: Records) -> Records:
    """Drop empty lines, and note below which records they stood."""
    kept = found.ends > found.starts
    return _kept(found, kept, np.concatenate(([False], ~kept[:-1])), found.reasons)


def _kept(found: Records, kept: Mask, after_blank: Mask, reasons: dict[int, str]) -> Records:
    if kept.all():
        return Records(found.body, found.starts, found.ends, found.lines, found.widths, after_blank, reasons)
    index = np.cumsum(kept) - 1
    return Records(
        found.body,
        found.starts[kept],
        found.ends[kept],
        found.lines[kept],
        found.widths[kept],
        after_blank[kept],
        {int(index[old]): reason for old, reason in reasons.items() if kept[old]},
    )


def _positions(data: Bytes, mark: bytes) -> Positions:
    """Find a byte, block by block: a mask of the whole file would double its size."""
    if not mark:
        return np.empty(0, np.int64)
    found = [np.flatnonzero(data[begin : begin + BLOCK] == mark[0]) + begin for begin in range(0, len(data), BLOCK)]
    return np.concatenate(found)


def _line_breaks(data: Bytes, body: bytes) -> tuple[Positions, Positions]:
    """Positions of the last byte of every line end (LF, CRLF or CR), and of the first."""
    feeds = _positions(data, b"\n")
    if b"\r" not in body:
        return feeds, feeds
    ends = feeds - ((data[feeds - 1] == CR) & (feeds > 0))
    returns = _positions(data, b"\r")
    alone = returns[(returns == len(data) - 1) | (data[np.minimum(returns + 1, len(data) - 1)] != LF)]
    if not len(alone):
        return feeds, ends
    breaks = np.concatenate((feeds, alone))
    order = np.argsort(breaks, kind="stable")
    return breaks[order], np.concatenate((ends, alone))[order]


def _pair_up(data: Bytes, quotes: Positions, dialect: Dialect) -> bool:
    """Say whether every quotation mark opens a cell, closes one, or stands doubled inside one."""
    if len(dialect.delimiter) > 1 or len(quotes) % 2 or (dialect.escape and len(quotes)):
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
    """Count cells per record: its separators, without those between quotation marks."""
    mark = ord(dialect.delimiter[0])
    separators = np.diff(_marks_before(data, mark, np.append(starts, len(data))))
    if len(quotes):
        enclosed = np.diff(_marks_before(data, mark, quotes))[::2]
        np.subtract.at(separators, np.searchsorted(starts, quotes[::2], side="right") - 1, enclosed)
    return separators + 1


def _marks_before(data: Bytes, mark: int, points: Positions) -> Positions:
    """Count how often a byte stands before each of the ascending points; all its positions would take many times the size of the file."""
    counts = np.zeros(len(points), np.int64)
    total = 0
    for begin in range(0, len(data), BLOCK):
        found = np.flatnonzero(data[begin : begin + BLOCK] == mark)
        first, last = np.searchsorted(points, (begin, begin + BLOCK))
        counts[first:last] = total + np.searchsorted(found, points[first:last] - begin)
        total += len(found)
    counts[np.searchsorted(points, len(data)) :] = total
    return counts


def _swallows(record: bytes, width: int | np.integer[Any], dialect: Dialect) -> bool:
    """Say whether a quotation mark left open seems to have swallowed the rows below it, up to the next one.

    Then every line of the record looks like a row of its own: it has as many separators as the whole record.
    """
    mark = (dialect.delimiter.rstrip(" ") or " ").encode()
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
def _quoted_cell(dialect: Dialect) -> re.Pattern[bytes]:
    """Pattern of the quoted cells of a well-formed record."""
    return re.compile(rb"(?:\A|(?<=%s))%s" % (re.escape(dialect.delimiter.encode()), _quoted(dialect)))


@lru_cache(maxsize=64)
def _compiled(dialect: Dialect) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    return re.compile(_cell(dialect)), re.compile(_separator(dialect))


@lru_cache(maxsize=64)
def record_pattern(dialect: Dialect) -> re.Pattern[bytes]:
    """Pattern of one well-formed record up to its line end. Every step is possessive: it cannot backtrack."""
    cell, separator = _cell(dialect), _separator(dialect)
    return re.compile(rb"%s(?:%s%s)*+(?=[\r\n]|\Z)" % (cell, separator, cell))


def _separator(dialect: Dialect) -> bytes:
    """Pattern of the separator; a space at its end may be missing at the end of a line."""
    mark = re.escape(dialect.delimiter.rstrip(" ").encode() or b" ")
    return rb"%s(?:[ ]|(?=[\r\n]|\Z))" % mark if len(dialect.delimiter) > 1 and dialect.delimiter.endswith(" ") else mark


def _cell(dialect: Dialect) -> bytes:
    bare = rb"(?:(?!%s)[^\r\n])*+" % _separator(dialect) if len(dialect.delimiter) > 1 else rb"[^%s\r\n]*+" % _separator(dialect)
    return rb"(?:%s|(?!%s)%s)" % (_quoted(dialect), re.escape(dialect.quote.encode()), bare) if dialect.quote else bare


def _quoted(dialect: Dialect) -> bytes:
    quote, escape = re.escape(dialect.quote.encode()), re.escape(dialect.escape.encode())
    inner = rb"(?:[^%s%s]++|%s%s%s)" % (quote, escape, quote, quote, rb"|%s(?s:.)" % escape if escape else b"")
    return rb"%s%s{0,%d}+%s" % (quote, inner, LONGEST_DOUBTFUL, quote)
