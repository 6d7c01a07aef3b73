"""`leadmill review` and `leadmill train`: the part of matching that people and the calendar do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from leadmill.pipeline.reviewing import export_review, import_review
from leadmill.pipeline.training import train_matching

app = typer.Typer(help="Pairs that only a person can judge.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Numbers for machines.")]


@app.command("export")
def export_pairs(file: Annotated[Path, typer.Argument(help="A new CSV file.")], as_json: Json = False) -> None:
    """Write the pairs that wait; fill the column `same` with yes or no."""
    count = export_review(file)
    typer.echo(json.dumps({"pairs": count, "file": str(file)}) if as_json else f"{count:,} pairs written to {file}")


@app.command("import")
def import_pairs(
    file: Annotated[Path, typer.Argument(help="The exported file, filled in.")],
    by: Annotated[str, typer.Option(help="Who answered.")],
    as_json: Json = False,
) -> None:
    """Remember the answers; from the next night on they win over every rule and model."""
    told = import_review(file, by)
    typer.echo(json.dumps(told) if as_json else f"{told['yes']:,} pairs are the same person, {told['no']:,} are not")


def train(as_json: Json = False) -> None:
    """Train the matching model on everybody known; nights use it from the next one on."""
    told = train_matching()
    typer.echo(
        json.dumps(told) if as_json else f"model {told['model']}, trained on {told['leads']:,} leads, is in use from the next night on"
    )
