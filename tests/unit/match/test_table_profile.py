"""What a column is, told by its values alone."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from leadmill.match import compare, names
from leadmill.match.profile import Field, profile

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


def fields_of(columns: dict[str, list[str]]) -> list[Field]:
    with duckdb.connect() as con:
        names.prepare(con, ())
        compare.prepare(con)
        return profile(con, pa.table(columns))


@pytest.mark.parametrize(("values", "kind"), KINDS.values(), ids=KINDS.keys())
def test_a_column_is_told_by_its_values(values: list[str], kind: str | None) -> None:
    assert [field.kind for field in fields_of({"any header": values})] == ([kind] if kind else [])


def test_a_category_beside_names_is_left_out() -> None:
    columns = {"name": KINDS["names"][0], "gender": ["f", "m"] * 50}

    assert [field.name for field in fields_of(columns)] == ["name"]


def test_a_column_whose_words_another_has_is_left_out() -> None:
    """A first name beside the full name would count twice."""
    first, last = [w for w in WORDS for _ in WORDS], [f"{v}son" for _ in WORDS for v in WORDS]

    assert [field.name for field in fields_of({"first": first, "full": [f"{a} {b}" for a, b in zip(first, last, strict=True)]})] == ["full"]


def test_columns_that_share_their_words_may_have_been_swapped() -> None:
    names_of = KINDS["names"][0]
    found = fields_of({"first": names_of, "last": names_of[50:] + names_of[:50]})

    assert [field.partner for field in found] == ["c1", "c0"]


def test_dates_are_compared_in_one_order() -> None:
    with duckdb.connect() as con:
        names.prepare(con, ())
        compare.prepare(con)
        profile(con, pa.table({"born": ["24.06.1971", "1971-06-24", "19710624", "3/4/1980"] * 3}))
        found = con.execute("select distinct c0 from cell order by 1").fetchall()

    assert found == [("19710624",), ("19800403",)]
