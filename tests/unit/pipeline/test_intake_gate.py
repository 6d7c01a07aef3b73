"""The list gate on whole intakes: what holds a list waits for a person, once, and nothing of it goes on meanwhile."""

from __future__ import annotations

import pytest
from tiny_house import LIST, person
from typer.testing import CliRunner

from leadmill import pipeline
from leadmill.cli import app
from leadmill.errors import ConfigError, ContractBroken, ListHeld, SourceError, StateError
from leadmill.pipeline import answer_held, answer_waiting, waiting

FEW = "\n  lists:\n    - {id: few, expectation: expect_table_row_count_to_be_between, kwargs: {min_value: 4}, severity: %s}\n"
SHORT, LONG = [person(number) for number in range(2)], [person(number) for number in range(10, 15)]


@pytest.fixture
def picky(house):
    """Give acme a contract that holds a list of fewer than four rows."""
    house.source("acme", LIST + FEW % "warning")
    return house


def intake(house) -> dict:
    return pipeline.standardise(pipeline.validate(pipeline.land("acme")))


def delivered(house) -> dict[str, tuple[str, str | None]]:
    """Return how far each file has come, with the reason."""
    with pipeline.open_mill() as mill:
        return {row["file"]: (row["state"], row["detail"]) for row in mill.registry.deliveries.table().to_pylist()}


def state(house, file: str = "acme.csv") -> str:
    return delivered(house)[file][0]


def test_a_held_list_waits_and_nothing_of_it_goes_on(picky):
    picky.deliver("acme.csv", SHORT)

    with pytest.raises(ListHeld, match="waits for a person"):
        intake(picky)

    assert state(picky) == "held"
    assert len(picky.records()) == 0
    with pipeline.open_mill() as mill:
        assert (mill.lake.names("accepted", "acme"), mill.lake.names("quarantine", "acme")) == ([], [])


def test_the_other_deliveries_go_on(picky):
    picky.deliver("acme.csv", SHORT)
    picky.deliver("acme-2.csv", LONG)

    with pytest.raises(ListHeld):
        intake(picky)

    assert (state(picky), state(picky, "acme-2.csv"), len(picky.records())) == ("held", "standardised", 5)


def test_a_released_list_goes_on_in_full(picky):
    picky.deliver("acme.csv", SHORT)
    with pytest.raises(ListHeld):
        intake(picky)
    answer_held("acme", "acme.csv", "release", "ann")

    told = intake(picky)

    assert told["tally"] == {"received": 2, "accepted": 2, "quarantined": 0, "suppressed": 0, "duplicate": 0}
    assert delivered(picky)["acme.csv"] == ("standardised", None)


def test_an_answer_given_between_two_stages_is_taken_up_by_the_next(picky):
    picky.deliver("acme.csv", SHORT)
    validated = pipeline.validate(pipeline.land("acme"))
    answer_waiting(validated, "release", "ann")

    assert pipeline.standardise(validated)["tally"]["accepted"] == 2


def test_a_refused_list_is_settled_and_makes_no_run_red(picky):
    picky.deliver("acme.csv", SHORT)
    with pytest.raises(ListHeld):
        intake(picky)
    answer_held("acme", "acme.csv", "refuse", "ann")

    told = intake(picky)

    assert told["tally"]["received"] == 0
    assert delivered(picky)["acme.csv"] == ("refused", "refused by ann")
    assert len(picky.records()) == 0


def test_a_refused_list_may_be_released_after_all(picky):
    picky.deliver("acme.csv", SHORT)
    with pytest.raises(ListHeld):
        intake(picky)
    answer_held("acme", "acme.csv", "refuse", "ann")
    intake(picky)
    answer_held("acme", "acme.csv", "release", "bob")

    assert intake(picky)["tally"]["accepted"] == 2


def test_a_question_that_was_answered_is_not_asked_again(picky):
    picky.deliver("acme.csv", SHORT)
    validated = pipeline.validate(pipeline.land("acme"))
    assert [step["file"] for step in waiting(validated)] == ["acme.csv"]

    answer_waiting(validated, "release", "ann")

    assert waiting(validated) == []
    assert waiting(pipeline.validate(pipeline.land("acme"))) == []


