"""`leadmill quarantine export | replay`: hand refused rows to a person, take the corrected ones back in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from leadmill.pipeline.replaying import export_quarantine, replay_quarantine

app = typer.Typer(help="Correct refused rows and replay them.", no_args_is_help=True)


@app.command()
def export(
    source: Annotated[str, typer.Argument(help="Whose refused rows.")],
    file: Annotated[Path, typer.Argument(help="A new .csv or .xlsx file.")],
    delivery: Annotated[str | None, typer.Option(help="Only this delivery, by the start of its id.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Numbers for machines.")] = False,
) -> None:
    """Write the rows that are still refused, with place, reasons and every cell, for correction in a spreadsheet."""
    rows = export_quarantine(source, file, delivery)
    typer.echo(json.dumps({"source": source, "file": str(file), "rows": rows}) if as_json else f"{rows:,} refused rows written to {file}")


@app.command()
def replay(
    source: Annotated[str, typer.Argument(help="Whose rows were corrected.")],
    file: Annotated[Path, typer.Argument(help="The exported file, corrected.")],
    delivery: Annotated[str | None, typer.Option(help="The delivery that was exported, where it was one alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Numbers for machines.")] = False,
) -> None:
    """Take in the rows that were changed, and only those; the next night decides about them."""
    told = replay_quarantine(source, file, delivery)
    if as_json:
        typer.echo(json.dumps(told, indent=2))
        return
    tally = told["tally"]
    typer.echo(
        f"{tally['received']:,} corrected rows: {tally['accepted']:,} accepted, {tally['quarantined']:,} refused again, "
        f"{tally['duplicate']:,} known already; {told['unchanged']:,} unchanged, {told['stale']:,} moved before"
    )
