"""The record of validation beside the lake: what Great Expectations said of a delivery, and how unlike the earlier ones it is.

Below the state folder: `records/<source>/<delivery_id>.html`, `.json`, and `.profile.json`, the counts the next delivery is compared with.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadmill import validate as validate_room
from leadmill.config import Source
from leadmill.pipeline.mill import Mill


def keep_record(mill: Mill, source: Source, delivery_id: str, mapped: pa.Table, verdict: validate_room.Verdict) -> list[str]:
    """Write record and profile of a delivery; return why the list is held: the contract, and drift where the source says it holds."""
    delivery, folder = mill.registry.deliveries.get(delivery_id), mill.project.state / "records" / source.name
    counted = validate_room.profile(mapped, source, delivery.landed_at.date())
    earlier = _earlier(mill, source.name, delivery_id, folder)
    findings, basis = validate_room.drift(counted, earlier), validate_room.basis(earlier)
    held = [*verdict.held, *(finding.sentence for finding in findings if source.contract.drift == "hold")]
    about = validate_room.Delivered(source.name, delivery.file, delivery_id, mill.clock().isoformat(timespec="seconds"))
    gate = verdict.gate if verdict.held or not held else "hold"
    validate_room.write_whole(folder / f"{delivery_id}.profile.json", json.dumps(counted))
    validate_room.write_record(folder, {**verdict.record, "gate": gate, "held": held, "basis": basis}, about, findings)
    return [*held, *filter(None, [basis])] if held else []


def _earlier(mill: Mill, source: str, delivery_id: str, folder: Path) -> list[dict[str, Any]]:
    """Profiles of the deliveries of this source that were accepted, oldest first; corrected files have none."""
    accepted = [row["delivery_id"] for row in mill.registry.deliveries.table(source=source).to_pylist() if row["state"] == "standardised"]
    paths = [folder / f"{name}.profile.json" for name in accepted if name != delivery_id]
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]
