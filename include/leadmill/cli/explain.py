"""`leadmill explain ID`: all that is known of one person or row, and why it was decided so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from leadmill import pipeline


def explain(
    identity: Annotated[str, typer.Argument(metavar="ID", help="A person (p_...) or a row (its record id).")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for machines.")] = False,
) -> None:
    """Tell everything known of a person or lead: rows, surviving values, pairs, decisions with every rule, pushes."""
    told = pipeline.explain(identity)
    if as_json:
        typer.echo(json.dumps(told, default=str, indent=2, ensure_ascii=False))
        return
    console = Console()
    for line in story(told):
        console.print(Text(line))  # text of a list is never markup


def story(told: dict[str, Any]) -> Iterator[str]:
    """Yield the lines a person reads."""
    yield f"person {told['person_id'] or 'unknown: no night has matched this row'}"
    for row in told["rows"]:
        why = f" ({', '.join(row['reasons'])})" if row["reasons"] else ""
        yield f"  {row['source']}, {row['file']} line {row['line']}: {row['status']}{why}"
    for field, found in (told["golden"] or {}).items():
        origin = found["from"]["source"] if found["from"] else "-"
        yield f"    {field}: {found['value']}  <- {origin}"
    for pair in told["pairs"]:
        yield f"  {pair['record_id_l']} and {pair['record_id_r']}: {pair['rule']} ({pair['weight']:g})"
    for decision in told["decisions"]:
        yield f"  night {decision['night_id']}: {decision['decision']}, score {decision['score']:g} by {decision['ruleset_hash'][:12]}"
        if not decision["intact"]:
            yield "    what the rules saw is gone or was changed since: the values the night keeps are not those that were decided"
        for reason in decision["reasons"]:
            yield f"    {reason['dimension']}: {reason['rule']} is {reason['verdict']}, {reason['points']:+d}"
    for push in told["pushes"]:
        yield f"  pushed in night {push['night_id']} to {push['crm']}: {push['outcome']} {push['detail'] or ''}".rstrip()
