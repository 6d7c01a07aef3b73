"""Workbooks as vendors send them, and workbooks nobody should open: read as a person sees them, or refused at once."""

from __future__ import annotations

import datetime as dt
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources import Reading, read

XML = '<?xml version="1.0" encoding="UTF-8"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
    "</workbook>",
    "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2"><v>4.4E+11</v></c></row>'


def handmade(path: Path, rows: str = CELL, doctype: str = "", more: dict[str, bytes] | None = None) -> Path:
    """Write a workbook part by part, as no honest program would."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        archive.writestr("xl/worksheets/sheet1.xml", f'{XML}{doctype}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>')
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return path


def workbook(path: Path, *sheets: tuple[str, list[list[Any]]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet: Worksheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def rows_of(reading: Reading) -> list[list[str]]:
    return [list(row.values()) for row in reading.rows.to_pylist()]


def test_cells_are_read_as_the_text_a_person_sees(tmp_path: Path) -> None:
    moment = dt.datetime(2026, 3, 1, 14, 30)  # noqa: DTZ001 - spreadsheets know no zones
    cells = [440_000_000_000.0, "01234", 0.1 + 0.2, dt.date(2026, 3, 1), moment, True, "NA", 12, "=1+1", None]
    path = workbook(tmp_path / "list.xlsx", ("Leads", [[f"c{place}" for place in range(len(cells))], [*cells[:8], "'=1+1", None]]))

    reading = read(path, Format())

    assert rows_of(reading) == [["440000000000", "01234", "0.3", "2026-03-01", "2026-03-01 14:30:00", "TRUE", "NA", "12", "'=1+1", ""]]


def test_a_phone_written_with_an_exponent_is_a_whole_number(tmp_path: Path) -> None:
    assert rows_of(read(handmade(tmp_path / "list.xlsx"), Format())) == [["440000000000"]]


def test_titles_merged_headers_and_empty_columns_around_the_table_are_understood(tmp_path: Path) -> None:
    rows = [
        [None, "Leads of March"],
        [],
        [None, "Name", "Contact", None],
        [None, None, "Email", "Phone"],
        [None, "Ann", "ann@x.example", "1"],
        [],
        [None, "Bob", "bob@x.example", "2"],
    ]
    path = tmp_path / "list.xlsx"
    book = Workbook()
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row, start=1):
            sheet.cell(number, place, cell)
    sheet.merge_cells("C3:D3")
    sheet.merge_cells("B3:B4")
    book.save(path)

    reading = read(path, Format())

    assert reading.columns == ("Name", "Contact Email", "Contact Phone")
    assert rows_of(reading) == [["Ann", "ann@x.example", "1"], ["Bob", "bob@x.example", "2"]]
    assert reading.lines.to_pylist() == [5, 7]
    assert reading.dialect["preamble"] == ["Leads of March\t\t"]


def test_the_first_visible_sheet_with_rows_is_read_unless_another_is_stated(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", ("Notes", []), ("May", [["a"], ["x"]]), ("June", [["a"], ["y"]]))

    assert read(path, Format()).dialect["sheet"] == "May"
    assert read(path, Format()).dialect["other_sheets"] == ["Notes", "June"]
    assert rows_of(read(path, Format(sheet="June"))) == [["y"]]
    with pytest.raises(SourceError, match=r"no sheet 'July'.*'May'"):
        read(path, Format(sheet="July"))


def test_an_opendocument_sheet_is_read(tmp_path: Path) -> None:
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    cells = "".join(f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in ("a", "b"))
    number = '<table:table-cell office:value-type="float" office:value="4.4E+11"/>'
    content = (
        f'{XML}<office:document-content xmlns:office="{office}office:1.0" xmlns:table="{office}table:1.0" xmlns:text="{office}text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="S"><table:table-row>{cells}</table:table-row>'
        f"<table:table-row>{number}{number}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "list.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f'{XML}<manifest:manifest xmlns:manifest="{office}manifest:1.0"/>')

    reading = read(path, Format())

    assert (reading.columns, rows_of(reading)) == (("a", "b"), [["440000000000", "440000000000"]])


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)) + "]>"
SPARSE = CELL + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"rows": SPARSE}, "more cells than a list has"),
        ({"doctype": LAUGHS}, "declares entities"),
        ({"doctype": '<!DOCTYPE x SYSTEM "file:///etc/passwd">'}, "declares entities"),
        ({"rows": CELL + " " * 200_000_000}, "may be a bomb"),
        ({"more": {"xl/vbaProject.bin": b"x"}}, "macros"),
        ({"more": {"xl/externalLinks/externalLink1.xml": b"<x/>"}}, "other workbooks"),
        ({"rows": "<row><"}, "not a readable workbook"),
    ],
    ids=["seventeen billion cells", "billion laughs", "an outer file", "a bomb", "macros", "links to other workbooks", "broken XML"],
)
def test_a_dangerous_workbook_is_refused_quickly(tmp_path: Path, made: dict[str, Any], said: str) -> None:
    path = handmade(tmp_path / "list.xlsx", **made)

    begun = time.monotonic()
    with pytest.raises(SourceError, match=said) as caught:
        read(path, Format())

    assert caught.value.hint
    assert time.monotonic() - begun < 10  # two seconds on a machine that does nothing else


@pytest.mark.parametrize(
    ("stream", "said"), [("EncryptedPackage", "password"), ("_VBA_PROJECT_CUR", "macros"), ("Nothing", "not a readable workbook")]
)
def test_an_old_container_is_refused_for_what_it_holds(tmp_path: Path, stream: str, said: str) -> None:
    path = tmp_path / "list.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + stream.encode("utf-16-le") + b"\0" * 1000)

    with pytest.raises(SourceError, match=said):
        read(path, Format())


@pytest.mark.parametrize("harm", ["cut off", "directory moved", "part overwritten"])
def test_a_damaged_workbook_is_refused(tmp_path: Path, harm: str) -> None:
    path = handmade(tmp_path / "list.xlsx")
    data = path.read_bytes()
    place = data.rfind(b"PK\x01\x02")
    broken = {
        "cut off": data[:-30],
        "directory moved": data[:20] + data[60:],
        "part overwritten": data[:place] + b"\xff" * 60 + data[place + 60 :],
    }
    path.write_bytes(broken[harm])

    with pytest.raises(SourceError, match="damaged"):
        read(path, Format())


def test_a_zip_with_a_password_is_refused(tmp_path: Path) -> None:
    path = handmade(tmp_path / "list.xlsx")
    data = bytearray(path.read_bytes())
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= 1  # the flag of an encrypted member, in the directory
        place = data.find(b"PK\x01\x02", place + 4)
    path.write_bytes(data)

    with pytest.raises(SourceError, match="password"):
        read(path, Format())
