"""The `leadmill` command. Exit codes: 0 done, 1 failed (with a sentence that says the way out), 2 wrong usage."""

from __future__ import annotations

import sys
from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from leadmill.errors import LeadmillError

# name -> where it is (module of this package, function or group of commands), the first sentence of its help
COMMANDS = MappingProxyType(
    {
        "run": ("run:run", "Run one night: take in what was delivered, decide, push, print the funnel."),
        "read": ("read:read", "Show what the reader makes of a file: encoding, dialect, columns, rows, and the rows it refuses to guess."),
        "match": ("match:match", "Deduplicate any file, or link it to another: columns, keys and weights are learnt from the file itself."),
        "claims": (
            "claims:claims",
            "Write the claim pack of a source: rows, reasons, evidence, money, deadline, and what cannot be proved.",
        ),
        "explain": (
            "explain:explain",
            "Tell everything known of a person or lead: rows, surviving values, pairs, decisions with every rule, pushes.",
        ),
        "train": ("review:train", "Train the matching model on everybody known; nights use it from the next one on."),
        "source": ("source:app", "Add, check and list sources."),
        "rules": ("rules:app", "Check, simulate and backtest rulesets; read what they decided."),
        "quarantine": ("quarantine:app", "Correct refused rows and replay them."),
        "review": ("review:app", "Pairs that only a person can judge."),
    }
)


class Commands(TyperGroup):
    """The commands by name and help; a command's own module is imported when it is called, as what a night needs takes a second to load."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": {name: TyperCommand(name, help=told) for name, (_, told) in COMMANDS.items()}})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Import the command that is called."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if name else None, rest


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def _leadmill() -> None:
    """Purchased lists and CRM exports in, qualified leads out, each with the reason."""


def load_command(name: str) -> Any:
    """Import a command of `COMMANDS` and give it as the parser wants it."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    found = getattr(import_module(f"leadmill.cli.{module}"), attribute)
    bare = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        bare.add_typer(found, name=name)
    else:
        bare.command(name)(found)
    return typer.main.get_group(bare).commands[name]


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
