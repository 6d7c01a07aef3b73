"""How to ask a person for what the rules want to know: the ruleset's own words, else the house's, never the name of a column."""

from __future__ import annotations

from functools import cache

from leadmill.config.project import CHECKOUT
from leadmill.config.strict_yaml import plain, read_tree
from leadmill.qualify.ruleset import Ruleset

_FILE = CHECKOUT / "include" / "config" / "vocabulary" / "questions.yaml"


@cache
def load_questions() -> dict[str, str | None]:
    """Read the house's questions, fact -> question, once; null for what is never asked."""
    found: dict[str, str | None] = plain(read_tree(_FILE), str(_FILE))
    return found


def find_questions(ruleset: Ruleset) -> dict[str, list[str]]:
    """Return each question with the facts it asks for, first those that can add the most points.

    One question may ask for several facts: to a person an income and its bracket are one thing.
    """
    worth = dict.fromkeys(sorted(ruleset.reads), 0)
    for rule in ruleset.rules:
        for name in rule.reads:
            worth[name] += max(rule.fact.points, 0)
    found: dict[str, list[str]] = {}
    for name in sorted(worth, key=lambda each: -worth[each]):
        known = {**load_questions(), **ruleset.fact.questions}
        question = known.get(name, f"What can you tell us about the {spoken(name)}?")
        if question:
            found.setdefault(question, []).append(name)
    return found


def spoken(name: str) -> str:
    """Write the name of an attribute as one says it."""
    return name.replace("_", " ")


def find_unasked(ruleset: Ruleset) -> list[str]:
    """Say of each attribute the rules read that nobody wrote a question for it: a salesperson would read the name of a column."""
    known = {**load_questions(), **ruleset.fact.questions}
    return [
        f"no question asks for {name!r}: write one under questions, or an empty one if nobody should ask."
        for name in sorted(ruleset.reads)
        if name not in known
    ]
