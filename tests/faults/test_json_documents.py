"""JSON as APIs and exports write it: wrapped, nested, with lists in it; or not a list at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from people_list import rows_of

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources import Reading, read


def read_text(folder: Path, text: str, name: str = "list.json") -> Reading:
    (folder / name).write_text(text, encoding="utf-8")
    return read(folder / name, Format())


def test_numbers_keep_the_digits_they_were_written_with(tmp_path: Path) -> None:
    reading = read_text(tmp_path, '[{"id": 12345678901234567890123, "x": 1.10, "in": {"y": 2.50, "z": [true, null]}}]')

    assert rows_of(reading) == [["12345678901234567890123", "1.10", "2.50", "[true, null]"]]


@pytest.mark.parametrize(
    "document",
    [
        [{"a": "1"}],
        {"a": "1"},
        [["a"], ["1"]],
        {"data": [{"a": "1"}], "total": 1},
        {"data": [{"a": "1"}], "next": None, "errors": []},
        {"k1": {"a": "1"}},
        {"data": {"items": [{"a": "1"}]}, "meta": {"page": 1}},
        {"d": {"results": [{"a": "1"}], "__next": "more"}},
    ],
)
def test_a_list_may_be_wrapped_as_apis_do(tmp_path: Path, document: object) -> None:
    reading = read_text(tmp_path, json.dumps(document))

    assert (reading.columns, rows_of(reading)) == (("a",), [["1"]])


CELLS: list[tuple[Any, dict[str, str]]] = [
    ({"address": {"city": "Bonn", "geo": {"lat": 1.0}}}, {"address.city": "Bonn", "address.geo.lat": "1.0"}),
    ({"tags": ["a", "b"]}, {"tags": "a; b"}),
    ({"tags": ["a;b", "c"]}, {"tags": '["a;b", "c"]'}),
    ({"tags": [1, None]}, {"tags": "[1, null]"}),
    ({"tags": [], "more": {}, "none": None}, {"tags": "", "more": "", "none": ""}),
    ({"phones": [{"kind": "work", "number": "1"}]}, {"phones": '[{"kind": "work", "number": "1"}]'}),
    ({"is_won": False}, {"is_won": "false"}),
]


@pytest.mark.parametrize(("entry", "cells"), CELLS)
def test_what_is_nested_becomes_columns_by_path(tmp_path: Path, entry: object, cells: dict[str, str]) -> None:
    """Lists of simple values are joined where that can be undone, any other list stays the JSON text it was."""
    reading = read_text(tmp_path, json.dumps([entry]))

    assert reading.rows.to_pylist() == [cells]


def test_an_object_that_is_missing_in_some_entries_leaves_no_empty_column(tmp_path: Path) -> None:
    reading = read_text(tmp_path, '{"address": null}\n{"address": {"city": "Bonn"}}\n', "list.jsonl")

    assert (reading.columns, rows_of(reading)) == (("address.city",), [[""], ["Bonn"]])


def test_a_value_where_others_have_an_object_is_kept(tmp_path: Path) -> None:
    reading = read_text(tmp_path, '[{"address": "Bonn"}, {"address": {"city": "Ulm"}}]')

    assert reading.rows.to_pylist() == [{"address": "Bonn", "address.city": ""}, {"address": "", "address.city": "Ulm"}]


def test_two_ways_to_one_name_are_two_columns(tmp_path: Path) -> None:
    """A key with a dot and a nested one look alike: the second gets a number, as any repeated header does."""
    reading = read_text(tmp_path, '[{"a.b": 1, "a": {"b": 2}}]')

    assert reading.rows.to_pylist() == [{"a.b": "1", "a.b.2": "2"}]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"a": [{"x": 1}], "b": [{"y": 2}]}, "several lists"),
        ([{f"k{number}": 1} for number in range(3000)], "too few keys in common"),
        ([{f"k{number}": 1 for number in range(20_000)}], "20000 columns"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(tmp_path: Path, document: object, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        read_text(tmp_path, json.dumps(document))


def test_an_object_nested_beyond_reason_is_refused_alone(tmp_path: Path) -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900

    reading = read_text(tmp_path, f'{{"a": {deep}}}\n{{"a": 2}}\n', "list.jsonl")

    assert rows_of(reading) == [["2"]]
    assert [(refusal.line, refusal.reason) for refusal in reading.refused] == [(1, "too_deep")]
