"""A made-up list of people, each written several times with typing errors: nothing in it names its own kind."""

from __future__ import annotations

import random

import pyarrow as pa

FIRST = (
    "Anna",
    "Peter",
    "Maria",
    "Johann",
    "Sabine",
    "Robert",
    "Eva",
    "Lukas",
    "Ingrid",
    "Walter",
    "Clara",
    "Felix",
    "Nora",
    "Oskar",
    "Ruth",
)
LAST = (
    "Schmidt",
    "Huber",
    "Gruber",
    "Wagner",
    "Pichler",
    "Steiner",
    "Moser",
    "Mayer",
    "Hofer",
    "Leitner",
    "Berger",
    "Fuchs",
    "Eder",
    "Fischer",
)
CITY = ("Wien", "Graz", "Linz", "Salzburg", "Innsbruck", "Klagenfurt", "Villach", "Wels", "Steyr", "Dornbirn", "Feldkirch", "Bregenz")
STREET = ("Ringstrasse", "Hauptplatz", "Mühlgasse", "Kirchweg", "Bahnhofstrasse", "Lindenallee", "Schulgasse", "Feldweg")


def slip(text: str, chance: float, rng: random.Random) -> str:
    """Type a text with a slip of the finger now and then."""
    if rng.random() > chance or len(text) < 3:
        return text
    place = rng.randrange(len(text) - 1)
    return rng.choice(
        (
            text[:place] + text[place + 1] + text[place] + text[place + 2 :],
            text[:place] + text[place + 1 :],
            text[:place] + text[place] + text[place:],
        )
    )


def people(count: int, seed: int = 7) -> pa.Table:
    """`count` people in one to four rows each, in random order; `who` is the truth and `nr` a row number."""
    rng = random.Random(seed)
    rows = []
    for who in range(count):
        first, last, city = rng.choice(FIRST), rng.choice(LAST), rng.choice(CITY)
        street = f"{rng.choice(STREET)} {rng.randrange(1, 90)}"
        born = f"{rng.randrange(1940, 2004)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        for _ in range(rng.randrange(1, 5)):
            row = {"vorname": first, "familie": last, "ort": city, "adresse": street, "geboren": born}
            row = {name: slip(value, 0.15, rng) if rng.random() > 0.08 else "" for name, value in row.items()}
            rows.append(row | {"status": rng.choice(("new", "old")), "who": str(who)})
    rng.shuffle(rows)
    return pa.Table.from_pylist([{"nr": str(n), **row} for n, row in enumerate(rows)])
