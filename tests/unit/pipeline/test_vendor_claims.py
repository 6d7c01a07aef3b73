"""Claims against a vendor, from what whole nights left in lake and registry."""

from __future__ import annotations

import csv
import json
from datetime import date

import pytest
from tiny_house import CONTACTS, LIST, person

from leadmill.errors import ConfigError
from leadmill.pipeline.claiming import write_claims
from leadmill.validate import verify

SALE = """\
vendor: Acme Lists Ltd
purchased: 2026-12-01
price_per_row: "0.50"
currency: EUR
return_window_days: 30
criteria:
  - {id: usable, promise: Every row can be used, kind: usable}
  - {id: unique, promise: No row twice, kind: unique}
  - {id: deciders, promise: Decision makers, kind: values, column: seniority, values: [owner, c_level, vp, director]}
  - {id: fresh, promise: Asked within 30 days, kind: fresh, column: interest_at, max_age_days: 30}
  - {id: new, promise: None we own already, kind: not_owned}
  - {id: alone, promise: Sold to us only, kind: exclusive}
"""
DAY = date(2026, 12, 10)


@pytest.fixture
def sold(house):
    """One list with every kind of broken promise, our CRM, and another vendor who sold one of the persons too."""
    (house.root / "config" / "contracts").mkdir()
    (house.root / "config" / "contracts" / "acme.yaml").write_text(SALE, encoding="utf-8")
    house.source("rival", LIST.replace("lists/acme*.csv", "lists/rival*.csv"))
    house.source("contacts", CONTACTS)
    mine = person(1)
    house.deliver(
        "contacts.csv", [{"Id": "C1", "First": mine["First"], "Last": mine["Last"], "Email": mine["Email"], "Company": mine["Company"]}]
    )
    house.deliver("rival.csv", [person(2)])
    rows = [person(0), mine, person(2), person(3, Title="Trainee"), person(4, Email=""), person(0), person(5, **{"Asked at": "2026-09-01"})]
    house.deliver("acme.csv", rows)
    house.night()
    return house


def test_a_pack_claims_every_broken_row_once_and_verifies(sold, tmp_path):
    told = write_claims("acme", tmp_path / "pack", DAY)

    with (tmp_path / "pack" / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        claimed = {int(row["line"]): row["criteria"] for row in csv.DictReader(file)}
    assert claimed == {3: "new", 4: "alone", 5: "deciders", 6: "usable", 7: "unique", 8: "fresh"}
    assert (told["rows"], told["amount"], told["deadline"], told["in_time"]) == (6, "3.0000", "2026-12-31", True)
    assert {name: sum(counts.values()) for name, counts in told["criteria"].items()} == dict.fromkeys(told["criteria"], 7)
    assert verify(tmp_path / "pack") == []


def test_a_pack_names_rows_by_delivery_and_line_and_no_person(sold, tmp_path):
    write_claims("acme", tmp_path / "pack", DAY)
    text = "".join(path.read_text(encoding="utf-8-sig") for path in (tmp_path / "pack").iterdir())
    assert not [
        cell for number in range(6) for cell in (person(number)["Email"], person(number)["Last"], person(number)["Phone"]) if cell in text
    ]
    manifest = json.loads((tmp_path / "pack" / "manifest.json").read_text(encoding="utf-8"))
    delivered = {row["delivery_id"] for row in sold.records().to_pylist() if row["source"] == "acme"}
    assert set(manifest["deliveries"]) == delivered


def test_a_source_without_a_contract_of_sale_says_where_to_write_one(house, tmp_path):
    with pytest.raises(ConfigError, match=r"contracts/acme\.yaml"):
        write_claims("acme", tmp_path / "pack", DAY)
