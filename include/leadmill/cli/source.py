"""`leadmill source new | check | list`: add a source without touching a DAG, and see what a file of it would do."""

from __future__ import annotations

import typer

from leadmill.config import Project, load_sources

app = typer.Typer(help="Add, check and list sources.", no_args_is_help=True)


@app.command("list")
def list_sources() -> None:
    """List the sources, one line each."""
    for source in load_sources(Project.from_environment().config):
        typer.echo(f"{source.name:30} {source.kind:18} {source.title}")
