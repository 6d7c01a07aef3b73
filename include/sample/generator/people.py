"""What companies and people are, and how their names, mailboxes and codes are built."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from generator import pools
from generator.places import Phone, Place
from generator.spelling import fold

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(slots=True)
class Company:
    """One company as it truly is."""

    id: str
    base: str  # the name without its legal form
    form: str
    place: Place
    postcode: str
    domain: str  # "" when it has no web site
    industry: str
    employees: int
    revenue: int  # in `currency`, a year
    currency: str
    founded: int
    registration: str
    lei: str
    habit: str  # how the house builds its mailboxes: first.last, flast, first; or role: one mailbox for all
    former: str  # an earlier name, or ""
    parent: Company | None
    switchboard: Phone | None = None
    staff: list[Employee] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The legal name."""
        return f"{self.base} {self.form}"

    @property
    def language(self) -> str:
        """The language it goes about its business in."""
        return pools.language_of(self.place.country)


@dataclass(slots=True)
class Person:
    """One person as they truly are."""

    id: str
    first: str
    last: str
    email: str
    phone: Phone | None
    place: Place


@dataclass(slots=True)
class Employee(Person):
    """One person at work."""

    title: str
    company: Company

    @property
    def has_own_phone(self) -> bool:
        """Whether the number is theirs and not the switchboard's."""
        return self.phone is not None and self.phone != self.company.switchboard


def lei_of(number: int) -> str:
    """Make a code with valid check digits (ISO 17442, ISO 7064 mod 97-10) under the prefix XMPL, which no issuer has."""
    body = f"XMPL00{number:012d}"
    check = 98 - int("".join(str(_ALNUM.index(c)) for c in body + "00")) % 97
    return f"{body}{check:02d}"


def draw_name(country: str, rng: Random) -> tuple[str, str]:
    """Draw a given and a family name of one of the languages met in the country."""
    language = rng.choice(pools.LANGUAGES[country])
    return rng.choice(pools.FIRST[language]), rng.choice(pools.FAMILY[language])


def draw_title(language: str, rng: Random) -> str:
    """Draw a job title; lists of prospects hold more heads than hands."""
    titles = pools.TITLES[language]
    return rng.choice(titles[rng.choice([0, 0, 1, 2, 3, 3, 4, 4, 4, 5, 5])])


def draw_company_base(country: str, rng: Random, first_word: str = "") -> list[str]:
    """Draw names for a company, each longer and rarer than the one before; mostly one word, now and then with trade or owner."""
    language = pools.language_of(country)
    word = first_word or rng.choice(pools.STARTS[language]) + rng.choice(pools.ENDS[language])
    trade, owner = rng.choice(pools.TRADES[language]), rng.choice(pools.FAMILY[language])
    joint = f"{word} {'und' if language == 'de' else '&'} {owner}"
    names = [word, f"{word} {trade}", joint, f"{word} {owner} {trade}"]
    return names[1:] if first_word or pools.chance(rng, 0.12) else names[2:] if pools.chance(rng, 0.06) else names


def local_part(first: str, last: str, habit: str, language: str) -> str:
    """Build what stands before the @."""
    one, two = fold(first), fold(last)
    return {"first.last": f"{one}.{two}", "flast": f"{one[0]}{two}", "first": one, "role": pools.ROLES[language][0]}[habit]
