"""Parse one workbook in a process of its own, under a memory limit: a sheet of 2 kB can claim seventeen billion cells.

Run as a script by `sheets.py`, never imported. In: the workbook's bytes on stdin, arguments: limit in bytes, sheet name (may be empty).
Out: one JSON object on stdout, `{"sheets": [...], "sheet": name, "rows": [[text, ...], ...], "merged": [[top, left, bottom, right], ...]}`
(from 0) or `{"error": code}`.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from typing import Any

MOST_MERGED = 10_000  # merged cells that are told
EXACT = 2**53  # whole numbers beyond are no longer exact in a spreadsheet


def main() -> None:
    """Read the workbook from stdin and write its rows to stdout."""
    limit, wanted = int(sys.argv[1]), sys.argv[2]
    data = sys.stdin.buffer.read()
    _confine(limit)
    try:
        found = read_workbook(data, wanted)
    except MemoryError:
        found = {"error": "too_large"}
    json.dump(found, sys.stdout)


def _confine(limit: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not everywhere
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_workbook(data: bytes, wanted: str) -> dict[str, Any]:
    """Read the wanted sheet, or the first visible one that has rows."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum  # noqa: PLC0415 - after the limit is set

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if wanted and wanted not in book.sheet_names:
            return {"error": "no_sheet", "sheets": book.sheet_names}
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible] or book.sheet_names
        name, rows, merged = "", [], []
        for name in [wanted] if wanted else visible:
            sheet = book.get_sheet_by_name(name)
            rows = [[cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            merged = [[*first, *last] for first, last in (sheet.merged_cell_ranges or [])[:MOST_MERGED]]
            if rows:
                break
    except PasswordError:
        return {"error": "password"}
    except CalamineError:
        return {"error": "unreadable"}
    return {"sheets": book.sheet_names, "sheet": name, "rows": rows, "merged": merged}


def cell_text(cell: Any) -> str:
    """Write a cell as the text a person sees.

    Whole numbers without `.0` or exponent (phones, ids), others in the fifteen digits a spreadsheet has, dates as ISO 8601, truth as
    TRUE and FALSE.
    """
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) <= EXACT else f"{cell:.15g}"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


if __name__ == "__main__":
    main()
