"""The firmographic reference: every company of the world as a register would list it, with the gaps registers have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from generator.files import write_csv
from generator.world import Company

HEADER = (
    "registration_number lei legal_name other_names domain country_code region city postcode industry employee_count annual_revenue "
    "currency founded_year parent_registration_number status"
).split()


def write(path: Path, companies: list[Company], known: set[str], rng: Random) -> None:
    """Write the reference. Companies in `known` (by id) are filled better than those nobody asks for, as the market's are."""
    write_csv(path, HEADER, (_row(company, company.id in known, rng) for company in companies))


def _row(company: Company, known: bool, rng: Random) -> list[str]:
    gap = 0.08 if known else 0.8
    revenue = rng.random() > gap
    others = [company.former] if company.former else []
    return [
        company.registration,
        company.lei if rng.random() < (0.3 if known else 0.02) else "",
        company.name,
        ";".join(others),
        company.domain if rng.random() > gap else "",
        company.place.country,
        company.place.region,
        company.place.city,
        company.postcode if rng.random() > gap else "",
        company.industry if rng.random() > gap else "",
        str(company.employees) if rng.random() > gap else "",
        str(company.revenue) if revenue else "",
        company.currency if revenue else "",
        str(company.founded) if rng.random() > gap else "",
        company.parent.registration if company.parent else "",
        "dissolved" if not known and rng.random() < 0.04 else "active",
    ]
