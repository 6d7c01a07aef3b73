"""A made-up market with a truth: a CRM full of people at companies, and purchased leads that overlap it.

Everything that makes lists hard is in it at a known rate: colleagues behind one switchboard and domain, nicknames, typing errors,
swapped names, initials, umlauts written out, missing mailboxes and phones, free and shared mailboxes, companies written in two ways,
people twice in one list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from nicknames import name_triplets

from leadmill.columns import LEAD

Texts = npt.NDArray[np.object_]
SYLLABLES = [
    "ba", "be", "bo", "da", "de", "do", "fa", "fe", "fi", "ga", "ge", "ha", "he", "hu", "ka", "ke", "ki", "la", "le", "lo", "ma",
    "me", "mo", "na", "ne", "ni", "pa", "pe", "ra", "re", "ri", "ro", "sa", "se", "so", "ta", "te", "ti", "va", "ve", "wa", "we",
    "zi",
]  # fmt: skip
ENDINGS = ("mann", "er", "berg", "ski", "son", "ez", "ini", "ard", "stein", "feld", "wood", "ley", "ton", "ova", "sen", "müller")
# How fixed and mobile numbers of a country begin; seven digits follow.
PHONES = {
    "DE": ("+4930", "+49171"), "AT": ("+431", "+43664"), "CH": ("+4144", "+4179"), "FR": ("+3314", "+3361"),
    "GB": ("+44207", "+44770"), "NL": ("+3120", "+3161"), "US": ("+1212", "+1646"),
}  # fmt: skip
COUNTRIES = ("DE", "DE", "DE", "DE", "AT", "CH", "FR", "GB", "NL", "US")
PEOPLE_PER_COMPANY = 8
OVERLAP = 0.45


@dataclass(frozen=True, slots=True)
class World:
    """`crm` and `leads` are LEAD rows; `truth` maps record_id to the number of the person it is about."""

    crm: pa.Table
    leads: pa.Table
    truth: dict[str, int]


def make_world(crm_rows: int, lead_rows: int, seed: int = 11) -> World:
    """Make a CRM of `crm_rows` and `lead_rows` purchased leads, 45 % of them about people the CRM has."""
    rng = np.random.default_rng(seed)
    people = crm_rows + int(lead_rows * (1 - OVERLAP)) + 1
    facts = _people(people, rng)
    in_crm = np.arange(crm_rows)
    known = rng.choice(crm_rows, int(lead_rows * OVERLAP), replace=crm_rows < lead_rows * OVERLAP)
    fresh = crm_rows + rng.choice(people - crm_rows, lead_rows - len(known), replace=True)
    in_leads = rng.permutation(np.concatenate([known, fresh]))
    crm = _rows(facts, in_crm, "crm", 0.3, rng)
    leads = _rows(facts, in_leads, "list", 1.0, rng)
    numbers = np.concatenate([in_crm, in_leads]).tolist()
    ids = [*crm["record_id"].to_pylist(), *leads["record_id"].to_pylist()]
    return World(crm, leads, dict(zip(ids, numbers, strict=True)))


def _people(count: int, rng: np.random.Generator) -> dict[str, Texts]:
    """Facts of every person, each as an array."""
    first_names = np.array(sorted({triplet.name1 for triplet in name_triplets() if triplet.name1.isalpha()}), dtype=object)
    last_names = _words(20_000, rng, 1, ENDINGS)
    companies = max(count // PEOPLE_PER_COMPANY, 1)
    company = rng.integers(0, companies, count)
    stems = _words(companies, rng, 3, ("",))
    second = rng.choice(
        np.array(["systems", "logistics", "pharma", "foods", "partners", "energy", "textiles", "software"], dtype=object), companies
    )
    cities = _words(400, rng, 2, ("burg", "ville", "stadt", "ford"))
    city = rng.integers(0, 400, companies)
    country = np.array(COUNTRIES, dtype=object)[company % len(COUNTRIES)]
    fixed, mobile = (np.array([PHONES[code][kind] for code in COUNTRIES], dtype=object)[company % len(COUNTRIES)] for kind in (0, 1))
    numbers = (2_000_000 + rng.permutation(companies)).astype(str).astype(object)
    direct = (2_000_000 + rng.permutation(count)).astype(str).astype(object)
    switchboard = rng.random(count) < 0.6
    first = _skewed(first_names, count, rng)
    last = _skewed(last_names, count, rng)
    domain = (stems + np.char.mod("%d", np.arange(companies) % 97).astype(object) + ".example")[company]
    mailbox = np.where(rng.random(count) < 0.7, first + "." + last, _initial(first) + "." + last)
    free = rng.random(count) < 0.15
    return {
        "first_name": first,
        "last_name": last,
        "email": np.where(
            free, mailbox + np.char.mod("%d", rng.integers(1, 99, count)).astype(object) + "@mail.example", mailbox + "@" + domain
        ),
        "email_kind": np.where(free, "free", "personal").astype(object),
        "phone": np.where(switchboard, fixed + numbers[company], mobile + direct),
        "company_key": (stems + " " + second)[company],
        "domain": domain,
        "city": cities[city][company],
        "country_code": country,
        "postcode": (10_000 + city * 37 + np.arange(companies) % 7).astype(str).astype(object)[company],
    }


def _rows(facts: dict[str, Texts], who: npt.NDArray[np.int64], source: str, noise: float, rng: np.random.Generator) -> pa.Table:
    """Write people down as one source does, with `noise` times the rates of purchased lists."""
    count = len(who)
    said = {name: values[who].copy() for name, values in facts.items()}

    def some(rate: float) -> npt.NDArray[np.bool_]:
        return rng.random(count) < rate * noise

    nick = some(0.10)
    said["first_name"][nick] = [_NICKNAMES.get(name, (name,))[0] for name in said["first_name"][nick]]
    initial = some(0.04)
    said["first_name"][initial] = _initial(said["first_name"][initial])
    for name, rate in (("first_name", 0.05), ("last_name", 0.08), ("company_key", 0.06), ("city", 0.03)):
        slips = np.flatnonzero(some(rate))
        said[name][slips] = [
            _slip(text, int(dice)) for text, dice in zip(said[name][slips], rng.integers(0, 1 << 30, len(slips)), strict=True)
        ]
    plain = some(0.5)
    said["last_name"][plain] = [name.replace("ü", "ue") for name in said["last_name"][plain]]
    swapped = some(0.02)
    said["first_name"][swapped], said["last_name"][swapped] = said["last_name"][swapped], said["first_name"][swapped].copy()
    shared = some(0.05)
    said["email"][shared], said["email_kind"][shared] = "info@" + said["domain"][shared], "shared"
    for name, rate in (
        ("email", 0.35),
        ("phone", 0.35),
        ("domain", 0.3),
        ("company_key", 0.1),
        ("city", 0.2),
        ("postcode", 0.4),
        ("first_name", 0.03),
    ):
        said[name][some(rate)] = None
    said["record_id"] = np.array([f"{source}-{n:09}" for n in range(count)], dtype=object)
    said |= {name: np.full(count, source, dtype=object) for name in ("source", "delivery_id")}
    said["fingerprint"] = said["record_id"]
    lines = pa.array(np.arange(count) + 2, pa.int32())
    columns = {name: lines if name == "line" else pa.array(said[name], pa.string()) for name in (*said, "line")}
    return pa.table([columns.get(field.name, pa.nulls(count, field.type)) for field in LEAD], schema=LEAD)


_NICKNAMES: dict[str, tuple[str, ...]] = {}
for _triplet in name_triplets():
    _NICKNAMES[_triplet.name1] = (*_NICKNAMES.get(_triplet.name1, ()), _triplet.name2)


def _words(count: int, rng: np.random.Generator, syllables: int, endings: tuple[str, ...]) -> Texts:
    parts = np.array(SYLLABLES, dtype=object)[rng.integers(0, len(SYLLABLES), (count, syllables + 1))]
    return np.asarray(parts.sum(axis=1) + rng.choice(np.array(endings, dtype=object), count))


def _skewed(values: Texts, count: int, rng: np.random.Generator) -> Texts:
    """Draw values as names occur: a few very often, most seldom."""
    return np.asarray(values[(len(values) * rng.random(count) ** 2.5).astype(int)])


def _initial(names: Texts) -> Texts:
    return np.array([name[:1] for name in names], dtype=object)


def _slip(text: str, dice: int) -> str:
    """Turn, drop or double one letter."""
    if len(text) < 3:
        return text
    place = dice % (len(text) - 1)
    kind = (dice >> 10) % 3
    if kind == 0:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place + 1 :] if kind == 1 else text[: place + 1] + text[place:]
