"""Which records equal keys connect, once the names allow it.

An edge is a statement about two records alone plus how widely a value is shared. Nothing here depends on the order of rows or nights.
Work is done on *faces* (`faces`: one value, one name); DuckDB says what is compared with what, and names are compared there.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

from leadmill.config.matching import Agreement, Key
from leadmill.engine import quote, quote_text
from leadmill.match.cluster import Ints
from leadmill.match.faces import Faces, Holders, share, words_of, worth_comparing
from leadmill.match.groups import among, group
from leadmill.match.names import DIFFERENT, LEAST, NEEDED, compare_names
from leadmill.match.nodes import by_node

NEXT_STEP: dict[Agreement, Agreement] = {"any": "any", "open": "near", "near": "same", "same": "same"}


def link(con: duckdb.DuckDBPyConnection, keys: Sequence[Key], name: str = "w", *, all_fresh: bool) -> None:
    """Make table `edge(l, r, key, weight, v)` over `node(i, whole, fresh, <columns>)`; l < r are node numbers, v hashes what both share.

    `name`: the expression whose values are names (bigint). Only values that a fresh node holds are looked at: `brought(key, v)` lists
    them, `stirred(i)` their holders. Where `all_fresh`, these two stay empty.
    """
    con.execute(
        """
        create or replace temp table edge (l bigint, r bigint, key varchar, weight double, v ubigint);
        create or replace temp table brought (key varchar, v ubigint);
        create or replace temp table stirred (i bigint)
        """
    )
    several: list[tuple[Key, Faces]] = []
    for key in keys:
        (first, later, value), faces = share(_holders(con, key, name, all_fresh=all_fresh), key)
        con.register("tied", pa.table({"l": first, "r": later, "v": value}))
        con.execute(f"insert into edge select l, r, '{key.id}', {key.weight}, v from tied")
        con.unregister("tied")
        if key.name != "any":
            several.append((key, faces))
    if several:
        _join_agreeing_names(con, several)


def _holders(con: duckdb.DuckDBPyConnection, key: Key, name: str, *, all_fresh: bool) -> Holders:
    """Read the nodes that have a value for the key; when not all are fresh, a value that a fresh node has, and note both."""
    present = " and ".join(f"{quote(column)} is not null" for column in key.columns)
    exempt = "".join(
        f" and coalesce({quote(column)} not in ({', '.join(map(quote_text, values))}), true)" for column, values in key.unless.items()
    )
    holders = f"select i, hash({', '.join(map(quote, key.columns))}) as v, {name} as w, whole, fresh from node where {present}{exempt}"
    if not all_fresh:
        con.execute(
            f"""
            create or replace temp table holder as
            with all_holders as ({holders}) select * from all_holders where v in (select v from all_holders where fresh);
            insert into brought select distinct '{key.id}', v from holder;
            insert into stirred select i from holder
            """
        )
        holders = "from holder"
    held = con.execute(holders).fetchnumpy()
    return Holders(*(held[name] for name in ("i", "v", "w", "whole")))


def _join_agreeing_names(con: duckdb.DuckDBPyConnection, several: Sequence[tuple[Key, Faces]]) -> None:
    """Join faces of one value whose names agree; a value with visibly different names on it demands one step more."""
    demands = [
        {"k": k, "key": key.id, "weight": key.weight, "needed": NEEDED[key.name], "beyond_doubt": NEEDED[NEXT_STEP[key.name]]}
        for k, (key, _) in enumerate(several)
    ]
    con.register("demand", pa.Table.from_pylist(demands))
    name = by_node(con, "w")
    con.register("candidate", _candidates(con, several, name))
    compare_names(con, "candidate", "verdict")
    con.execute(
        f"""
        create or replace temp table agreeing as
        select k, v, least(il, ir) as l, greatest(il, ir) as r, weight - ({LEAST} < 2)::int as weight, {LEAST} >= beyond_doubt as certain
        from candidate join verdict using (wl, wr) join demand using (k) where {LEAST} >= needed
        """
    )
    con.unregister("candidate")
    _find_crowds(con, several, name)
    con.execute(
        "insert into edge select l, r, key, agreeing.weight, v from agreeing join demand using (k) "
        "where certain or (k, v) not in (select (k, v) from crowd)"
    )


def _candidates(con: duckdb.DuckDBPyConnection, several: Sequence[tuple[Key, Faces]], name: Ints) -> pa.Table:
    """List the pairs of faces worth a comparison: k, v, and of both sides name and node; the lesser name is the left one.

    `name`: of every node.
    """
    named = group(name.astype(np.uint64))
    number = named.spread(np.arange(len(named.starts)))
    words = words_of(con, named.one(name), np.concatenate([number[faces.i] for _, faces in several]))
    found = []
    for k, (key, faces) in enumerate(several):
        one, other = (faces[side] for side in worth_comparing(faces, number[faces.i], words, key))
        turned = name[one.i] > name[other.i]
        il, ir = np.where(turned, other.i, one.i), np.where(turned, one.i, other.i)
        found.append(pa.table({"k": np.full(len(il), k), "v": one.v, "wl": name[il], "wr": name[ir], "il": il, "ir": ir}))
    return pa.concat_tables(found)


def _find_crowds(con: duckdb.DuckDBPyConnection, several: Sequence[tuple[Key, Faces]], name: Ints) -> None:
    """Make `crowd(k, v)`: of the values on which names do not agree beyond doubt, those with a name visibly unlike the first.

    Most show it by their last name; only of the others all names are looked at.
    """
    doubted = con.execute("select distinct k, v from agreeing where not certain").fetchnumpy()
    values, doubtful = [], []
    for k, (_, faces) in enumerate(several):
        crowd = faces[among(faces.v, doubted["v"][doubted["k"] == k])]
        valued, names = group(crowd.v), name[crowd.i]
        first, last = valued.least(names), valued.most(names)
        values.append(pa.table({"k": np.full(len(first), k), "v": valued.one(crowd.v), "wl": first, "wr": last}))
        doubtful.append(pa.table({"k": np.full(len(crowd.v), k), "v": crowd.v, "wl": valued.spread(first), "wr": names}))
    con.register("value", pa.concat_tables(values))
    con.register("doubtful", pa.concat_tables(doubtful))
    compare_names(con, "value", "at_once")
    con.execute(
        f"""
        create or replace temp table crowd as
        select k, v from value join at_once using (wl, wr) where {DIFFERENT};
        create or replace temp table undecided as
        select * from doubtful where wl < wr and (k, v) not in (select (k, v) from crowd)
        """
    )
    compare_names(con, "undecided", "against_first")
    con.execute(f"insert into crowd select distinct k, v from undecided join against_first using (wl, wr) where {DIFFERENT}")
    con.unregister("value")
    con.unregister("doubtful")
