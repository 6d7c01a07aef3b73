"""Which records equal keys connect, once the names allow it.

An edge is a statement about two records alone plus how widely a value is shared. Nothing here depends on the order of rows or nights.
Work is done on *faces* (one value, one name), so a value that a thousand rows share costs a thousand rows, not a million pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from leadmill.config.matching import Agreement, Key
from leadmill.engine import quote, quote_text
from leadmill.match.names import DIFFERENT, LEAST, NEEDED, compare_names

NEXT_STEP: dict[Agreement, Agreement] = {"any": "any", "open": "near", "near": "same", "same": "same"}
MAX_NAMES = 50  # names on one value beyond which only equal names are compared


def link(con: duckdb.DuckDBPyConnection, keys: Sequence[Key]) -> None:
    """Make table `edge(l, r, key, weight, v)` over `node(i, w, whole, fresh, <columns>)`; l < r are node numbers, v hashes what both share.

    Only values that a fresh node holds are looked at: `brought(key, v)` lists them, `stirred(i)` their holders. Where all nodes are fresh
    these two stay empty.
    """
    con.execute(
        """
        create or replace temp table edge (l bigint, r bigint, key varchar, weight double, v ubigint);
        create or replace temp table brought (key varchar, v ubigint);
        create or replace temp table stirred (i bigint);
        create or replace temp table face (key varchar, v ubigint, w bigint, i bigint)
        """
    )
    (all_fresh,) = con.execute("select coalesce(bool_and(fresh), true) from node").fetchall()[0]
    for key in keys:
        _hold(con, key)
        if not all_fresh:
            _narrow(con, key)
        _join_equal_names(con, key)
    named = [key for key in keys if key.name != "any"]
    if named:
        _join_agreeing_names(con, named)


def _hold(con: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Make `holder(i, v, w, whole, fresh)`: the nodes that have a value for the key."""
    present = " and ".join(f"{quote(column)} is not null" for column in key.columns)
    exempt = "".join(
        f" and coalesce({quote(column)} not in ({', '.join(map(quote_text, values))}), true)" for column, values in key.unless.items()
    )
    value = f"hash({', '.join(map(quote, key.columns))})"
    con.execute(f"create or replace temp table holder as select i, {value} as v, w, whole, fresh from node where {present}{exempt}")


def _narrow(con: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Keep the holders of values that a fresh node has, and note both."""
    con.execute(
        f"""
        create or replace temp table holder as select * from holder where v in (select v from holder where fresh);
        insert into brought select distinct '{key.id}', v from holder;
        insert into stirred select i from holder
        """
    )


def _join_equal_names(con: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Join each record to the first with the same value and name; where names must agree, the name must be whole.

    Adds to `face(key, v, w, i)` the names on a value that has several, i being the first record of each.
    """
    crowd = f"having count(*) <= {key.shared_by}" if key.shared_by else ""
    con.execute(
        f"""
        create or replace temp table named as select v, w, min(i) as i, count(*) as held_by from holder group by v, w;
        create or replace temp table shared as
        select v, min(i) as i, count(*) as names, sum(held_by) as held_by from named group by v {crowd}
        """
    )
    if key.name == "any":
        first = "select holder.i, shared.i as first_i, v from holder join shared using (v) where held_by > 1"
    else:
        whole = "" if key.name == "open" else " and whole"
        first = f"select holder.i, named.i as first_i, v from holder join named using (v, w) where held_by > 1{whole}"
        first += " and v in (select v from shared)" if key.shared_by else ""
        con.execute(f"insert into face select '{key.id}', v, w, i from named where v in (select v from shared where names > 1)")
    con.execute(f"insert into edge select first_i, i, '{key.id}', {key.weight}, v from ({first}) where first_i < i")


def _join_agreeing_names(con: duckdb.DuckDBPyConnection, keys: Sequence[Key]) -> None:
    """Join faces of one value whose names agree; a value with visibly different names on it demands one step more."""
    demands = [
        {"key": key.id, "weight": key.weight, "needed": NEEDED[key.name], "beyond_doubt": NEEDED[NEXT_STEP[key.name]]} for key in keys
    ]
    con.register("demand", pa.Table.from_pylist(demands))
    con.execute(f"create or replace temp table candidate as {_candidates([key.id for key in keys if key.name == 'open'])}")
    compare_names(con, "candidate", "verdict")
    con.execute(
        f"""
        create or replace temp table agreeing as
        select key, v, least(il, ir) as l, greatest(il, ir) as r, weight - ({LEAST} < 2)::int as weight, {LEAST} >= beyond_doubt as certain
        from candidate join verdict using (wl, wr) join demand using (key) where {LEAST} >= needed
        """
    )
    _find_crowds(con)
    con.execute("insert into edge select l, r, key, weight, v from agreeing where certain or (key, v) not in (from crowd)")


def _find_crowds(con: duckdb.DuckDBPyConnection) -> None:
    """Make `crowd(key, v)`: of the values on which names do not agree beyond doubt, those with a name visibly unlike the first.

    Most show it by their last name; only of the others all names are looked at.
    """
    con.execute(
        """
        create or replace temp table doubtful as
        select key, v, w, min(w) over (partition by key, v) as first_w, max(w) over (partition by key, v) as last_w from face
        where (key, v) in (select (key, v) from agreeing where not certain)
        """
    )
    compare_names(con, "(select first_w as wl, last_w as wr from doubtful)", "at_once")
    con.execute(
        f"""
        create or replace temp table crowd as
        select distinct key, v from doubtful join at_once a on a.wl = first_w and a.wr = last_w where {DIFFERENT};
        delete from doubtful where (key, v) in (from crowd)
        """
    )
    compare_names(con, "(select first_w as wl, w as wr from doubtful where first_w < w)", "against_first")
    con.execute(
        f"insert into crowd select distinct key, v from doubtful join against_first a on a.wl = first_w and a.wr = w where {DIFFERENT}"
    )


def _candidates(open_keys: Sequence[str]) -> str:
    """Write the SQL for pairs of faces worth comparing: those that share a word of their names; of `open_keys` all on one value."""
    pair = "a.key, a.v, a.w as wl, b.w as wr, a.i as il, b.i as ir"
    is_open = f"key in ({', '.join(map(quote_text, open_keys)) or 'null'})"
    return f"""
        with word as (
            select w, hash(word) as word from (
                select w, unnest(list_distinct(words_of(first, last))) as word from who where w in (select w from face))
            where length(word) > 1),
        spoken as (
            select *, xor(hash(key), v) as said from face where {is_open}
            union all select key, v, w, i, xor(xor(hash(key), v), word) from face join word using (w) where coalesce(not {is_open}, true)),
        narrow as (select * from spoken where said in (select said from spoken group by said having count(*) between 2 and {MAX_NAMES}))
        select distinct {pair} from narrow a join narrow b using (said) where a.w < b.w"""
