"""Exports: nothing in them runs, and what comes back is what went out."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from leadmill.validate.export import unguard, write_csv, write_xlsx

TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠")
RUNNING = [f"{sign}cmd|' /C calc'!A0" for sign in TRIGGERS]
PLAIN = ["Jane", "'s-Hertogenbosch", "O'Neil", "a=b", "1-2", " =1+1", "", "line\nbreak", "line\r\nbreak", 'a "quoted" word', "_x0041_", "٣"]
APOSTROPHES = [f"{quotes}{sign}1" for quotes in ("'", "''") for sign in ("=", "+", "-", "@")]


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def read_xlsx(path: Path) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)]


def column(cells: list[str]) -> pa.Table:
    return pa.table({"id": pa.array([str(place) for place in range(len(cells))]), "cell": pa.array(cells, pa.string())})


def back(rows: list[list[str]]) -> list[str | None]:
    """Take an untouched file back, empty as null."""
    return unguard(pa.table({"cell": pa.array([row[1] if len(row) > 1 else "" for row in rows[1:]], pa.string())}))["cell"].to_pylist()


@pytest.mark.parametrize("cell", RUNNING + APOSTROPHES)
def test_no_cell_of_a_csv_starts_with_a_sign_that_runs(tmp_path, cell):
    write_csv(column([cell]), tmp_path / "out.csv")
    assert read_csv(tmp_path / "out.csv")[1][1].startswith("'")


def test_every_cell_of_an_xlsx_is_text_and_none_is_a_formula(tmp_path):
    write_xlsx(column([*RUNNING, "4.4E+11", "00123", "TRUE", "2026-01-01"]), tmp_path / "out.xlsx")
    cells = [row[1] for row in load_workbook(tmp_path / "out.xlsx")["rows"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert {cell.number_format for cell in cells} == {"@"}


def test_a_phone_number_in_an_xlsx_looks_like_one(tmp_path):
    write_xlsx(column(["+49 30 1234567"]), tmp_path / "out.xlsx")
    assert read_xlsx(tmp_path / "out.xlsx")[1][1] == "+49 30 1234567"


@pytest.mark.parametrize(
    ("write", "read", "name"), [(write_csv, read_csv, "out.csv"), (write_xlsx, read_xlsx, "out.xlsx")], ids=["csv", "xlsx"]
)
def test_an_untouched_export_reads_back_cell_for_cell(tmp_path, write, read, name):
    cells = RUNNING + PLAIN + APOSTROPHES
    write(column(cells), tmp_path / name)
    assert back(read(tmp_path / name)) == [cell or None for cell in cells]


@settings(max_examples=30, deadline=None)
@given(
    cells=st.lists(
        st.text(st.sampled_from("'=+-@\t\r\n\x00＝a_x09 \"") | st.characters(codec="utf-8"), max_size=8), min_size=1, max_size=20
    )
)
def test_any_text_survives_a_csv(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("any") / "out.csv"
    write_csv(column(cells), path)
    assert back(read_csv(path)) == [cell or None for cell in cells]


@settings(max_examples=20, deadline=None)
@given(
    cells=st.lists(
        st.text(st.sampled_from("'=+-@\t\r\n\x00＝a_x09AF \"") | st.characters(codec="utf-8"), max_size=12), min_size=1, max_size=20
    )
)
def test_any_text_survives_an_xlsx(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("any") / "out.xlsx"
    write_xlsx(column(cells), path)
    assert back(read_xlsx(path)) == [cell or None for cell in cells]
