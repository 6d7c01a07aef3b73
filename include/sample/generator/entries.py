"""What a list says of a person before it is written down: named values, whose they truly are, and what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Literal, Self

from generator.people import Company, Person

Damage = Literal["", "shifted", "ragged", "numeric_phone"]


@dataclass(slots=True)
class Entry:
    """One row to be: `values` by the generator's own keys; `damage` happens to the finished cells."""

    values: dict[str, str]
    person: Person | None = None
    company: Company | None = None
    codes: list[str] = field(default_factory=list)  # what is wrong with it, in the order it happened
    damage: Damage = ""

    def copy(self) -> Entry:
        """Copy for a repeated row; what was wrong with the original stays with the original."""
        return Entry(dict(self.values), self.person, self.company)

    def mark(self, code: str) -> Self:
        """Note a defect, once."""
        if code not in self.codes:
            self.codes.append(code)
        return self


def pick_clean(entries: list[Entry], count: int, rng: Random) -> list[Entry]:
    """Draw entries with nothing wrong yet, in random order; fewer when fewer are left."""
    clean = [entry for entry in entries if not entry.codes]
    return rng.sample(clean, min(count, len(clean)))


def mark_known(entries: list[Entry], contacts: list[Entry], accounts: list[Entry]) -> None:
    """Mark people the CRM knows already, and new people of companies it knows."""
    persons = {entry.person.id for entry in contacts if entry.person}
    companies = {entry.company.id for entry in accounts if entry.company}
    for entry in entries:
        if entry.person and entry.person.id in persons:
            entry.mark("in_crm")
        elif entry.company and entry.company.id in companies:
            entry.mark("account_in_crm")


def mark_lookalikes(entries: list[Entry]) -> None:
    """Mark different people who look alike: one telephone for several, one mailbox for several, strangers of one name."""
    _mark_shared(entries, "shared_phone", lambda entry, person: person.phone.e164 if person.phone and entry.values["phone"] else "")
    _mark_shared(entries, "shared_mailbox", lambda entry, _person: entry.values["email"])
    _mark_shared(entries, "namesake", lambda _entry, person: f"{person.first} {person.last}")


def _mark_shared(entries: list[Entry], code: str, key_of: Callable[[Entry, Person], str]) -> None:
    keyed = [(entry, entry.person, key_of(entry, entry.person)) for entry in entries if entry.person]
    persons: dict[str, set[str]] = defaultdict(set)
    for _, person, key in keyed:
        persons[key].add(person.id)
    for entry, _, key in keyed:
        if key and len(persons[key]) > 1:
            entry.mark(code)
