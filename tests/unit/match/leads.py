"""Lead rows for the tests of matching: say only what matters, the rest is null."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from leadmill.columns import LEAD
from leadmill.config.matching import Matching, load_matching
from leadmill.config.project import CHECKOUT
from leadmill.match import Resolution

SETTINGS: Matching = load_matching(Path(CHECKOUT / "include" / "config"))


def leads(*rows: dict[str, Any], delivery: str = "d1") -> pa.Table:
    """LEAD rows; record ids are r01, r02 ... unless given."""
    base = dict.fromkeys(LEAD.names)
    full = [
        {**base, "record_id": f"r{n:02}", "source": "list", "delivery_id": delivery, "line": n + 1, "fingerprint": f"{delivery}{n}", **row}
        for n, row in enumerate(rows, start=1)
    ]
    return pa.Table.from_pylist(full, schema=LEAD)


def nothing() -> pa.Table:
    """No known rows."""
    return LEAD.empty_table()


def with_ids(rows: pa.Table, resolution: Resolution, before: dict[str, tuple[str, str | None]] | None = None) -> pa.Table:
    """Known rows of the next night: `rows` with the ids `resolution` gave, or those of `before`."""
    ids = {**(before or {}), **{row["record_id"]: (row["person_id"], row["company_id"]) for row in resolution.persons.to_pylist()}}
    mine = [ids[record_id] for record_id in rows["record_id"].to_pylist()]
    return rows.append_column("person_id", pa.array([one for one, _ in mine], pa.string())).append_column(
        "company_id", pa.array([other for _, other in mine], pa.string())
    )


def groups(resolution: Resolution, column: str = "person_id") -> list[list[str]]:
    """List the groups of records that share an id, sorted."""
    found: dict[str, list[str]] = {}
    for row in resolution.persons.to_pylist():
        found.setdefault(row[column], []).append(row["record_id"])
    return sorted(sorted(members) for key, members in found.items() if key is not None)
