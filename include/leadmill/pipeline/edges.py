"""What nights found out about pairs of records is handed from night to night, so that each looks only at what is new.

Edges hold for exactly the leads and the way of matching they were found with; the file says which. When either differs (new rules, a new
model, an erased person, a night that broke off) the next night compares everything anew. That costs time and nothing else.
"""

from __future__ import annotations

import json

import pyarrow as pa

from leadmill.pipeline.mill import Mill

FOUND_WITH = b"leadmill"


def edges_so_far(mill: Mill, night: str, way: str, leads: int) -> pa.Table | None:
    """Return the edges among the `leads` of all other nights, found the same `way`; None when there are none such."""
    wanted = _stamp(way, [name for name in mill.lake.names("known") if name != night], leads)
    for name in reversed(mill.lake.names("edges")):
        if name != night:
            found = mill.lake.read("edges", name)
            if (found.schema.metadata or {}).get(FOUND_WITH) == wanted:
                return found
    return None


def keep_edges(mill: Mill, night: str, way: str, edges: pa.Table, leads: int) -> None:
    """Hand the edges among all leads on. Those of the night before stay, in case tonight is run again; older ones go."""
    nights = sorted({*mill.lake.names("known"), night})
    mill.lake.write(edges.replace_schema_metadata({FOUND_WITH: _stamp(way, nights, leads)}), "edges", night)
    for name in [name for name in mill.lake.names("edges") if name != night][:-1]:
        mill.lake.remove("edges", name)


def _stamp(way: str, nights: list[str], leads: int) -> bytes:
    return json.dumps({"way": way, "nights": nights, "leads": leads}).encode()
