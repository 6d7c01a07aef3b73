"""What a list says of a person before it is written down: named values, whose they truly are, and what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

from generator.places import Phone
from generator.world import Company, Person


@dataclass(slots=True)
class Entry:
    """One row to be. `values` by the generator's own keys; `damage` happens to the finished cells."""

    values: dict[str, str]
    person: Person | None = None
    company: Company | None = None
    codes: list[str] = field(default_factory=list)
    damage: str = ""  # "", "shifted" or "ragged"
    numeric_phone: bool = False  # a spreadsheet took the telephone for a number

    def copy(self) -> Entry:
        """Copy for a repeated row; what was wrong with the original stays with the original."""
        return Entry(dict(self.values), self.person, self.company)

    def mark(self, code: str) -> None:
        """Note a defect once."""
        if code not in self.codes:
            self.codes.append(code)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong with it yet."""
        return not self.codes


def pick_clean(entries: list[Entry], count: int, rng: Random) -> list[Entry]:
    """Draw entries with nothing wrong yet, in random order; fewer when fewer are left."""
    clean = [entry for entry in entries if entry.clean]
    return rng.sample(clean, min(count, len(clean)))


def digits_of(phone: Phone | None) -> str:
    """E.164 or nothing."""
    return phone.e164 if phone else ""


def mark_known(entries: list[Entry], contacts: list[Entry], accounts: list[Entry]) -> None:
    """Mark whom and which companies the CRM knows already."""
    persons = {entry.person.id for entry in contacts if entry.person}
    companies = {entry.company.id for entry in accounts if entry.company}
    for entry in entries:
        if entry.person and entry.person.id in persons:
            entry.mark("in_crm")
        elif entry.company and entry.company.id in companies:
            entry.mark("account_in_crm")


def mark_lookalikes(entries: list[Entry]) -> None:
    """Mark different people who look alike: colleagues answering at one switchboard, strangers of one name."""
    by_switchboard: dict[str, set[str]] = defaultdict(set)
    by_name: dict[str, set[str]] = defaultdict(set)
    for person in (entry.person for entry in entries if entry.person):
        by_name[f"{person.first} {person.last}"].add(person.id)
        by_switchboard[digits_of(person.phone)].add(person.id)
    for entry in entries:
        if not entry.person:
            continue
        if entry.values["phone"] and len(by_switchboard[digits_of(entry.person.phone)]) > 1:
            entry.mark("shared_phone")
        if len(by_name[f"{entry.person.first} {entry.person.last}"]) > 1:
            entry.mark("namesake")
