"""`leadmill source release | refuse`: answer for a list that its contract holds, where no Airflow asks."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from leadmill.pipeline.gating import SHORT, answer_held

Name = Annotated[str, typer.Argument(help="A source.")]
Delivery = Annotated[str, typer.Argument(help="A held delivery: its file name, or the beginning of its id.")]
By = Annotated[str, typer.Option(default_factory=getpass.getuser, help="Who says so; remembered with the answer.")]


def release(name: Name, delivery: Delivery, by: By) -> None:
    """Let a held list go on; the next intake takes it in."""
    identity = answer_held(name, delivery, "release", by)
    typer.echo(f"{identity[:SHORT]} is released by {by}. Take it in: leadmill run --source {name}")


def refuse(name: Name, delivery: Delivery, by: By) -> None:
    """Refuse a held or failed list as a whole; it is never asked about again, but may still be released."""
    identity = answer_held(name, delivery, "refuse", by)
    typer.echo(f"{identity[:SHORT]} is refused by {by}.")
