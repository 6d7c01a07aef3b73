"""Names of people as they are compared: folded, with their nicknames, and how far two of them agree.

Folding maps what transliteration and keyboards make of one name to one spelling (Müller, Mueller, Muller; Søren, Soren). It loses
letters on purpose (Michael becomes michal): both sides are folded, and nobody is shown the result.

Agreement of one part of a name is a grade:

====== ==================================================================
 4      the same letters
 3      a nickname or a part of a double name
 2      a typing error, also of a nickname
 1      open: one is missing, or an initial that fits
 0      unlike, but perhaps badly misspelt
-1      different
====== ==================================================================
"""

from __future__ import annotations

import functools
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import duckdb
import pyarrow as pa
from anyascii import anyascii
from nicknames import name_triplets

NEAR = 0.88  # Jaro-Winkler; Anna and Hanna pass, John and Joan do not
FAR = 0.78  # below it two names are different, above perhaps misspelt
TELLING = 6  # letters a nickname must have to be recognised misspelt: Joan is no misspelt Jon
SPELLED_OUT = 2  # letters a part must have to be more than an initial


def prepare(con: duckdb.DuckDBPyConnection, titles: Sequence[str]) -> None:
    """Define the SQL macros of this module on a connection; `fold_part(text)` also strips titles."""
    words = "|".join(title for title in titles if title.isalpha()) or "-"
    con.execute(
        rf"""
        create or replace macro fold_ascii(t) as
            replace(replace(replace(replace(strip_accents(lower(t)), 'ß', 'ss'), 'ae', 'a'), 'oe', 'o'), 'ue', 'u');
        create or replace macro fold_part(t) as nullif(trim(regexp_replace(regexp_replace(regexp_replace(
            fold_ascii(t), '[''’`´]', '', 'g'), '[^a-z0-9]+', ' ', 'g'), '\b({words})\b *', '', 'g')), '');
        create or replace macro words_of(first, last) as list_sort(string_split(concat_ws(' ', first, last), ' '));
        create or replace macro within(a, b) as list_has_all(string_split(a, ' '), string_split(b, ' '));
        create or replace macro near(a, b, letters) as least(length(a), length(b)) >= letters and jaro_winkler_similarity(a, b) >= {NEAR};
        create or replace macro grade(a, b, of_a, of_b) as case
            when a is null or b is null then 1
            when a = b or replace(a, ' ', '') = replace(b, ' ', '') then 4
            when length(a) < {SPELLED_OUT} or length(b) < {SPELLED_OUT} then if(a[1] = b[1], 1, -1)
            when list_contains(of_a, b) or within(a, b) or within(b, a) then 3
            when near(a, b, 4) or list_bool_or(list_transform(of_a, lambda n: near(n, b, {TELLING})))
                or list_bool_or(list_transform(of_b, lambda n: near(n, a, {TELLING}))) then 2
            when jaro_winkler_similarity(a, b) >= {FAR} then 0
            else -1 end;
        """
    )


def fold(con: duckdb.DuckDBPyConnection, values: str) -> None:
    """Make table `folded(value, folded)` for the distinct texts of the relation `values(value)`.

    Letters beyond Latin (Cyrillic, Greek, ø, ß) are transliterated by anyascii, once per distinct value.
    """
    foreign = (
        con.sql(f"select distinct value from {values} where not regexp_full_match(strip_accents(value), '[ -~]*')")
        .to_arrow_table()["value"]
        .to_pylist()
    )
    latin = pa.table({"value": pa.array(foreign, pa.string()), "latin": pa.array([_transliterate(v) for v in foreign], pa.string())})
    con.register("transliterated", latin)
    con.execute(
        f"create or replace temp table folded as select v.value, fold_part(coalesce(t.latin, v.value)) as folded "
        f"from (select distinct value from {values} where value is not null) v left join transliterated t using (value)"
    )
    con.unregister("transliterated")


def _transliterate(text: str) -> str:
    """Spell in ASCII; umlauts lose their dots first, as SQL's strip_accents does."""
    stripped = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return str(anyascii(stripped))


@functools.cache
def _english_nicknames() -> tuple[tuple[str, str], ...]:
    """Pairs (name, nickname) of the nicknames package (carltonnorthern/nicknames, Apache-2.0)."""
    return tuple((triplet.name1, triplet.name2) for triplet in name_triplets())


def nickname_table(families: Sequence[Sequence[str]]) -> pa.Table:
    """Table (name, nicknames list): what each name may also be called, in both directions, not folded yet."""
    related: dict[str, set[str]] = defaultdict(set)
    pairs = [*_english_nicknames(), *((a, b) for family in families for a in family for b in family)]
    for name, nickname in pairs:
        related[name].add(nickname)
        related[nickname].add(name)
    names = sorted(related)
    return pa.table({"name": names, "nicknames": [sorted(related[name]) for name in names]})


def load_nicknames(con: duckdb.DuckDBPyConnection, families: Sequence[Sequence[str]]) -> None:
    """Make table `nickname(name, nicknames)`, folded like every other name."""
    con.register("nickname_source", nickname_table(families))
    con.execute(
        "create or replace temp table nickname as select fold_part(name) as name, list_distinct(flatten(list(list_transform(nicknames, "
        "lambda n: fold_part(n))))) as nicknames from nickname_source group by 1"
    )
    con.unregister("nickname_source")


LEAST = "least(grade_first, grade_last)"
NEEDED = {"any": -1, "open": 1, "near": 2, "same": 3}  # least grade for names to agree that far
DIFFERENT = f"{LEAST} < 0"


def compare_names(con: duckdb.DuckDBPyConnection, pairs: str, result: str) -> None:
    """Grade pairs of names: relation `pairs(wl, wr)` of name ids becomes table `result(wl, wr, grade_first, grade_last)`.

    Needs `who(w, first, last)` and `nickname`. Names written in the other order count as if they were not, when that
    agrees better.
    """
    con.execute(
        f"""
        create or replace temp table {result} as
        with graded as (
            select p.wl, p.wr, len(words_of(a.first, a.last)) > 1 and words_of(a.first, a.last) = words_of(b.first, b.last) as same_words,
                   grade(a.first, b.first, fa.nicknames, fb.nicknames) as ff, grade(a.last, b.last, la.nicknames, lb.nicknames) as ll,
                   coalesce(a.first = b.last or a.last = b.first, false) as turned,
                   case when turned then grade(a.first, b.last, fa.nicknames, lb.nicknames) else -1 end as fl,
                   case when turned then grade(a.last, b.first, la.nicknames, fb.nicknames) else -1 end as lf
            from (select distinct wl, wr from {pairs}) p join who a on a.w = p.wl join who b on b.w = p.wr
            left join nickname fa on fa.name = a.first left join nickname la on la.name = a.last
            left join nickname fb on fb.name = b.first left join nickname lb on lb.name = b.last)
        select wl, wr, case when same_words then 4 when crossed then fl else ff end::tinyint as grade_first,
               case when same_words then 4 when crossed then lf else ll end::tinyint as grade_last
        from (select *, greatest(fl, lf) >= 2 and least(fl, lf) > greatest(least(ff, ll), 0) as crossed from graded)
        """
    )
