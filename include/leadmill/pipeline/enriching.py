"""The enrich stage."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from leadmill.pipeline.mill import open_mill


def enrich(night: str) -> dict[str, Any]:
    """Ask nobody yet."""
    with open_mill() as mill:
        mill.lake.write(pa.table({"company_id": pa.array([], pa.string())}), "night", night, "enriched")
    return {"enriched": 0, "deferred": 0}
