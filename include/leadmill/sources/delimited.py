"""Read delimited text: encoding, dialect, records, layout, and then every cell by pyarrow, as text."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.csv

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources import dialect as dialects
from leadmill.sources.dialect import Dialect
from leadmill.sources.encoding import to_utf8
from leadmill.sources.layout import Layout, find_layout
from leadmill.sources.reading import RAW_SHOWN, Reading, Refusal, text_table, unique_names
from leadmill.sources.records import Records, cut


def read_delimited(data: bytes, stated: Format, file: str) -> Reading:
    """Read the bytes of a CSV-like file. Raises SourceError when there is nothing to read."""
    body, encoding = to_utf8(data, stated.encoding, file)
    if not body.strip():
        raise SourceError("the file is empty.", file=file, hint="Ask the vendor to deliver it again.")
    dialect = dialects.detect(body, stated)
    records = cut(body, dialect)
    layout = find_layout(records, dialect, stated)
    refused = _refusals(records, layout)
    good = np.ones(len(records), bool)
    good[: layout.first_row] = False
    good[[index for index, _ in refused]] = False
    names = unique_names(layout.columns)
    return Reading(
        encoding=encoding,
        dialect={**dialect.as_json(), **layout.as_json()},
        columns=layout.columns,
        rows=parse(records, good, names, dialect),
        lines=pa.array(records.lines[good], pa.int32()),
        refused=tuple(Refusal(int(records.lines[index]), records.raw(index, RAW_SHOWN), reason) for index, reason in refused),
    )


def _refusals(records: Records, layout: Layout) -> list[tuple[int, str]]:
    """Index and reason of every record of the table that cannot be a row."""
    width = len(layout.columns)
    reasons = {int(index): "too_few_cells" for index in np.flatnonzero(records.widths < width)}
    reasons |= {int(index): "too_many_cells" for index in np.flatnonzero(records.widths > width)}
    reasons |= records.reasons
    return sorted((index, reason) for index, reason in reasons.items() if index >= layout.first_row)


def parse(records: Records, good: np.ndarray[tuple[int], np.dtype[np.bool_]], names: list[str], dialect: Dialect) -> pa.Table:
    """Read the cells of the good records; all are known to be well formed and of one width."""
    if not good.any():
        return text_table(names, [[] for _ in names])
    source = pa.py_buffer(_joined(records, good))
    return pa.csv.read_csv(
        io.BytesIO(source) if source.size < 1 else pa.BufferReader(source),
        read_options=pa.csv.ReadOptions(column_names=names, block_size=1 << 24),
        parse_options=pa.csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            double_quote=not dialect.escape,
            escape_char=dialect.escape or False,
            newlines_in_values=True,
            ignore_empty_lines=len(names) > 1,
        ),
        convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )


def _joined(records: Records, good: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> memoryview | bytes:
    """Bytes of the good records: one slice of the file per unbroken run of them."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    view = memoryview(records.body)
    runs = [view[records.starts[first] : records.ends[last - 1]] for first, last in zip(edges[::2], edges[1::2], strict=True)]
    return runs[0] if len(runs) == 1 else b"\n".join(runs)
