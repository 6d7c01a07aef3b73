"""Writing so that the same world gives the same bytes, and knowing on which line every record starts."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from generator.entries import Entry

_EPOCH = (1980, 1, 1, 0, 0, 0)
Cell = str | int | float | datetime | None


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str = ",", encoding: str = "utf-8"
) -> list[int]:
    """Write a CSV; returns the 1-based physical line each row starts on. What the encoding cannot hold becomes `?`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines, line = [], 2
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            lines.append(line)
            writer.writerow(row)
            line += 1 + sum(cell.count("\n") for cell in row)
    return lines


def write_values(path: Path, entries: Sequence[Entry]) -> list[int]:
    """Write entries under their own keys, which are the headers; returns the line of each."""
    return write_csv(path, list(entries[0].values), (list(entry.values.values()) for entry in entries))


def write_xlsx(path: Path, sheet: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[int]:
    """Write a workbook of one sheet without clock or author in it; returns the 1-based sheet row of each row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(list(header))
    count = 0
    for row in rows:
        page.append([_text(page, cell) if isinstance(cell, str) else cell for cell in row])
        count += 1
    packed = io.BytesIO()
    book.save(packed)
    path.write_bytes(_without_clock(packed.getvalue()))
    return list(range(2, count + 2))


def _text(page: Any, cell: str) -> Any:
    """Keep text text: openpyxl would make a live formula of what starts with `=`."""
    if not cell:
        return None
    written: Any = WriteOnlyCell(page, value=cell)
    written.data_type = "s"
    return written


def _without_clock(workbook: bytes) -> bytes:
    """Repack with the zip's dates and the document's properties fixed."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb">[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z<", b">1980-01-01T00:00:00Z<", content)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
