"""Broken text files, each with what becomes of it: what can be read is read exactly, what would be a guess is refused where it stands."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources import REASONS, Reading, read

HEADER = ["Name", "Email", "City"]
PEOPLE = [
    ["Ann Lee", "ann@x.example", "York"],
    ["Bob Ray", "bob@x.example", "Bath"],
    ["Cy Fox", "cy@x.example", "Hull"],
    ["Di Day", "di@x.example", "Ely"],
    ["Ed Orr", "ed@x.example", "Deal"],
    ["Fay Kay", "fay@x.example", "Rye"],
]


@dataclass(frozen=True)
class Broken:
    """A broken file: its bytes, the rows that must come out, and (line, reason) of each row refused."""

    name: str
    data: bytes
    rows: list[list[str]]
    refused: tuple[tuple[int, str], ...] = ()
    columns: tuple[str, ...] = tuple(HEADER)


def listed(*lines: str, end: str = "\n") -> bytes:
    return (end.join(lines) + end).encode()


LINES = [",".join(row) for row in [HEADER, *PEOPLE]]


def with_line(line: int, text: str) -> bytes:
    """Replace one line of the list (1-based)."""
    return listed(*LINES[: line - 1], text, *LINES[line:])


def without(*people: int) -> list[list[str]]:
    return [person for place, person in enumerate(PEOPLE) if place not in people]


QUOTED = [",".join(f'"{cell}"' for cell in row) for row in [HEADER, *PEOPLE]]

BROKEN = [
    Broken("a row with a cell too few", with_line(4, "Cy Fox,Hull"), without(2), ((4, "too_few_cells"),)),
    Broken("a row with a cell too many", with_line(4, "Cy Fox,cy@x.example,Hull,East"), without(2), ((4, "too_many_cells"),)),
    Broken("a row cut off at the end of the file", listed(*LINES)[:-20], without(5), ((7, "too_few_cells"),)),
    Broken("a quotation mark opened and never closed", with_line(4, '"Cy Fox,cy@x.example,Hull'), without(2), ((4, "stray_quote"),)),
    Broken("a quotation mark opened at the end of a row", with_line(4, 'Cy Fox,cy@x.example,"'), without(2), ((4, "stray_quote"),)),
    Broken(
        "two rows that each open a quotation mark",
        listed(*LINES[:3], 'Cy Fox,cy@x.example,"', LINES[4], 'Ed Orr,ed@x.example,"', LINES[6]),
        without(2, 4),
        ((4, "open_quote"), (6, "stray_quote")),
    ),
    Broken(
        "a mark in the middle of a quoted cell",
        listed(*QUOTED[:3], '"Cy "the" Fox","cy@x.example","Hull"', *QUOTED[4:]),
        without(2),
        ((4, "stray_quote"),),
    ),
    Broken(
        "a separator lost between a bare and a quoted cell with a comma, so that the widths agree by accident",
        listed(
            "Name,Email,City",
            '"Lee, Ann",ann@x.example,York',
            'bob@x.example"Ray, Bob",Bath',
            *(f'"{n}, X",x@x.example,Y' for n in range(50)),
        ),
        [["Lee, Ann", "ann@x.example", "York"], *([f"{n}, X", "x@x.example", "Y"] for n in range(50))],
        ((3, "stray_quote"),),
    ),
    Broken("NUL bytes in a row", with_line(4, "Cy\0Fox,cy@x.example,Hull"), without(2), ((4, "nul_byte"),)),
    Broken(
        "one row of another encoding",
        b"\n".join(line.encode() for line in ["Name,Email,City", *["J\u00fcrgen,j@x.example,K\u00f6ln"] * 60])
        + "\nM\u00fcller,m@x.example,Ulm\n".encode("cp1252"),
        [["J\u00fcrgen", "j@x.example", "K\u00f6ln"]] * 60,
        ((62, "wrong_encoding"),),
    ),
    Broken("blank lines", "\n\n".join(LINES).encode(), PEOPLE),
    Broken("rows of separators only", listed(*LINES[:3], ",,", *LINES[3:], ",,", ", ,"), PEOPLE),
    Broken("a caption, a blank line, then the list", listed("Leads of March", "", *LINES), PEOPLE),
    Broken("captions padded with separators", listed("Leads of March,,", "confidential,,", ",,", *LINES), PEOPLE),
    Broken("a line for the spreadsheet program", listed("sep=;", *(line.replace(",", ";") for line in LINES)), PEOPLE),
    Broken("a total below", listed(*LINES, "", "6 leads"), PEOPLE, ((9, "too_few_cells"),)),
    Broken("a padded note below", listed(*LINES, ",,", "Source: us,,"), PEOPLE, ((9, "lone_row"),)),
    Broken(
        "another file appended, header and all",
        listed(*LINES[:4], *LINES),
        PEOPLE[:3],
        ((5, "repeated_header"), *((line, "second_table") for line in range(6, 12))),
    ),
    Broken(
        "sections, each with caption and header",
        listed(*LINES[:4], ",,", "April,,", ",,", LINES[0], *LINES[4:]),
        PEOPLE,
        ((6, "lone_row"), (8, "repeated_header")),
    ),
    Broken(
        "two header rows",
        listed("Name,Contact,", ",Email,City", *LINES[1:]),
        PEOPLE,
        columns=("Name", "Contact Email", "Contact City"),
    ),
    Broken("no header at all", listed(*LINES[1:]), PEOPLE, columns=("col_0", "col_1", "col_2")),
    Broken("duplicate and blank headers", listed("Name,Name,", *LINES[1:]), PEOPLE, columns=("Name", "Name", "")),
    Broken("carriage returns only", listed(*LINES, end="\r"), PEOPLE),
    Broken("line ends of three kinds", (LINES[0] + "\r\n" + "\n".join(LINES[1:4]) + "\r" + "\r\n".join(LINES[4:])).encode(), PEOPLE),
    Broken("UTF-8 with mark", b"\xef\xbb\xbf" + listed(*LINES), PEOPLE),
    Broken(
        "UTF-8 with mark, and a row that is not",
        b"\xef\xbb\xbf" + with_line(4, "Cy Fox,cy@x.example,") + b"J\xfcrg,j@x.example,Ulm\n",
        [*without(2)[:2], ["Cy Fox", "cy@x.example", ""], *without(2)[2:]],
        ((8, "wrong_encoding"),),
    ),
    Broken(
        "a byte order mark in a cell", listed(LINES[0], "\ufeff" + LINES[1], *LINES[2:]), [["\ufeffAnn Lee", *PEOPLE[0][1:]], *PEOPLE[1:]]
    ),
    Broken("UTF-16 with mark", "\n".join(LINES).encode("utf-16"), PEOPLE),
    Broken("UTF-16 little-endian without mark", "\n".join(LINES).encode("utf-16-le"), PEOPLE),
    Broken("UTF-16 big-endian without mark", "\n".join(LINES).encode("utf-16-be"), PEOPLE),
    Broken(
        "semicolons, with commas in the cells", listed("a;b", "1,5;2,5", "3,5;4,5"), [["1,5", "2,5"], ["3,5", "4,5"]], columns=("a", "b")
    ),
    Broken("a space after every comma", listed(*(", ".join(f'"{cell}"' for cell in row) for row in [HEADER, *PEOPLE])), PEOPLE),
    Broken("single quotation marks", listed("a,b", "'x, y',1", "'z',2"), [["x, y", "1"], ["z", "2"]], columns=("a", "b")),
    Broken(
        "escaped quotation marks",
        listed("a,b", r'"5\" pipe, cut",C:\new', '"x",y'),
        [['5" pipe, cut', r"C:\new"], ["x", "y"]],
        columns=("a", "b"),
    ),
    Broken(
        "inches in a file without quoting",
        listed("a,b", '5" pipe,1', '6" pipe,2'),
        [['5" pipe', "1"], ['6" pipe', "2"]],
        columns=("a", "b"),
    ),
    Broken("quoted line breaks", listed("a,b", '"1\n2",x', '"3\r\n4",y'), [["1\n2", "x"], ["3\r\n4", "y"]], columns=("a", "b")),
    Broken("nothing but a header", listed(LINES[0]), []),
    Broken("no row that can be read", b'"a "b" c\n"\n"d "e"\n', [], ((1, "stray_quote"), (3, "stray_quote")), ()),
    Broken("nothing", b"", [], columns=()),
    Broken("nothing but white space", b"  \n\t\r\n ", [], columns=()),
    Broken("JSON lines with a line cut off", b'{"a": 1.0}\n{"a": \n{"a": "x"}\n', [["1.0"], ["x"]], ((2, "not_json"),), ("a",)),
    Broken("JSON with an entry that is no object", b'[{"a": 1}, 7, {"a": 2}]', [["1"], ["2"]], ((2, "not_an_object"),), ("a",)),
    Broken("JSON lines with half a character", b'{"a": "\\u00e9"}\n{"a": "\\ud800"}\n', [["é"]], ((2, "not_json"),), ("a",)),
    Broken("JSON lines that name a key twice", b'{"a": 1}\n{"a": 1, "a": 2}\n', [["1"]], ((2, "repeated_key"),), ("a",)),
]


def rows_of(reading: Reading) -> list[list[str]]:
    return [[cell for cell in row.values() if cell is not None] for row in reading.rows.to_pylist()]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_file_is_read_where_it_is_clear_and_refused_where_it_is_not(tmp_path: Path, broken: Broken) -> None:
    path = tmp_path / ("list.jsonl" if "JSON lines" in broken.name else "list.json" if "JSON" in broken.name else "list.csv")
    path.write_bytes(broken.data)

    reading = read(path, Format())

    assert reading.columns == broken.columns
    assert rows_of(reading) == broken.rows
    assert tuple((refusal.line, refusal.reason) for refusal in reading.refused) == broken.refused
    assert all(refusal.reason in REASONS for refusal in reading.refused)


def test_a_refused_row_is_kept_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(with_line(4, 'Cy "Fox,cy@x.example,"Hull'))

    (refusal,) = read(path, Format()).refused

    assert refusal.raw == 'Cy "Fox,cy@x.example,"Hull'


@pytest.mark.parametrize("place", range(2, 8))
@pytest.mark.parametrize("column", range(3))
@pytest.mark.parametrize("harm", ["mark before", "mark after", "cell more", "separator lost"])
def test_whatever_row_is_harmed_only_that_row_is_refused(tmp_path: Path, place: int, column: int, harm: str) -> None:
    cells = list(PEOPLE[place - 2])
    if harm == "mark before":
        cells[column] = '"' + cells[column]
    elif harm == "mark after":
        cells[column] += '"'
    elif harm == "cell more":
        cells.insert(column, "")
    else:
        cells[column : column + 2] = ["".join(cells[column : column + 2])]
    if cells == PEOPLE[place - 2]:
        cells = cells[:-1]
    lines = [*QUOTED[: place - 1], ",".join(cells), *QUOTED[place:]]
    path = tmp_path / "list.csv"
    path.write_bytes(listed(*lines))

    reading = read(path, Format())

    assert rows_of(reading) == without(place - 2)
    assert [refusal.line for refusal in reading.refused] == [place]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("list.csv", b"%PDF-1.7\n" + b"x" * 100, "a PDF"),
        ("list.csv", b"<!DOCTYPE html><table></table>", "a web page"),
        ("list.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "a web page"),
        ("list.csv", bytes(range(256)) * 40, "not text"),
        ("list.json", b'{"a": [1', "not valid JSON"),
        ("list.json", b"[" * 200_000, "nested too deeply"),
        ("list.json", b'{"a": [1], "b": [2]}', "several lists"),
        ("list.json", b'[["\\ud800"]]', "not text"),
        ("list.json", b'"just text"', "not a list"),
        ("list.parquet", b"PAR1 and then nothing", "damaged"),
        ("list.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6], "cut off"),
        ("list.csv.gz", b"\x1f\x8b" + b"\xff" * 50, "damaged"),
        ("list.zip", b"PK\x03\x04" + b"\xff" * 50, "damaged"),
    ],
)
def test_what_is_no_list_is_refused_with_the_way_out(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)

    with pytest.raises(SourceError, match=said) as caught:
        read(path, Format())

    assert caught.value.hint
    assert caught.value.file == name


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)  # no clock in it: a test's id is its case
    return out.getvalue()


LIST = listed(*LINES)


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(LIST, mtime=0),
        gzip.compress(LIST[:50], mtime=0) + gzip.compress(LIST[50:], mtime=0),
        zipped({"in/list.csv": LIST, "__MACOSX/._list.csv": b"x"}),
    ],
    ids=["gzip", "gzip in two members", "zip with what a Mac adds"],
)
def test_a_packed_list_is_read_as_the_list(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "list.packed"
    path.write_bytes(data)

    assert rows_of(read(path, Format())) == PEOPLE


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.csv": LIST, "b.csv": LIST}, "2 files, not one"),
        ({"a.zip": zipped({"a.csv": LIST})}, "archive within an archive"),
        ({"a.csv": gzip.compress(LIST, mtime=0)}, "archive within an archive"),
        ({"a.csv": b"\0" * 600_000_000}, "may be a bomb"),
        ({f"{number}": b"" for number in range(3000)}, "may be a bomb"),
    ],
    ids=["two lists", "a zip in a zip", "gzip in a zip", "a bomb", "thousands of files"],
)
def test_an_archive_that_is_not_one_list_is_refused_unopened(tmp_path: Path, members: dict[str, bytes], said: str) -> None:
    path = tmp_path / "list.zip"
    path.write_bytes(zipped(members))

    with pytest.raises(SourceError, match=said):
        read(path, Format())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b\n1," + b"x" * 20_000_000 + b"\n", "a line is longer than 8 MB"),
        (b'a,b\n1,"' + b"x\n" * 10_000_000 + b'"\n2,3\n', "a cell is longer than 8 MB"),
        (b",".join(b"c%d" % number for number in range(20_000)) + b"\n", "20000 columns"),
        (gzip.compress(b"\0" * 50_000_000, mtime=0), "may be a bomb"),
    ],
    ids=["a monstrous line", "a monstrous cell of many lines", "too many columns", "a gzip bomb"],
)
def test_a_monster_is_refused_with_its_line(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)

    with pytest.raises(SourceError, match=said):
        read(path, Format())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_every_usual_dialect_is_found(tmp_path: Path, delimiter: str, quoting: int) -> None:
    path = tmp_path / "list.txt"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter, quoting=quoting).writerows([HEADER, *PEOPLE])

    reading = read(path, Format())

    assert reading.dialect["delimiter"] == delimiter
    assert rows_of(reading) == PEOPLE


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Jürgen Müßig;Köln;Größe", "cp1252"),
        ("Café Élysée;Besançon;«l’été»", "cp1252"),
        ("Łukasz Żółć;Łódź;Gdańsk", "cp1250"),
        ("Иван Петров;Москва;Казань", "cp1251"),
        ("Иван Петров;Москва;Казань", "koi8_r"),
        ("Γιώργος Παπαδόπουλος;Αθήνα;Πάτρα", "cp1253"),
        ("株式会社テスト;山田 タロウ;東京", "shift_jis"),
        ("株式会社テスト;山田 タロウ;東京", "euc_jp"),
    ],
)
def test_encodings_of_before_utf8_are_told_apart_by_their_words(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(("a;b;c\n" + f"{text}\n" * 20).encode(encoding))

    assert rows_of(read(path, Format())) == [text.split(";")] * 20


def test_curly_quotes_that_came_by_way_of_latin_1_are_read_as_browsers_do(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("a,b\nd\u0092Angerville,7\u0080\n".encode())

    reading = read(path, Format())

    assert rows_of(reading) == [["d’Angerville", "7€"]]
    assert reading.encoding == "utf-8, controls as cp1252"


def test_a_stated_encoding_that_is_wrong_is_told_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("a,b\n1,2\nKöln,3\n".encode("cp1252"))

    with pytest.raises(SourceError, match="not written in utf-8") as caught:
        read(path, Format(encoding="utf-8"))

    assert caught.value.line == 3


def test_json_numbers_keep_the_digits_they_were_written_with(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text('[{"id": 12345678901234567890123, "x": 1.10, "in": {"y": 2.50, "z": [true, null]}}]')

    reading = read(path, Format())

    assert rows_of(reading) == [["12345678901234567890123", "1.10", '{"y": 2.50, "z": [true, null]}']]


@pytest.mark.parametrize("document", [{"data": [{"a": "1"}], "total": 1}, {"k1": {"a": "1"}}, [{"a": "1"}], {"a": "1"}, [["a"], ["1"]]])
def test_json_is_a_list_in_any_wrapping(tmp_path: Path, document: object) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(document))

    reading = read(path, Format())

    assert (reading.columns, rows_of(reading)) == (("a",), [["1"]])