def test_an_answer_for_all_leaves_the_one_that_was_given_before(picky):
    for file, rows in (("acme-1.csv", SHORT), ("acme-2.csv", [person(20)])):
        picky.deliver(file, rows)
    validated = pipeline.validate(pipeline.land("acme"))
    answer_held("acme", "acme-2.csv", "refuse", "bob")

    answer_waiting(validated, "release", "ann")
    pipeline.standardise(validated)

    assert (state(picky, "acme-1.csv"), delivered(picky)["acme-2.csv"]) == ("standardised", ("refused", "refused by bob"))


def test_a_critical_list_rule_refuses_without_asking(house):
    house.source("acme", LIST + FEW % "critical")
    house.deliver("acme.csv", SHORT)

    with pytest.raises(ContractBroken, match="few") as refused:
        intake(house)

    assert not isinstance(refused.value, ListHeld)
    assert state(house) == "failed"
    with pytest.raises(StateError, match="waits for an answer: it is failed"):
        answer_held("acme", "acme.csv", "release", "ann")


def test_a_list_that_failed_can_be_settled_so_that_nights_are_green_again(house):
    """The vendor sends another one; the first is never mended and would be named every night."""
    house.source("acme", LIST + FEW % "critical")
    bad = house.deliver("acme.csv", SHORT)
    (why,) = {text for name, text in house.night()["failed"].items() if "acme.csv" in name}
    bad.unlink()
    house.deliver("acme-2.csv", LONG)
    assert house.night()["failed"]

    told = answer_held("acme", "acme.csv", "refuse", "ann")

    assert f"leadmill source refuse acme {told[:12]}" in why
    assert (state(house), house.night()["failed"]) == ("refused", {})


def test_one_list_that_waits_and_one_that_cannot_be_read_fail_as_unreadable(picky):
    picky.deliver("acme.csv", SHORT)
    (picky.root / "lists" / "acme-0.csv").write_bytes(b"")

    with pytest.raises(SourceError, match=r"acme\.csv: the list waits for a person"):
        intake(picky)


def test_a_night_goes_on_without_the_held_list_and_says_how_to_release_it(picky):
    picky.deliver("acme.csv", SHORT)
    night = picky.night()

    assert night["sources"]["acme"]["received"] == 0
    (told,) = [why for why in night["failed"].values() if "acme.csv" in why][:1]
    with pipeline.open_mill() as mill:
        identity = mill.registry.deliveries.table()["delivery_id"][0].as_py()
    assert f"leadmill source release acme {identity[:12]} --by YOU" in told
    assert person(0)["Email"] not in told


def test_the_command_releases_and_the_next_night_decides(picky):
    picky.deliver("acme.csv", SHORT)
    picky.night()

    done = CliRunner().invoke(app, ["source", "release", "acme", "acme.csv", "--by", "ann"])
    night = picky.night()

    assert (done.exit_code, night["sources"]["acme"]["accepted"], night["failed"]) == (0, 2, {})
    with pipeline.open_mill() as mill:
        assert mill.registry.human.table("held_list")["answered_by"].to_pylist() == ["ann"]


def test_the_command_refuses(picky):
    picky.deliver("acme.csv", SHORT)
    picky.night()

    done = CliRunner().invoke(app, ["source", "refuse", "acme", "acme.csv", "--by", "ann"])

    assert (done.exit_code, state(picky), picky.night()["failed"]) == (0, "refused", {})


def test_an_answer_about_nothing_says_what_is_held(picky):
    picky.deliver("acme-1.csv", SHORT)
    with pytest.raises(ListHeld):
        intake(picky)

    with pytest.raises(StateError, match=r"none of this name or id. Held: acme-1.csv \("):
        answer_held("acme", "acme-9.csv", "release", "ann")
    with pytest.raises(ConfigError, match="there is no such file"):
        answer_held("nobody", "acme-1.csv", "release", "ann")


def test_two_held_deliveries_of_one_name_are_told_apart_by_id(picky):
    for rows in (SHORT, [person(20)]):
        picky.deliver("acme.csv", rows)
        with pytest.raises(ListHeld):
            intake(picky)

    with pytest.raises(StateError, match="2 deliveries of acme are called"):
        answer_held("acme", "acme.csv", "release", "ann")
