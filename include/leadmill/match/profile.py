"""What an unknown table holds: which columns can tell records apart, and as what they are to be compared.

Nothing is known of the table but its texts. A column is left out when it cannot help: row numbers and keys (every value once), categories
(one pair in ten agrees by chance), prose, nearly empty ones, and columns that another one contains (a first name beside a full name).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb
import numpy as np
import pyarrow as pa

from leadmill.engine import quote

Kind = Literal["word", "phrase", "code", "date", "email"]

FILLED = 0.2  # least share of rows with a value
BY_CHANCE = 0.1  # share of row pairs that agree on a category by chance
TELLING_ROWS = 30  # below so many rows a high share of equal values may well be the duplicates themselves
MOSTLY = 0.6  # share of values that look like an e-mail or a date for the column to be one
MOSTLY_DIGITS = 0.8  # share of values with a digit for the column to be a code: phone, postcode, house number
CODE_LENGTH, CODE_WORDS = 16, 2.2  # mean letters and words a code has at most
ONE_WORD = 1.5  # mean words of a column of single words
PROSE = 12  # words half the values of a column that describes rather than names
CONTAINED = 0.9  # share of rows whose words another column also has
IN_ORDER = 0.95  # share of rows that go up (or down) for a column to be a row number
DENSE = 20  # numbers given out one after the other lie this close, on average, at most
NAMING_CODE = 6  # letters a code has on average to name anybody: a phone, a registry number; not a price, not an age
MOSTLY_OWN = 0.3  # and as many values for its rows at least: not a page many visited
SHOWN, SHOWN_LETTERS = 20_000, 2_000  # distinct values a column's kind is told from, and letters of each
MOST_FIELDS = 20  # columns compared, the most telling first
MOST_LETTERS = 200  # of a cell that are compared

_DATE = r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(18|19|20)\d{6})"
_REACHED = r"[+(]?\d[\d()/. -]{5,}\d|.*\.[a-zA-Z]{2,}(/.*)?"  # a phone or a web site: one's own, but no key
_SCHEME = r"^\s*(https?://(www\.)?|www\.)"  # a web site is the same with it and without


@dataclass(frozen=True, slots=True)
class Field:
    """A column worth comparing: its header, the kind of its values, and its column in table `cell`."""

    name: str
    kind: Kind
    column: str
    partner: str | None = None  # the column its values may have been swapped with


@dataclass(frozen=True, slots=True)
class Look:
    """What a column looks like: its kind, why it is `left_out` (None: it is not), how telling it is, and whether it names anybody."""

    name: str
    column: str
    kind: Kind
    left_out: str | None
    bits: float = 0.0  # how much two rows that agree have in common, for the share of rows that say it
    names: bool = True


@dataclass(frozen=True, slots=True)
class Profile:
    """The fields worth comparing, and for every other column why it is not."""

    fields: tuple[Field, ...]
    left_out: dict[str, str]


def profile(con: duckdb.DuckDBPyConnection, table: pa.Table, ignore: Sequence[str] = (), first_of_other: int | None = None) -> Profile:
    """Make table `cell(i, <columns>)`: compared texts, null when empty, and what `_beside` puts beside them; describe its fields.

    One row per row of `table`; rows from `first_of_other` on are a second file, whose row numbers are not those of the first. Of every
    field `value_<column>` has the distinct values: as given, and with the columns `cell` has of it.
    Needs the macros of `compare.prepare`. Columns of any type are compared as text.
    """
    headers = [name for name in table.column_names if name not in ignore]
    texts = pa.table({f"c{place}": table[name].cast(pa.string()) for place, name in enumerate(headers)} | {"i": range(table.num_rows)})
    con.register("given_cell", texts)
    looks = [_look(con, name, f"c{place}", first_of_other) for place, name in enumerate(headers)]
    kept, left_out = _choose(looks)
    fields = [Field(look.name, look.kind, look.column) for look in kept]
    for field in fields:
        _read_values(con, field)
    beside = "".join(f", value_{field.column}.* exclude (given)" for field in fields)
    joins = "".join(f" left join value_{field.column} on value_{field.column}.given = given_cell.{field.column}" for field in fields)
    con.execute(f"create or replace temp table cell as select i::bigint as i{beside} from given_cell{joins}")
    con.unregister("given_cell")
    contained = _contained(con, fields)
    fields = [field for field in fields if field.column not in contained]
    return Profile(
        tuple(_with_partners(con, fields)),
        left_out | {look.name: "another column has its words" for look in kept if look.column in contained},
    )


def _read_values(con: duckdb.DuckDBPyConnection, field: Field) -> None:
    """Make `value_<column>(given, <column>, ...)` of a field: what is the same in many rows is read once."""
    con.execute(
        f"create or replace temp table value_{field.column} as with plain as ("
        f"select {field.column} as given, {_plain(field)} as {field.column} from (select distinct {field.column} from given_cell)) "
        f"select *{_beside(field)} from plain"
    )


def _choose(looks: Sequence[Look]) -> tuple[list[Look], dict[str, str]]:
    """Keep the columns that tell rows apart (when there is none, those of some use), the most telling of many; say why not the others."""
    left_out = {look.name: look.left_out for look in looks if look.left_out}
    kept = [look for look in looks if not look.left_out]
    if not any(look.names for look in kept):
        return [], left_out | {look.name: "no column names anybody" for look in kept}
    most = sorted(kept, key=lambda look: -look.bits)[:MOST_FIELDS]
    left_out |= {look.name: f"{MOST_FIELDS} others tell more" for look in kept if look not in most}
    return [look for look in kept if look in most], left_out


def _look(con: duckdb.DuckDBPyConnection, name: str, column: str, first_of_other: int | None) -> Look:
    """Look at the values of one column."""
    rows, filled, distinct, email, date, digit, words, usual, length, digits, agree = con.execute(
        f"""
        with value as (select nullif(trim({column}), '') as v from given_cell),
        counted as (select v, count(*) as n from value where v is not null group by v),
        told as (select count(*) as distinct_values, coalesce(sum(n), 0) as filled,
                 sum(n * (n - 1)) / greatest(sum(n) * (sum(n) - 1), 1) as agree from counted),
        shown as (select left(v, {SHOWN_LETTERS}) as v from counted order by hash(v), v limit {SHOWN})
        select (select count(*) from value), any_value(filled), any_value(distinct_values),
               avg(contains(v, '@')::int), avg(regexp_full_match(v, $date)::int), avg(regexp_matches(v, '[0-9]')::int),
               avg(len(string_split_regex(v, '\\s+'))), median(len(string_split_regex(v, '\\s+'))), avg(length(v)),
               avg(length(regexp_replace(v, '[^0-9]', '', 'g')) / length(regexp_replace(v, '\\s', '', 'g'))),
               any_value(agree)
        from told left join shown on true
        """,
        {"date": _DATE},
    ).fetchall()[0]
    if distinct < 2:  # noqa: PLR2004 - a constant
        return Look(name, column, "word", "one value" if distinct else "empty")
    kind: Kind = "phrase"
    if email > MOSTLY:
        kind = "email"
    elif date > MOSTLY:
        kind = "date"
    elif digit > MOSTLY_DIGITS and (digits > MOSTLY or (length <= CODE_LENGTH and words <= CODE_WORDS)):
        kind = "code"
    elif words <= ONE_WORD:
        kind = "word"
    bits = filled / rows * -float(np.log2(max(agree, 1 / rows**2)))
    names = kind in ("word", "phrase", "email") or (kind == "code" and length >= NAMING_CODE and distinct >= MOSTLY_OWN * filled)
    reason = None
    files = ("true",) if first_of_other is None else (f"i < {first_of_other}", f"i >= {first_of_other}")
    if kind != "email" and digit > MOSTLY_DIGITS and words <= ONE_WORD and any(_is_key(con, column, file) for file in files):
        reason = "a row number or a key"
    elif kind == "phrase" and usual > PROSE:
        reason = "prose"
    elif filled < FILLED * rows:
        reason = "nearly empty"
    elif agree > max(BY_CHANCE, TELLING_ROWS / max(rows, 1)):
        reason = "a category"
    return Look(name, column, kind, reason, bits, names)


def _is_key(con: duckdb.DuckDBPyConnection, column: str, file: str) -> bool:
    """Tell whether the values of a file occur once each and are numbers given out: the same person never has two alike."""
    (once,) = con.execute(f"select count(distinct nullif(trim({column}), '')) = count(*) from given_cell where {file}").fetchall()[0]
    if not once:
        return False
    reached, rising, falling, dense = con.execute(
        f"""
        with value as (select i, left(trim({column}), {SHOWN_LETTERS}) as v from given_cell where {file}),
        numbered as (select i, v, try_cast(left(regexp_replace(v, '[^0-9]', '', 'g'), 15) as bigint) as n from value),
        stepped as (select *, n - lag(n) over (order by i) as step from numbered)
        select avg(regexp_full_match(v, $reached)::int),
               avg((step > 0)::int), avg((step < 0)::int),
               max(n) - min(n) <= {DENSE} * count(*) and count(distinct n) = count(*) from stepped
        """,
        {"reached": _REACHED},
    ).fetchall()[0]
    return bool(max(rising or 0, falling or 0) >= IN_ORDER or dense or (reached or 0) < MOSTLY)


def _plain(field: Field) -> str:
    """Write the SQL that reduces a cell to what is compared."""
    column = field.column
    if field.kind == "email":
        return f"nullif(lower(trim(left({column}, {MOST_LETTERS}))), '')"
    if field.kind == "code":
        return f"nullif(regexp_replace(lower(left({column}, {MOST_LETTERS})), '[^\\p{{L}}\\p{{N}}]', '', 'g'), '')"
    if field.kind == "date":
        year_last = rf"regexp_extract({column}, '(\d{{1,2}})\D(\d{{1,2}})\D(\d{{4}})', ['a', 'b', 'y'])"
        turned = f"{year_last}.y || lpad({year_last}.b, 2, '0') || lpad({year_last}.a, 2, '0')"
        first = rf"regexp_extract({column}, '(\d{{4}})\D(\d{{1,2}})\D(\d{{1,2}})', ['y', 'b', 'a'])"
        straight = f"{first}.y || lpad({first}.b, 2, '0') || lpad({first}.a, 2, '0')"
        digits = rf"regexp_replace({column}, '\D', '', 'g')"
        return f"nullif(case when {first}.y <> '' then {straight} when {year_last}.y <> '' then {turned} else {digits} end, '')"
    return f"plain_words(regexp_replace(left({column}, {MOST_LETTERS}), '{_SCHEME}', '', 'i'))"


def _beside(field: Field) -> str:
    """Write the SQL of the columns that stand beside a field's text for comparing: the number of its value, and forms of it."""
    column = field.column
    number = f", if({column} is null, null, dense_rank() over (order by {column}) - 1)::integer as {column}_v"
    if field.kind == "phrase":
        return f"{number}, replace({column}, ' ', '') as {column}_bare, numbers_of({column}) as {column}_numbers"
    mailboxes = (
        f", list_filter(string_split_regex({column}, '[;,|\\s]+'), lambda m: m <> '') as {column}_all" if field.kind == "email" else ""
    )
    return f"{number}, sorted_letters({column}) as {column}_letters{mailboxes}"


