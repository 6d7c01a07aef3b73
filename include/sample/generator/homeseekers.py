"""The purchased B2C list: people who asked a house seller for something. One sheet, real Excel dates, telephones as text and some as numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from generator import spelling
from generator.defects import UNUSABLE, damage, repeat, spoil
from generator.entries import Entry
from generator.files import Cell, write_xlsx
from generator.world import Person, World

COLUMNS = {
    "First name": "first",
    "Last name": "last",
    "E-mail": "email",
    "Phone": "phone",
    "City": "city",
    "ZIP": "postcode",
    "Income bracket": "income",
    "Household role": "role",
    "Mortgage pre-qualified": "mortgage",
    "Asked for": "asked_for",
    "Asked at": "asked_at",
}
RATES = {  # of every thousand rows
    "missing_email": 30,
    "missing_phone": 40,
    "missing_contact": 12,
    "missing_name": 6,
    "missing_firmographics": 30,
    "bad_phone": 25,
    "bad_email": 15,
    "disposable_domain": 15,
    "formula": 6,
    "placeholder": 10,
    "shifted": 8,
}
_INCOMES = ["under 30k", "30k-60k", "30k-60k", "60k-100k", "60k-100k", "over 100k", ""]
_ROLES = ["head", "head", "head", "spouse", "spouse", "child", "other", ""]
_MORTGAGE = ["yes", "yes", "no", "no", ""]
_ASKED_FOR = ["house", "house", "house", "apartment", "land", "rental", "valuation", ""]
_START = datetime(2026, 4, 1, 8, 0)  # noqa: DTZ001 (a spreadsheet knows no time zones)


def enter(person: Person, rng: Random) -> Entry:
    """Describe somebody as the portal's form did."""
    return Entry(
        {
            "first": person.first,
            "last": person.last,
            "email": person.email,
            "phone": _write_phone(person, rng),
            "city": person.place.city,
            "postcode": "".join(str(rng.randrange(1, 10)) if c == "#" else c for c in person.place.postcode),
            "income": rng.choice(_INCOMES),
            "role": rng.choice(_ROLES),
            "mortgage": rng.choice(_MORTGAGE),
            "asked_for": rng.choice(_ASKED_FOR),
            "asked_at": (_START + timedelta(minutes=rng.randrange(300_000))).isoformat(),
        },
        person,
    )


def build(world: World, count: int, rng: Random) -> list[Entry]:
    """Make about `count` rows: singles, couples with one mailbox, fathers and sons of one name in different towns, repeats."""
    entries: list[Entry] = []
    while len(entries) < count * 0.9:
        entries.extend(_household(world, rng))
    spoil(entries, RATES, rng)
    entries += repeat(entries, exact=count // 40, varied=count // 14, write_phone=spelling.phone_national, rng=rng)
    for entry in entries:
        if entry.clean and entry.values["phone"] and rng.random() < 0.06:
            entry.numeric_phone = True
            entry.mark("numeric_phone")
    rng.shuffle(entries)
    return entries


def write(path: Path, entries: list[Entry], rng: Random) -> list[int]:
    """Write the workbook; returns the sheet row of each entry."""
    return write_xlsx(path, "Leads", list(COLUMNS), (_cells(entry, rng) for entry in entries))


def mortgage_qualified(entries: list[Entry]) -> list[str]:
    """Whom the mortgage example must qualify: a bank pre-qualified them, they want a house, they head the household, may be contacted."""
    return sorted({entry.person.id for entry in entries if entry.person and _fits_mortgage_example(entry)})


def _fits_mortgage_example(entry: Entry) -> bool:
    said = (entry.values["mortgage"], entry.values["asked_for"], entry.values["role"])
    return said == ("yes", "house", "head") and not UNUSABLE & set(entry.codes)


def _household(world: World, rng: Random) -> Iterable[Entry]:
    first = world.settle("US")
    one = enter(first, rng)
    draw = rng.random()
    if draw < 0.04:
        partner = enter(world.settle("US", household=first), rng)
        one.values.update(role="head")
        partner.values.update(email=one.values["email"], role="spouse", city=one.values["city"], postcode=one.values["postcode"])
        return [_marked(one, "family_mailbox"), _marked(partner, "family_mailbox")]
    if draw < 0.07:
        son = enter(world.settle("US", first=first.first, last=first.last), rng)
        return [_marked(one, "namesake"), _marked(son, "namesake")]
    return [one]


def _marked(entry: Entry, code: str) -> Entry:
    entry.mark(code)
    return entry


def _write_phone(person: Person, rng: Random) -> str:
    if not person.phone:
        return ""
    return (spelling.phone_national if rng.random() < 0.7 else spelling.phone_international)(person.phone, rng)


def _cells(entry: Entry, rng: Random) -> list[Cell]:
    texts = damage([entry.values[key] for key in COLUMNS.values()], entry.damage, rng)
    cells: list[Cell] = list(texts)
    if entry.damage:
        return cells
    cells[-1] = datetime.fromisoformat(texts[-1])
    if entry.numeric_phone and entry.person and entry.person.phone:
        cells[3] = int(entry.person.phone.e164[2:])  # the plus, and at home the country code, are lost
    return cells
