"""A delivery lands with ids that stay, and maps by the headers its YAML names and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadmill.columns import LANDED, QUARANTINE
from leadmill.config import Source
from leadmill.errors import SourceError
from leadmill.sources import delivery_id, find_deliveries, land, map_columns


def a_source(**facts: Any) -> Source:
    return Source(**{"name": "acme", "title": "Acme", "kind": "list", "deliveries": "in", "columns": {"email": "E-mail"}, **facts})


def written(folder: Path, text: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_landed_rows_keep_every_cell_as_text_with_line_and_id(tmp_path: Path) -> None:
    path = written(tmp_path, 'E-mail,Zip,Note\na@x.example,01234,NA\nb@x.example,007,"two\nlines"\nc@x.example,1,\n')

    landing = land(path, a_source())

    assert landing.table.schema.names == [*LANDED.names, "raw.E-mail", "raw.Zip", "raw.Note"]
    assert landing.table["raw.Zip"].to_pylist() == ["01234", "007", "1"]
    assert landing.table["raw.Note"].to_pylist() == ["NA", "two\nlines", ""]
    assert landing.table["line"].to_pylist() == [2, 3, 5]
    assert landing.table["record_id"].to_pylist() == [f"{delivery_id(path)[:16]}-{line}" for line in (2, 3, 5)]


def test_a_refused_row_is_quarantined_with_file_line_and_raw_text(tmp_path: Path) -> None:
    path = written(tmp_path, "E-mail,Zip\na@x.example,1\nb@x.example\nc@x.example,3\n")

    landing = land(path, a_source())

    assert landing.refused.schema == QUARANTINE
    (row,) = landing.refused.to_pylist()
    assert (row["file"], row["line"], row["raw"], row["reasons"]) == ("list.csv", 3, "b@x.example", ["too_few_cells"])
    assert landing.table["line"].to_pylist() == [2, 4]


def test_the_fingerprint_ignores_order_of_rows_and_columns_and_empty_cells(tmp_path: Path) -> None:
    first = land(written(tmp_path, "a,b,c\n1,2,\n3,4,5\n", "one.csv"), a_source()).table["fingerprint"].to_pylist()
    second = land(written(tmp_path, "c,b,d,a\n5,4,,3\n,2,,1\n", "two.csv"), a_source()).table["fingerprint"].to_pylist()

    assert first == second[::-1]


def test_the_fingerprint_tells_rows_apart_whose_cells_only_run_together(tmp_path: Path) -> None:
    prints = land(written(tmp_path, "a,b\n12,3\n1,23\n3,12\n"), a_source()).table["fingerprint"].to_pylist()

    assert len(set(prints)) == 3


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (["Name", "Name", "Name"], ["raw.Name", "raw.Name.2", "raw.Name.3"]),
        (["Name", "name"], ["raw.Name", "raw.name.2"]),
        (["a", "b", "", " "], ["raw.a", "raw.b", "raw.column_3", "raw.column_4"]),
        (["a", "a", "a.2"], ["raw.a", "raw.a.3", "raw.a.2"]),
    ],
)
def test_raw_columns_are_unique_whatever_the_header(tmp_path: Path, headers: list[str], names: list[str]) -> None:
    table = land(written(tmp_path, f"{','.join(headers)}\n{','.join('1234'[: len(headers)])}\n"), a_source()).table

    assert table.column_names[len(LANDED) :] == names


def test_mapping_takes_the_first_header_present_and_nulls_empty_cells(tmp_path: Path) -> None:
    path = written(tmp_path, "Mail,Phone,Minutes\na@x.example,,12\n,1,\n")
    source = a_source(
        columns={"email": ["E-mail", "Mail"], "phone": "Phone", "city": "City"}, attributes={"minutes": {"column": "Minutes"}}
    )

    mapped = map_columns(land(path, source).table, source)

    assert mapped["email"].to_pylist() == ["a@x.example", None]
    assert mapped["phone"].to_pylist() == [None, "1"]
    assert mapped["city"].to_pylist() == [None, None]
    assert mapped["minutes"].to_pylist() == ["12", None]


def test_a_required_column_the_file_lacks_is_named_with_the_nearest_header(tmp_path: Path) -> None:
    source = a_source(contract={"required": ["email"]})

    with pytest.raises(SourceError) as caught:
        map_columns(land(written(tmp_path, "EMail,Zip\na@x.example,1\n"), source).table, source)

    assert "'E-mail'" in str(caught.value)
    assert "nearest found 'EMail'" in str(caught.value)
    assert "'Zip'" in str(caught.value)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("E-mail,Zip Code,City", "'Zip Code' looks like the lost 'Zip'"),
        ("E-mail,Plz,City", "'Plz' stands where the lost 'Zip' stood"),
        ("Town,Plz,E-mail", "lost 'Zip', 'City'; new 'Town', 'Plz'. 'Plz' stands where"),
        ("E-mail,Zip", "lost 'City'"),
        ("E-mail,Zip,City,Score", "new 'Score'"),
        ("Zip,E-mail,City", "the same columns in another order"),
    ],
)
def test_a_delivery_with_another_header_is_held_with_a_suggestion(tmp_path: Path, header: str, said: str) -> None:
    source = a_source(headers=["E-mail", "Zip", "City"])
    path = written(tmp_path, f"{header}\n{','.join('x' for _ in header.split(','))}\n")

    with pytest.raises(SourceError) as caught:
        land(path, source)

    assert said in str(caught.value)


def test_deliveries_are_found_in_a_file_a_folder_or_by_a_glob(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    paths = [written(folder, "x", name) for name in ("b.csv", "a.csv", ".hidden", "~$lock.xlsx")]

    assert [path.name for path in find_deliveries(a_source(), tmp_path, None)] == ["a.csv", "b.csv"]
    assert find_deliveries(a_source(deliveries="in/b.csv"), tmp_path, None) == [paths[0]]
    assert [path.name for path in find_deliveries(a_source(deliveries="in/a*"), tmp_path, None)] == ["a.csv"]
    assert find_deliveries(a_source(), tmp_path, "b.csv") == [paths[0]]


def test_a_missing_delivery_says_where_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nothing matches 'in'.*Put the file there"):
        find_deliveries(a_source(), tmp_path, None)
    written(tmp_path, "x", "leads_may.csv")
    with pytest.raises(SourceError, match=r"Did you mean 'leads_may\.csv'"):
        find_deliveries(a_source(deliveries="*.csv"), tmp_path, "leads_mai.csv")


@pytest.mark.parametrize("asked", ["/etc/hostname", "../secret.csv", "other/list.csv", "in/../other/list.csv"])
def test_nothing_outside_the_sources_folder_can_be_asked_for(tmp_path: Path, asked: str) -> None:
    for folder in ("in", "other"):
        (tmp_path / folder).mkdir()
    written(tmp_path / "in", "x", "a.csv")
    written(tmp_path / "other", "x", "list.csv")

    with pytest.raises(SourceError, match="lies elsewhere"):
        find_deliveries(a_source(deliveries="in/*.csv"), tmp_path, asked)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("E-mail,Zip\na@x.example,1,York\nb@x.example,2,Bath\n", "the header names 2 columns, the rows have 3 cells"),
        ("E-mail,Zip,E-mail\na@x.example,1,b@x.example\n", "'E-mail' stands there more than once"),
    ],
    ids=["nothing", "a header too short", "a mapped header twice"],
)
def test_a_file_whose_cells_cannot_be_named_is_held(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        land(written(tmp_path, text), a_source())

    assert caught.value.hint


def test_a_header_that_repeats_is_taken_when_the_source_states_it(tmp_path: Path) -> None:
    source = a_source(headers=["E-mail", "E-mail"], columns={"email": "E-mail.2"})

    landed = land(written(tmp_path, "E-mail,E-mail\nold@x.example,new@x.example\n"), source).table

    assert map_columns(landed, source)["email"].to_pylist() == ["new@x.example"]


def test_rows_that_end_in_a_separator_of_their_own_are_no_riddle(tmp_path: Path) -> None:
    landed = land(written(tmp_path, "E-mail,Zip\na@x.example,1,\nb@x.example,2,\n"), a_source()).table

    assert landed["raw.Zip"].to_pylist() == ["1", "2"]


def test_a_landing_does_not_depend_on_the_name_of_the_file(tmp_path: Path) -> None:
    first, second = (land(written(tmp_path, "E-mail\na@x.example\n", name), a_source()) for name in ("one.csv", "two.csv"))

    assert first.delivery_id == second.delivery_id
    assert first.table.equals(second.table)
