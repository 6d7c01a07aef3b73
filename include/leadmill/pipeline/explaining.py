"""Everything known of one person: where the rows came from, who they were found to be, what was decided and pushed, and why."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.config.ruleset import DIMENSIONS
from leadmill.errors import StateError
from leadmill.pipeline.mill import Mill, open_mill
from leadmill.pipeline.qualifying import hash_inputs
from leadmill.qualify import restore_ruleset, see

KEPT = ("stage", *DIMENSIONS, "missing", "watch")


def explain(identity: str) -> dict[str, Any]:
    """Tell the story of a person (`p_...`) or of one row (a record_id): rows, golden record, pairs, decisions, pushes.

    Holds personal data: for the terminal of somebody entitled to ask, not for logs. Raises StateError when nobody has that id.
    """
    with open_mill() as mill:
        person = _person(mill, identity)
        rows = mill.registry.records.table(person_ids=[person]) if person else _one_row(mill, identity)
        if not rows.num_rows:
            raise StateError(
                f"nobody and no row has the id {identity!r}.", hint="Ids stand in the funnel's tables, in the CRM and in the lake."
            )
        return {
            "person_id": person,
            "rows": [_placed(mill, row) for row in rows.to_pylist()],
            "golden": _golden(mill, person) if person else None,
            "pairs": _pairs(mill, rows["record_id"]),
            "decisions": _decisions(mill, person) if person else [],
            "pushes": _pushes(mill, person) if person else [],
        }


def _person(mill: Mill, identity: str) -> str | None:
    """Follow a row to its person, and a merged person to the one alive."""
    found = _one_row(mill, identity)
    person = found["person_id"][0].as_py() if found.num_rows else identity
    if person is None:
        return None
    merged = {row["entity_id"]: row["merged_into"] for row in mill.registry.entities.table("person").to_pylist() if row["merged_into"]}
    return str(merged.get(person, person))


def _one_row(mill: Mill, record_id: str) -> pa.Table:
    return mill.registry.records.table(record_id=record_id)


def _placed(mill: Mill, row: dict[str, Any]) -> dict[str, Any]:
    """Say where a row lies: source, file and line, and where it ended."""
    file = mill.registry.deliveries.get(row["delivery_id"]).file
    return {name: row[name] for name in ("record_id", "source", "line", "status", "reasons", "duplicate_of")} | {"file": file}


def _golden(mill: Mill, person: str) -> dict[str, Any]:
    """Every surviving value with the row it came from."""
    for row in mill.registry.entities.golden("person", [person]).to_pylist():
        origins = json.loads(row["provenance"])
        return {field: {"value": value, "from": origins.get(field)} for field, value in json.loads(row["fields"]).items()}
    return {}


def _pairs(mill: Mill, records: pa.ChunkedArray) -> list[dict[str, Any]]:
    """List the evidence that binds the person's rows to each other; of a pair that several nights looked at, what the last one saw."""
    mine = records.combine_chunks()
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for night in mill.lake.names("known"):
        if mill.lake.holds("night", night, "pairs"):
            pairs = mill.lake.read("night", night, "pairs")
            both = pc.and_(pc.is_in(pairs["record_id_l"], mine), pc.is_in(pairs["record_id_r"], mine))
            found |= {(pair["record_id_l"], pair["record_id_r"]): {"night": night, **pair} for pair in pairs.filter(both).to_pylist()}
    return list(found.values())


def _decisions(mill: Mill, person: str) -> list[dict[str, Any]]:
    """List every decision, oldest first, with what the night kept of it: stage, dimensions, the values seen, the facts missing."""
    rows = mill.registry.decisions.of_person(person).to_pylist()
    return [
        {**_kept(mill, row["night_id"], person), **_seen(mill, row, person), **row, "reasons": json.loads(row["reasons"])} for row in rows
    ]


def _kept(mill: Mill, night: str, person: str) -> dict[str, Any]:
    """Read what else the lake holds of a decision; nothing when the night's tables are gone."""
    if not mill.lake.holds("night", night, "decisions"):
        return {}
    decided = mill.lake.read("night", night, "decisions", columns=["person_id", *KEPT])
    found = decided.filter(pc.equal(decided["person_id"], person)).select(list(KEPT)).to_pylist()
    return found[0] if found else {}


def _seen(mill: Mill, decision: dict[str, Any], person: str) -> dict[str, Any]:
    """Tell the values the rules saw (`seen`): of the profile the night kept, by the very ruleset that decided; none where no rule looked.

    `intact`: the profile is still the one that was decided, by the hash pinned to the decision.
    """
    night = decision["night_id"]
    if not decision["ruleset_hash"] or not mill.lake.holds("night", night, "profiles"):
        return {"seen": [], "intact": not decision["ruleset_hash"]}
    profiles = mill.lake.read("night", night, "profiles")
    mine = profiles.filter(pc.equal(profiles["person_id"], person))
    ruleset = restore_ruleset(mill.registry.decisions.ruleset_text(decision["ruleset_hash"]))
    intact = hash_inputs(mine)["inputs_hash"].to_pylist() == [decision["inputs_hash"]]
    return {"seen": see(mine, ruleset)[0].as_py() if mine.num_rows else [], "intact": intact}


def _pushes(mill: Mill, person: str) -> list[dict[str, Any]]:
    entries = mill.registry.pushes.entries(person_id=person).to_pylist()
    return [{**row, "changes": json.loads(row["changes"] or "{}")} for row in entries]
