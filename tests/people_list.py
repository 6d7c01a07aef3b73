"""Six people as a small list: what the tests of broken, packed and coded files begin with."""

from __future__ import annotations

from leadmill.sources import Reading

HEADER = ["Name", "Email", "City"]
PEOPLE = [
    ["Ann Lee", "ann@x.example", "York"],
    ["Bob Ray", "bob@x.example", "Bath"],
    ["Cy Fox", "cy@x.example", "Hull"],
    ["Di Day", "di@x.example", "Ely"],
    ["Ed Orr", "ed@x.example", "Deal"],
    ["Fay Kay", "fay@x.example", "Rye"],
]


def listed(*lines: str, end: str = "\n") -> bytes:
    return (end.join(lines) + end).encode()


LINES = [",".join(row) for row in [HEADER, *PEOPLE]]
LIST = listed(*LINES)


def rows_of(reading: Reading) -> list[list[str]]:
    return [[cell for cell in row.values() if cell is not None] for row in reading.rows.to_pylist()]
