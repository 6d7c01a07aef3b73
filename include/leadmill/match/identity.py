"""Ids that never change: clusters of tonight meet the ids of earlier nights.

An id names its cluster's smallest record: `p_<record_id>`. When clusters merge, the smallest of their ids survives and the others
become tombstones. When one splits, the part that holds the record the id is named after keeps it (else the part with the smallest
record), and the others get new ids.
"""

from __future__ import annotations

import pyarrow as pa

from leadmill.engine import connect


def keep_ids(members: pa.Table, prefix: str) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Give every cluster an id.

    `members` has record_id (text), label (int64: cluster of tonight), known_id (text or null: id so far). Returns
    - ids: record_id, id;
    - merges: from_id, into_id, for every id that no cluster bears any more;
    - splits: from_id, into_id, record_id, for every known record that now bears another id although its old one lives on.
    """
    with connect({"member": members}) as con:
        con.execute(
            """
            create temp table keeper as
            select known_id, arg_min(label, {'other': known_id <> $prefix || record_id, 'record_id': record_id}) as label
            from member where known_id is not null group by known_id
            """,
            {"prefix": prefix},
        )
        con.execute(
            """
            create temp table named as
            select label, coalesce(min(keeper.known_id), $prefix || min(record_id)) as id
            from member left join keeper using (label) group by label
            """,
            {"prefix": prefix},
        )
        ids = con.sql("select record_id, id from member join named using (label) order by record_id").to_arrow_table()
        merges = con.sql(
            "select known_id as from_id, id as into_id from keeper join named using (label) where known_id <> id order by 1"
        ).to_arrow_table()
        splits = con.sql(
            "select known_id as from_id, id as into_id, record_id from member join named using (label) "
            "where known_id <> id and known_id in (select id from named) order by 3"
        ).to_arrow_table()
    return ids, merges, splits
