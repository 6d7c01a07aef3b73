"""The record of every delivery, and deliveries unlike the vendor's earlier ones, through the intake as it runs every night."""

from __future__ import annotations

import json

import pytest
from tiny_house import LIST, person

from leadmill import pipeline
from leadmill.errors import ListHeld


def take_in() -> None:
    pipeline.standardise(pipeline.validate(pipeline.land("acme")))


def rows(delivery: int, **changes: str) -> list[dict[str, str]]:
    return [person(60 * delivery + number, **changes) for number in range(60)]


def newest(house) -> dict:
    with pipeline.open_mill() as mill:
        delivery_id = mill.registry.deliveries.table(source="acme")["delivery_id"].to_pylist()[-1]
    return json.loads((house.root / "state" / "records" / "acme" / f"{delivery_id}.json").read_text(encoding="utf-8"))


@pytest.fixture
def steady(house):
    for delivery in range(5):
        house.deliver(f"acme-{delivery}.csv", rows(delivery))
        take_in()
    return house


def test_every_delivery_leaves_a_page_and_json_without_a_cell(house):
    house.deliver("acme.csv", rows(0))
    take_in()
    record = newest(house)
    folder = house.root / "state" / "records" / "acme"
    assert (record["rows"], record["gate"], record["drift"]) == (60, "accept", [])
    assert record["basis"].startswith("The first delivery")
    assert sorted(path.suffix for path in folder.iterdir()) == [".html", ".json", ".json"]
    texts = [path.read_text(encoding="utf-8") for path in folder.iterdir()]
    assert not [text for text in texts for cell in (person(3)["Email"], person(3)["Last"], person(3)["Phone"]) if cell in text]


def test_a_delivery_like_the_earlier_ones_is_no_finding_and_one_without_phones_is_noted_and_goes_on(steady):
    steady.deliver("acme-8.csv", rows(8))
    take_in()
    assert newest(steady)["drift"] == []

    steady.deliver("acme-9.csv", rows(9, Phone=""))
    take_in()
    record = newest(steady)
    assert [finding["measure"] for finding in record["drift"]] == ["missing phone"]
    assert (record["gate"], record["basis"]) == ("accept", "")


def test_a_source_that_holds_on_drift_stops_before_anything_is_standardised(steady):
    steady.source("acme", LIST.replace("contract:\n", "contract:\n  drift: hold\n"))
    steady.deliver("acme-9.csv", rows(9, Phone=""))
    with pytest.raises(ListHeld, match="'missing' is 100"):
        take_in()
    assert newest(steady)["gate"] == "hold"
    assert len(steady.records()) == 300


def test_a_person_who_is_asked_hears_how_little_is_known_of_the_vendor(house):
    house.source("acme", LIST.replace("contract:\n", "contract:\n  drift: hold\n"))
    house.deliver("acme-0.csv", rows(0))
    take_in()
    house.deliver("acme-1.csv", rows(1, Phone=""))
    with pytest.raises(ListHeld, match="Compared with only 1 earlier delivery"):
        take_in()
