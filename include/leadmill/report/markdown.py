"""The funnel as Markdown: for a ticket, a mail, or the night's folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from leadmill.report.funnel import ENDS, Funnel

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~-])")


def markdown(funnel: Funnel) -> str:
    """Return the report as Markdown text that ends in a new line."""
    rows = [(_escape(name), *astuple(tally)) for name, tally in funnel.sources]
    parts = [f"# Night {_escape(funnel.night)}", "Every row received is accounted for:"]
    parts.append(_table(("source", *ENDS), [*rows, ("**total**", *astuple(funnel.total))]))
    parts += [_table((block.title, "count"), block.lines) for block in funnel.blocks]
    if funnel.failed:
        parts.append("## Failed")
        parts.append("\n".join(f"- {_escape(name)}: {_escape(reason)}" for name, reason in funnel.failed))
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    ruler = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in (head, ruler, *rows))


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _escape(text: str) -> str:
    """Make text from outside harmless: no markup, no HTML, one line."""
    line = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", line)
