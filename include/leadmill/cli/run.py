"""`leadmill run`: a whole night without Airflow, for development. Same code, same decisions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console

from leadmill import pipeline, report


def run(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    date: Annotated[datetime | None, typer.Option(help="The night's date; today when not given.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan, but write nothing to the CRM.")] = False,
    ruleset: Annotated[str | None, typer.Option(help="Decide everyone by this ruleset.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Push at most so many leads.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Numbers for machines, on standard output.")] = False,
) -> None:
    """Run one night: take in what was delivered, decide, push, print the funnel."""
    clock = datetime.now(UTC)
    now = datetime.combine(date.date(), clock.timetz()) if date else clock
    params = {"source": source, "dry_run": dry_run, "ruleset": ruleset, "limit": limit}
    console = Console(stderr=True)
    with console.status("opening the night") as status:
        told = pipeline.run_night(night_name(now), now.isoformat(), params, lambda stage, about: status.update(f"{stage} {about}"))
    if as_json:
        typer.echo(json.dumps(told, indent=2))
    else:
        show(told)
    raise typer.Exit(1 if told["failed"] else 0)


def night_name(now: datetime) -> str:
    """Name a night by its moment: sorts by time, is a folder's name, and is never given twice."""
    return now.strftime("%Y-%m-%dT%H%M%S.%fZ")


def show(told: dict[str, Any]) -> None:
    """Print the funnel and where to look."""
    console = Console()
    console.print(report.terminal(report.funnel(told)))
    console.print("\n".join(f"{form}: {path}" for form, path in told["reports"].items()), soft_wrap=True, highlight=False)
