"""What a ruleset asks for and no source delivers: a misspelt attribute would be unknown for everybody, in silence, for ever."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from leadmill.config.source import Source
from leadmill.qualify.ruleset import Ruleset


def find_gaps(ruleset: Ruleset, sources: Iterable[Source]) -> list[str]:
    """Say of each attribute the rules use what stands between it and the sources; an empty list when nothing does."""
    delivered: dict[str, list[tuple[str, str, str]]] = {}
    for source in sources:
        for name, attribute in source.attributes.items():
            delivered.setdefault(name, []).append((source.name, attribute.type, attribute.known))
    found: list[str] = []
    for name, wanted in sorted(ruleset.fact.attributes.items()):
        if name not in ruleset.reads:
            found.append(f"the attribute {name!r} is declared but no rule asks for it.")
        elif name not in delivered:
            near = difflib.get_close_matches(name, delivered, n=1)
            found.append(
                f"no source delivers {name!r}: it will be unknown for everybody." + (f" Did you mean {near[0]!r}?" if near else "")
            )
        for source_name, kind, known in delivered.get(name, []) if name in ruleset.reads else []:
            if not _alike(kind, wanted.type):
                found.append(f"{name!r} is {wanted.type} here and {kind} in the source {source_name!r}: no night could decide by it.")
            if known == "after" and wanted.known == "before":
                found.append(f"{name!r} is known only after contact, says the source {source_name!r}: before that no rule can rely on it.")
    return found


def _alike(one: str, other: str) -> bool:
    same = ({"integer", "number"}, {"date", "timestamp"})
    return one == other or any({one, other} <= each for each in same)
