"""The two purchased B2B lists: Northwind's English prospects and Rheinland's German decision makers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from generator import pools, spelling
from generator.defects import PhoneStyle, damage, repeat, spoil, vary
from generator.entries import Entry
from generator.files import write_csv
from generator.people import Employee
from generator.places import Phone


@dataclass(frozen=True, slots=True)
class Vendor:
    """How one vendor describes people: headers by our key, spellings, what goes wrong and how often, and the file."""

    columns: dict[str, str]
    enter: Callable[[Employee, Random], Entry]
    write_phone: PhoneStyle
    rates: dict[str, int]
    delimiter: str = ","
    encoding: str = "utf-8"


RATES = {  # of every thousand rows
    "missing_email": 25,
    "missing_phone": 40,
    "missing_contact": 12,
    "missing_name": 6,
    "missing_company": 8,
    "missing_title": 20,
    "placeholder_cell": 12,
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
_COUNTRY_NAMES = {"US": "USA", "GB": "UK", "CA": "Canada", "AU": "Australia", "FR": "France", "SE": "Sweden", "DE": "Germany"}
_WORDS = {
    "newsletter": "Newsletter",
    "visit": "Messebesuch",
    "general_question": "Anfrage",
    "comparison": "Vergleich",
    "price_request": "Preisanfrage",
    "demo_request": "Vorführung",
}
_SIGNALS = ["", "", "newsletter", "visit", "visit", "general_question", "comparison", "price_request", "demo_request"]
_TRADES = dict(zip(pools.TRADES["en"], pools.TRADES["de"], strict=True))
_FIRST_DAY = date(2026, 5, 1)  # of what people showed interest in; the last is in mid November


def enter_northwind(person: Employee, rng: Random) -> Entry:
    """Describe a person as Northwind does."""
    entry = _enter(person, rng, spelling.phone_international)
    entry.values["country"] = rng.choice([_COUNTRY_NAMES[person.place.country]] * 4 + [person.place.country])
    return entry


def enter_rheinland(person: Employee, rng: Random) -> Entry:
    """Describe a person as Rheinland does: in German, in Windows-1252."""
    entry = _enter(person, rng, write_german_phone)
    values = entry.values
    values.update({key: spelling.fit_cp1252(values[key]) for key in ("first", "last", "company", "city")})
    values["signal"] = _WORDS.get(values["signal"], "")
    values["signal_at"] = date.fromisoformat(values["signal_at"]).strftime("%d.%m.%Y") if values["signal_at"] else ""
    values["industry"] = _TRADES[values["industry"]]
    values["revenue"] = spelling.amount_german(int(values["revenue"]))
    return entry


def write_german_phone(phone: Phone, rng: Random) -> str:
    """Write German numbers as they are dialled in Germany, foreign ones in full."""
    return (spelling.phone_national if phone.country == "DE" else spelling.phone_international)(phone, rng)


def _enter(person: Employee, rng: Random, write_phone: PhoneStyle) -> Entry:
    company, signal = person.company, rng.choice(_SIGNALS)
    values = {
        "first": person.first,
        "last": person.last,
        "title": person.title,
        "email": person.email,
        "phone": write_phone(person.phone, rng) if person.phone else "",
        "company": company.name,
        "website": f"{rng.choice(['www.', 'https://', '', ''])}{company.domain}" if company.domain else "",
        "city": company.place.city,
        "region": company.place.region,
        "postcode": company.postcode,
        "industry": company.industry,
        "employees": str(company.employees),
        "revenue": str(company.revenue),
        "currency": company.currency,
        "signal": signal,
        "signal_at": str(_FIRST_DAY + timedelta(days=rng.randrange(200))) if signal else "",
    }
    return Entry(values, person, company)


NORTHWIND = Vendor(
    columns={
        "first": "First Name",
        "last": "Last Name",
        "title": "Job Title",
        "email": "Email",
        "phone": "Phone",
        "company": "Company",
        "website": "Website",
        "city": "City",
        "region": "State",
        "country": "Country",
        "industry": "Industry",
        "employees": "Employees",
        "revenue": "Annual Revenue",
        "currency": "Currency",
        "signal": "Interest",
        "signal_at": "Interest Date",
    },
    enter=enter_northwind,
    write_phone=spelling.phone_international,
    rates=RATES,
)
RHEINLAND = Vendor(
    columns={
        "first": "Vorname",
        "last": "Nachname",
        "title": "Position",
        "company": "Firma",
        "postcode": "PLZ",
        "city": "Ort",
        "phone": "Telefon",
        "email": "E-Mail",
        "website": "Webseite",
        "industry": "Branche",
        "employees": "Mitarbeiter",
        "revenue": "Umsatz",
        "signal": "Interesse",
        "signal_at": "Stand",
    },
    enter=enter_rheinland,
    write_phone=write_german_phone,
    rates={**RATES, "mojibake": 8},
    delimiter=";",
    encoding="cp1252",
)


def build(vendor: Vendor, people: list[Employee], elsewhere: list[Employee], rng: Random) -> list[Entry]:
    """Make a list of `people`, spoil it, repeat some of them, add people the other list has too; shuffled."""
    entries = [vendor.enter(person, rng) for person in people]
    spoil(entries, vendor.rates, rng)
    entries += repeat(entries, len(people) // 40, len(people) // 12, vendor.write_phone, rng)
    entries += [vary(vendor.enter(person, rng), "other_list", vendor.write_phone, rng) for person in elsewhere]
    rng.shuffle(entries)
    return entries


def write(vendor: Vendor, rng: Random, path: Path, entries: list[Entry]) -> list[int]:
    """Write the list under the vendor's headers; returns the line of each entry."""
    rows = (damage([entry.values[key] for key in vendor.columns], entry.damage, rng) for entry in entries)
    return write_csv(path, list(vendor.columns.values()), rows, delimiter=vendor.delimiter, encoding=vendor.encoding)
