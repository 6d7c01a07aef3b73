"""Golden samples: a few scrambled rows of a real delivery with what they must become, so that one test walks all sources.

A sample keeps what reading depends on (headers, separator, encoding, shape of the cells) and nothing of any person: every letter and
digit is replaced by a random one, every address by a reserved one.
"""

from __future__ import annotations

import csv
import io
import random
import re
import string
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.csv

from leadmill.columns import LANDED
from leadmill.config import Source
from leadmill.sources.land import MARK, land
from leadmill.sources.mapping import map_columns
from leadmill.sources.reading import Reading

ROWS = 20
EXPECTED = "expected.csv"
MAILBOX = re.compile(r"\S+@\S+")
ADDRESS = re.compile(r"(https?://)?(www\.)?[\w.-]+\.[A-Za-z]{2,}(/\S*)?")


def write_golden(folder: Path, source: Source, reading: Reading, rng: random.Random) -> list[Path]:
    """Write sample and expected output of a source below `folder`; returns the files. A workbook gets a workbook, anything else text."""
    place = folder / source.name
    place.mkdir(parents=True, exist_ok=True)
    rows = [[scrambled(cell or "", rng) for cell in row.values()] for row in reading.rows.slice(0, ROWS).to_pylist()]
    if "sheet" in reading.dialect:
        sample = place / "delivery.xlsx"
        _write_workbook(sample, reading, rows)
    else:
        sample = place / "delivery.csv"
        sample.write_bytes(_as_text(reading, rows, source))
    expected = place / EXPECTED
    pa.csv.write_csv(mapped_sample(sample, source), expected)
    return [sample, expected]


def mapped_sample(sample: Path, source: Source) -> pa.Table:
    """Land and map a sample: its lines and the canonical columns and attributes that are mapped, as text."""
    mapped = map_columns(land(sample, source).table, source)
    names = [name for name in mapped.column_names if name not in LANDED.names and (name in source.columns or name in source.attributes)]
    return mapped.select(["line", *names])


def scrambled(cell: str, rng: random.Random) -> str:
    """Replace letters and digits at random, keeping length, case and punctuation; mailboxes and web addresses become reserved ones."""
    if MAILBOX.fullmatch(cell):
        return f"{_noise(6, rng)}@list.example"
    if ADDRESS.fullmatch(cell):
        return f"www.{_noise(6, rng)}.example"
    return "".join(_other(letter, rng) for letter in cell)


def _noise(length: int, rng: random.Random) -> str:
    return "".join(rng.choice(string.ascii_lowercase) for _ in range(length))


def _other(letter: str, rng: random.Random) -> str:
    if letter.isdigit():
        return rng.choice(string.digits)
    if not letter.isalpha():
        return letter
    return rng.choice(string.ascii_uppercase if letter.isupper() else string.ascii_lowercase)


def _as_text(reading: Reading, rows: list[list[str]], source: Source) -> bytes:
    dialect = reading.dialect
    delimiter = source.format.delimiter or dialect.get("delimiter", ",")
    mark = delimiter if len(delimiter) == 1 else MARK
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL if len(delimiter) == 1 else csv.QUOTE_ALL
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, quotechar=dialect.get("quote") or '"', lineterminator="\r\n", quoting=quoting)
    writer.writerows([list(reading.columns), *rows] if dialect.get("header_rows", 1) else rows)
    return out.getvalue().replace(mark, delimiter).encode(source.format.encoding or "utf-8", errors="replace")


def _write_workbook(sample: Path, reading: Reading, rows: list[list[str]]) -> None:
    from openpyxl import Workbook  # noqa: PLC0415 - heavy

    book = Workbook(write_only=True)
    sheet = book.create_sheet(reading.dialect["sheet"])
    for row in [list(reading.columns), *rows]:
        sheet.append(row)
    book.save(sample)
