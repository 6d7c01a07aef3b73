"""The invented world: companies and the people who work in them, before any list describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from generator import pools
from generator.places import Exchange, Phone, Place, fill_postcode, read_places
from generator.spelling import fold

_COUNTRIES = ["US"] * 7 + ["GB"] * 4 + ["DE"] * 6 + "FR CA AU SE NL AT CH PL".split()
_CURRENCIES = {"US": "USD", "CA": "CAD", "GB": "GBP", "AU": "AUD", "SE": "SEK", "CH": "CHF", "PL": "PLN"}
_SIZES = [4, 9, 9, 14, 22, 35, 35, 60, 85, 140, 250, 480, 900, 2600]
_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(slots=True)
class Company:
    """One company as it truly is."""

    id: str
    base: str  # the name without its legal form
    form: str
    place: Place
    postcode: str
    domain: str
    industry: str
    employees: int
    revenue: int
    currency: str
    founded: int
    registration: str
    lei: str
    habit: str  # how the house builds its mailboxes
    former: str = ""
    parent: Company | None = None
    switchboard: Phone | None = None
    people: list[Person] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The legal name."""
        return f"{self.base} {self.form}"


@dataclass(slots=True)
class Person:
    """One person as they truly are; `company` is None for private people."""

    id: str
    first: str
    last: str
    title: str
    email: str
    phone: Phone | None
    place: Place
    company: Company | None = None


def lei_of(number: int) -> str:
    """Make a code with valid check digits (ISO 17442, ISO 7064 mod 97-10) under the prefix XMPL, which no issuer has."""
    body = f"XMPL00{number:012d}"
    check = 98 - int("".join(str(_ALNUM.index(c)) for c in body + "00")) % 97
    return f"{body}{check:02d}"


