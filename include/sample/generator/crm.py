"""What the CRM exports: accounts, contacts, opportunities won and lost, activities. It knows some of the lists' people already."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

from generator import spelling
from generator.defects import vary
from generator.entries import Entry, digits_of
from generator.files import write_csv
from generator.world import Company, Person

ACCOUNTS = (
    "account_id name website industry employees annual_revenue currency city postcode country phone parent_account_id created_at".split()
)
CONTACTS = "contact_id account_id company first last title email phone city country created_at do_not_contact".split()
CONTACT_HEADER = "contact_id account_id account_name first_name last_name title email phone city country created_at do_not_contact".split()
OPPORTUNITIES = "opportunity_id account_id contact_id stage is_won amount currency opened_at closed_at".split()
ACTIVITIES = "activity_id contact_id account_id type occurred_at outcome".split()
_STAGES = ["Closed Won", "Closed Lost", "Closed Lost", "Proposal", "Negotiation", "Qualification"]
_ACTIVITIES = ["call", "email", "email", "meeting", "visit", "webinar"]
_OUTCOMES = ["answered", "no_answer", "interested", "not_interested", "left_message", ""]


def choose_companies(people: list[Person], others: list[Person], count: int, rng: Random) -> list[Company]:
    """Choose the companies of `people`, then of others until there are `count`."""
    chosen = {person.company.id: person.company for person in [*people, *rng.sample(others, len(others))] if person.company}
    wanted = max(count, len({person.company.id for person in people if person.company}))
    return list(chosen.values())[:wanted]


def build_accounts(companies: list[Company], rng: Random) -> list[Entry]:
    """Make an account per company; some companies have a second one under another name."""
    entries = [_account(company, rng) for company in companies]
    for entry in rng.sample(entries, len(entries) // 25):
        twin = _account(entry.company, rng) if entry.company else entry
        assert twin.company
        twin.values["name"] = spelling.company_alias(twin.company.base, twin.company.form, twin.company.former, rng)
        twin.mark("company_alias")
        entries.append(twin)
    ids: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        entry.values["account_id"] = f"A-{number:06d}"
        ids.setdefault(entry.company.id if entry.company else "", entry.values["account_id"])
    for entry in entries:
        parent = entry.company.parent if entry.company else None
        if parent and parent.id in ids:
            entry.values["parent_account_id"] = ids[parent.id]
            entry.mark("subsidiary")
    return entries


def build_contacts(people: list[Person], accounts: list[Entry], rng: Random) -> list[Entry]:
    """Make a contact per person, each with an account; some people were entered twice."""
    by_company = {entry.company.id: entry.values for entry in reversed(accounts) if entry.company}
    entries = [_contact(person, by_company[person.company.id], rng) for person in people if person.company]
    entries += [vary(entry, "same_person", spelling.phone_international, rng) for entry in rng.sample(entries, len(entries) // 30)]
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


def write(path: Path, keys: list[str], entries: list[Entry], header: list[str] | None = None) -> list[int]:
    """Write an export, under the keys themselves or under a header of its own; returns the line of each entry."""
    return write_csv(path, header or keys, ([entry.values[key] for key in keys] for entry in entries))


def _account(company: Company, rng: Random) -> Entry:
    return Entry(
        {
            "account_id": "",
            "name": company.name,
            "website": company.domain and rng.choice([company.domain, f"https://{company.domain}", f"www.{company.domain}"]),
            "industry": company.industry,
            "employees": str(company.employees),
            "annual_revenue": str(company.revenue),
            "currency": company.currency,
            "city": company.place.city,
            "postcode": company.postcode,
            "country": company.place.country,
            "phone": digits_of(company.switchboard),
            "parent_account_id": "",
            "created_at": _day(rng, 2021, 1500),
        },
        company=company,
    )


def _contact(person: Person, account: dict[str, str], rng: Random) -> Entry:
    return Entry(
        {
            "account_id": account["account_id"],
            "first": person.first,
            "last": person.last,
            "title": person.title,
            "email": person.email,
            "phone": digits_of(person.phone),
            "company": account["name"],
            "city": person.place.city,
            "country": person.place.country,
            "created_at": _day(rng, 2022, 1500),
            "do_not_contact": "true" if rng.random() < 0.015 else "false",
        },
        person,
        person.company,
    )


def _opportunity(number: int, contact: Entry, rng: Random) -> Entry:
    stage = rng.choice(_STAGES)
    if contact.company and contact.company.employees > 100 and stage == "Closed Lost" and rng.random() < 0.5:
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
            "type": rng.choice(_ACTIVITIES),
            "occurred_at": _day(rng, 2025, 670),
            "outcome": rng.choice(_OUTCOMES),
        },
        contact.person,
        contact.company,
    )


def _day(rng: Random, year: int, days: int) -> str:
    return str(date(year, 1, 1) + timedelta(days=rng.randrange(days)))
