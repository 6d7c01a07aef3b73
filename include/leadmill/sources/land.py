"""Land a delivery: the file as it was, with ids that stay with every row through all rooms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.columns import LANDED, QUARANTINE, RAW_PREFIX
from leadmill.config import Source
from leadmill.engine import connect, quote_text
from leadmill.sources.deliveries import delivery_id
from leadmill.sources.drift import hold_ambiguous, hold_drifted, hold_unclear
from leadmill.sources.read import read
from leadmill.sources.reading import Reading

MARK = "\x1f"  # the unit separator, which lists do not contain


@dataclass(frozen=True, slots=True)
class Landing:
    """One delivery, landed: `table` is LANDED + one text column `raw.<header>` per column; `refused` is QUARANTINE rows."""

    delivery_id: str
    file: str
    table: pa.Table
    refused: pa.Table
    encoding: str | None
    dialect: dict[str, Any]
    columns: tuple[str, ...]


def land(path: Path, source: Source) -> Landing:
    """Read one delivery of a source. Raises SourceError when the file, or its header, cannot be taken as it is."""
    reading = read(path, source.format)
    hold_unclear(reading, path.name)
    hold_ambiguous(reading.columns, source, path.name)
    hold_drifted(reading.columns, source, path.name)
    identity = delivery_id(path)
    return Landing(
        delivery_id=identity,
        file=path.name,
        table=_with_ids(reading, source.name, identity),
        refused=_refused(reading, source.name, identity, path.name),
        encoding=reading.encoding,
        dialect=reading.dialect,
        columns=reading.columns,
    )


def _with_ids(reading: Reading, source: str, identity: str) -> pa.Table:
    """Add LANDED: all of it set work, as a delivery may have millions of rows."""
    rows, lines = reading.rows, reading.lines
    ids = pc.binary_join_element_wise(identity[:16], lines.cast(pa.string()), "-")
    constant = (pa.repeat(value, rows.num_rows) for value in (source, identity))
    raw = [pa.field(RAW_PREFIX + name, pa.string()) for name in rows.column_names]
    return pa.Table.from_arrays([ids, *constant, lines, fingerprints(rows), *rows.columns], schema=pa.schema([*LANDED, *raw]))


def fingerprints(rows: pa.Table) -> pa.ChunkedArray:
    """Hash every row's cells by header: the order of columns and cells without a value make no difference."""
    if not rows.num_columns:
        return pa.chunked_array([[]], pa.string())
    order = sorted(range(rows.num_columns), key=rows.column_names.__getitem__)
    cells = [f"CASE WHEN c{place} <> '' THEN {quote_text(f'{MARK}{rows.column_names[place]}{MARK}')} END, c{place}" for place in order]
    with connect({"delivered": rows.rename_columns([f"c{place}" for place in range(rows.num_columns)])}) as con:
        return con.sql(f"SELECT md5(concat({', '.join(cells)})) AS fingerprint FROM delivered").to_arrow_table()["fingerprint"]


def _refused(reading: Reading, source: str, identity: str, file: str) -> pa.Table:
    rows = [
        {
            "record_id": f"{identity[:16]}-{refusal.line}",
            "source": source,
            "delivery_id": identity,
            "file": file,
            "line": refusal.line,
            "raw": refusal.raw,
            "reasons": [refusal.reason],
        }
        for refusal in reading.refused
    ]
    return pa.Table.from_pylist(rows, schema=QUARANTINE)
