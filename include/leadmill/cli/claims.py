"""`leadmill claims SOURCE`: hold a vendor to what was bought; `leadmill claims --verify FOLDER`: check a pack offline."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from leadmill import validate
from leadmill.config import Project
from leadmill.errors import StateError


def claims(
    source: Annotated[str | None, typer.Argument(help="The source whose vendor is held to config/contracts/SOURCE.yaml.")] = None,
    out: Annotated[Path | None, typer.Option(help="A new folder for the pack; below the state folder when not given.")] = None,
    verify: Annotated[Path | None, typer.Option(help="Check the pack in this folder instead, offline.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Numbers for machines, on standard output.")] = False,
) -> None:
    """Write the claim pack of a source: rows, reasons, evidence, money, deadline, and what cannot be proved."""
    if (source is None) == (verify is None):
        raise typer.BadParameter("give a SOURCE to claim for, or --verify FOLDER.")
    if verify is not None:
        _verify(verify, as_json)
    elif source is not None:
        _claim(source, out, as_json)


def _claim(source: str, out: Path | None, as_json: bool) -> None:
    from leadmill.pipeline.claiming import write_claims  # noqa: PLC0415 - opens every room; --verify needs one

    now = datetime.now(UTC)
    folder = out or Project.from_environment().state / "claims" / f"{source}-{now:%Y%m%dT%H%M%SZ}"
    told = write_claims(source, folder, now.date())
    typer.echo(json.dumps(told, indent=2) if as_json else _sentence(told, now.date()))


def _sentence(told: dict[str, Any], today: date) -> str:
    left = (date.fromisoformat(told["deadline"]) - today).days
    window = f"{left} days left" if left >= 0 else "the window has closed"
    lines = [
        f"{name}: {', '.join(f'{count:,} {verdict}' for verdict, count in counts.items())}" for name, counts in told["criteria"].items()
    ]
    claimed = f"claimed: {told['rows']:,} rows, {float(told['amount']):,.2f} {told['currency']}, until {told['deadline']} ({window})"
    return "\n".join([*lines, claimed, f"pack: {told['folder']}"])


def _verify(folder: Path, as_json: bool) -> None:
    faults = validate.verify(folder)
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "faults": faults}, indent=2))
    if faults:
        raise StateError(f"the pack was changed: {'; '.join(faults)}.", file=str(folder), hint="Ask for the pack again.")
    if not as_json:
        typer.echo("the pack is whole: nothing was changed, rows and amounts add up.")