class World:
    """Invents companies and people; everything drawn from one seeded source of randomness."""

    def __init__(self, rng: Random, companies: int, *, wide: bool = False) -> None:
        self._rng = rng
        self.places = read_places()
        self.exchange = Exchange(rng, wide=wide)
        self._names: set[tuple[str, str]] = set()
        self._domains: set[str] = set()
        self._emails: set[str] = set()
        self.people: list[Person] = []
        self.companies: list[Company] = []
        for number in range(1, companies + 1):
            self.companies.append(self._company(number))

    def staff(self, countries: list[str], count: int) -> list[Person]:
        """Hire `count` people at companies of these countries: one to five at each, some with the name of somebody elsewhere."""
        rng = self._rng
        ready = [company for company in self.companies if company.place.country in countries and not company.people]
        family = [company for company in ready if company.parent]
        houses = rng.sample(family, min(len(family), count // 20)) + rng.sample(ready, len(ready))
        hired: list[Person] = []
        for company in houses:
            for _ in range(rng.choice([1, 1, 2, 2, 3, 5])):
                namesake = rng.choice(hired) if hired and rng.random() < 0.008 else None
                hired.append(self.hire(company, namesake=namesake))
            if len(hired) >= count:
                break
        return hired[:count]

    def hire(self, company: Company, *, namesake: Person | None = None) -> Person:
        """Invent somebody who works there; every third answers at the switchboard only."""
        rng, country = self._rng, company.place.country
        company.switchboard = company.switchboard or self.exchange.issue(company.place)
        language = rng.choice(pools.LANGUAGES.get(country, ["en"]))
        first = namesake.first if namesake else rng.choice(pools.FIRST[language].split())
        last = namesake.last if namesake else rng.choice(pools.family_names(language))
        titles = pools.TITLES["de" if country == "DE" else "en"]
        title = rng.choice(titles[rng.choice([0, 0, 1, 2, 3, 3, 4, 4, 4, 5, 5])])
        direct = rng.random()
        phone = company.switchboard
        if direct < 0.45:
            phone = self.exchange.issue(company.place) or phone
        elif direct < 0.65:
            phone = self.exchange.issue_mobile(company.place) or phone
        habit = company.habit if company.domain else "first.last"
        email = self._mailbox(first, last, company.domain or rng.choice(pools.FREE_DOMAINS), habit)
        return self._register(Person(self._next_id(), first, last, title, email, phone, company.place, company))

    def settle(self, country: str, *, first: str = "", last: str = "", household: Person | None = None) -> Person:
        """Invent a private person; a `household` shares home, telephone and family name."""
        rng = self._rng
        language = rng.choice(pools.LANGUAGES[country])
        first = first or rng.choice(pools.FIRST[language].split())
        last = last or (household.last if household else rng.choice(pools.family_names(language)))
        place = household.place if household else rng.choice(self.places[country])
        phone = household.phone if household else self.exchange.issue(place)
        email = self._mailbox(first, last, rng.choice(pools.FREE_DOMAINS))
        return self._register(Person(self._next_id(), first, last, "", email, phone, place))

    def _next_id(self) -> str:
        return f"p{len(self.people) + 1}"

    def _register(self, person: Person) -> Person:
        self.people.append(person)
        if person.company:
            person.company.people.append(person)
        return person

    def _mailbox(self, first: str, last: str, domain: str, habit: str = "first.last") -> str:
        """Find a free mailbox after the habit of the house; a number is added when it is taken."""
        one, two = fold(first), fold(last)
        local = {"first.last": f"{one}.{two}", "flast": f"{one[0]}{two}", "first": one}[habit]
        email, number = f"{local}@{domain}", 1
        while email in self._emails:
            number += 1
            email = f"{local}{number}@{domain}"
        self._emails.add(email)
        return email

    def _company(self, number: int) -> Company:
        rng = self._rng
        place = rng.choice(self.places[rng.choice(_COUNTRIES)])
        parent = rng.choice(self.companies[-50:]) if number > 50 and rng.random() < 0.03 else None
        if parent and (parent.parent or parent.place.country != place.country):
            parent = None
        base = self._company_name(place.country, parent)
        employees = max(1, rng.choice(_SIZES) + rng.randrange(-3, 12))
        return Company(
            id=f"c{number}",
            base=base,
            form=rng.choice(pools.FORMS[place.country]),
            place=place,
            postcode=fill_postcode(place.postcode, rng),
            domain=self._domain(base, place.country) if rng.random() < 0.9 else "",
            industry=rng.choice(pools.TRADES["en"]),
            employees=employees,
            revenue=employees * rng.randrange(60, 320) * 1000,
            currency=_CURRENCIES.get(place.country, "EUR"),
            founded=rng.randrange(1890, 2024),
            registration=f"X{number:05d}",
            lei=lei_of(number),
            habit=rng.choice(["first.last", "first.last", "flast", "first"]),
            former=self._company_name(place.country, None) if rng.random() < 0.03 else "",
            parent=parent,
        )

    def _company_name(self, country: str, parent: Company | None) -> str:
        """Invent a name nobody in the country has; a subsidiary carries its parent's first word."""
        rng = self._rng
        language = "de" if country in ("DE", "AT", "CH") else "en"
        while True:
            word = parent.base.split()[0] if parent else rng.choice(pools.COMPANY_A[language]) + rng.choice(pools.COMPANY_B[language])
            draw = rng.random()
            base = word
            if parent or draw < 0.25:
                base = f"{word} {rng.choice(pools.TRADES[language])}"
            elif draw < 0.3:
                base = f"{word} {'und' if language == 'de' else '&'} {rng.choice(pools.family_names(language))}"
            if (base, country) not in self._names:
                self._names.add((base, country))
                return base

    def _domain(self, base: str, country: str) -> str:
        """Take the shortest domain still free."""
        word = fold(base.split()[0])
        tries = [word, f"{word}-{country.lower()}", "-".join(fold(part) for part in base.split() if fold(part))]
        domain = next((name for name in tries if name not in self._domains), f"{word}{len(self._domains)}")
        self._domains.add(domain)
        return f"{domain}.example"
