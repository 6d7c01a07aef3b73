"""Made-up lists of many kinds in which every row is about somebody else, however alike; and the same lists with duplicates planted.

The likeness is of the kind real lists have: colleagues behind one switchboard, families at one address, branches of a chain, companies of
one trade in one town, articles of one series, deals of one customer. `plant` repeats rows as another hand would have typed them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

import pyarrow as pa
from unit.match.strangers import CITY, FIRST, LAST, STREET, slip

Row = dict[str, str]
Name = TypeVar("Name")
SYLLABLES = ("ka", "lo", "mi", "ru", "ten", "vo", "zar", "pil", "dex", "fon", "bel", "tri", "sko", "lan", "quo", "mer")
TRADES = ("Construction", "Logistics", "Consulting", "Software", "Foods", "Energy", "Media", "Security", "Staffing", "Health")
WORDS = ("Solutions", "Group", "Partners", "Services", "Systems", "Strategies", "Technologies", "Associates", "International", "Holding")
SURNAMES = tuple(a + b for a in (*LAST, "Stein", "Wald", "Berg", "Bach", "Rosen", "Linden") for b in ("", "er", "mann", "inger", "ner"))
GIVEN = (*FIRST, "Paul", "Julia", "Georg", "Emma", "Simon", "Laura", "David", "Sarah", "Jonas", "Lena", "Max", "Lea", "Tobias", "Hanna")
STATES = ("CA", "TX", "NY", "FL", "WA", "VA", "OH", "IL", "GA", "NJ", "PA", "CO", "AZ", "MI")
TITLES = ("Manager", "Owner", "Technician", "IT Analyst", "Operations Manager", "Fleet Manager", "Driver", "Director of Sales", "Buyer")


def clean(kind: str, count: int, seed: int) -> pa.Table:
    """`count` rows of one kind of list, no two of them about the same."""
    return pa.Table.from_pylist(KINDS[kind](random.Random(f"{kind} {seed}"), count))


def plant(
    table: pa.Table, share: float, seed: int, slips: float = 0.2, gaps: float = 0.1, moved: float = 0.04
) -> tuple[pa.Table, list[int]]:
    """Repeat `share` of the rows with slips, gaps and values that have changed since; shuffle; say which original every row is about."""
    rng = random.Random(f"plant {seed}")
    rows = [(row, who) for who, row in enumerate(table.to_pylist())]
    again = [
        ({name: _again(value, rng.choice(rows)[0][name], (slips, gaps, moved), rng) for name, value in row.items()}, who)
        for row, who in rng.sample(rows, int(share * len(rows)))
    ]
    everything = rows + again
    rng.shuffle(everything)
    return pa.Table.from_pylist([row for row, _ in everything]), [who for _, who in everything]


def _again(value: str, other: str, rates: tuple[float, float, float], rng: random.Random) -> str:
    """Write a value down once more: with a slip, not at all, or as it is now, which is some `other` row's value."""
    slips, gaps, moved = rates
    if rng.random() < gaps:
        return ""
    return other if rng.random() < moved else slip(value, slips, rng)


