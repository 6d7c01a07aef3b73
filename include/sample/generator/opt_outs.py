"""People never to be contacted again, mostly under another spelling than the lists have them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from generator import spelling
from generator.entries import Entry, pick_clean
from generator.people import Company, Employee, Person
from generator.world import World

HEADER = ["email", "phone", "full_name", "company_name", "domain", "reason", "requested_at"]
_REASONS = ["unsubscribe", "unsubscribe", "gdpr_objection", "phone_request", "complaint"]
_WHOLE_COMPANIES = 5


def build(world: World, lists: list[list[Entry]], count: int, rng: Random) -> list[Entry]:
    """Make `count` opt-outs: people of the lists, a few whole companies, the rest strangers to us."""
    people = [entry.person for entries in lists for entry in pick_clean(entries, count // 4, rng) if entry.person]
    houses = [entry.company for entry in pick_clean(lists[0], len(lists[0]), rng) if entry.company and entry.company.domain]
    opted = [_opt_out(person, rng) for person in people] + [_company_opt_out(house, rng) for house in houses[:_WHOLE_COMPANIES]]
    opted += [_stranger(world.settle("US"), rng) for _ in range(count - len(opted))]
    rng.shuffle(opted)
    return opted


def mark_opted_out(entries: list[Entry], opted: list[Entry]) -> None:
    """Mark every row of a person, or of a company, that opted out."""
    persons = {entry.person.id for entry in opted if entry.person}
    companies = {entry.company.id for entry in opted if entry.company and not entry.person}
    for entry in entries:
        if (entry.person and entry.person.id in persons) or (entry.company and entry.company.id in companies):
            entry.mark("opted_out")


def mark_do_not_contact(entries: list[Entry], contacts: list[Entry]) -> None:
    """Mark every row of a person the CRM says not to contact."""
    persons = {entry.person.id for entry in contacts if entry.person and entry.values["do_not_contact"] == "true"}
    for entry in entries:
        if entry.person and entry.person.id in persons:
            entry.mark("do_not_contact")


def _opt_out(person: Person, rng: Random) -> Entry:
    """Ask for peace under one key: a tagged or shouted mailbox, the telephone in another format, or name and domain."""
    values, company = _blank(rng), person.company if isinstance(person, Employee) else None
    ways = ["plus_tag", "upper_case", "plain"]
    if person.phone and (not isinstance(person, Employee) or person.has_own_phone):
        ways.append("phone_only")
    if company and company.domain:
        ways.append("name_and_domain")
    way = rng.choice(ways)
    if way == "phone_only" and person.phone:
        values["phone"] = spelling.phone_international(person.phone, rng)
    elif way == "name_and_domain" and company:
        values.update(full_name=f"{person.first} {person.last}", domain=company.domain)
    else:
        local, _, domain = person.email.partition("@")
        values["email"] = {"plus_tag": f"{local}+news@{domain}", "upper_case": person.email.upper(), "plain": person.email}[way]
    return Entry(values, person, company, [way])


def _company_opt_out(company: Company, rng: Random) -> Entry:
    return Entry({**_blank(rng), "company_name": company.name, "domain": company.domain}, None, company, ["whole_company"])


def _stranger(person: Person, rng: Random) -> Entry:
    return Entry({**_blank(rng), "email": person.email, "full_name": f"{person.first} {person.last}"}, person, None, ["stranger"])


def _blank(rng: Random) -> dict[str, str]:
    day = str(date(2024, 1, 1) + timedelta(days=rng.randrange(1000)))
    return {**dict.fromkeys(HEADER, ""), "reason": rng.choice(_REASONS), "requested_at": day}
