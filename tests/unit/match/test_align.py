"""Two files that call the same things by different names."""

from __future__ import annotations

import pyarrow as pa
import pytest

from leadmill.errors import SourceError
from leadmill.match.align import align, fill_whole_names

CASES: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, str], dict[str, list[str]]]] = {
    "by name, whatever its case and punctuation": (
        {"E-Mail": "a@x.example"}, {"EMAIL": "b@x.example"}, {}, {}, {"E-Mail": ["a@x.example", "b@x.example"]},
    ),
    "by what headers mean": (
        {"Firma": "Alpha"}, {"Company": "Beta"}, {"Firma": "company_name"}, {"Company": "company_name"}, {"Firma": ["Alpha", "Beta"]},
    ),
    "a name in two columns and in one": (
        {"Vorname": "Anna", "Nachname": "Huber"},
        {"Contact": "Peter Moser"},
        {"Vorname": "first_name", "Nachname": "last_name"},
        {"Contact": "full_name"},
        {"Contact": ["Anna Huber", "Peter Moser"]},
    ),
    "a name in one column and in two": (
        {"name": "Anna Huber"},
        {"first": "Peter", "last": "Moser"},
        {"name": "full_name"},
        {"first": "first_name", "last": "last_name"},
        {"name": ["Anna Huber", "Peter Moser"]},
    ),
    "names in two columns each stay in two": (
        {"first": "Anna", "last": "Huber"},
        {"Vorname": "Peter", "Nachname": "Moser", "name": "Peter Moser"},
        {"first": "first_name", "last": "last_name"},
        {"Vorname": "first_name", "Nachname": "last_name", "name": "full_name"},
        {"first": ["Anna", "Peter"], "last": ["Huber", "Moser"]},
    ),
    "a column only one has is not compared": (
        {"name": "Alpha", "size": "3"}, {"name": "Beta", "note": "x"}, {}, {}, {"name": ["Alpha", "Beta"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "means", "other_means", "stacked"), CASES.values(), ids=CASES.keys())
def test_columns_meet(
    one: dict[str, str], other: dict[str, str], means: dict[str, str], other_means: dict[str, str], stacked: dict[str, list[str]]
) -> None:
    tables = [pa.table({name: [value] for name, value in row.items()}) for row in (one, other)]

    assert align(*tables, means, other_means).to_pydict() == stacked


def test_a_missing_part_of_a_name_leaves_the_other() -> None:
    parts = pa.table({"first": [None, "Anna"], "last": ["Huber", None]})
    found = align(parts, pa.table({"name": ["Peter Moser"]}), {"first": "first_name", "last": "last_name"}, {"name": "full_name"})

    assert found["name"].to_pylist() == ["Huber", "Anna", "Peter Moser"]


def test_numbers_of_one_file_meet_texts_of_the_other() -> None:
    assert align(pa.table({"zip": [8010]}), pa.table({"Zip": ["8010"]})).to_pydict() == {"zip": ["8010", "8010"]}


def test_files_without_a_common_column_are_refused_with_what_they_have() -> None:
    with pytest.raises(SourceError, match="no column in common") as refused:
        align(pa.table({"a": ["x"]}), pa.table({"b": ["x"]}))

    assert "a and b" in (refused.value.hint or "")


def test_a_whole_name_is_filled_from_its_parts_where_it_is_empty() -> None:
    table = pa.table(
        {"Name": ["Anna Huber", None, " ", "Eva Fuchs"], "First": ["A.", "Peter", "Ruth", None], "Last": ["Huber", "Moser", None, None]}
    )
    said = {"Name": "full_name", "First": "first_name", "Last": "last_name"}

    assert fill_whole_names(table, said)["Name"].to_pylist() == ["Anna Huber", "Peter Moser", "Ruth", "Eva Fuchs"]
    assert fill_whole_names(table, {"Name": "full_name"}) == table
