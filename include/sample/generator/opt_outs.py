"""People never to be contacted again, mostly under another spelling than the lists have them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from generator import spelling
from generator.entries import Entry, pick_clean
from generator.world import World

HEADER = "email phone full_name company_name domain reason requested_at".split()
_REASONS = ["unsubscribe", "unsubscribe", "gdpr_objection", "phone_request", "complaint"]


def build(world: World, lists: list[list[Entry]], count: int, rng: Random) -> list[Entry]:
    """Make about `count` opt-outs: people of the lists, a few whole companies, the rest strangers to us. Marks every row they suppress."""
    known = [entry for entries in lists for entry in pick_clean(entries, count // 4, rng)]
    opted = [_opt_out(entry, rng) for entry in known]
    opted += [_company_opt_out(entry, rng) for entry in pick_clean(lists[0], 20, rng) if entry.company and entry.company.domain][:5]
    opted += [_stranger(world, rng) for _ in range(count - len(opted))]
    rng.shuffle(opted)
    return opted


def mark_opted_out(entries: list[Entry], opted: list[Entry]) -> None:
    """Mark every row of a person, or of a company, that opted out."""
    persons = {entry.person.id for entry in opted if entry.person}
    companies = {entry.company.id for entry in opted if entry.company and not entry.person}
    for entry in entries:
        if (entry.person and entry.person.id in persons) or (entry.company and entry.company.id in companies):
            entry.mark("opted_out")


def _opt_out(entry: Entry, rng: Random) -> Entry:
    """Ask for peace under one key: a tagged or shouted mailbox, the telephone in another format, or name and domain."""
    person, values = entry.person, _blank(rng)
    assert person
    ways = ["plus_tag", "upper_case", "plain"]
    if person.phone and not (person.company and person.phone == person.company.switchboard):
        ways.append("phone_only")
    if person.company and person.company.domain:
        ways.append("name_and_domain")
    way = rng.choice(ways)
    if way == "phone_only" and person.phone:
        values["phone"] = spelling.phone_international(person.phone, rng)
    elif way == "name_and_domain" and person.company:
        values.update(full_name=f"{person.first} {person.last}", domain=person.company.domain)
    else:
        local, _, domain = person.email.partition("@")
        values["email"] = {"plus_tag": f"{local}+news@{domain}", "upper_case": person.email.upper(), "plain": person.email}[way]
    return Entry(values, person, person.company, [way])


def _company_opt_out(entry: Entry, rng: Random) -> Entry:
    company, values = entry.company, _blank(rng)
    assert company
    values.update(company_name=company.name, domain=company.domain)
    return Entry(values, None, company, ["whole_company"])


def _stranger(world: World, rng: Random) -> Entry:
    person, values = world.settle("US"), _blank(rng)
    values.update(email=person.email, full_name=f"{person.first} {person.last}")
    return Entry(values, person, None, ["stranger"])


def _blank(rng: Random) -> dict[str, str]:
    day = str(date(2024, 1, 1) + timedelta(days=rng.randrange(1000)))
    return {**dict.fromkeys(HEADER, ""), "reason": rng.choice(_REASONS), "requested_at": day}
