"""Read delimited text: encoding, dialect, records, layout, and then every cell by pyarrow, as text."""

from __future__ import annotations

import re
from codecs import BOM_UTF8

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources import dialect as dialects
from leadmill.sources.dialect import Dialect
from leadmill.sources.encoding import Text, to_utf8
from leadmill.sources.layout import LOOKED_AT, Layout, find_layout
from leadmill.sources.reading import RAW_SHOWN, Reading, Refusal, refuse_wide, text_table, unique_names
from leadmill.sources.records import LONGEST, MonstrousCell, Records, cut, split
from leadmill.sources.tidy import blank_rows, oddities

Mask = npt.NDArray[np.bool_]
SOMETHING = re.compile(rb"[^ \t\r\n\0]")
BLANK_CELLS = " \t,;|\"'"


def read_delimited(data: bytes, stated: Format, file: str) -> Reading:
    """Read the bytes of a CSV-like file. Raises SourceError when the stated encoding is wrong."""
    text = to_utf8(data, stated.encoding, file)
    if not SOMETHING.search(text.body):
        return Reading(text.encoding, {}, (), text_table([], []), pa.array([], pa.int32()))
    _refuse_long_lines(text.body, file)
    dialect = dialects.detect(text.body, stated)
    records = _cut(text.body, dialect, file)
    layout = _layout(records, dialect, stated)
    reasons = _reasons(records, layout, text)
    good = np.ones(len(records), bool)
    good[: layout.first_row] = False
    good &= (records.widths == layout.width) & (records.widths > 0)
    good[[*reasons, *records.reasons]] = False
    try:
        rows = _parsed(records, good, layout, dialect)
    except pa.ArrowInvalid:  # its message quotes cells
        raise SourceError(
            "the rows do not fit together.", file=file, hint="State `delimiter`, `quote` or `encoding` under `format`."
        ) from None
    index = np.flatnonzero(good)
    blank = blank_rows(rows)
    reasons |= {int(index[row]): reason for row, reason in oddities(rows, layout.header, blank, records.after_blank[index])}
    kept = ~blank & ~np.isin(index, list(reasons))
    return Reading(
        encoding=text.encoding,
        dialect={**dialect.as_json(), **layout.as_json(), "preamble": [records.raw(i, RAW_SHOWN) for i in range(layout.header_at)]},
        columns=layout.columns,
        rows=rows if kept.all() else rows.filter(pa.array(kept)),
        lines=pa.array(records.lines[index[kept]], pa.int32()),
        refused=tuple(_refusal(records, index, reasons[index]) for index in sorted(reasons)),
    )


def _refuse_long_lines(body: bytes, file: str) -> None:
    """Raise SourceError at a line no list has, before anything is done that would take many times its size."""
    position = 0
    while len(body) - position > LONGEST:
        end = max(body.rfind(b"\n", position, position + LONGEST), body.rfind(b"\r", position, position + LONGEST))
        if end < 0:
            raise _monstrous("line", body.count(b"\n", 0, position) + 1, file)
        position = end + 1


def _cut(body: bytes, dialect: Dialect, file: str) -> Records:
    try:
        records = cut(body, dialect)
    except MonstrousCell as met:
        raise _monstrous("cell", met.line, file) from None
    refuse_wide(int(records.widths[:LOOKED_AT].max(initial=0)), file)
    return records


def _monstrous(what: str, line: int, file: str) -> SourceError:
    return SourceError(f"a {what} is longer than {LONGEST >> 20} MB.", file=file, line=line, hint="Is it a list? Fetch it again.")


def _layout(records: Records, dialect: Dialect, stated: Format) -> Layout:
    """Look at the first records; white space around an unquoted header is no part of the name."""
    begin = int(np.searchsorted(records.lines, (stated.skip_rows or 0) + 1))
    heads = [
        [cell if quoted else cell.strip(" \t\ufeff") for cell, quoted in split(records.slice(index), dialect)]
        if index not in records.reasons
        else []
        for index in range(min(len(records), begin + LOOKED_AT))
    ]
    return find_layout(heads, stated, begin)


