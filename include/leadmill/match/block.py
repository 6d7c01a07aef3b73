"""Which pairs of rows are worth comparing: those that share a rare enough word, number, date or mailbox.

Every value leaves tokens in one index; the rarest are taken first until the pairs they propose fill the budget. So no blocking rule has
to be chosen, and a typing error in one column is made good by any other. What is too common for a long table by itself is taken in twos.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from leadmill.match.profile import MOST_FIELDS, Field

PAIRS_PER_ROW, MOST_PAIRS = 130, 40_000_000  # proposed by tokens, before they are ranked
KEPT_PER_ROW, MOST_KEPT = 12, 4_000_000  # compared; of a large table the rarest likeness has to do
PAIRS_AT_LEAST, KEPT_AT_LEAST = 1_000_000, 200_000  # of a small table everything plausible is compared
AT_ONCE = 5_000_000  # pairs ranked in memory
COMMON = 20  # one row in so many holds what is not even looked at in twos
PASSED = 100_000  # pairs looked at of those proposed but not compared


def block(con: duckdb.DuckDBPyConnection, fields: Sequence[Field], rows: int, first_of_other: int | None = None) -> int:
    """Make table `candidate(l, r)` with l < r over `cell`, and `passed(l, r)`, a sample of the pairs proposed but passed over.

    Returns how many pairs were passed over. With `first_of_other`, rows from that number on are the second file, and only pairs across the
    two files are proposed.
    """
    con.execute("create or replace temp table token (i integer, f utinyint, t ubigint)")
    for place, field in enumerate(fields):
        value = f"select distinct {field.column}_v, hash('{_space(field)}', unnest({_tokens(field)})) as t from value_{field.column}"
        con.execute(f"insert into token select i, {place}, t from cell join ({value}) using ({field.column}_v)")
    most = min(max(PAIRS_PER_ROW * rows, PAIRS_AT_LEAST), MOST_PAIRS)
    if _index(con, rows, most):
        _join_common(con, rows)
        _index(con, rows, most)
    con.execute(
        """
        create or replace temp table posting as select distinct i, t, weight from token join rare using (t);
        create or replace temp table candidate (l integer, r integer);
        create or replace temp table passed (l integer, r integer);
        """
    )
    across = f"a.i < {first_of_other} and b.i >= {first_of_other}" if first_of_other is not None else "a.i < b.i"
    parts = int(con.execute("select coalesce(max(pairs), 0) from rare").fetchall()[0][0] // AT_ONCE) + 1
    kept = min(max(KEPT_PER_ROW * rows, KEPT_AT_LEAST), MOST_KEPT) // parts
    return sum(_propose(con, f"a.i % {parts} = {part} and {across}", kept, PASSED // parts) for part in range(parts))


def _index(con: duckdb.DuckDBPyConnection, rows: int, most: int) -> bool:
    """Make `held(t, n)`, how many rows hold a token, and `rare(t, n, weight, pairs)`, those within the budget; tell if it ran out."""
    con.execute(
        f"""
        create or replace temp table held as select t, count(*) as n from token group by t having count(*) > 1;
        create or replace temp table rare as
        with running as (
            select t, n, ln({rows} / n)::float as weight,
                sum(n * (n - 1) / 2) over (order by n, t rows unbounded preceding) as pairs from held)
        select * from running where pairs <= {most};
        """
    )
    return bool(con.execute("select (select count(*) from rare) < (select count(*) from held)").fetchall()[0][0])


def _join_common(con: duckdb.DuckDBPyConnection, rows: int) -> None:
    """Add what is too common by itself in twos: a first name with a last name, a last name with a town; of each field its rarest."""
    con.execute(
        f"""
        create or replace temp table common as
        select i, f, arg_min(t, n) as t from token join held using (t)
        where n > (select coalesce(max(n), 0) from rare) and n * {COMMON} <= {rows} group by i, f;
        insert into token
        select a.i, {MOST_FIELDS}, hash(least(a.t, b.t), greatest(a.t, b.t)) from common a join common b using (i) where a.f < b.f;
        """
    )


def _propose(con: duckdb.DuckDBPyConnection, which: str, kept: int, drawn: int) -> int:
    """Add the pairs with the rarest likeness to `candidate`, draw from the others for `passed`; return how many these are."""
    con.execute(
        f"""
        create or replace temp table proposed as
        select a.i as l, b.i as r, sum(a.weight) as weight from posting a join posting b using (t) where {which} group by all;
        create or replace temp table kept as select l, r from proposed order by weight desc, l, r limit {kept};
        insert into candidate from kept;
        """
    )
    (others,) = con.execute(f"select greatest(count(*) - {kept}, 0) from proposed").fetchall()[0]
    one_in = max(others // max(drawn, 1), 1)
    if others:
        con.execute(f"insert into passed select l, r from proposed anti join kept using (l, r) where hash(l, r) % {one_in} = 0")
    return int(others)


def _space(field: Field) -> str:
    """Name the space a field's tokens live in: words of all columns share one, so that swapped names meet; so do mailboxes."""
    return field.kind if field.kind in ("word", "email") else field.column


def _tokens(field: Field) -> str:
    """Write the SQL list of a value's tokens; the letters in order stand in for scrambled words."""
    column = field.column
    if field.kind == "word":
        words = f"string_split({column}, ' ')"
        return f"list_concat({words}, list_transform({words}, lambda w: '#' || array_to_string(list_sort(string_split(w, '')), '')))"
    if field.kind == "phrase":
        return f"string_split({column}, ' ')"
    if field.kind == "email":
        return f"list_concat({column}_all, list_transform({column}_all, lambda m: split_part(m, '@', 1)))"
    return f"[{column}]"


def sample(con: duckdb.DuckDBPyConnection, rows: int, seed: int, first_of_other: int | None = None, size: int = 60_000) -> int:
    """Make table `stranger(l, r)`: random pairs nothing proposed, to learn how often different things agree; return how many."""
    left, right = (f"0 and {first_of_other - 1}", f"{first_of_other} and {rows - 1}") if first_of_other else (f"0 and {rows - 1}",) * 2
    low_left, high_left = left.split(" and ")
    low_right, high_right = right.split(" and ")
    con.execute(
        f"""
        create or replace temp table stranger as
        select distinct least(a, b) as l, greatest(a, b) as r from (
            select {low_left} + hash(n, {seed}) % ({high_left} - {low_left} + 1) as a,
                   {low_right} + hash(n, {seed} + 1) % ({high_right} - {low_right} + 1) as b from range({size}) t(n))
        where a <> b;
        delete from stranger where (l, r) in (
            select (l, r) from stranger join posting a on a.i = l join posting b on b.i = r and b.t = a.t)
        """
    )
    return int(con.execute("select count(*) from stranger").fetchall()[0][0])