def colleagues(rng: random.Random, count: int) -> list[Row]:
    """People of few companies: switchboard, domain, town and sector in common."""
    companies = [_company(rng) for _ in range(max(count // 8, 2))]
    names = _distinct(rng, count, lambda: (rng.choice(GIVEN), rng.choice(SURNAMES)))
    rows = []
    for first, last in names:
        at = rng.choice(companies)
        mail = f"{first}.{last}@{at['domain']}".lower()
        rows.append({"first": first, "last": last, "title": rng.choice(TITLES), "mail": mail, **{k: at[k] for k in COMPANY}})
    return rows


COMPANY = ("company", "phone", "city", "zip", "state", "sector")


def strangers_at_work(rng: random.Random, count: int) -> list[Row]:
    """One person of each company, first names common, mailboxes made of names."""
    rows = []
    for first, last in _distinct(rng, count, lambda: (rng.choice(GIVEN), rng.choice(SURNAMES))):
        at = _company(rng)
        mail = f"{first}.{last}@{at['domain']}".lower()
        row = {"first": first, "last": last, "title": rng.choice(TITLES), "mail": mail, "company": at["company"]}
        rows.append(row | {"created": _day(rng, 2021, 2023), "city": at["city"], "state": at["state"], "sector": at["sector"]})
    return rows


def namesakes(rng: random.Random, count: int) -> list[Row]:
    """Name people alike, told apart by date of birth, street and phone."""
    return [
        {
            "name": f"{rng.choice(FIRST)} {rng.choice(LAST)}",
            "born": _day(rng, 1940, 2004),
            "street": f"{rng.choice(STREET)} {rng.randrange(1, 90)}",
            "city": rng.choice(CITY),
            "phone": _phone(rng),
        }
        for _ in range(count)
    ]


def families(rng: random.Random, count: int) -> list[Row]:
    """Two to five people of one name under one roof and one phone."""
    rows: list[Row] = []
    while len(rows) < count:
        place = rng.randrange(len(CITY))
        home = {
            "last": rng.choice(SURNAMES),
            "street": f"{rng.choice(STREET)} {rng.randrange(1, 90)}",
            "zip": f"{place + 1}0{rng.randrange(10)}0",
            "city": CITY[place],
            "phone": _phone(rng),
        }
        rows += [{"first": first, **home, "born": _day(rng, 1940, 2010)} for first in rng.sample(GIVEN, rng.randrange(2, 6))]
    return rows[:count]


def branches(rng: random.Random, count: int) -> list[Row]:
    """Branches of chains: name and web site in common, street, postcode and phone their own."""
    chains = [_company(rng) for _ in range(max(count // 12, 2))]
    rows = []
    for place in range(count):
        chain, town = rng.choice(chains), rng.randrange(len(CITY))
        rows.append(
            {
                "name": chain["company"],
                "street": f"{rng.choice(STREET)} {place % 97 + 1}",
                "zip": f"{town + 1}{rng.randrange(100):02}0",
                "city": CITY[town],
                "phone": _phone(rng),
                "web": chain["domain"],
            }
        )
    return rows


def neighbours(rng: random.Random, count: int) -> list[Row]:
    """Companies of few trades and families in one town."""
    names = _distinct(rng, count, lambda: (rng.choice(SURNAMES), rng.choice(TRADES), rng.choice((*WORDS, "", "& Sons", "Bros"))))
    return [
        {
            "company": " ".join(filter(None, parts)),
            "street": f"{rng.choice(STREET)} {rng.randrange(1, 200)}",
            "city": "Graz",
            "phone": f"+43 316 {rng.randrange(100_000, 999_999)}",
            "web": f"{parts[0]}-{parts[1]}{rng.choice(('', '-graz', '24'))}{place}.example".lower(),
        }
        for place, parts in enumerate(names)
    ]


def ranking(rng: random.Random, count: int) -> list[Row]:
    """Companies with figures: a trade in the name and in its column, few states, years and sizes."""
    rows = []
    for _ in range(count):
        sector = rng.choice(TRADES)
        name = f"{_word(rng)} {rng.choice((sector, rng.choice(WORDS), f'{sector} {rng.choice(WORDS)}', ''))}".strip()
        staff = int(rng.lognormvariate(4, 1)) + 3
        revenue = f"{staff * rng.uniform(0.1, 0.4):.1f} MM"
        row = {"company": name, "growth": str(int(rng.lognormvariate(5, 1))), "staff": str(staff), "state": rng.choice(STATES)}
        rows.append(row | {"revenue": revenue, "founded": str(rng.randrange(1985, 2020)), "sector": sector})
    return rows


def listed(rng: random.Random, count: int) -> list[Row]:
    """Companies at an exchange: many of one town, its postcodes, its industries; identifiers often missing."""
    towns = [(city, f"{n + 1}", rng.choice(STATES)) for n, city in enumerate(CITY * 3)]
    rows = []
    for _ in range(count):
        city, begin, state = rng.choice(towns)
        sector = rng.choice(TRADES)
        name = f"{_word(rng)} {rng.choice((sector, rng.choice(WORDS)))}"
        row = {"symbol": name[:3].upper() + rng.choice("ABCDEF") + ".X", "name": f"{name} {rng.choice(('AG', 'Inc.', 'plc', 'SA'))}"}
        row |= {"group": sector, "industry": f"{sector} {rng.choice(WORDS[:3])}", "state": state, "city": city}
        row |= {"zip": f"{begin}0{rng.randrange(30):02}", "web": f"http://www.{name.split(maxsplit=1)[0].lower()}.example"}
        row["isin"] = f"X{rng.choice('ABC')}{rng.randrange(10**9, 10**10)}"
        rows.append({key: "" if key not in ("symbol", "name") and rng.random() < 0.15 else value for key, value in row.items()})
    return rows


def articles(rng: random.Random, count: int) -> list[Row]:
    """Articles of series: a brand, a series, a number and a size."""
    made = _distinct(
        rng,
        count,
        lambda: (rng.choice(TRADES), rng.choice(("Pro", "Plus", "Basic", "Max")), rng.randrange(100, 900, 10), rng.choice("SML")),
    )
    return [
        {"article": f"{brand} {series} {number} {size}", "series": series, "price": str(rng.randrange(20, 4000)), "maker": brand}
        for brand, series, number, size in made
    ]


def deals(rng: random.Random, count: int) -> list[Row]:
    """Deals: every seller and every customer many times."""
    customers = [(_word(rng), f"{rng.choice(FIRST)} {rng.choice(LAST)}") for _ in range(80)]
    rows = []
    for _ in range(count):
        customer, seller = rng.choice(customers)
        begin = rng.randrange(300)
        opened, closed = (f"2017-{day // 30 + 1:02}-{day % 28 + 1:02}" for day in (begin, begin + rng.randrange(55)))
        rows.append({"seller": seller, "customer": customer, "opened": opened, "closed": closed, "value": str(rng.randrange(30, 5000))})
    return rows


def visits(rng: random.Random, count: int) -> list[Row]:
    """Visitors of a web site nobody knows by name: a day, a page, an origin."""
    pages = [f"{rng.randrange(16**8):08x}" for _ in range(200)]
    return [
        {"day": _day(rng, 2017, 2018), "page": pages[int(200 * rng.random() ** 2)], "origin": rng.choice(("mail", "search", "social"))}
        for _ in range(count)
    ]


def times(rng: random.Random, count: int) -> list[Row]:
    """Nothing that names anybody: seconds on a web site, visits, a country."""
    return [
        {"seconds": str(rng.randrange(2000)), "visits": str(rng.randrange(9)), "country": rng.choice(("India", "Nepal", "Qatar"))}
        for _ in range(count)
    ]


KINDS: dict[str, Callable[[random.Random, int], list[Row]]] = {
    function.__name__: function
    for function in (
        colleagues, strangers_at_work, namesakes, families, branches, neighbours, ranking, listed, articles, deals, visits, times,
    )
}  # fmt: skip


def _distinct(rng: random.Random, count: int, make: Callable[[], Name]) -> list[Name]:
    found: dict[Name, None] = {}
    while len(found) < count:
        found[make()] = None
    return list(found)


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(SYLLABLES, k=rng.randrange(2, 5))).title()


def _company(rng: random.Random) -> Row:
    name, place, sector = _word(rng), rng.randrange(len(CITY)), rng.choice(TRADES)
    return {
        "company": f"{name} {rng.choice((sector, rng.choice(WORDS)))}",
        "domain": f"{name.lower()}{rng.randrange(100)}.example",
        "phone": _phone(rng),
        "city": CITY[place],
        "zip": f"{place + 1}0{rng.randrange(10)}0",
        "state": STATES[place],
        "sector": sector,
    }


def _phone(rng: random.Random) -> str:
    return f"+43 {rng.choice(('1', '316', '732', '662'))} {rng.randrange(100_000, 9_999_999)}"


def _day(rng: random.Random, first: int, last: int) -> str:
    return f"{rng.randrange(first, last)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
