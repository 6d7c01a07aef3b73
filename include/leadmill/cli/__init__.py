"""The `leadmill` command. Exit codes: 0 done, 1 failed (with a sentence that says the way out), 2 wrong usage."""

from __future__ import annotations

import sys

import typer

from leadmill.cli import gate, quarantine, review, rules, source
from leadmill.cli.claims import claims
from leadmill.cli.explain import explain
from leadmill.cli.match import match
from leadmill.cli.read import read
from leadmill.cli.run import run
from leadmill.errors import LeadmillError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
app.command()(run)
app.command()(read)
app.command()(match)
app.command()(claims)
app.command()(explain)
source.app.command()(gate.release)
source.app.command()(gate.refuse)
app.add_typer(source.app, name="source")
app.add_typer(rules.app, name="rules")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(review.app, name="review")
app.command()(review.train)


@app.callback()
def _leadmill() -> None:
    """Purchased lists and CRM exports in, qualified leads out, each with the reason."""


def main() -> None:
    """Run the command; what Leadmill refuses on purpose, or the disk does, is one sentence on stderr, never a traceback."""
    try:
        app()
    except LeadmillError as error:
        typer.echo(f"leadmill: {error}", err=True)
        sys.exit(1)
    except OSError as error:  # a folder that is not there, a full disk, a file of somebody else
        if error.filename is None:
            raise
        typer.echo(f"leadmill: {error.filename}: {error.strerror}. Check the path and its permissions.", err=True)
        sys.exit(1)
