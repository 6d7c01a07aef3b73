"""Refused rows as a person opens them: the row as it was delivered, its file and line, and why."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.columns import QUARANTINE, RAW_PREFIX


def refuse(landed: pa.Table, reasons: pa.Table, file: str) -> pa.Table:
    """Make quarantine rows (QUARANTINE) of the landed rows named in `reasons` (record_id, reasons: list of rule ids)."""
    order = pc.index_in(reasons["record_id"], landed["record_id"])
    rows = landed.take(order)
    told = {
        **{name: rows[name] for name in ("record_id", "source", "delivery_id", "line")},
        "file": pa.repeat(file, rows.num_rows),
        "raw": pa.array(_as_delivered(rows), pa.string()),
        "reasons": reasons["reasons"],
    }
    return pa.table([told[name] for name in QUARANTINE.names], schema=QUARANTINE)


def _as_delivered(rows: pa.Table) -> list[str]:
    """Write each row's cells as one CSV line; refused rows are few."""
    lines = []
    for row in rows.select([name for name in rows.column_names if name.startswith(RAW_PREFIX)]).to_pylist():
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(row.values())
        lines.append(line.getvalue())
    return lines
