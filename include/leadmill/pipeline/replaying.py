"""Fix and replay: quarantine out to a person, the corrected file in as a delivery of its own.

The vendor's delivery stays as it was received. A corrected file is a delivery whose rows carry the id of the row they correct and an
attempt's number; its lineage lies in the lake beside it. The same corrected file twice is nothing, as with any delivery.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from leadmill import sources
from leadmill import validate as validate_room
from leadmill.columns import LANDED, QUARANTINE
from leadmill.config import Contract, Format, Source
from leadmill.errors import SourceError, StateError
from leadmill.pipeline import intake
from leadmill.pipeline.mill import Mill, open_mill
from leadmill.pipeline.quarantine import refuse
from leadmill.registry.deliveries import Delivery

LINEAGE = "lineage"


def export_quarantine(source: str, target: Path, delivery: str | None = None) -> int:
    """Write the rows of a source that are still refused (of one delivery, by the start of its id) to a CSV or XLSX file; return how many.

    Raises SourceError for another kind of file.
    """
    writers = {".csv": validate_room.write_csv, ".xlsx": validate_room.write_xlsx}
    if target.suffix.lower() not in writers:
        raise SourceError("quarantine is written as CSV or XLSX.", file=str(target), hint="Name the file .csv or .xlsx.")
    with open_mill() as mill:
        mill.source(source)
        rows = validate_room.handout(*_refused(mill, source, delivery))
    writers[target.suffix.lower()](rows, target)
    return len(rows)


def replay_quarantine(source: str, file: Path, delivery: str | None = None) -> dict[str, Any]:
    """Take a corrected export in: the rows that were changed, and only those, go through mapping, contract and standardise again.

    `delivery`: the one that was exported, where it was one. A replay that was cut off is done again, not taken for done.
    Returns source, delivery_id, state, tally of the corrected rows, unchanged and stale (rows that moved before). Raises SourceError when
    the file is not an export any more, ContractBroken when its rows cannot be judged.
    """
    corrected = _read(file)
    with open_mill() as mill:
        facts, identity = mill.source(source), sources.delivery_id(file)
        known = _received(mill, identity)
        if known and known.source != source:
            raise SourceError(f"these are corrected rows of {known.source}.", file=file.name, hint=f"Replay them there, not in {source}.")
        if known and known.state == intake.DONE:
            return {"source": source, "delivery_id": identity, "state": known.state, "tally": known.counts, "unchanged": 0, "stale": 0}
        quarantine, landed = _refused(mill, source, delivery, replay=identity)
        found = validate_room.replay(corrected, quarantine, landed, delivery_id=identity, fingerprint=sources.fingerprints)
        mill.registry.deliveries.land(identity, source, file.name, mill.clock())  # now that it is known to be this source's
        step = _land(mill, facts, file.name, identity, found)
    done = intake.standardise([step])
    return {"source": source, "delivery_id": identity, **done["deliveries"][0], "unchanged": found.unchanged, "stale": len(found.stale)}


def _received(mill: Mill, identity: str) -> Delivery | None:
    """Look up a corrected file that was handed in before."""
    try:
        return mill.registry.deliveries.get(identity)
    except StateError:
        return None


def _refused(mill: Mill, source: str, delivery: str | None = None, replay: str | None = None) -> tuple[pa.Table, pa.Table]:
    """Quarantine rows nobody has corrected yet, and the landed rows they were; the delivery `replay`, cut off, counts as not received."""
    names = [name for name in mill.lake.names("quarantine", source) if name.startswith(delivery or "") and name != replay]
    quarantine = [mill.lake.read("quarantine", source, name) for name in names]
    landed = [mill.lake.read("landed", source, name) for name in names]
    refused = pa.concat_tables([QUARANTINE.empty_table(), *quarantine])
    for name in mill.lake.names(LINEAGE, source):
        if name != replay:
            refused = validate_room.still_refused(refused, mill.lake.read(LINEAGE, source, name))
    return refused, pa.concat_tables([pa.schema(LANDED).empty_table(), *landed], promote_options="default")


def _read(file: Path) -> pa.Table:
    """Read a returned export. Raises SourceError when a row of it cannot be read: none may be lost on the way back."""
    reading = sources.read(file, Format(header_rows=1, skip_rows=0))
    if reading.refused:
        raise SourceError(
            f"{len(reading.refused)} rows of the corrected file cannot be read ({reading.refused[0].reason}).",
            file=file.name,
            line=reading.refused[0].line,
            hint="Save it in the format it was exported in.",
        )
    return reading.rows


def _land(mill: Mill, source: Source, file: str, identity: str, found: validate_room.Replay) -> intake.Step:
    """Land corrected rows and hold them to the rules for rows; rules for a list make no sense of a handful of corrections."""
    verdict = validate_room.check(sources.map_columns(found.rows, source), _rows_only(source))
    place = (source.name, identity)
    mill.lake.write(found.rows, "landed", *place)
    mill.lake.write(verdict.accepted, "accepted", *place)
    mill.lake.write(refuse(found.rows, verdict.reasons, file), "quarantine", *place)
    mill.lake.write(found.lineage, LINEAGE, *place)
    mill.registry.deliveries.mark(identity, "validated", mill.clock())
    return {"source": source.name, "delivery_id": identity, "file": file, "state": "validated", "received": found.rows.num_rows}


def _rows_only(source: Source) -> Source:
    contract = Contract(required=source.contract.required, rows=source.contract.rows)
    return source.model_copy(update={"contract": contract})
