"""What holds of any file: a cell arrives as the text it was or its row is refused, and one harm costs one row."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources import Reading, read

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t,;|\"'\\"), max_size=12)
TABLES = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12))
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])


def read_bytes(data: bytes, stated: Format, name: str = "list.csv") -> Reading:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return read(path, stated)


def rows_of(reading: Reading) -> list[list[str]]:
    return [[cell or "" for cell in row.values()] for row in reading.rows.to_pylist()]


def numbered(table: list[list[str]]) -> list[list[str]]:
    """Give every row a first cell of its own: no row is blank, a caption, or the header again."""
    return [["id", *(f"h{place}" for place in range(len(table[0])))], *([f"r{number}", *row] for number, row in enumerate(table))]


@given(TABLES, st.sampled_from(",;\t|"), ENCODINGS, st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=150, deadline=None)
def test_every_cell_arrives_as_the_text_it_was_or_its_row_is_refused(
    table: list[list[str]], delimiter: str, encoding: str, end: str
) -> None:
    """Nothing is altered, and nothing is lost."""
    rows = numbered(table)
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=end).writerows(rows)

    reading = read_bytes(out.getvalue().encode(encoding), Format(delimiter=delimiter, header_rows=1, quote='"'))

    assert list(reading.columns) == rows[0]
    found = rows_of(reading)
    assert [row for row in rows[1:] if row in found] == found
    missing = [row for row in rows[1:] if row not in found]
    assert all(any(refusal.raw.startswith(f'"{row[0]}"') for refusal in reading.refused) for row in missing)


WORDS = st.text("abcdefghijklmnopqrstuvwxyz ", min_size=1, max_size=8).map(lambda word: f"w{word}w")
LISTS = st.lists(st.lists(WORDS, min_size=4, max_size=4), min_size=4, max_size=10)


@given(LISTS, st.data())
@settings(max_examples=150, deadline=None)
def test_one_quotation_mark_too_many_costs_one_row(table: list[list[str]], data: st.DataObject) -> None:
    """Wherever it falls, the other rows are read as if nothing had happened."""
    rows = numbered(table)
    lines = [",".join(f'"{cell}"' for cell in row) for row in rows]
    harmed = data.draw(st.integers(1, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[harmed])))
    lines[harmed] = lines[harmed][:place] + '"' + lines[harmed][place:]

    reading = read_bytes("\n".join(lines).encode(), Format())

    assert rows_of(reading) == rows[1:harmed] + rows[harmed + 1 :]
    assert [(refusal.line, refusal.raw) for refusal in reading.refused] == [(harmed + 1, lines[harmed])]


@given(LISTS, st.data())
@settings(max_examples=100, deadline=None)
def test_one_separator_too_many_costs_one_row(table: list[list[str]], data: st.DataObject) -> None:
    """The cells of the row cannot be told apart; those of the others can."""
    rows = numbered(table)
    lines = [",".join(row) for row in rows]
    harmed = data.draw(st.integers(1, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[harmed])))
    lines[harmed] = lines[harmed][:place] + "," + lines[harmed][place:]

    reading = read_bytes("\n".join(lines).encode(), Format())

    assert rows_of(reading) == rows[1:harmed] + rows[harmed + 1 :]
    assert [refusal.line for refusal in reading.refused] == [harmed + 1]


SNIPPETS = st.sampled_from(
    [b'"', b",", b";", b"\n", b"\r", b"\t", b"\0", b"\xff", b"\xc3\xa9", b"a", b"1", b"{", b"[", b"PK\x03\x04", b"\\", b"'", b" "]
)


@given(st.lists(SNIPPETS, max_size=60).map(b"".join), st.sampled_from(["list.csv", "list.json", "list.jsonl", "list"]))
@example(b'"', "list.csv")
@example(b'a\\"b', "list.csv")
@example(b"\r", "list.csv")
@settings(max_examples=400, deadline=None)
def test_no_bytes_raise_anything_but_a_clear_error(data: bytes, name: str) -> None:
    """Whatever it is, it is read, or refused with the way out; and what is read is a table."""
    try:
        reading = read_bytes(data, Format(), name)
    except SourceError as error:
        hint = error.hint
    else:
        hint = "read"
        assert reading.rows.num_columns >= len(reading.columns)
        assert reading.rows.num_rows == len(reading.lines)
    assert hint


@given(st.lists(st.dictionaries(WORDS, CELLS, min_size=1, max_size=4), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_json_and_json_lines_say_the_same(objects: list[dict[str, str]]) -> None:
    """The columns are all keys; a key an object lacks is an empty cell."""
    document = read_bytes(json.dumps(objects).encode(), Format(), "list.json")
    lines = read_bytes("\n".join(map(json.dumps, objects)).encode(), Format(), "list.jsonl")

    assert document.rows.equals(lines.rows)
    assert rows_of(document) == [[found.get(name, "") for name in document.columns] for found in objects]
