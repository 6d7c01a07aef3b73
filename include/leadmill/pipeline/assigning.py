"""Who is decided, and by which ruleset."""

from __future__ import annotations

import pyarrow as pa

from leadmill.engine import connect
from leadmill.pipeline.mill import Mill


def assign(mill: Mill, persons: pa.Table, chosen: str | None) -> pa.Table:
    """Name the ruleset that decides each person: that of the most trusted source that delivered them, or the one chosen for the night.

    Returns person_id, ruleset and source; who came from no source with a ruleset is known, but not decided, and is absent.
    """
    sources = [source for source in mill.sources.values() if source.ruleset]
    table = pa.table(
        {
            "source": pa.array([source.name for source in sources], pa.string()),
            "ruleset": pa.array([chosen or source.ruleset for source in sources], pa.string()),
            "trust": pa.array([source.trust for source in sources], pa.int32()),
        }
    )
    records = mill.registry.records.table(person_ids=persons["person_id"].to_pylist())
    with connect({"records": records, "sources": table}) as con:
        return con.sql(
            "select person_id, arg_max(ruleset, {'trust': trust, 'source': source}) as ruleset, "
            "arg_max(source, {'trust': trust, 'source': source}) as source "
            "from records join sources using (source) group by person_id order by person_id"
        ).to_arrow_table()
