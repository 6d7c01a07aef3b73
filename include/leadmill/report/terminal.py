"""The funnel on a terminal: a table by source, then the blocks side by side. Eighty columns suffice."""

from __future__ import annotations

from dataclasses import astuple

from rich.box import SIMPLE_HEAD
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.control import strip_control_codes
from rich.table import Table
from rich.text import Text

from leadmill.report.funnel import ENDS, Block, Funnel
from leadmill.tally import Tally


def terminal(funnel: Funnel) -> Group:
    """Return what `rich.console.Console.print` shows. Text from outside is never read as markup or as terminal codes."""
    parts: list[RenderableType] = [_sources(funnel)]
    parts += [Columns([_block(block) for block in funnel.blocks], padding=(0, 3))]
    parts += [Text(f"failed: {_plain(name)}: {_plain(reason)}", style="bold red") for name, reason in funnel.failed]
    return Group(*parts)


def _sources(funnel: Funnel) -> Table:
    title = f"Night {_plain(funnel.night)}: rows by source"
    # Tight, so that a source's name stays in one piece on eighty columns.
    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, show_footer=len(funnel.sources) > 1, padding=(0, 1, 0, 0), pad_edge=False
    )
    table.add_column("source", "total", overflow="fold")
    for end, count in zip(ENDS, astuple(funnel.total), strict=True):
        table.add_column(end, f"{count:,}", justify="right")
    for name, tally in funnel.sources:
        table.add_row(Text(_plain(name)), *_counts(tally))
    return table


def _counts(tally: Tally) -> list[str]:
    return [f"{count:,}" for count in astuple(tally)]


def _block(block: Block) -> Table:
    table = Table(title=block.title, title_justify="left", show_header=False, box=None, padding=(0, 1, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    for label, count in block.lines:
        table.add_row(Text(label), count)
    return table


def _plain(text: str) -> str:
    """Drop escape sequences: a file name may hold what clears a screen."""
    return strip_control_codes(text.replace("\x1b", "")).replace("\n", " ")
