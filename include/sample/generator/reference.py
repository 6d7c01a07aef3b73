"""The firmographic reference: every company of the world as a register would list it, with the gaps registers have."""

from __future__ import annotations

from pathlib import Path
from random import Random

from generator.files import write_csv
from generator.people import Company
from generator.pools import chance

HEADER = [
    *("registration_number", "lei", "legal_name", "other_names", "domain", "country_code", "region", "city", "postcode", "industry"),
    *("employee_count", "annual_revenue", "currency", "founded_year", "parent_registration_number", "status"),
]
_GAPS = {True: 0.08, False: 0.85}  # share of cells a register leaves empty, for companies our lists know and the others
_LEIS = {True: 0.3, False: 0.02}


def write(path: Path, companies: list[Company], rng: Random) -> None:
    """Write the reference. Companies with people in our lists are filled better than those nobody asks for, as the market's are."""
    write_csv(path, HEADER, (_row(company, bool(company.staff), rng) for company in companies))


def _row(company: Company, known: bool, rng: Random) -> list[str]:
    gap = _GAPS[known]

    def or_gap(*cells: str) -> list[str]:
        return ["" for _ in cells] if chance(rng, gap) else list(cells)

    return [
        company.registration,
        company.lei if chance(rng, _LEIS[known]) else "",
        company.name,
        company.former,
        *or_gap(company.domain),
        company.place.country,
        company.place.region,
        company.place.city,
        *or_gap(company.postcode),
        *or_gap(company.industry),
        *or_gap(str(company.employees)),
        *or_gap(str(company.revenue), company.currency),
        *or_gap(str(company.founded)),
        company.parent.registration if company.parent else "",
        "dissolved" if not known and chance(rng, 0.04) else "live",
    ]
