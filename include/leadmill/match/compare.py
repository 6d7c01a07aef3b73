"""How alike two values are: ladders of labelled levels, one per kind of column, strongest level first.

The labels are what a person reads as evidence. `{a}` and `{b}` are the two values, `{sa}` and `{sb}` their letters in alphabetical
order (a scrambled word), `{similar}` the share of weight of the words two phrases have in common, `{swapped}` whether they stand in
each other's column. Two phrases with numbers, none of them in common, are never nearly the same: 12 Mill Lane is not 14 Mill Lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import duckdb
import numpy as np
import numpy.typing as npt

from leadmill.match.profile import Field, Kind

Levels = npt.NDArray[np.int8]
MISSING = -1  # one of the two values is missing: no evidence either way

_OFF = "case when length({a}) = length({b}) then hamming({a}, {b}) else 9 end"  # hamming refuses texts of unlike length
LADDERS: MappingProxyType[Kind, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "word": (
            ("same", "{a} = {b}"),
            ("a letter off", "{sa} = {sb} or jaro_winkler_similarity({a}, {b}) >= .92"),
            ("swapped", "{swapped}"),
            ("near", "jaro_winkler_similarity({a}, {b}) >= .85 or starts_with({a}, {b}) or starts_with({b}, {a})"),
            ("alike", "jaro_winkler_similarity({a}, {b}) >= .7"),
            ("different", "true"),
        ),
        "phrase": (
            ("same", "{a} = {b}"),
            ("nearly the same words", "{similar} >= .8 or {a}_bare = {b}_bare"),
            ("most words", "{similar} >= .6 or (jaro_winkler_similarity({a}, {b}) >= .94 and not {numbers_differ})"),
            ("many words", "{similar} >= .4"),
            ("some words", "{similar} >= .2"),
            ("a word", "{similar} >= .05"),
            ("different", "true"),
        ),
        "date": (
            ("same", "{a} = {b}"),
            ("a digit off or turned", f"{_OFF} <= 1 or {{sa}} = {{sb}}"),
            ("two digits off", f"{_OFF} <= 2"),
            ("three digits off", f"{_OFF} <= 3"),
            ("different", "true"),
        ),
        "code": (
            ("same", "{a} = {b}"),
            ("a sign off or turned", "levenshtein({a}, {b}) <= 1 or {sa} = {sb}"),
            ("same end or beginning", "(length({a}) > 8 and right({a}, 8) = right({b}, 8)) or {half} = left({b}, length({half}))"),
            ("different", "true"),
        ),
        "email": (
            ("same", "{a} = {b} or {shared}"),
            ("nearly the same", "{mailbox_a} = {mailbox_b} or {sa} = {sb} or jaro_winkler_similarity({a}, {b}) >= .95"),
            ("near", "jaro_winkler_similarity({a}, {b}) >= .88"),
            ("alike", "jaro_winkler_similarity({a}, {b}) >= .8"),
            ("different", "true"),
        ),
    }
)


NEARLY: MappingProxyType[Kind, int] = MappingProxyType(
    {"word": 3, "phrase": 3, "date": 2, "code": 2, "email": 2}
)  # top levels a slip leads to


def nearly(field: Field) -> int:
    """Lowest level that two spellings of one value reach."""
    return level_count(field) - NEARLY[field.kind]


def level_count(field: Field) -> int:
    """Count the levels of a field; they are numbered from 0 (different) to the strongest (same)."""
    return len(LADDERS[field.kind])


def label(field: Field, level: int) -> str:
    """Say a level in words."""
    return "missing" if level == MISSING else LADDERS[field.kind][level_count(field) - 1 - level][0]


def compare(con: duckdb.DuckDBPyConnection, fields: Sequence[Field], pairs: str) -> Levels:
    """Compare every pair of table `pairs(l, r)` in every field: levels of shape (pairs, fields), in the order of `l, r`.

    Needs `weigh_words`.
    """
    phrases = [field.column for field in fields if field.kind == "phrase"]
    for column in phrases:
        _find_similar(con, column, pairs)
    joins = "".join(
        f" left join similar_{column} s_{column} on s_{column}.va = a.{column}_v and s_{column}.vb = b.{column}_v" for column in phrases
    )
    levels = ", ".join(f"{_level(field)} as {field.column}" for field in fields)
    found = con.execute(
        f"select {levels} from {pairs} p join cell a on a.i = p.l join cell b on b.i = p.r{joins} order by p.l, p.r"
    ).fetchnumpy()
    return np.stack([found[field.column] for field in fields], axis=1).astype(np.int8)


def _level(field: Field) -> str:
    """Write the SQL of one field's level."""
    a, b = f"a.{field.column}", f"b.{field.column}"
    steps = "".join(f" when {_fill(field, condition)} then {level_count(field) - 1 - place}"
                    for place, (_, condition) in enumerate(LADDERS[field.kind]))  # fmt: skip
    return f"(case when {a} is null or {b} is null then {MISSING}{steps} end)::tinyint"


