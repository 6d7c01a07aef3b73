"""What earlier nights found of pairs, so that a night looks only at what its new records touch.

An edge is a statement about two records and all holders of one value (`link`), or about two records alone (`model`). So it stands until
a new record brings its value, and is then found anew among all holders. Edges are kept as found: what people answered comes on top,
every night.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadmill.config.matching import Matching
from leadmill.match.cluster import Ints

# rule: a key's id, or the band the model put the pair in (match, review); value: hash of what a key's records share; null for the model.
EDGES = pa.schema(
    [
        ("record_id_l", pa.string()),
        ("record_id_r", pa.string()),
        ("rule", pa.string()),
        ("value", pa.uint64()),
        ("weight", pa.float64()),
        ("probability", pa.float64()),
        ("evidence", pa.string()),
    ]
)
BANDS = "('match', 'review')"


def way_of_matching(settings: Matching, model: Path | None) -> str:
    """Name everything an edge depends on beside the records: edges found another way are no use. All engines score alike."""
    parts = (
        settings.model_dump_json(exclude={"scoring"}),
        model.name if model else "",
        version("leadmill"),
        version("duckdb"),
        version("nicknames"),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def recall(con: duckdb.DuckDBPyConnection) -> None:
    """Add to `edge` and `scored` what table `kept` (EDGES) holds, but for values that new records brought (`brought`)."""
    con.execute(
        f"""
        create or replace temp table placed as
        select a.i as l, b.i as r, kept.* from kept join node a on a.record_id = record_id_l join node b on b.record_id = record_id_r;
        insert into edge select l, r, rule, weight, value from placed
        where rule not in {BANDS} and not exists (select 1 from brought where brought.key = rule and brought.v = value);
        insert into scored select l, r, probability, weight, evidence, rule from placed where rule in {BANDS}
        """
    )


def keep(con: duckdb.DuckDBPyConnection, records: pa.Array) -> pa.Table:
    """Return `edge` and `scored` as EDGES, for the nights to come; `records`: the ids of all nodes, by number."""
    found = con.sql(
        """
        select l, r, key as rule, v as value, weight, null::double as probability, null::varchar as evidence from edge
        union all select l, r, band, null, weight, probability, evidence from scored
        """
    )
    return with_records(records, found.to_arrow_table()).cast(EDGES)


def with_records(records: pa.Array, pairs: pa.Table) -> pa.Table:
    """Name the nodes l and r of pairs by record_id_l and record_id_r: an id taken by its place costs a tenth of one joined."""
    named = {f"record_id_{side}": records.take(pairs[side].combine_chunks()) for side in ("l", "r")}
    return pa.table({**named, **{name: pairs[name] for name in pairs.column_names if name not in ("l", "r")}})


def touched(con: duckdb.DuckDBPyConnection, labels: Ints) -> npt.NDArray[np.bool_]:
    """Tell which nodes lie in a component with a new record, a holder of what a new record brought, or one that people spoke of.

    All others are tonight what they were: nothing was added to their component and nothing taken away.
    """
    seeds = con.execute("select i from node where fresh union select i from stirred union select unnest([l, r]) from said").fetchnumpy()[
        "i"
    ]
    reached = np.zeros(len(labels), dtype=np.bool_)
    reached[labels[seeds]] = True
    return np.asarray(reached[labels])


def settled_before(con: duckdb.DuckDBPyConnection, labels: Ints, open_tonight: npt.NDArray[np.bool_]) -> Ints:
    """Label the nodes that nothing touched as earlier nights did: with the smallest record of their person."""
    if open_tonight.all():
        return labels
    con.register("untouched", pa.table({"i": np.flatnonzero(~open_tonight)}))
    before = con.execute(
        "select i, min(i) over (partition by coalesce(person_id, record_id)) as label from node join untouched using (i)"
    ).fetchnumpy()
    con.unregister("untouched")
    kept = labels.copy()
    kept[before["i"]] = before["label"]
    return kept
