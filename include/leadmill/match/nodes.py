"""Nodes: every record once, numbered, with its keys folded for comparison."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from leadmill.config.matching import Matching
from leadmill.match.names import fold, load_nicknames, prepare


def prepare_nodes(con: duckdb.DuckDBPyConnection, settings: Matching, fresh: str) -> None:
    """Turn `record` and `place` into `node`, its keys folded for comparison, with w, the number of its name in `who(w, first, last)`.

    `fresh`: the condition for a record that earlier nights have not compared.
    """
    prepare(con, settings.titles)
    load_nicknames(con, settings.nicknames)
    fold(
        con,
        "(select first_name as value from record union select last_name from record union select city from record "
        "union select street from record)",
    )
    con.execute(
        f"""
        create temp table node as
        select record.* exclude (first_name, last_name, email_key) replace (
            c.folded as city,
            s.street as street,
            nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '') as postcode,
            nullif(regexp_replace(upper(registration_number), '[^A-Z0-9]', '', 'g'), '') as registration_number,
            nullif(upper(trim(lei)), '') as lei, coalesce(email_key, email) as email),
            i, f.folded as first, l.folded as last, (hash(f.folded, l.folded) >> 1)::bigint as w,
            coalesce(length(first) > 1 and length(last) > 1, false) as whole, {fresh} as fresh
        from record join place on place.at = record.rowid
        left join folded f on f.value = first_name left join folded l on l.value = last_name left join folded c on c.value = city
        left join (select value, regexp_replace(folded, '(str|strasse|street)\\b', 'str', 'g') as street from folded) s
            on s.value = record.street;
        drop table record;
        drop table place;
        create temp table who as select distinct w, first, last from node;
        """
    )


def by_node(con: duckdb.DuckDBPyConnection, expression: str) -> npt.NDArray[Any]:
    """Return what an expression says of every node, its place being the node's number."""
    told = con.execute(f"select i, {expression} as told from node").fetchnumpy()
    ordered: npt.NDArray[Any] = np.empty_like(told["told"])
    ordered[told["i"]] = told["told"]
    return ordered
