"""The invented world: companies and the people who work in them, before any list describes them."""

from __future__ import annotations

from random import Random

from generator import pools
from generator.people import Company, Employee, Person, draw_company_base, draw_name, draw_title, lei_of, local_part
from generator.places import Exchange, Place, fill_postcode, read_places
from generator.pools import chance
from generator.spelling import fold

_COUNTRIES = ["US"] * 7 + ["GB"] * 4 + ["DE"] * 6 + ["FR", "CA", "AU", "SE", "NL", "AT", "CH", "PL"]
_CURRENCIES = {"US": "USD", "CA": "CAD", "GB": "GBP", "AU": "AUD", "SE": "SEK", "CH": "CHF", "PL": "PLN"}
_HEADCOUNTS = [4, 9, 9, 14, 22, 35, 35, 60, 85, 140, 250, 480, 900, 2600]
_HABITS = ["first.last"] * 16 + ["flast"] * 8 + ["first"] * 7 + ["role"]
_REACHED_BY = ["direct"] * 9 + ["mobile"] * 4 + ["switchboard"] * 7
_COLLEAGUES = [0, 0, 1, 1, 2, 4]
_FAMILY_REACH = 50  # a parent is one of the companies founded just before


class World:
    """Invents companies and people; everything is drawn from one seeded source of randomness."""

    def __init__(self, rng: Random, companies: int, *, wide: bool = False) -> None:
        self._rng = rng
        self._places = read_places()
        self._exchange = Exchange(rng, wide=wide)
        self._names: set[tuple[str, str]] = set()
        self._domains: set[str] = set()
        self._emails: set[str] = set()
        self._people = 0
        self.companies: list[Company] = []
        for number in range(1, companies + 1):
            self.companies.append(self._found(number))

    def staff(self, countries: list[str], count: int) -> list[Employee]:
        """Hire `count` people at companies of these countries: one to five at each, some with the name of somebody elsewhere."""
        rng = self._rng
        ready = [company for company in self.companies if company.place.country in countries and not company.staff]
        subsidiaries = [company for company in ready if company.parent][: count // 20]
        parents = [company.parent for company in subsidiaries if company.parent]
        hired: list[Employee] = []
        for company in subsidiaries + parents + rng.sample(ready, len(ready)):
            if len(hired) >= count:
                break
            if not company.staff:
                namesake = rng.choice(hired) if hired and chance(rng, 0.018) else None
                hired.append(self._hire(company, namesake))
                hired.extend(self._hire(company) for _ in range(rng.choice(_COLLEAGUES)))
        return hired

    def settle(self, country: str, *, name: tuple[str, str] | None = None, home: Person | None = None, away: Place | None = None) -> Person:
        """Invent a private person: of a given `name`, sharing a `home` and its telephone, or living anywhere but in one place."""
        rng = self._rng
        first, last = name or draw_name(country, rng)
        place = home.place if home else rng.choice([place for place in self._places[country] if place is not away])
        phone = home.phone if home else self._exchange.issue(place)
        email = self._mailbox(local_part(first, last, "first.last", "en"), rng.choice(pools.FREE_DOMAINS))
        return Person(self._next_id(), first, last, email, phone, place)

    def _hire(self, company: Company, namesake: Employee | None = None) -> Employee:
        """Invent somebody who works there; every third answers at the switchboard only."""
        rng, place = self._rng, company.place
        company.switchboard = company.switchboard or self._exchange.issue(place)
        first, last = (namesake.first, namesake.last) if namesake else draw_name(place.country, rng)
        reached = rng.choice(_REACHED_BY)
        own = {"direct": self._exchange.issue, "mobile": self._exchange.issue_mobile}.get(reached)
        employee = Employee(
            id=self._next_id(),
            first=first,
            last=last,
            email=self._work_mailbox(first, last, company),
            phone=(own(place) if own else None) or company.switchboard,
            place=place,
            title=draw_title(company.language, rng),
            company=company,
        )
        company.staff.append(employee)
        return employee

    def _work_mailbox(self, first: str, last: str, company: Company) -> str:
        if not company.domain:
            return self._mailbox(local_part(first, last, "first.last", company.language), self._rng.choice(pools.FREE_DOMAINS))
        local = local_part(first, last, company.habit, company.language)
        return f"{local}@{company.domain}" if company.habit == "role" else self._mailbox(local, company.domain)

    def _mailbox(self, local: str, domain: str) -> str:
        """Open a mailbox nobody has; a number is added when the name is taken."""
        email, number = f"{local}@{domain}", 1
        while email in self._emails:
            number += 1
            email = f"{local}{number}@{domain}"
        self._emails.add(email)
        return email

    def _next_id(self) -> str:
        self._people += 1
        return f"p{self._people}"

    def _found(self, number: int) -> Company:
        """Found a company; some belong to one of the same country founded just before."""
        rng = self._rng
        place = rng.choice(self._places[rng.choice(_COUNTRIES)])
        parent = self._parent(place.country) if chance(rng, 0.03) else None
        base = self._name(place.country, parent.base.split(maxsplit=1)[0] if parent else "")
        headcount = max(1, rng.choice(_HEADCOUNTS) + rng.randrange(-3, 12))
        return Company(
            id=f"c{number}",
            base=base,
            form=rng.choice(pools.FORMS[place.country]),
            place=place,
            postcode=fill_postcode(place.postcode, rng),
            domain=self._domain(base, place.country) if chance(rng, 0.92) else "",
            industry=rng.choice(pools.TRADES["en"]),
            employees=headcount,
            revenue=headcount * rng.randrange(60, 320) * 1000,
            currency=_CURRENCIES.get(place.country, "EUR"),
            founded=rng.randrange(1890, 2024),
            registration=f"X{number:05d}",
            lei=lei_of(number),
            habit=rng.choice(_HABITS),
            former=self._name(place.country) if chance(rng, 0.03) else "",
            parent=parent,
        )

    def _parent(self, country: str) -> Company | None:
        near = [company for company in self.companies[-_FAMILY_REACH:] if company.place.country == country and not company.parent]
        return self._rng.choice(near) if near else None

    def _name(self, country: str, first_word: str = "") -> str:
        """Find a name nobody in the country has."""
        while True:
            for base in draw_company_base(country, self._rng, first_word):
                if (base, country) not in self._names:
                    self._names.add((base, country))
                    return base

    def _domain(self, base: str, country: str) -> str:
        """Take the shortest domain still free."""
        words = [fold(word) for word in base.split() if fold(word)]
        tries = [words[0], f"{words[0]}-{country.lower()}", "-".join(words)]
        domain = next((name for name in tries if name not in self._domains), f"{words[0]}{len(self._domains)}")
        self._domains.add(domain)
        return f"{domain}.example"
