"""The funnel orders what the night counted and makes no number of its own."""

import pytest

from leadmill.errors import TallyUnbalanced
from leadmill.report import Step, funnel
from leadmill.tally import NightTally, Tally


def test_sources_come_by_name_and_add_up_to_the_total(night):
    made = funnel(night)

    assert [name for name, _ in made.sources] == ["broker", "fleet"]
    assert made.total == Tally(received=1210, accepted=1100, quarantined=70, suppressed=15, duplicate=25)


def test_steps_go_from_rows_to_what_was_written_to_the_crm(night):
    assert funnel(night).steps == (
        Step("rows received", 1210),
        Step("rows accepted", 1100),
        Step("persons", 1050),
        Step("enriched", 700),
        Step("qualified", 120),
        Step("written to the CRM", 115),
    )


def test_blocks_hold_every_decision_crm_outcome_and_currency(night):
    blocks = {block.title: dict(block.lines) for block in funnel(night).blocks}

    assert blocks == {
        "People": {"persons": "1,050", "companies": "800", "enriched": "700", "deferred": "3"},
        "Decisions": {"qualified": "120", "nurture": "400", "disqualified": "515", "suppressed": "15"},
        "CRM": {"created": "100", "updated": "15", "unchanged": "5", "conflict": "2", "rejected": "1", "deferred": "0"},
        "Paid": {"provider calls": "42", "spent, EUR": "12.50"},
    }


def test_where_the_truth_is_known_precision_and_recall_are_told(night):
    night["quality"] = {"precision": 0.98765, "recall": None, "f1": 1.0}

    assert dict(funnel(night).blocks[-1].lines) == {"precision": "0.9877", "recall": "-", "f1": "1.0000"}


def test_a_lost_row_stops_the_report(night):
    """Law 1: nothing is printed that does not add up."""
    night["sources"]["fleet"]["accepted"] -= 1

    with pytest.raises(TallyUnbalanced, match="source fleet: 1200 rows received, but 1199"):
        funnel(night)


def test_a_night_in_which_nothing_came_is_all_zeros():
    made = funnel(NightTally(night="2026-11-22").as_json())

    assert made.sources == ()
    assert made.total == Tally()
    assert {step.count for step in made.steps} == {0}


def test_keys_added_by_later_versions_are_left_alone(night):
    assert funnel({**night, "weather": "rain"}) == funnel(night)
