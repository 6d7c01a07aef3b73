"""Ids that never change: clusters of tonight meet the ids of earlier nights.

An id names its cluster's smallest record: `p_<record_id>`. When clusters merge, the smallest of their ids survives and the others
become tombstones. When one splits, the part that holds the record the id is named after keeps it (else the part with the smallest
record), and the others get new ids.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of known ids.

    - merges: from_id, into_id, for every id that no cluster bears any more;
    - splits: from_id, into_id, record_id, for every known record that now bears another id although its old one lives on.
    """

    merges: pa.Table
    splits: pa.Table


def keep_ids(con: duckdb.DuckDBPyConnection, members: str, prefix: str, named: str) -> Changes:
    """Make table `named(label, id)`: the id of every cluster.

    `members` has i (number of the record in the order of record_id), record_id, label (the smallest i of its cluster) and known_id (null
    for a record that is new).
    """
    con.execute(
        f"""
        create or replace temp table keeper as
        select known_id, arg_min(label, {{'other': known_id <> $prefix || record_id, 'i': i}}) as label
        from {members} where known_id is not null group by known_id
        """,
        {"prefix": prefix},
    )
    con.execute(
        f"""
        create or replace temp table {named} as
        select label, coalesce(kept.known_id, $prefix || record_id) as id
        from {members} left join (select label, min(known_id) as known_id from keeper group by label) kept using (label) where i = label
        """,
        {"prefix": prefix},
    )
    return Changes(
        merges=con.sql(
            f"select known_id as from_id, id as into_id from keeper join {named} using (label) where known_id <> id order by 1"
        ).to_arrow_table(),
        splits=con.sql(
            f"select known_id as from_id, id as into_id, record_id from {members} join {named} using (label) "
            f"where known_id <> id and known_id in (select id from {named}) order by 3"
        ).to_arrow_table(),
    )
