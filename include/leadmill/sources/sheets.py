"""Read spreadsheets: XLSX, XLS and ODS, parsed in a confined process; then header and rows are found as in any table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources.grid import Known, read_grid
from leadmill.sources.headers import header_depths
from leadmill.sources.reading import Reading
from leadmill.sources.sheet_xml import cell_facts

WORKER = Path(__file__).with_name("sheet_worker.py")
SECONDS = 120
ROOM, CELL_ROOM, MOST_ROOM = 256 << 20, 40, 6 << 30  # bytes of memory: at least, per byte of unpacked XML, at most
OLE = b"\xd0\xcf\x11\xe0"
REFUSED = {
    "password": ("protected by a password.", "Ask for it without one, over a protected channel."),
    "unreadable": ("not a readable workbook.", "Save it again as XLSX or CSV."),
    "too_large": ("claims more cells than a list has.", "Save the rows that matter as a new workbook, or as CSV."),
}


def read_sheet(data: bytes, size: int, stated: Format, file: str) -> Reading:
    """Read the stated sheet, else the first visible one with rows, of a workbook that unpacks to `size` bytes. Raises SourceError."""
    if data.startswith(OLE):
        _check_ole(data, file)
    found = _parse(data, size, stated.sheet or "", file)
    if found.get("error") == "no_sheet":
        raise SourceError(f"there is no sheet {stated.sheet!r}.", file=file, hint=f"Sheets found: {', '.join(map(repr, found['sheets']))}.")
    if "error" in found:
        message, hint = REFUSED[found["error"]]
        raise SourceError(message, file=file, hint=hint)
    others = [name for name in found["sheets"] if name != found["sheet"]]
    rows = found["rows"]
    facts = cell_facts(data, found["sheet"], file)
    for (row, column), text in facts.texts.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    known = Known(header_depths(rows, found["merged"]), facts.uncomputed)
    return read_grid(rows, stated, {"sheet": found["sheet"], "other_sheets": others}, known)


def _parse(data: bytes, size: int, sheet: str, file: str) -> dict[str, Any]:
    limit = min(MOST_ROOM, ROOM + CELL_ROOM * size)
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-I", str(WORKER), str(limit), sheet], input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SourceError(f"not read after {SECONDS} seconds.", file=file, hint="Save it as CSV.") from None
    if done.returncode:  # out of memory, the parser aborts
        return {"error": "too_large"}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _check_ole(data: bytes, file: str) -> None:
    """Refuse old workbooks with macros, and new ones wrapped by a password."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        message, hint = REFUSED["password"]
        raise SourceError(message, file=file, hint=hint)
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise SourceError("the workbook carries macros.", file=file, hint="Ask for it saved as plain XLSX or CSV.")
