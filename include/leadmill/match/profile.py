"""What an unknown table holds: which columns can tell records apart, and as what they are to be compared.

Nothing is known of the table but its texts. A column is left out when it cannot help: row numbers and keys (every value once), categories
(one pair in ten agrees by chance), prose, nearly empty ones, and columns that another one contains (a first name beside a full name).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb
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
PROSE = 12  # mean words of a column that describes rather than names
CONTAINED = 0.9  # share of rows whose words another column also has

_DATE = r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(18|19|20)\d{6})"


@dataclass(frozen=True, slots=True)
class Field:
    """A column worth comparing: its header, the kind of its values, and its column in table `cell`."""

    name: str
    kind: Kind
    column: str
    partner: str | None = None  # the column its values may have been swapped with


def profile(con: duckdb.DuckDBPyConnection, table: pa.Table, ignore: Sequence[str] = ()) -> list[Field]:
    """Make table `cell(i, <columns>, <columns>_letters)`: compared texts (null when empty), their letters in order; describe its fields.

    One row per row of `table`. Needs the macros of `names.prepare` and `compare.prepare`. Columns of any type are compared as text.
    """
    headers = [name for name in table.column_names if name not in ignore]
    texts = pa.table({f"c{place}": table[name].cast(pa.string()) for place, name in enumerate(headers)} | {"i": range(table.num_rows)})
    con.register("given_cell", texts)
    seen = {place: _kind(con, f"c{place}") for place in range(len(headers))}
    kept = [Field(headers[place], kind, f"c{place}") for place, (kind, telling) in seen.items() if kind and telling]
    kept = kept or [Field(headers[place], kind, f"c{place}") for place, (kind, _) in seen.items() if kind]
    plain = "".join(f", {_plain(field)} as {field.column}" for field in kept)
    letters = "".join(f", sorted_letters({field.column}) as {field.column}_letters" for field in kept)
    con.execute(
        f"create or replace temp table cell as with plain as (select i::bigint as i{plain} from given_cell) "
        f"select *{letters} from plain order by i"
    )
    con.unregister("given_cell")
    return _with_partners(con, _without_contained(con, kept))


def _kind(con: duckdb.DuckDBPyConnection, column: str) -> tuple[Kind | None, bool]:
    """Look at the values of one column: their kind (None: of no use) and whether they tell records apart."""
    rows, filled, distinct, email, date, digit, words, length, digits, agree = con.execute(
        f"""
        with value as (select nullif(trim({column}), '') as v from given_cell),
        counted as (select v, count(*) as n from value where v is not null group by v)
        select (select count(*) from value), coalesce(sum(n), 0), count(*),
               avg(contains(v, '@')::int), avg(regexp_full_match(v, $date)::int), avg(regexp_matches(v, '[0-9]')::int),
               avg(len(string_split_regex(v, '\\s+'))), avg(length(v)),
               avg(length(regexp_replace(v, '[^0-9]', '', 'g')) / length(regexp_replace(v, '\\s', '', 'g'))),
               sum(n * (n - 1)) / greatest(sum(n) * (sum(n) - 1), 1)
        from counted
        """,
        {"date": _DATE},
    ).fetchall()[0]
    if distinct < 2:  # noqa: PLR2004 - a constant
        return None, False
    kind: Kind = "phrase"
    if email > MOSTLY:
        kind = "email"
    elif date > MOSTLY:
        kind = "date"
    elif digit > MOSTLY_DIGITS and words <= ONE_WORD and distinct == filled == rows:
        return None, False  # a row number or a key: the same person never has it twice
    elif digit > MOSTLY_DIGITS and (digits > MOSTLY or (length <= CODE_LENGTH and words <= CODE_WORDS)):
        kind = "code"
    elif words <= ONE_WORD:
        kind = "word"
    elif words > PROSE:
        return None, False
    return kind, filled >= FILLED * rows and agree <= max(BY_CHANCE, TELLING_ROWS / max(rows, 1))


def _plain(field: Field) -> str:
    """Write the SQL that reduces a cell to what is compared."""
    column = field.column
    if field.kind == "email":
        return f"nullif(lower(trim({column})), '')"
    if field.kind == "code":
        return f"nullif(regexp_replace(lower({column}), '[^a-z0-9]', '', 'g'), '')"
    if field.kind == "date":
        year_last = rf"regexp_extract({column}, '(\d{{1,2}})\D(\d{{1,2}})\D(\d{{4}})', ['a', 'b', 'y'])"
        turned = f"{year_last}.y || lpad({year_last}.b, 2, '0') || lpad({year_last}.a, 2, '0')"
        first = rf"regexp_extract({column}, '(\d{{4}})\D(\d{{1,2}})\D(\d{{1,2}})', ['y', 'b', 'a'])"
        straight = f"{first}.y || lpad({first}.b, 2, '0') || lpad({first}.a, 2, '0')"
        digits = rf"regexp_replace({column}, '\D', '', 'g')"
        return f"nullif(case when {first}.y <> '' then {straight} when {year_last}.y <> '' then {turned} else {digits} end, '')"
    return f"fold_words({column})"


def _without_contained(con: duckdb.DuckDBPyConnection, fields: list[Field]) -> list[Field]:
    """Leave out text columns whose words another column has as well: they would say the same thing twice."""
    texts = [field for field in fields if field.kind in ("word", "phrase")]
    lengths = {field.column: con.execute(f"select coalesce(sum(length({field.column})), 0) from cell").fetchall()[0][0] for field in texts}
    dropped: set[str] = set()
    for small in sorted(texts, key=lambda field: (lengths[field.column], field.column)):
        for large in texts:
            if large is not small and large.column not in dropped and _contains(con, small.column, large.column):
                dropped.add(small.column)
                break
    return [field for field in fields if field.column not in dropped]


def _contains(con: duckdb.DuckDBPyConnection, small: str, large: str) -> bool:
    """Tell whether nearly every value of `small` consists of words of `large` in the same row."""
    (share,) = con.execute(
        f"select avg(coalesce(list_has_all(string_split({large}, ' '), string_split({small}, ' ')), false)::int) from cell "
        f"where {small} is not null"
    ).fetchall()[0]
    return share is not None and share > CONTAINED


def _with_partners(con: duckdb.DuckDBPyConnection, fields: list[Field]) -> list[Field]:
    """Pair the columns of words that share a tenth of their vocabulary: first and last names get swapped."""
    free = [field for field in fields if field.kind == "word"]
    partner: dict[str, str] = {}
    for place, one in enumerate(free):
        for other in free[place + 1 :]:
            if one.column not in partner and other.column not in partner and _share_vocabulary(con, one.column, other.column):
                partner |= {one.column: other.column, other.column: one.column}
    return [Field(field.name, field.kind, field.column, partner.get(field.column)) for field in fields]


def _share_vocabulary(con: duckdb.DuckDBPyConnection, one: str, other: str) -> bool:
    common, smaller = con.execute(
        f"select count(distinct {one}) filter (where {one} in (select {quote(other)} from cell)), "
        f"least(count(distinct {one}), count(distinct {other})) from cell"
    ).fetchall()[0]
    return bool(common > 0.1 * smaller)
