"""`leadmill read FILE`: what the reader makes of any file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from leadmill.config import Format, Project, load_source
from leadmill.sources import Reading
from leadmill.sources import read as read_file

SHOWN = 20


def read(
    file: Annotated[Path, typer.Argument(help="Any file a vendor may send.")],
    source: Annotated[str | None, typer.Option(help="Read it as a delivery of this source.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for machines.")] = False,
) -> None:
    """Show what the reader makes of a file: encoding, dialect, columns, rows, and the rows it refuses to guess."""
    stated = load_source(Project.from_environment().config / "sources" / f"{source}.yaml").format if source else Format()
    reading = read_file(file, stated)
    if as_json:
        typer.echo(json.dumps(as_plain(reading), ensure_ascii=False))
    else:
        _show(reading)


def as_plain(reading: Reading) -> dict[str, Any]:
    """Plain values, rows as lists of text: the shape machines read."""
    columns = [column.to_pylist() for column in reading.rows.columns]
    return {
        "encoding": reading.encoding,
        "dialect": reading.dialect,
        "columns": list(reading.columns),
        "rows": [_cells(row) for row in zip(*columns, strict=True)],
        "refused": [{"line": refusal.line, "raw": refusal.raw, "reason": refusal.reason} for refusal in reading.refused],
    }


def _cells(row: tuple[str | None, ...]) -> list[str]:
    """Only the cells the row has: a row may be narrower than the header."""
    cells = list(row)
    while cells and cells[-1] is None:
        cells.pop()
    return [cell or "" for cell in cells]


def _show(reading: Reading) -> None:
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console()
    dialect = ", ".join(f"{name} {value!r}" for name, value in reading.dialect.items() if value not in ("", None, []))
    console.print(f"encoding {reading.encoding}; {escape(dialect)}")
    table = Table(*(escape(column) or "(blank)" for column in reading.columns))
    for row in reading.rows.slice(0, SHOWN).to_pylist():
        table.add_row(*(escape(cell or "") for cell in row.values()))
    console.print(table)
    console.print(f"{reading.rows.num_rows} rows, {len(reading.refused)} refused")
    for refusal in reading.refused[:SHOWN]:
        console.print(f"  line {refusal.line}: {refusal.reason}: {escape(refusal.raw[:100])}")
