"""The two purchased B2B lists: Northwind's English prospects and Rheinland's German decision makers."""

from __future__ import annotations

from datetime import date, timedelta
from collections.abc import Callable
from pathlib import Path
from random import Random

from generator import pools, spelling
from generator.defects import PhoneStyle, damage, repeat, spoil, vary
from generator.entries import Entry
from generator.files import write_csv
from generator.places import Phone
from generator.world import Person

# header -> our key
NORTHWIND = {
    "First Name": "first",
    "Last Name": "last",
    "Job Title": "title",
    "Email": "email",
    "Phone": "phone",
    "Company": "company",
    "Website": "website",
    "City": "city",
    "State": "region",
    "Country": "country",
    "Industry": "industry",
    "Employees": "employees",
    "Annual Revenue": "revenue",
    "Currency": "currency",
    "Interest": "signal",
    "Interest Date": "signal_at",
}
RHEINLAND = {
    "Vorname": "first",
    "Nachname": "last",
    "Position": "title",
    "Firma": "company",
    "PLZ": "postcode",
    "Ort": "city",
    "Telefon": "phone",
    "E-Mail": "email",
    "Webseite": "website",
    "Branche": "industry",
    "Mitarbeiter": "employees",
    "Umsatz": "revenue",
    "Interesse": "signal",
    "Stand": "signal_at",
}
RATES = {  # of every thousand rows
    "missing_email": 25,
    "missing_phone": 40,
    "missing_contact": 12,
    "missing_name": 6,
    "missing_company": 8,
    "missing_title": 20,
    "missing_firmographics": 40,
    "bad_phone": 25,
    "bad_email": 12,
    "disposable_domain": 8,
    "free_mailbox": 15,
    "role_mailbox": 12,
    "formula": 7,
    "markup": 5,
    "placeholder": 9,
    "shifted": 8,
    "ragged": 4,
    "quoted_newline": 3,
    "company_alias": 60,
}
_NAMES = {"US": "USA", "GB": "UK", "CA": "Canada", "AU": "Australia", "FR": "France", "SE": "Sweden", "DE": "Germany"}
_WORTE = dict(
    newsletter="Newsletter",
    visit="Messebesuch",
    general_question="Anfrage",
    comparison="Vergleich",
    price_request="Preisanfrage",
    demo_request="Vorführung",
)


def enter_northwind(person: Person, rng: Random) -> Entry:
    """Describe a person as Northwind does."""
    entry = _enter(person, rng, spelling.phone_international)
    entry.values["country"] = rng.choice([_NAMES[person.place.country]] * 4 + [person.place.country])
    return entry


def write_german_phone(phone: Phone, rng: Random) -> str:
    """Write German numbers as they are dialled in Germany, foreign ones in full."""
    return (spelling.phone_national if phone.country == "DE" else spelling.phone_international)(phone, rng)


def enter_rheinland(person: Person, rng: Random) -> Entry:
    """Describe a person as Rheinland does."""
    entry = _enter(person, rng, write_german_phone)
    values = entry.values
    values.update({key: spelling.fit_cp1252(values[key]) for key in ("first", "last", "company")})
    values["signal"] = _WORTE.get(values["signal"], "")
    values["signal_at"] = date.fromisoformat(values["signal_at"]).strftime("%d.%m.%Y") if values["signal_at"] else ""
    values["industry"] = dict(zip(pools.TRADES["en"], pools.TRADES["de"], strict=True))[values["industry"]]
    values["revenue"] = spelling.amount_german(int(values["revenue"]))
    return entry


def _enter(person: Person, rng: Random, write_phone: PhoneStyle) -> Entry:
    company = person.company
    assert company
    signal = rng.choice(["", "", *pools.SIGNALS])
    values = {
        "first": person.first,
        "last": person.last,
        "title": person.title,
        "email": person.email,
        "phone": write_phone(person.phone, rng) if person.phone else "",
        "company": company.name,
        "website": f"{rng.choice(['www.', 'https://', 'https://www.', ''])}{company.domain}" if company.domain else "",
        "city": company.place.city,
        "region": company.place.region,
        "postcode": company.postcode,
        "industry": company.industry,
        "employees": str(company.employees),
        "revenue": str(company.revenue),
        "currency": company.currency,
        "signal": signal,
        "signal_at": str(date(2026, 5, 1) + timedelta(days=rng.randrange(200))) if signal else "",
    }
    return Entry(values, person, company)


def build(
    people: list[Person], shared: list[Person], enter: Callable[[Person, Random], Entry], write_phone: PhoneStyle, rng: Random
) -> list[Entry]:
    """Make a list of `people`, spoil it, repeat some of them, add people the other list has too; shuffled."""
    entries = [enter(person, rng) for person in people]
    spoil(entries, RATES, rng)
    entries += repeat(entries, exact=len(people) // 40, varied=len(people) // 12, write_phone=write_phone, rng=rng)
    entries += [vary(enter(person, rng), "other_list", write_phone, rng) for person in shared]
    rng.shuffle(entries)
    return entries


def write(
    path: Path, columns: dict[str, str], entries: list[Entry], rng: Random, *, delimiter: str = ",", encoding: str = "utf-8"
) -> list[int]:
    """Write the list under its own headers; returns the line of each entry."""
    rows = (damage([entry.values[key] for key in columns.values()], entry.damage, rng) for entry in entries)
    return write_csv(path, list(columns), rows, delimiter=delimiter, encoding=encoding)
