"""The words behind standardising, read once from `include/config/vocabulary` into frozen settings.

Seniority ladders, legal forms, role mailboxes and the rest are facts a data engineer edits; the code only knows how to apply them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from leadmill.config import CHECKOUT, Strict, load

FOLDER = CHECKOUT / "include" / "config" / "vocabulary"


class Section(Strict):
    """A part of the vocabulary. It is itself only, so that what is made of it once can be cached by it."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class Words(Section):
    """What a cell means in any column: nothing, yes, no. Compared without case."""

    empty: list[str]
    empty_unless_name: list[str]
    yes: list[str]
    no: list[str]


class People(Section):
    """What stands around a person's name."""

    titles: list[str]
    dotted_titles: list[str]
    degrees: list[str]
    comma_degrees: list[str]
    generations: dict[str, str]
    particles: list[str]


class Step(Section):
    """One step of a ladder: its verdict, and the phrases that give it."""

    verdict: str
    words: list[str]


class Ladders(Section):
    """Ladders are tried from the top; the first step with a phrase in the text wins."""

    seniority: list[Step]
    department: list[Step]
    interest_signal: list[Step]


class Mailboxes(Section):
    """Role mailboxes, providers that ignore dots, and domains that say nothing of an employer."""

    shared: list[str]
    namelike: list[str]
    openings: list[str]
    endings: list[str]
    qualifiers: list[str]
    dotless: dict[str, str]
    free_brands: list[str]
    free: list[str]
    disposable: list[str]
    platforms: list[str]


class LegalForms(Section):
    """Label -> spellings, by country; `leading` are those that may stand before the name."""

    leading: list[str]
    trailing: list[str]
    unspaced: list[str]
    countries: dict[str, dict[str, list[str]]]


class Countries(Section):
    """Spellings of countries beyond ISO 3166 and its translations."""

    synonyms: dict[str, list[str]]


class Trials(Section):
    """What people type to try a form."""

    mailboxes: list[str]
    domains: list[str]
    echoes: list[str]
    telling: list[str]
    idle: list[str]
    names: list[str]
    companies: list[str]


class Vocabulary(Section):
    """All of it."""

    words: Words
    people: People
    ladders: Ladders
    mailboxes: Mailboxes
    legal_forms: LegalForms
    countries: Countries
    trials: Trials


@cache
def load_vocabulary(folder: Path = FOLDER) -> Vocabulary:
    """Read the vocabulary; once per process. Raises ConfigError with file and line."""
    return Vocabulary(
        words=load(folder / "words.yaml", Words),
        people=load(folder / "people.yaml", People),
        ladders=load(folder / "ladders.yaml", Ladders),
        mailboxes=load(folder / "mailboxes.yaml", Mailboxes),
        legal_forms=load(folder / "legal_forms.yaml", LegalForms),
        countries=load(folder / "countries.yaml", Countries),
        trials=load(folder / "trials.yaml", Trials),
    )
