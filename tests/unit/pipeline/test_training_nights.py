"""A model is trained by day, used from the next night on, finds what keys cannot, and bows to what people said."""

import csv
import re
import socket

import pytest
import tiny_house
from benchmarks.lead_world import make_world
from tiny_house import person

from leadmill import pipeline
from leadmill.errors import ServiceUnavailable, StateError
from leadmill.match import measure

COLUMNS = ("first_name", "last_name", "email", "phone", "company_key", "domain", "city", "postcode")
MARKET = """\
title: A market
kind: list
deliveries: lists/market*.csv
format: {delimiter: ","}
columns:
  {first_name: first_name, last_name: last_name, email: email, phone: phone, company_name: company_key, website: domain,
   city: city, postcode: postcode}
"""


def deliver(house, name: str, leads, truth: dict[str, int]) -> dict[int, int]:
    """Write leads as a list; return who stands on which line."""
    with (house.root / "lists" / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(zip(*(leads[column].to_pylist() for column in COLUMNS), strict=True))
    return dict(enumerate((truth[record] for record in leads["record_id"].to_pylist()), 2))


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """Return a house that has taken a market of 1,500 rows in by keys alone, and the truth: (file, line) -> person."""
    world = make_world(750, 750, seed=6)
    with pytest.MonkeyPatch.context() as patch:
        house = tiny_house.build(tmp_path_factory.mktemp("market"), patch)
        house.source("market", MARKET)
        truth = {}
        for name, leads in (("market-1.csv", world.crm), ("market-2.csv", world.leads)):
            truth |= {(name, line): who for line, who in deliver(house, name, leads, world.truth).items()}
        house.night()
        return house, truth


@pytest.fixture
def house_and_truth(market, tmp_path, monkeypatch):
    house, truth = market
    return tiny_house.copy(house, tmp_path / "house", monkeypatch), truth


def found(truth) -> dict[str, str]:
    """Return who every row of the market was found to be."""
    with pipeline.open_mill() as mill:
        file = {row["delivery_id"]: row["file"] for row in mill.registry.deliveries.table().to_pylist()}
        rows = [row for row in mill.registry.records.table().to_pylist() if row["person_id"]]
    return {row["record_id"]: row["person_id"] for row in rows if (file[row["delivery_id"]], row["line"]) in truth}


def quality(truth):
    with pipeline.open_mill() as mill:
        file = {row["delivery_id"]: row["file"] for row in mill.registry.deliveries.table().to_pylist()}
        place = {row["record_id"]: (file[row["delivery_id"]], row["line"]) for row in mill.registry.records.table().to_pylist()}
    persons = found(truth)
    return measure([persons[record] for record in sorted(persons)], [truth[place[record]] for record in sorted(persons)])


def one_more_night(house) -> dict:
    house.deliver(f"acme-{house.nights}.csv", [person(house.nights)])
    return house.night()


def test_from_too_few_leads_no_model_is_made_and_the_way_out_is_told(house):
    house.deliver("acme.csv", [person(0), person(1)])
    house.night()

    with pytest.raises(StateError, match=r"2 leads are known, a model needs 1000\. Keys alone decide meanwhile"):
        pipeline.train_matching()
    assert not (house.root / "state" / "model").exists()


def test_a_model_finds_more_from_the_next_night_on_and_then_nobody_moves(house_and_truth):
    house, truth = house_and_truth
    before, by_keys = found(truth), quality(truth)

    told = pipeline.train_matching()
    assert told["leads"] == len(before)
    assert found(truth) == before

    one_more_night(house)
    after, by_both = found(truth), quality(truth)
    assert len(set(after.values())) < len(set(before.values()))
    assert by_both.recall > by_keys.recall + 0.02
    assert by_both.precision > 0.98
    one_more_night(house)
    assert found(truth) == after


def test_a_night_that_is_open_keeps_the_model_it_was_opened_with(house_and_truth):
    """Trained between the opening of a night and its matching, a model is for the next one; so is a night that is resumed."""
    _, truth = house_and_truth
    before = found(truth)
    pipeline.open_night("n002", "2026-11-22T02:00:00+00:00", {})
    pipeline.train_matching()

    pipeline.match("n002")

    assert found(truth) == before


def test_a_night_whose_spark_is_not_there_stops_in_time_and_goes_on_with_another_engine(house_and_truth, tmp_path, monkeypatch):
    """`matching.yaml` says that Spark scores and LEADMILL_SPARK where, but nobody listens there."""
    house, truth = house_and_truth
    pipeline.train_matching()
    facts = house.root / "config" / "matching.yaml"
    on_duckdb = facts.read_text(encoding="utf-8")
    facts.unlink()
    facts.write_text(re.sub(r"(?m)^scoring:.*$", "scoring: {backend: spark}", on_duckdb), encoding="utf-8")
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.symlink_to("/bin/false")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("LEADMILL_SPARK", f"spark://127.0.0.1:{server.getsockname()[1]}")

    with pytest.raises(ServiceUnavailable, match="no Spark master listens"):
        one_more_night(house)

    facts.write_text(on_duckdb, encoding="utf-8")
    before = found(truth)
    pipeline.match("n002")
    assert len(set(found(truth).values())) < len(set(before.values()))


def test_what_people_said_wins_over_the_model(house_and_truth):
    """Two rows the model bound are parted by a no, two it was not sure of become one by a yes, and it stays so."""
    house, truth = house_and_truth
    pipeline.train_matching()
    one_more_night(house)
    bound = [row for row in house.lake("night", "n002", "pairs").to_pylist() if row["rule"] == "model"]
    persons = found(truth)
    alone = next(row for row in bound if list(persons.values()).count(persons[row["record_id_l"]]) == 2)
    unsure = pipeline.pairs_to_review()["pairs"][0]
    apart, together = ((pair["record_id_l"], pair["record_id_r"]) for pair in (alone, unsure))
    assert persons[apart[0]] == persons[apart[1]]
    assert persons[together[0]] != persons[together[1]]

    pipeline.answer_pairs({apart: False, together: True}, "ann")
    for _ in range(3):
        one_more_night(house)
        persons = found(truth)
        assert persons[apart[0]] != persons[apart[1]]
        assert persons[together[0]] == persons[together[1]]


def test_a_model_that_is_gone_stops_the_night_and_says_what_to_do(house):
    house.deliver("acme.csv", [person(0)])
    (house.root / "state" / "model").mkdir(parents=True)
    (house.root / "state" / "model" / "current").write_text("lost")

    with pytest.raises(StateError, match=r"the matching model in use is gone.*leadmill train"):
        house.night()
