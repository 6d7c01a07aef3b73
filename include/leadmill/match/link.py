"""Which records equal keys connect, once the names allow it.

An edge is a statement about two records alone plus how widely a value is shared. Nothing here depends on the order of rows or nights.
Work is done on *faces* (one value, one name), so a value that a thousand rows share costs a thousand rows, not a million pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from leadmill.config.matching import Key
from leadmill.engine import quote, quote_text
from leadmill.match.names import DIFFERENT, REACHED, compare_names

NEXT_STEP = {"any": "any", "open": "near", "near": "same", "same": "same"}
MAX_NAMES = 50  # names on one value beyond which only equal names are compared


def link(con: duckdb.DuckDBPyConnection, keys: Sequence[Key]) -> None:
    """Make table `edge(l, r, key, weight)` over `node(i, w, <columns>)`; l < r are node numbers."""
    con.execute("create or replace temp table edge (l bigint, r bigint, key varchar, weight double)")
    for key in keys:
        _faces(con, key)
        _join_equal_names(con, key)
        if key.name != "any":
            _join_agreeing_names(con, key)


def _faces(con: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Make `held(i, v, w)`, the records that hold a value at least two records hold, and `face(v, w, i)` with i the first record."""
    present = " and ".join(f"{quote(column)} is not null" for column in key.columns)
    exempt = "".join(
        f" and coalesce({quote(column)} not in ({', '.join(map(quote_text, values))}), true)" for column, values in key.unless.items()
    )
    value = f"hash({', '.join(map(quote, key.columns))})"
    crowd = f"having count(*) > 1 and count(distinct w) <= {key.shared_by}" if key.shared_by else "having count(*) > 1"
    con.execute(
        f"""
        create or replace temp table held as
        with holder as (select i, {value} as v, w from node where {present}{exempt})
        select * from holder where v in (select v from holder group by v {crowd});
        create or replace temp table face as select v, w, min(i) as i from held group by v, w;
        """
    )


def _join_equal_names(con: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Join each record to the first with the same value and name; where names must agree, the name must be whole."""
    if key.name == "any":
        first = "select i, min(i) over (partition by v) as first_i from held"
    else:
        whole = "" if key.name == "open" else " where length(who.first) > 1 and length(who.last) > 1"
        first = f"select held.i, face.i as first_i from held join face using (v, w) join who using (w){whole}"
    con.execute(f"insert into edge select first_i, i, '{key.id}', {key.weight} from ({first}) where first_i < i")


def _join_agreeing_names(con: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Join faces of one value whose names agree; a value with visibly different names on it demands one step more."""
    con.execute(f"create or replace temp table candidate as {_candidates(key)}")
    compare_names(con, "candidate", "verdict")
    con.execute(
        f"""
        create or replace temp table agreeing as
        select v, least(il, ir) as l, greatest(il, ir) as r, least(grade_first, grade_last) as grade,
               {REACHED[NEXT_STEP[key.name]]} as beyond_doubt
        from candidate join verdict using (wl, wr) where {REACHED[key.name]};
        create or replace temp table crowd as
        select v, w, min(w) over (partition by v) as first_w from face where v in (select v from agreeing where not beyond_doubt);
        """
    )
    compare_names(con, "(select first_w as wl, w as wr from crowd where first_w < w)", "against_first")
    con.execute(
        f"""
        insert into edge select l, r, '{key.id}', {key.weight} - (grade < 2)::int from agreeing
        where beyond_doubt or v not in (select v from crowd join against_first a on a.wl = first_w and a.wr = w where {DIFFERENT})
        """
    )


def _candidates(key: Key) -> str:
    """Write the SQL for pairs of faces worth comparing: all on one value, or those that share a word of their names."""
    pair = "a.v, a.w as wl, b.w as wr, a.i as il, b.i as ir"
    if key.name == "open":
        few = f"select v from face group by v having count(*) between 2 and {MAX_NAMES}"
        return f"select {pair} from face a join face b using (v) where a.w < b.w and v in ({few})"
    return f"""
        with crowded as (select * from face where v in (select v from face group by v having count(*) > 1)),
        worded as (select hash(v, word) as vw, v, w, i from crowded join word using (w)),
        narrow as (select * from worded where vw in (select vw from worded group by vw having count(*) between 2 and {MAX_NAMES}))
        select distinct {pair} from narrow a join narrow b using (vw) where a.w < b.w"""
