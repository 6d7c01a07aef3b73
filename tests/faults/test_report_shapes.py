"""Reports that somebody exported as a list: facts above it, headers of several rows, other tables below, separators nobody expects.

Each is read as the table a person sees. What is no part of it is above the header (`preamble`) or refused with its line; nothing is lost.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import Workbook
from people_list import HEADER, LINES, PEOPLE, listed, rows_of

from leadmill.config import Format
from leadmill.sources import read

CALLS = [["2024-01-02", "Ann Lee", "12.50"], ["2024-01-03", "Bob Ray", "7.25"], ["2024-01-04", "Cy Fox", "3.00"]]
COSTS = [["Ann", "12", "", "3"], ["Bob", "", "4", "5"], ["Cy", "1", "2", ""]]


def written(rows: list[list[str]], delimiter: str = ",") -> bytes:
    return "".join(delimiter.join(row) + "\n" for row in rows).encode()


@dataclass(frozen=True)
class Report:
    """A file, the columns and rows of its table, and (line, reason) of each row refused."""

    name: str
    data: bytes
    columns: list[str]
    rows: list[list[str]]
    refused: tuple[tuple[int, str], ...] = ()


DATED = ["Date", "Who", "Cost"]
GROUPED = ["Name", "Travel Air", "Travel Rail", "Total"]

REPORTS = [
    # above the table
    Report("facts above", written([["Report", "Calls", ""], ["Rows", "3", ""], DATED, *CALLS]), DATED, CALLS),
    Report("facts and a gap above", written([["Owner", "Ann", ""], ["", "", ""], HEADER, *PEOPLE]), HEADER, PEOPLE),
    Report(
        "facts above years",
        written([["Rows", "2", "", ""], ["Region", "2021", "2020", "2019"], ["N", "1", "2", "3"], ["S", "4", "5", "6"]]),
        ["Region", "2021", "2020", "2019"],
        [["N", "1", "2", "3"], ["S", "4", "5", "6"]],
    ),
    Report(
        "facts without a gap above a table of texts",
        written([["Created", "2024-01-31", ""], ["Owner", "Ann", ""], ["Name", "Role", "Room"], ["Bob Ray", "Chair", "Hall"]]),
        ["Name", "Role", "Room"],
        [["Bob Ray", "Chair", "Hall"]],
    ),
    Report(
        "facts above a header whose first name is blank",
        written([["Rows", "2", ""], ["", "Name", "City"], ["1", "Ann", "York"], ["2", "Bob", "Bath"]]),
        ["", "Name", "City"],
        [["1", "Ann", "York"], ["2", "Bob", "Bath"]],
    ),
    Report(
        "more lines above and below than rows",
        listed("One", "Two", *LINES[:3], "Three", "Four"),
        HEADER,
        PEOPLE[:2],
        ((6, "too_few_cells"), (7, "too_few_cells")),
    ),
    Report("more lines above than rows", listed("One", "Two", "Three", "Four", "Five", *LINES[:4]), HEADER, PEOPLE[:3]),
    # the header
    Report("groups over names", written([["Name", "Travel", "", "Total"], ["", "Air", "Rail", ""], *COSTS]), GROUPED, COSTS),
    Report(
        "a gap within the header",
        written([["Name", "Travel", "", "Total"], ["", "", "", ""], ["", "Air", "Rail", ""], *COSTS]),
        GROUPED,
        COSTS,
    ),
    Report(
        "groups over a full row of names",
        written([["", "Sales", "", "Costs"], ["Year", "Plan", "Actual", "Plan"], ["2001", "1", "2", "3"], ["2002", "4", "5", "6"]]),
        ["Year", "Sales Plan", "Sales Actual", "Costs Plan"],
        [["2001", "1", "2", "3"], ["2002", "4", "5", "6"]],
    ),
    Report(
        "groups that repeat over a full row of names",
        written([["Who", "Sales", "Sales"], ["Name", "Plan", "Actual"], ["Ann", "1", "2"], ["Bob", "4", "5"]]),
        ["Who Name", "Sales Plan", "Sales Actual"],
        [["Ann", "1", "2"], ["Bob", "4", "5"]],
    ),
    Report(
        "a middle level that ends where the next group begins",
        written(
            [
                ["Name", "Staff", "", "", "Other"],
                ["", "Junior", "", "Senior", ""],
                ["", "Heads", "FTE", "Heads", "Heads"],
                ["Ann", "1", "2", "3", "4"],
            ]
        ),
        ["Name", "Staff Junior Heads", "Staff Junior FTE", "Staff Senior Heads", "Other Heads"],
        [["Ann", "1", "2", "3", "4"]],
    ),
    Report(
        "units below the names",
        written([["t", "U"], ["s", "mV"], ["0.1", "2"], ["0.2", "3"], ["0.3", "5"]]),
        ["t s", "U mV"],
        [["0.1", "2"], ["0.2", "3"], ["0.3", "5"]],
    ),
    Report("a header that ends with a separator", listed(LINES[0] + ",", *LINES[1:]), [*HEADER, ""], PEOPLE),
    Report("rows that end with a separator", listed(LINES[0], *(f"{x}," for x in LINES[1:])), HEADER, [[*x, ""] for x in PEOPLE]),
    Report(
        "a header with blank names is not two",
        written([["", "Name", "City", ""], ["1", "Ann Lee", "York", "calls back"], ["2", "Bob Ray", "Bath", ""]]),
        ["", "Name", "City", ""],
        [["1", "Ann Lee", "York", "calls back"], ["2", "Bob Ray", "Bath", ""]],
    ),
    # below and between the rows
    Report("a note right below", written([DATED, *CALLS, ["Source: the desk", "", ""]]), DATED, CALLS, ((5, "lone_row"),)),
    Report(
        "another table below",
        written([DATED, *CALLS, ["", "", ""], ["Name", "Role", "Room"], ["Di", "Chair", "7"]]),
        DATED,
        CALLS,
        ((6, "second_table"), (7, "second_table")),
    ),
    Report(
        "a longer and wider table below makes no captions of the first",
        written([DATED, *CALLS, [*DATED, "Note"], *([*CALLS[0], "x"] for _ in range(5))]),
        DATED,
        CALLS,
        tuple((line, "too_many_cells") for line in range(5, 11)),
    ),
    Report(
        "a section whose header has two rows",
        written(
            [
                ["Name", "Travel", "", "Total"],
                ["", "Air", "Rail", ""],
                *COSTS,
                [""] * 4,
                ["June", "", "", ""],
                ["Name", "Travel", "", "Total"],
                ["", "Air", "Rail", ""],
                *COSTS,
            ]
        ),
        GROUPED,
        [*COSTS, *COSTS],
        ((7, "lone_row"), (8, "repeated_header"), (9, "repeated_header")),
    ),
    Report("a row that is mostly empty is a row", written([HEADER, *PEOPLE, ["Gil Moe", "", ""]]), HEADER, [*PEOPLE, ["Gil Moe", "", ""]]),
    Report("a total is a row", written([DATED, *CALLS, ["Total", "", "22.75"]]), DATED, [*CALLS, ["Total", "", "22.75"]]),
    # separators
    *(
        Report(f"separated by {mark!r}", written([DATED, *CALLS], mark), DATED, CALLS)
        for mark in ("~", "^", "#", "!", "\x01", "\x1f", "||", "::", ";;", "|~|", "##", "<>", ", ", "; ")
    ),
    Report("separated by colons", written([HEADER, *PEOPLE], ":"), HEADER, PEOPLE),
    Report("numbers separated by a space", b"t x\n0.1 2\n0.2 3\n0.3 5\n", ["t", "x"], [["0.1", "2"], ["0.2", "3"], ["0.3", "5"]]),
    Report("phrases are not separated by spaces", b"Company\nAcme Ltd\nBeta Ltd\n", ["Company"], [["Acme Ltd"], ["Beta Ltd"]]),
    Report("times are not separated by colons", b"12:30:00,5\n12:31:00,6\n", ["col_0", "col_1"], [["12:30:00", "5"], ["12:31:00", "6"]]),
    Report("decimal commas", b"a;b\n1,5;2,5\n3,5;4,5\n", ["a", "b"], [["1,5", "2,5"], ["3,5", "4,5"]]),
    Report("quoted by backticks", b"`a`,`b`\n`1,5`,`2`\n`3`,`4`\n", ["a", "b"], [["1,5", "2"], ["3", "4"]]),
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name.encode("unicode_escape").decode())
def test_a_report_is_read_as_the_table_a_person_sees(tmp_path: Path, report: Report) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(report.data)

    reading = read(path, Format())

    assert list(reading.columns) == report.columns
    assert rows_of(reading) == report.rows
    assert tuple((refusal.line, refusal.reason) for refusal in reading.refused) == report.refused


TEXT = [["Ann", "Lee", "Acme", "York"], ["Bob", "Ray", "Beta", "Bath"]]
SHEETS = [
    ("groups over names", [["Contact", None, "Company", None], ["First", "Last", "Name", "City"]], ["A1:B1", "C1:D1"],
     ["Contact First", "Contact Last", "Company Name", "Company City"]),
    ("names over both rows", [["First", "Last", "Company", None], [None, None, "Name", "City"]], ["A1:A2", "B1:B2", "C1:D1"],
     ["First", "Last", "Company Name", "Company City"]),
    ("three rows", [["Person", None, None, "City"], ["Name", None, "Firm", None], ["First", "Last", None, None]],
     ["A1:C1", "D1:D3", "A2:B2", "C2:C3"], ["Person Name First", "Person Name Last", "Person Firm", "City"]),
    ("a title over all", [["Leads", None, None, None], ["First", "Last", "Name", "City"]], ["A1:D1"], ["First", "Last", "Name", "City"]),
    ("a name over two columns of rows", [["First", "Last", "Notes", None]], ["C1:D1"], ["First", "Last", "Notes", ""]),
]  # fmt: skip


@pytest.mark.parametrize(("header", "merged", "columns"), [case[1:] for case in SHEETS], ids=[case[0] for case in SHEETS])
def test_merged_cells_tell_how_many_rows_a_header_has(
    tmp_path: Path, header: list[list[str | None]], merged: list[str], columns: list[str]
) -> None:
    """Also where every cell is text, so that nothing else would tell names from rows."""
    book = Workbook()
    sheet = book.worksheets[0]
    for number, row in enumerate([*header, *TEXT], start=1):
        for place, cell in enumerate(row, start=1):
            sheet.cell(number, place, cell)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(tmp_path / "list.xlsx")

    reading = read(tmp_path / "list.xlsx", Format())

    assert list(reading.columns) == columns
    assert rows_of(reading) == TEXT


def test_a_stated_separator_of_several_marks_is_believed(tmp_path: Path) -> None:
    """Also where quoted cells hold it."""
    path = tmp_path / "list.csv"
    path.write_text('a||b\n"x||y"||2\n')

    assert rows_of(read(path, Format(delimiter="||"))) == [["x||y", "2"]]


def test_a_gap_every_other_row_costs_nothing(tmp_path: Path) -> None:
    """Ten thousand gaps are looked at without looking for another table behind each."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n\n").writerows([DATED, *([f"2024-01-{1 + n % 28:02}", "Ann", str(n)] for n in range(10_000))])
    path = tmp_path / "list.csv"
    path.write_text(text.getvalue())

    reading = read(path, Format())

    assert (reading.rows.num_rows, reading.refused) == (10_000, ())
