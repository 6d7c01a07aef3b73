"""What a person looks up in the morning: whom to call with what to say, and which companies are ready to buy. Holds personal data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from leadmill.errors import StateError
from leadmill.pipeline.mill import Mill, open_mill

Row = dict[str, Any]


def show_calls(night: str, start: int = 0, count: int = 50) -> dict[str, Any]:
    """Return how many call sheets a night wrote (`total`) and some of them (`sheets`), best first.

    Each is a row of CALL_SHEET with `golden`, the values that survived, of the person and of each colleague. Raises StateError for a
    night that wrote none.
    """
    with open_mill() as mill:
        sheets = _table(mill, night, "call_sheets")
        best = sheets.sort_by([("score", "descending"), ("person_id", "ascending")])
        rows = best.slice(start, count).to_pylist()
        named = [*rows, *(colleague for row in rows for colleague in row["colleagues"])]
        golden = _golden(mill, "person", [each["person_id"] for each in named])
        for each in named:
            each["golden"] = golden.get(each["person_id"], {})
        return {"total": sheets.num_rows, "sheets": rows}


def show_centres(night: str, start: int = 0, count: int = 100) -> dict[str, Any]:
    """Return how many companies a night read (`total`) and some of them (`centres`, rows of CENTRE with `golden`), the readiest first.

    `members` lists who holds which role, with the evidence. Raises StateError for a night that read none.
    """
    with open_mill() as mill:
        centres = sorted(_table(mill, night, "centres").to_pylist(), key=_readiest)
        rows = centres[start : start + count]
        companies = _golden(mill, "company", [row["company_id"] for row in rows])
        members = _members(mill, night, [row["company_id"] for row in rows])
        for row in rows:
            row["golden"], row["members"] = companies.get(row["company_id"], {}), members.get(row["company_id"], [])
        return {"total": len(centres), "centres": rows}


def _readiest(centre: Row) -> tuple[int, int, str]:
    order = ("ready", "open", "blocked")
    return order.index(centre["readiness"]), len(centre["missing_roles"]), centre["company_id"]


def _members(mill: Mill, night: str, companies: Iterable[str]) -> dict[str, list[Row]]:
    """Collect who plays which part in each company, by name."""
    wanted = set(companies)
    roles = [row for row in _table(mill, night, "roles").to_pylist() if row["company_id"] in wanted]
    people = _golden(mill, "person", [row["person_id"] for row in roles])
    found: dict[str, list[Row]] = {}
    for row in roles:
        found.setdefault(row["company_id"], []).append({**row, "golden": people.get(row["person_id"], {})})
    return found


def _golden(mill: Mill, kind: str, ids: list[str]) -> dict[str, Row]:
    """Read golden records: id -> field -> value."""
    rows = mill.registry.entities.golden(kind, ids).to_pylist() if ids else []  # type: ignore[arg-type]  # the two kinds of Kind
    return {row["entity_id"]: json.loads(row["fields"]) for row in rows}


def _table(mill: Mill, night: str, name: str) -> Any:
    if not mill.lake.holds("night", night, name):
        raise StateError(f"the night {night!r} has no {name.replace('_', ' ')}.", hint="Nights that came as far as `qualify` have.")
    return mill.lake.read("night", night, name)
