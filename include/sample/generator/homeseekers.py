"""The purchased B2C list: people who asked a house seller for something, as a workbook with real dates, some telephones as numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from generator import spelling
from generator.defects import REFUSED, damage, repeat, spoil
from generator.entries import Entry
from generator.files import Cell, write_xlsx
from generator.people import Person, draw_name
from generator.places import fill_postcode
from generator.pools import chance
from generator.world import World

COLUMNS = {
    "first": "First name",
    "last": "Last name",
    "email": "E-mail",
    "phone": "Phone",
    "city": "City",
    "postcode": "ZIP",
    "income": "Income bracket",
    "role": "Household role",
    "mortgage": "Mortgage pre-qualified",
    "asked_for": "Asked for",
    "asked_at": "Asked at",
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
    "mojibake": 2,
    "numeric_phone": 50,
}
_INCOMES = ["under 30k", "30k-60k", "30k-60k", "60k-100k", "60k-100k", "over 100k", ""]
_ROLES = ["head", "head", "head", "spouse", "spouse", "child", "other", ""]
_MORTGAGE = ["yes", "yes", "no", "no", ""]
_ASKED_FOR = ["house", "house", "house", "apartment", "land", "rental", "valuation", ""]
_PHONE = list(COLUMNS).index("phone")
_START = datetime(2026, 4, 1, 8, 0)  # noqa: DTZ001 (a spreadsheet knows no time zones)


def enter(person: Person, rng: Random) -> Entry:
    """Describe somebody as the portal's form did."""
    write_phone = rng.choice([spelling.phone_national] * 3 + [spelling.phone_international])
    values = {
        "first": person.first,
        "last": person.last,
        "email": person.email,
        "phone": write_phone(person.phone, rng) if person.phone else "",
        "city": person.place.city,
        "postcode": fill_postcode(person.place.postcode, rng),
        "income": rng.choice(_INCOMES),
        "role": rng.choice(_ROLES),
        "mortgage": rng.choice(_MORTGAGE),
        "asked_for": rng.choice(_ASKED_FOR),
        "asked_at": (_START + timedelta(minutes=rng.randrange(300_000))).isoformat(),
    }
    return Entry(values, person)


def build(world: World, count: int, rng: Random) -> list[Entry]:
    """Make about `count` rows: singles, couples with one mailbox, fathers and sons of one name in different towns, repeats."""
    entries: list[Entry] = []
    while len(entries) < count * 0.9:
        entries.extend(_household(world, rng))
    spoil(entries, RATES, rng)
    entries += repeat(entries, count // 40, count // 14, spelling.phone_national, rng)
    rng.shuffle(entries)
    return entries


def write(rng: Random, path: Path, entries: list[Entry]) -> list[int]:
    """Write the workbook; returns the sheet row of each entry."""
    return write_xlsx(path, "Leads", list(COLUMNS.values()), (_cells(entry, rng) for entry in entries))


def mortgage_qualified(entries: list[Entry]) -> list[str]:
    """Whom the mortgage example must qualify: a bank pre-qualified them, they want a house, they head the household, may be contacted."""
    persons = {entry.person.id for entry in entries if entry.person and _fits_mortgage_example(entry)}
    return sorted(persons, key=lambda person: int(person[1:]))


def _fits_mortgage_example(entry: Entry) -> bool:
    said = (entry.values["mortgage"], entry.values["asked_for"], entry.values["role"])
    return said == ("yes", "house", "head") and not {*REFUSED, "opted_out"} & set(entry.codes)


def _household(world: World, rng: Random) -> list[Entry]:
    person = world.settle("US")
    one = enter(person, rng)
    if chance(rng, 0.04):
        partner = enter(world.settle("US", name=(draw_name("US", rng)[0], person.last), home=person), rng)
        one.values["role"] = "head"
        partner.values.update({key: one.values[key] for key in ("email", "phone", "city", "postcode")}, role="spouse")
        return [one.mark("family_mailbox"), partner.mark("family_mailbox")]
    if chance(rng, 0.03):
        son = enter(world.settle("US", name=(person.first, person.last), away=person.place), rng)
        return [one.mark("namesake"), son.mark("namesake")]
    return [one]


def _cells(entry: Entry, rng: Random) -> list[Cell]:
    texts = damage([entry.values[key] for key in COLUMNS], entry.damage, rng)
    cells: list[Cell] = list(texts)
    if entry.damage == "shifted":
        return cells
    cells[-1] = datetime.fromisoformat(texts[-1])
    if entry.damage == "numeric_phone" and entry.person and entry.person.phone:
        cells[_PHONE] = int(entry.person.phone.area + entry.person.phone.local)  # what a sheet makes of 2125550123
    return cells