def _reasons(records: Records, layout: Layout, text: Text) -> dict[int, str]:
    """Index and reason of every record below the header that cannot be a row."""
    reasons = {int(index): "too_few_cells" for index in np.flatnonzero(records.widths < layout.width)}
    reasons |= {int(index): "too_many_cells" for index in np.flatnonzero(records.widths > layout.width)}
    reasons |= records.reasons
    reasons |= {int(np.searchsorted(records.starts, offset, side="right")) - 1: "wrong_encoding" for offset in text.broken}
    if b"\0" in text.body:
        nuls = np.flatnonzero(np.frombuffer(text.body, np.uint8) == 0)
        reasons |= {int(index): "nul_byte" for index in np.unique(np.searchsorted(records.starts, nuls, side="right") - 1)}
    return {index: reason for index, reason in reasons.items() if index >= layout.first_row and records.raw(index, 1000).strip(BLANK_CELLS)}


def _refusal(records: Records, index: int, reason: str) -> Refusal:
    return Refusal(int(records.lines[index]), records.raw(index, RAW_SHOWN), reason)


def _parsed(records: Records, good: Mask, layout: Layout, dialect: Dialect) -> pa.Table:
    """Read the cells of the good records: all are well formed and `layout.width` wide. Cells a narrow row lacks are null."""
    names = unique_names([*layout.columns, *[""] * (layout.width - len(layout.columns))])
    rows = _cells(records, good, names[: layout.width], dialect)
    for name in names[layout.width :]:
        rows = rows.append_column(name, pa.nulls(rows.num_rows, pa.string()))
    return rows


def _cells(records: Records, good: Mask, names: list[str], dialect: Dialect) -> pa.Table:
    if not good.any():
        return text_table(names, [[] for _ in names])
    if len(dialect.delimiter) > 1 or dialect.escape:  # pyarrow takes one character, and drops an escape before anything
        split_rows = [[cell for cell, _ in split(records.slice(index), dialect)] for index in np.flatnonzero(good)]
        return text_table(names, list(zip(*split_rows, strict=True)))
    return _parse(_joined(records, good), names, dialect, _block(records, good))


def _parse(text: memoryview | bytes, names: list[str], dialect: Dialect, block: int) -> pa.Table:
    """Let pyarrow read well-formed records of one width, every cell as text. It drops a byte order mark, so one that is text is doubled."""
    text = BOM_UTF8 + bytes(text) if text[:3] == BOM_UTF8 else text
    return pa.csv.read_csv(
        pa.BufferReader(text),
        read_options=pa.csv.ReadOptions(column_names=names, block_size=block),
        parse_options=pa.csv.ParseOptions(
            delimiter=dialect.delimiter, quote_char=dialect.quote or False, newlines_in_values=True, ignore_empty_lines=False
        ),
        convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )


def _block(records: Records, good: Mask) -> int:
    """Size of a block for pyarrow: the longest record must fit."""
    longest = int((records.ends - records.starts)[good].max())
    return max(1 << 20, 2 * longest + 2)


def _joined(records: Records, good: Mask) -> memoryview | bytes:
    """Bytes of the good records: one slice of the file per unbroken run of them, without empty lines."""
    starts, ends = records.starts, records.ends
    gap = np.concatenate(([False], good[1:] & records.after_blank[1:]))
    first = np.flatnonzero(good & (~np.concatenate(([False], good[:-1])) | gap))
    last = np.flatnonzero(good & (~np.concatenate((good[1:], [False])) | np.concatenate((gap[1:], [True]))))
    view = memoryview(records.body)
    runs = [view[starts[begin] : ends[end]] for begin, end in zip(first, last, strict=True)]
    return runs[0] if len(runs) == 1 else b"\n".join(runs)
