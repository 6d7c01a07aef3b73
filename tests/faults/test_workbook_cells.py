"""What cells of a workbook say beyond their values: formats of zeros, errors, formulas nobody computed, two calendars, hidden rows."""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet
from people_list import rows_of

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources import Reading, read


def saved(folder: Path, change: Callable[[Workbook, Worksheet], None]) -> Reading:
    """Read a workbook of two columns and two rows after a change to it."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Leads & more"
    for row in (["Name", "Value"], ["Ann", 1067], ["Bob", 2]):
        sheet.append(row)
    change(book, sheet)
    book.save(folder / "list.xlsx")
    return read(folder / "list.xlsx", Format())


def edit(folder: Path, part: str, change: Callable[[str], str]) -> Reading:
    """Rewrite one part of the workbook that was saved, and read it again."""
    with zipfile.ZipFile(folder / "list.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(folder / "list.xlsx", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return read(folder / "list.xlsx", Format())


@pytest.mark.parametrize(
    ("number", "written", "text"),
    [
        (1067, "00000", "01067"),
        (12345, "00000", "12345"),
        (1067, "0", "1067"),
        (1067, "0.00", "1067"),
        (0.5, "00000", "0.5"),
        (4.917012345678e12, "General", "4917012345678"),
    ],
)
def test_a_number_keeps_the_zeros_its_format_shows(tmp_path: Path, number: float, written: str, text: str) -> None:
    """A postcode kept as a number is the postcode a person sees; any other format leaves the value as it is."""

    def change(_: Workbook, sheet: Worksheet) -> None:
        sheet["B2"] = number
        sheet["B2"].number_format = written

    assert rows_of(saved(tmp_path, change)) == [["Ann", text], ["Bob", "2"]]


def test_a_formula_that_nobody_computed_refuses_its_row(tmp_path: Path) -> None:
    """It has no value, and an empty cell would be a lie; the reason says what to do."""

    def change(_: Workbook, sheet: Worksheet) -> None:
        sheet["B2"] = "=1+1"

    reading = saved(tmp_path, change)

    assert rows_of(reading) == [["Bob", "2"]]
    assert [(refusal.line, refusal.reason) for refusal in reading.refused] == [(2, "no_value")]


def test_a_formula_with_a_value_is_its_value(tmp_path: Path) -> None:
    def change(_: Workbook, sheet: Worksheet) -> None:
        sheet["B2"], sheet["B3"] = "=1+1", '=""'

    saved(tmp_path, change)
    computed = ('<c r="B2"><f>1+1</f><v>2</v></c>', '<c r="B3" t="str"><f>""</f><v></v></c>')

    def compute(xml: str) -> str:
        head, _, tail = xml.partition('<c r="B2">')
        return (
            head
            + computed[0]
            + tail.partition("</c>")[2].partition('<c r="B3">')[0]
            + computed[1]
            + tail.partition('<c r="B3">')[2].partition("</c>")[2]
        )

    assert rows_of(edit(tmp_path, "xl/worksheets/sheet1.xml", compute)) == [["Ann", "2"], ["Bob", ""]]


def test_an_error_is_told_as_it_stands_there(tmp_path: Path) -> None:
    """An empty cell would say that nothing was wrong."""

    def change(_: Workbook, sheet: Worksheet) -> None:
        sheet["B3"] = "#REF!"
        sheet["B3"].data_type = "e"

    assert rows_of(saved(tmp_path, change)) == [["Ann", "1067"], ["Bob", "#REF!"]]


@pytest.mark.parametrize("calendar", ["1900", "1904"])
def test_a_day_is_the_same_in_both_calendars(tmp_path: Path, calendar: str) -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        if calendar == "1904":
            book.epoch = CALENDAR_MAC_1904
        sheet["B2"], sheet["B3"] = dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones

    assert rows_of(saved(tmp_path, change)) == [["Ann", "2024-02-29"], ["Bob", "2024-02-29 12:30:00"]]


def test_hidden_rows_and_columns_are_rows_and_columns(tmp_path: Path) -> None:
    """A filter that was left on hides leads, it does not delete them."""

    def change(_: Workbook, sheet: Worksheet) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True

    assert rows_of(saved(tmp_path, change)) == [["Ann", "1067"], ["Bob", "2"]]


def test_a_hidden_sheet_is_read_only_when_there_is_no_other(tmp_path: Path) -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        other = book.create_sheet("seen")
        other.append(["a"])
        other.append(["x"])
        sheet.sheet_state = "hidden"
        book.active = 1

    assert saved(tmp_path, change).dialect["sheet"] == "seen"


HARMS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    lambda data, dice: data[: dice.randrange(len(data))],
    lambda data, dice: data[: (at := dice.randrange(len(data)))] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :],
    lambda data, dice: data[: (at := dice.randrange(len(data)))] + data[at // 2 : at] + data[at:],
    lambda data, dice: data[: (at := dice.randrange(len(data)))] + data[at + dice.randrange(40) :],
)


def harmed_part(path: Path, dice: random.Random) -> None:
    """Harm one part of a workbook and pack it again, so that the damage reaches the parser."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = dice.choice(sorted(parts))
    parts[name] = dice.choice(HARMS)(parts[name], dice)
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_workbook_is_a_table_or_one_of_our_errors(tmp_path: Path, seed: int) -> None:
    """Harm in the archive, or in one of its parts: never a traceback."""
    dice = random.Random(seed)
    saved(tmp_path, lambda _, sheet: sheet.merge_cells("A1:B1"))
    path = tmp_path / "list.xlsx"
    if seed % 2:
        harmed_part(path, dice)
    else:
        path.write_bytes(dice.choice(HARMS)(path.read_bytes(), dice))

    try:
        reading = read(path, Format())
    except SourceError as error:
        assert error.hint  # noqa: PT017 - either is right
    else:
        assert reading.rows.num_rows == len(reading.lines)
