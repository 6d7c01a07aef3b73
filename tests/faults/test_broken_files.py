"""Broken text files, each with what becomes of it: what can be read is read exactly, what would be a guess is refused where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from people_list import HEADER, LINES, PEOPLE, listed, rows_of

from leadmill.config import Format
from leadmill.sources import REASONS, read


@dataclass(frozen=True)
class Broken:
    """A broken file: its bytes, the rows that must come out, and (line, reason) of each row refused."""

    name: str
    data: bytes
    rows: list[list[str]]
    refused: tuple[tuple[int, str], ...] = ()
    columns: tuple[str, ...] = tuple(HEADER)


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
