"""What one night found of pairs, the next one builds on; and only when it is sure to hold."""

from __future__ import annotations

import pytest
from tiny_house import person

from leadmill import pipeline
from leadmill.config.matching import load_matching
from leadmill.match import columns_compared, way_of_matching
from leadmill.pipeline.edges import edges_so_far
from leadmill.pipeline.known import known_leads


@pytest.fixture
def two_nights(house):
    """Everybody of the first night comes again with another mailbox."""
    house.deliver("acme1.csv", [person(number) for number in range(8)])
    house.night()
    house.deliver("acme2.csv", [person(number, Email=f"other{number}@elsewhere.example") for number in range(8)])
    house.night()
    return house


def next_night_finds(mill, *, leads=None, changed=()):
    settings = load_matching(mill.project.config).model_copy(update=dict(changed))
    known = known_leads(mill, "next", columns_compared(settings))
    return edges_so_far(mill, "next", way_of_matching(settings, None), known.num_rows if leads is None else leads)


def test_the_next_night_builds_on_the_edges_of_the_last(two_nights):
    with pipeline.open_mill() as mill:
        found = next_night_finds(mill)

    assert found is not None
    assert set(found["rule"].to_pylist()) >= {"phone", "domain"}


def test_edges_found_by_other_rules_or_among_other_leads_are_not_used(two_nights):
    with pipeline.open_mill() as mill:
        assert next_night_finds(mill, changed={"titles": ["dr"]}) is None
        assert next_night_finds(mill, leads=15) is None


def test_edges_of_a_night_whose_leads_are_gone_are_not_used(two_nights):
    with pipeline.open_mill() as mill:
        mill.lake.remove("known", "n001")
    with pipeline.open_mill() as mill:
        assert next_night_finds(mill) is None


def test_the_lake_keeps_the_edges_of_two_nights_and_no_more(two_nights):
    for _ in range(3):
        two_nights.night()

    with pipeline.open_mill() as mill:
        assert mill.lake.names("edges") == ["n004", "n005"]


def test_a_night_says_of_pairs_only_what_is_new(two_nights):
    two_nights.deliver("acme3.csv", [person(3, Email="third@elsewhere.example")])
    two_nights.night()
    pairs = two_nights.lake("night", "n003", "pairs").to_pylist()
    bound = {record for pair in pairs for record in (pair["record_id_l"], pair["record_id_r"])}

    assert len(bound) == 3
    assert len({row["person_id"] for row in two_nights.lake("night", "n003", "persons").to_pylist()}) == 1


def test_a_night_run_a_second_time_says_the_same(two_nights):
    first = {name: two_nights.lake("night", "n002", name) for name in ("pairs", "persons", "review")}
    pipeline.match("n002")

    for name, table in first.items():
        assert two_nights.lake("night", "n002", name).to_pylist() == table.to_pylist(), name
