"""Tables a person opens in a spreadsheet: no cell of them runs, and reading them back gives every cell as it was.

A spreadsheet runs text that starts with = + - @, TAB, CR, NUL or a full-width form of these. In CSV such a cell gets an apostrophe in
front; in XLSX it is a text cell and needs none, so that +49 30 ... stays a phone number to the eye. Cells that start with apostrophes
before such a sign get one more in both, which makes it reversible: `unguard` takes away exactly what was added.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadmill import engine
from leadmill.engine import quote_text

_SIGNS = r"[=+\-@\t\r\x{00}\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"
_RUNS = f"^'*{_SIGNS}"
_GUARDED = f"^'('*{_SIGNS})"
# What XML cannot hold is written _xHHHH_ (ISO/IEC 29500-1, 22.4.2.4); a text that already looks so gets its underscore written so.
_XML_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def write_csv(table: pa.Table, path: Path) -> None:
    """Write text columns as UTF-8 CSV with a byte order mark (spreadsheets believe nothing else), cells guarded, null as empty."""
    guarded = _each_cell(table, lambda cell: _apostrophe(cell, _RUNS))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(table.column_names)
        for batch in guarded.to_batches():
            writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def write_xlsx(table: pa.Table, path: Path) -> None:
    """Write text columns as one sheet of text cells, null as empty. Rows beyond a sheet's 1,048,576 do not fit: use CSV for those."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    guarded = _each_cell(table, lambda cell: _apostrophe(cell, _GUARDED))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("rows")

    def cell(text: str | None) -> Any:
        if text is None:
            return None
        made = WriteOnlyCell(sheet, value=_XML_FORBIDDEN.sub(lambda found: f"_x{ord(found.group()):04X}_", text))
        made.data_type, made.number_format = "s", "@"  # text, whatever it looks like
        return made

    sheet.append([cell(name) for name in table.column_names])
    for batch in guarded.to_batches():
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            sheet.append([cell(text) for text in row])
    book.save(path)


def unguard(table: pa.Table) -> pa.Table:
    """Take away what `write_csv` or `write_xlsx` put in front of cells; same columns, empty text as null."""
    return _each_cell(table, lambda cell: f"nullif(regexp_replace({cell}, {quote_text(_GUARDED)}, '\\1'), '')")


def _apostrophe(cell: str, pattern: str) -> str:
    return f"case when regexp_matches({cell}, {quote_text(pattern)}) then chr(39) || {cell} else {cell} end"


def _each_cell(table: pa.Table, expression: Callable[[str], str]) -> pa.Table:
    """Apply SQL to every cell."""
    if not table.num_columns:
        return table
    plain = table.rename_columns([f"c{place}" for place in range(table.num_columns)])
    cells = ", ".join(f"{expression(name)} as {name}" for name in plain.column_names)
    with engine.connect({"handed": plain}) as con:
        return con.sql(f"select {cells} from handed").to_arrow_table().rename_columns(table.column_names)
