"""Read spreadsheets: cells as the text a person sees, numbers without the noise of floating point."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources.reading import Reading, text_table, unique_names

EXACT = 2**53  # whole numbers beyond are no longer exact in a spreadsheet


def read_sheet(data: bytes, stated: Format, file: str) -> Reading:
    """Read one sheet of a workbook (the stated one, else the first with rows). Raises SourceError."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - heavy

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        name, rows = _choose(book, stated, file)
    except CalamineError as error:
        raise SourceError(
            f"not a readable workbook ({Path(file).suffix}): {error}.", file=file, hint="Save it again as XLSX or CSV."
        ) from None
    if not rows:
        raise SourceError("the workbook has no rows.", file=file, hint="Ask the vendor to deliver it again.")
    header = [cell_text(cell) for cell in rows[0]]
    body = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(cell != "" for cell in row)]
    return Reading(
        encoding=None,
        dialect={"sheet": name, "header_rows": 1},
        columns=tuple(header),
        rows=text_table(unique_names(header), [[cell_text(row[position]) for _, row in body] for position in range(len(header))]),
        lines=pa.array([number for number, _ in body], pa.int32()),
    )


def _choose(book: Any, stated: Format, file: str) -> tuple[str, list[list[Any]]]:
    if stated.sheet is not None and stated.sheet not in book.sheet_names:
        raise SourceError(f"there is no sheet {stated.sheet!r}.", file=file, hint=f"Sheets found: {', '.join(book.sheet_names)}.")
    for name in [stated.sheet] if stated.sheet else book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if rows:
            return name, rows
    return "", []


def cell_text(cell: Any) -> str:
    """Write a cell as text: whole numbers without `.0` or exponent (phones, ids), dates as ISO 8601, truth as TRUE and FALSE."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
