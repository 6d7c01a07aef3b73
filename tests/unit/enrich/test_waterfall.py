"""The waterfall: nobody is asked for what somebody before has told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leadmill.config.provider import Waterfall
from leadmill.enrich import Doors, run
from leadmill.registry import Registry
from leadmill.services import Reply

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@dataclass
class Desk:
    """Knows the size of every company; remembers who was asked about."""

    asked: list[str]
    is_down: bool = False

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Answer."""
        self.asked.append(url.rpartition("=")[2])
        return Reply(200, {"org": {"name": "Told", "size": 25, "tags": ["steel"]}})


@pytest.fixture
def night(register, vendor, tmp_path: Path):
    """Run one night over a register that knows a.example wholly and b.example by name only."""
    reference = pa.table(
        {
            "name": ["A GmbH", "B GmbH"],
            "others": pa.nulls(2, pa.string()),
            "number": pa.nulls(2, pa.string()),
            "lei": pa.nulls(2, pa.string()),
            "site": ["a.example", "b.example"],
            "country": ["DE", "DE"],
            "staff": ["7", None],
            "revenue": pa.nulls(2, pa.string()),
            "currency": pa.nulls(2, pa.string()),
        }
    )
    paid = vendor(columns={"legal_name": "/org/name", "employee_count": "/org/size"}, workers=1)
    waterfall = Waterfall(ask=["register", "vendor"])
    asked: list[str] = []
    with Registry(f"sqlite:///{tmp_path / 'r.sqlite'}") as registry:

        def go(companies: pa.Table) -> Any:
            doors = Doors(
                read=lambda _provider: reference,
                name_keys=lambda names: names,
                open_service=lambda _provider: nullcontext(Desk(asked)),
                ledger=registry.provider,
                clock=lambda: NOW,
            )
            asked.clear()
            return run(companies, waterfall, [register, paid], doors, night_id="n1"), list(asked)

        yield go


def test_only_what_is_still_lacking_is_bought(companies, night) -> None:
    enriched, asked = night(companies({"domain": "a.example"}, {"domain": "b.example"}, {"domain": "c.example"}))

    assert asked == ["b.example", "c.example"]
    assert enriched.table.select(["company_id", "legal_name", "employee_count"]).to_pylist() == [
        {"company_id": "c_0", "legal_name": "A GmbH", "employee_count": 7},
        {"company_id": "c_1", "legal_name": "B GmbH", "employee_count": 25},
        {"company_id": "c_2", "legal_name": "Told", "employee_count": 25},
    ]
    assert json.loads(enriched.table["provenance"][1].as_py()) == {
        "legal_name": "register",
        "domain": "register",
        "country_code": "register",
        "employee_count": "vendor",
    }


def test_the_next_night_knows_it_still_and_asks_nobody(companies, night) -> None:
    given = companies({"domain": "b.example"}, {"domain": "c.example"})
    first, _ = night(given)

    second, asked = night(given)

    assert (asked, second.asked, second.deferred) == ([], {}, 0)
    assert second.table.equals(first.table)


def test_nobody_to_ask_about_is_nothing(companies, night) -> None:
    enriched, asked = night(companies())

    assert (enriched.table.num_rows, asked) == (0, [])
