"""What a column is, told by its values alone."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from leadmill.match import compare
from leadmill.match.profile import Profile, profile

WORDS = ("alpha", "bravo", "carol", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet")
KINDS: dict[str, tuple[list[str], str | None]] = {
    "mailboxes": ([f"{w}{n}@x.example" for n in range(10) for w in WORDS], "email"),
    "ISO dates": ([f"19{n + 40}-0{n % 9 + 1}-1{n % 9}" for n in range(50)] * 2, "date"),
    "German dates": ([f"1{n % 9}.0{n % 9 + 1}.19{n + 40}" for n in range(50)] * 2, "date"),
    "dates without separators": ([f"19{n + 40}0{n % 9 + 1}1{n % 9}" for n in range(50)] * 2, "date"),
    "phones": ([f"+43 1 {n}{n}55" for n in range(10, 60)] * 2, "code"),
    "names": ([f"{w}{v}" for w in WORDS for v in WORDS], "word"),
    "addresses": ([f"{n} {w} lane" for n in range(10) for w in WORDS], "phrase"),
    "a row number": ([str(n) for n in range(100)], None),
    "keys": ([f"Q{n}-1" for n in range(100)], None),
    "a constant": (["x"] * 100, None),
    "nothing": ([""] * 100, None),
}


def profile_of(columns: dict[str, list[str]]) -> Profile:
    with duckdb.connect() as con:
        compare.prepare(con)
        return profile(con, pa.table(columns))


def beside_names(values: list[str]) -> Profile:
    """Profile a table of a column of names and the values in question."""
    who = ["".join(chr(ord("a") + int(digit)) for digit in f"{n:04}") for n in range(len(values))]
    return profile_of({"who": who, "any header": values})


@pytest.mark.parametrize(("values", "kind"), KINDS.values(), ids=KINDS.keys())
def test_a_column_is_told_by_its_values(values: list[str], kind: str | None) -> None:
    assert [field.kind for field in beside_names(values).fields if field.name == "any header"] == ([kind] if kind else [])


LEFT_OUT: dict[str, tuple[list[str], str]] = {
    "row numbers": (KINDS["a row number"][0], "a row number or a key"),
    "numbers given out, newest first": ([str(90_000 - 7 * n) for n in range(100)], "a row number or a key"),
    "a shuffled range": ([str(5_000 + 37 * n % 100) for n in range(100)], "a row number or a key"),
    "random identifiers": ([f"{n * 2654435761 % 2**32:08x}-{n * 40503 % 65536:04x}" for n in range(100)], "a row number or a key"),
    "a constant": (["x"] * 100, "one value"),
    "nothing": ([""] * 100, "empty"),
    "hardly anything": (["Graz", "Wien", "Linz"] + [""] * 97, "nearly empty"),
    "a sector": (["steel", "paper", "glass"] * 40, "a category"),
    "descriptions": ([f"{' '.join(WORDS)} and {w} {v} and more of it" for w in WORDS for v in WORDS], "prose"),
}


@pytest.mark.parametrize(("values", "reason"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_a_column_is_left_out_with_a_reason(values: list[str], reason: str) -> None:
    assert beside_names(values).left_out == {"any header": reason}


OWN: dict[str, list[str]] = {
    "phones nobody shares": [f"+43 1 {n * 7919 % 9000 + 1000}{n * 31 % 100:02}" for n in range(100)],
    "bare phones nobody shares": [str(2_000_000 + n * n * 7919 % 6_999_983) for n in range(100)],
    "web sites nobody shares": [f"http://{w}{v}{n}.example/x" for w in WORDS for n, v in enumerate(WORDS)],
}


@pytest.mark.parametrize("values", OWN.values(), ids=OWN.keys())
def test_what_everybody_has_alone_is_no_key(values: list[str]) -> None:
    """In a list without duplicates every phone is unique; it must speak against merging."""
    assert beside_names(values).left_out == {}


def test_a_table_that_names_nobody_has_nothing_to_compare() -> None:
    seconds, days = [str(n * 37 % 2000) for n in range(200)], [f"2024-0{n % 9 + 1}-1{n % 7}" for n in range(200)]

    assert profile_of({"seconds": seconds, "day": days}).fields == ()


def test_of_very_many_columns_the_most_telling_are_compared() -> None:
    wide = {f"a{n}": [f"{WORDS[(row * (n + 3) + row // 7) % 10]}{chr(97 + row % 4)}" for row in range(120)] for n in range(300)}
    name = [f"{'abcdefghij'[row % 10]}{'klmnopqrst'[row // 10 % 10]}{'uvwxyz'[row // 100]} son" for row in range(120)]
    found = profile_of({**wide, "name": name})

    assert len(found.fields) <= 20
    assert "name" in [field.name for field in found.fields]


SCRIPTS = {
    "Chinese": ("王伟", "李娜"),
    "Cyrillic": ("Иван Петров", "Анна Кузнецова"),
    "Arabic": ("محمد علي", "فاطمة حسن"),
    "Greek": ("Νίκος", "Ελένη"),
}


@pytest.mark.parametrize("pair", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_names_in_any_script_stay_names(pair: tuple[str, str]) -> None:
    with duckdb.connect() as con:
        compare.prepare(con)
        profile(con, pa.table({"name": list(pair), "other": ["a b", "c d"]}))
        found = [name for (name,) in con.execute("select c0 from cell order by i").fetchall()]

    assert None not in found
    assert len(set(found)) == 2


def test_a_web_site_is_the_same_with_its_scheme_and_without() -> None:
    with duckdb.connect() as con:
        compare.prepare(con)
        sites = ["https://www.alpha.example/", "http://alpha.example", "www.alpha.example", "Alpha.example"]
        profile(con, pa.table({"web": [*sites, "wwwow.example", "bravo.example"], "name": ["ann", "bob", "cid", "dan", "eva", "fay"]}))
        found = [site for (site,) in con.execute("select distinct c0 from cell order by 1").fetchall()]

    assert found == ["alpha example", "bravo example", "wwwow example"]


def test_a_few_huge_cells_make_no_prose_of_names() -> None:
    values = [f"{w} {v}" for w in WORDS for v in WORDS] + ["x y " * 50_000] * 3

    assert [field.name for field in profile_of({"name": values}).fields] == ["name"]


def test_a_category_beside_names_is_left_out() -> None:
    columns = {"name": KINDS["names"][0], "gender": ["f", "m"] * 50}

    assert [field.name for field in profile_of(columns).fields] == ["name"]


def test_a_column_whose_words_another_has_is_left_out() -> None:
    """A first name beside the full name would count twice."""
    first, last = [w for w in WORDS for _ in WORDS], [f"{v}son" for _ in WORDS for v in WORDS]

    assert [
        field.name for field in profile_of({"first": first, "full": [f"{a} {b}" for a, b in zip(first, last, strict=True)]}).fields
    ] == ["full"]


def test_columns_that_share_their_words_may_have_been_swapped() -> None:
    names_of = KINDS["names"][0]
    found = profile_of({"first": names_of, "last": names_of[50:] + names_of[:50]})

    assert [field.partner for field in found.fields] == ["c1", "c0"]


def test_dates_are_compared_in_one_order() -> None:
    with duckdb.connect() as con:
        compare.prepare(con)
        profile(con, pa.table({"born": ["24.06.1971", "1971-06-24", "19710624", "3/4/1980"] * 3, "name": ["ann", "bob", "cid", "dan"] * 3}))
        found = con.execute("select distinct c0 from cell order by 1").fetchall()

    assert found == [("19710624",), ("19800403",)]