def _contained(con: duckdb.DuckDBPyConnection, fields: Sequence[Field]) -> set[str]:
    """Find the text columns whose words another column has as well: they would say the same thing twice."""
    texts = [field for field in fields if field.kind in ("word", "phrase")]
    lengths = {field.column: con.execute(f"select coalesce(sum(length({field.column})), 0) from cell").fetchall()[0][0] for field in texts}
    dropped: set[str] = set()
    for small in sorted(texts, key=lambda field: (lengths[field.column], field.column)):
        others = (large.column for large in texts if large is not small and large.column not in dropped)
        if any(_contains(con, small.column, large) for large in others):
            dropped.add(small.column)
    return dropped


def _contains(con: duckdb.DuckDBPyConnection, small: str, large: str) -> bool:
    """Tell whether nearly every value of `small` consists of words of `large` in the same row."""
    (share,) = con.execute(
        f"select avg(coalesce(list_has_all(string_split({large}, ' '), string_split({small}, ' ')), false)::int) from cell "
        f"where {small} is not null"
    ).fetchall()[0]
    return share is not None and share > CONTAINED


def _with_partners(con: duckdb.DuckDBPyConnection, fields: list[Field]) -> list[Field]:
    """Pair columns that share a tenth of their vocabulary: first and last names get swapped, mailboxes at work and at home."""
    free = [field for field in fields if field.kind in ("word", "email")]
    partner: dict[str, str] = {}
    for place, one in enumerate(free):
        for other in (field for field in free[place + 1 :] if field.kind == one.kind):
            if one.column not in partner and other.column not in partner and _share_vocabulary(con, one.column, other.column):
                partner |= {one.column: other.column, other.column: one.column}
    return [Field(field.name, field.kind, field.column, partner.get(field.column)) for field in fields]


def _share_vocabulary(con: duckdb.DuckDBPyConnection, one: str, other: str) -> bool:
    common, smaller = con.execute(
        f"select count(distinct {one}) filter (where {one} in (select {quote(other)} from cell)), "
        f"least(count(distinct {one}), count(distinct {other})) from cell"
    ).fetchall()[0]
    return bool(common > 0.1 * smaller)
