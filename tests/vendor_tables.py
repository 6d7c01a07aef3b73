"""A small vendor's contract and list, as the rooms hand them on: what validation is tested on."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from leadmill.columns import LANDED
from leadmill.config import Source
from leadmill.validate import check

NAMES = ("first_name", "last_name", "email", "phone", "company_name", "annual_revenue", "employee_count", "country")


def source(rows: list[dict[str, Any]], lists: list[dict[str, Any]] | None = None, **more: Any) -> Source:
    """Build a source whose contract has these rules for rows and for the list."""
    contract = {"rows": rows, "lists": lists or [], **more.pop("contract", {})}
    facts = {"name": "vendor", "title": "A vendor", "kind": "list", "deliveries": "x", "columns": {name: name for name in NAMES}}
    return Source.model_validate({**facts, "contract": contract, **more})


def mapped(**columns: list[str | None]) -> pa.Table:
    """Lay cells out as a mapped table; row n (from 0) has the record id d-(n + 2)."""
    size = len(next(iter(columns.values())))
    landed = {
        "record_id": pa.array([f"d-{line}" for line in range(2, size + 2)]),
        "source": pa.array(["vendor"] * size),
        "delivery_id": pa.array(["d"] * size),
        "line": pa.array(range(2, size + 2), pa.int32()),
        "fingerprint": pa.array([str(line) for line in range(size)]),
    }
    texts = {name: pa.array(columns.get(name, [None] * size), pa.string()) for name in NAMES}
    return pa.table({**landed, **texts}).cast(pa.schema([*LANDED, *((name, pa.string()) for name in NAMES)]))


def wrong(rule: dict[str, Any], table: pa.Table, **more: Any) -> list[int]:
    """Return the positions of the rows one critical rule refuses, after Great Expectations has agreed."""
    verdict = check(table, source([{"id": "rule", **rule}], **more))
    assert verdict.held == []
    return [int(record_id.removeprefix("d-")) - 2 for record_id in verdict.reasons.column("record_id").to_pylist()]


PEOPLE = mapped(
    first_name=["Jane", "Ann", "Bo", "Jane", None],
    last_name=["Roe", "Lee", "Lee", "Roe", "Roe"],
    email=["jane@roe.example", None, None, "jane@roe.example", "x@y.example"],
    phone=["+1 555 0100 200", None, "0301234567", None, None],
    country=["DE", "DE", "AT", "DE", None],
    annual_revenue=["1.000,5", "20", "7", "1", "9"],
    employee_count=["1.000", "20", "8", None, "x"],
)