def _fill(field: Field, condition: str) -> str:
    """Fill a condition's places with SQL."""
    a, b = f"a.{field.column}", f"b.{field.column}"
    swapped, shared = "false", f"list_has_any({a}_all, {b}_all)"
    if field.partner:
        pa_, pb = f"a.{field.partner}", f"b.{field.partner}"
        shared += f" or coalesce(list_has_any({a}_all, {pb}_all), false) or coalesce(list_has_any({pa_}_all, {b}_all), false)"
        swapped = f"(({pa_} = {b} and coalesce({pb} = {a}, true)) or ({pb} = {a} and coalesce({pa_} = {b}, true)))"
    places = {
        "a": a,
        "b": b,
        "sa": f"{a}_letters",
        "sb": f"{b}_letters",
        "mailbox_a": f"split_part({a}, '@', 1)",
        "mailbox_b": f"split_part({b}, '@', 1)",
        "half": f"left({a}, greatest(2, length({a}) // 2))",
        "shared": f"({shared})",
        "swapped": f"coalesce({swapped}, false)",
        "numbers_differ": f"numbers_differ({a}_numbers, {b}_numbers)",
        "similar": f"if(numbers_differ({a}_numbers, {b}_numbers), least(.1, coalesce(s_{field.column}.share, 0) / 2), "
        f"coalesce(s_{field.column}.share, 0))",
    }
    return condition.format(**places)


def weigh_words(con: duckdb.DuckDBPyConnection, fields: Sequence[Field]) -> None:
    """Make `word_<column>(v, t, weight, whole)` of every phrase: its number, a word of it, and the weights of word and phrase.

    A word weighs the logarithm of how rare it is among the distinct phrases, so that legal forms and street types hardly count.
    """
    for column in (field.column for field in fields if field.kind == "phrase"):
        con.execute(
            f"""
            create or replace temp table word_{column} as
            with phrase as (select v, hash(unnest(list_distinct(string_split(text, ' ')))) as t
                            from (select {column}_v as v, any_value({column}) as text from cell where {column} is not null group by v)),
            word as (select t, ln((select count(distinct v) from phrase) / count(*)) + .1 as weight from phrase group by t)
            select v, t, weight, sum(weight) over (partition by v) as whole from phrase join word using (t)
            """
        )


def _find_similar(con: duckdb.DuckDBPyConnection, column: str, pairs: str) -> None:
    """Make `similar_<column>(va, vb, share)`: the weight of common words over the mean weight of two phrases."""
    con.execute(
        f"""
        create or replace temp table similar_{column} as
        with couple as materialized (select distinct a.{column}_v as va, b.{column}_v as vb from {pairs} p join cell a on a.i = p.l
                        join cell b on b.i = p.r),
        spelled as materialized (select va, vb, t, weight, whole from couple join word_{column} on v = va)
        select va, vb, sum(x.weight) / any_value((x.whole + y.whole) / 2) as share from spelled x
        join word_{column} y on y.v = x.vb and y.t = x.t group by va, vb
        """
    )


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Define the SQL macros of this module on a connection."""
    con.execute(
        """
        create or replace macro plain_words(t) as nullif(trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            replace(replace(replace(replace(strip_accents(lower(t)), 'ß', 'ss'), 'ae', 'a'), 'oe', 'o'), 'ue', 'u'),
            '[''’`´]', '', 'g'), '\\b([a-z])\\.', '\\1', 'g'), '\\b([a-z]) ([a-z])\\b', '\\1\\2', 'g'),
            '[^\\p{L}\\p{M}\\p{N}]+', ' ', 'g')), '');
        create or replace macro sorted_letters(t) as array_to_string(list_sort(string_split(replace(t, ' ', ''), '')), '');
        create or replace macro numbers_of(t) as regexp_extract_all(t, '[0-9]+');
        create or replace macro numbers_differ(a, b) as len(a) > 0 and len(b) > 0 and not list_has_any(a, b);
        """
    )
