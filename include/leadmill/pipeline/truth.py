"""How well tonight's persons were found, where somebody knows: the sample's truth file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from leadmill import report as report_room
from leadmill import sources
from leadmill.engine import connect
from leadmill.pipeline.mill import Mill

SAMPLE = Path("include") / "sample"


def quality_of(mill: Mill, night: str) -> dict[str, float | None] | None:
    """Precision, recall and F1 by pairs of records; None when tonight brought no file of the sample.

    The truth (source, line, person) speaks of the sample's own files, so a delivery counts only when its bytes are one of theirs.
    """
    sample = mill.project.root / SAMPLE
    truth = sample / "truth" / "persons.csv"
    tonight = set(mill.registry.deliveries.table(night_id=night)["delivery_id"].to_pylist())
    if not truth.is_file() or not tonight:
        return None
    files = [path for folder in ("deliveries", "crm") for path in (sample / folder).iterdir() if path.is_file()]
    tables = [
        mill.registry.records.table(delivery_id=delivery) for delivery in sorted(tonight & {sources.delivery_id(path) for path in files})
    ]
    if not tables:
        return None
    with connect({"records": pa.concat_tables(tables), "truth": pa_csv.read_csv(truth)}) as con:
        joined = con.sql(
            """
            select record_id as record, person_id as found, person as truth from records join truth using (source, line)
            where person_id is not null and coalesce(person, '') <> ''
            """
        ).to_arrow_table()
    sides = [joined.select(["record", side]).rename_columns(["record", "cluster"]) for side in ("found", "truth")]
    quality = report_room.quality(*sides)
    return {"precision": quality.precision, "recall": quality.recall, "f1": quality.f1}
