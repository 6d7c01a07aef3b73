"""What the CRM exports: accounts, contacts, opportunities won and lost, activities. It knows some of the lists' people already."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

from generator import spelling
from generator.defects import spoil, vary
from generator.entries import Entry
from generator.files import write_csv
from generator.people import Company, Employee
from generator.pools import chance

CONTACTS = {  # our key: the export's header
    "contact_id": "contact_id",
    "account_id": "account_id",
    "company": "account_name",
    "first": "first_name",
    "last": "last_name",
    "title": "title",
    "email": "email",
    "phone": "phone",
    "city": "city",
    "country": "country",
    "created_at": "created_at",
    "do_not_contact": "do_not_contact",
}
GAPS = {"missing_email": 35, "missing_phone": 60, "missing_title": 50}  # of every thousand contacts
_STAGES = ["Closed Won", "Closed Lost", "Closed Lost", "Proposal", "Negotiation", "Qualification"]
_TYPES = ["call", "email", "email", "meeting", "visit", "webinar"]
_OUTCOMES = ["answered", "no_answer", "interested", "not_interested", "left_message", ""]
_LARGE = 100  # employees


def choose_companies(people: list[Employee], others: list[Employee], count: int, rng: Random) -> list[Company]:
    """Choose the companies of `people`, then of others until there are `count`."""
    wanted = {person.company.id: person.company for person in people}
    more = {person.company.id: person.company for person in rng.sample(others, len(others)) if person.company.id not in wanted}
    return [*wanted.values(), *list(more.values())[: max(0, count - len(wanted))]]


def build_accounts(companies: list[Company], rng: Random) -> list[Entry]:
    """Make an account per company; some companies have a second one under another name. Subsidiaries point to their parents."""
    pairs = [(company, _account(company, company.name, rng)) for company in companies]
    for company in rng.sample(companies, len(companies) // 25):
        alias = spelling.company_alias(company.base, company.form, company.former, rng)
        pairs.append((company, _account(company, alias, rng).mark("company_alias")))
    ids: dict[str, str] = {}
    for number, (company, entry) in enumerate(pairs, 1):
        entry.values["account_id"] = f"A-{number:06d}"
        ids.setdefault(company.id, entry.values["account_id"])
    for company, entry in pairs:
        if company.parent and company.parent.id in ids:
            entry.mark("subsidiary").values["parent_account_id"] = ids[company.parent.id]
    return [entry for _, entry in pairs]


def build_contacts(people: list[Employee], accounts: list[Entry], rng: Random) -> list[Entry]:
    """Make a contact per person under the first account of the company, with gaps; some people were entered twice."""
    first = {entry.company.id: entry.values for entry in reversed(accounts) if entry.company}
    entries = [_contact(person, first[person.company.id], rng) for person in people]
    spoil(entries, GAPS, rng)
    whole = [entry for entry in entries if not entry.codes]
    entries += [vary(entry, "same_person", spelling.phone_international, rng) for entry in rng.sample(whole, len(entries) // 30)]
    rng.shuffle(entries)
    for number, entry in enumerate(entries, 1):
        entry.values["contact_id"] = f"C-{number:06d}"
    return entries


def build_opportunities(contacts: list[Entry], count: int, rng: Random) -> list[Entry]:
    """Make opportunities of some contacts: won, lost and open. Larger companies are won more often, so there is something to learn."""
    return [_opportunity(number, rng.choice(contacts), rng) for number in range(1, count + 1)]


def build_activities(contacts: list[Entry], count: int, rng: Random) -> list[Entry]:
    """Make activities of some contacts."""
    return [_activity(number, rng.choice(contacts), rng) for number in range(1, count + 1)]


def write_contacts(path: Path, entries: list[Entry]) -> list[int]:
    """Write contacts under the export's headers; returns the line of each entry."""
    return write_csv(path, list(CONTACTS.values()), ([entry.values[key] for key in CONTACTS] for entry in entries))


def _account(company: Company, name: str, rng: Random) -> Entry:
    return Entry(
        {
            "account_id": "",
            "name": name,
            "website": company.domain and rng.choice([company.domain, f"https://{company.domain}", f"www.{company.domain}"]),
            "industry": company.industry,
            "employees": str(company.employees),
            "annual_revenue": str(company.revenue),
            "currency": company.currency,
            "city": company.place.city,
            "postcode": company.postcode,
            "country": company.place.country,
            "phone": company.switchboard.e164 if company.switchboard else "",
            "parent_account_id": "",
            "created_at": _day(rng, 2021, 1500),
        },
        company=company,
    )


def _contact(person: Employee, account: dict[str, str], rng: Random) -> Entry:
    return Entry(
        {
            "account_id": account["account_id"],
            "first": person.first,
            "last": person.last,
            "title": person.title,
            "email": person.email,
            "phone": person.phone.e164 if person.phone else "",
            "company": account["name"],
            "city": person.place.city,
            "country": person.place.country,
            "created_at": _day(rng, 2022, 1500),
            "do_not_contact": "true" if chance(rng, 0.015) else "false",
        },
        person,
        person.company,
    )


def _opportunity(number: int, contact: Entry, rng: Random) -> Entry:
    stage = rng.choice(_STAGES)
    if contact.company and contact.company.employees > _LARGE and stage == "Closed Lost" and chance(rng, 0.5):
        stage = "Closed Won"
    opened = date(2023, 1, 1) + timedelta(days=rng.randrange(1200))
    closed = opened + timedelta(days=rng.randrange(10, 180))
    return Entry(
        {
            "opportunity_id": f"O-{number:05d}",
            "account_id": contact.values["account_id"],
            "contact_id": contact.values["contact_id"],
            "stage": stage,
            "is_won": {"Closed Won": "true", "Closed Lost": "false"}.get(stage, ""),
            "amount": str(rng.randrange(2, 90) * 500),
            "currency": contact.company.currency if contact.company else "USD",
            "opened_at": str(opened),
            "closed_at": str(closed) if stage.startswith("Closed") else "",
        },
        contact.person,
        contact.company,
    )


def _activity(number: int, contact: Entry, rng: Random) -> Entry:
    return Entry(
        {
            "activity_id": f"T-{number:05d}",
            "contact_id": contact.values["contact_id"],
            "account_id": contact.values["account_id"],
            "type": rng.choice(_TYPES),
            "occurred_at": _day(rng, 2025, 670),
            "outcome": rng.choice(_OUTCOMES),
        },
        contact.person,
        contact.company,
    )


def _day(rng: Random, year: int, days: int) -> str:
    return str(date(year, 1, 1) + timedelta(days=rng.randrange(days)))
