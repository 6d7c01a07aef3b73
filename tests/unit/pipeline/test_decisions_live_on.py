"""Decisions live on: the CRM re-opens them, a day comes to look again, colleagues count, and looks never do."""

from pathlib import Path

import pytest
from tiny_house import CONTACTS, LIST, person

from leadmill.errors import RuleError

ACTIVITIES = """\
title: What our sales people did
kind: crm_activities
deliveries: lists/activities*.csv
format: {delimiter: ","}
columns: {crm_activity_id: Id, crm_id: Contact, activity_type: Type, occurred_at: At, outcome: Outcome}
"""


OPPORTUNITIES = """\
title: Deals
kind: crm_opportunities
deliveries: lists/deals*.csv
format: {delimiter: ","}
columns: {crm_opportunity_id: Id, crm_id: Contact, is_won: Won, closed_at: Closed}
"""


def ours(number, crm_id):
    row = person(number)
    return {"Id": crm_id, "First": row["First"], "Last": row["Last"], "Email": row["Email"], "Company": row["Company"]}


def test_a_meeting_noted_in_the_crm_reopens_the_decision_the_next_night(house):
    house.source("contacts", CONTACTS)
    house.source("activities", ACTIVITIES)
    house.deliver("contacts.csv", [ours(1, "C-1")])
    house.deliver("acme.csv", [person(0), person(1, Asked="")])
    first = house.night()
    house.deliver(
        "activities.csv", [{"Id": "A-1", "Contact": "C-1", "Type": "meeting", "At": "2026-11-21T15:00:00Z", "Outcome": "positive"}]
    )

    second = house.night()

    assert first["decisions"] == {"qualified": 1, "nurture": 1, "disqualified": 0, "suppressed": 0}
    assert second["decisions"] == {"qualified": 1, "nurture": 0, "disqualified": 0, "suppressed": 0}
    assert (second["persons"], second["crm"]["updated"]) == (0, 1)


def test_the_crm_hears_that_somebody_is_no_longer_qualified(house):
    house.source("contacts", CONTACTS)
    house.source("deals", OPPORTUNITIES)
    house.deliver("contacts.csv", [ours(0, "C-1")])
    house.deliver("acme.csv", [person(0)])
    house.night()
    house.deliver("deals.csv", [{"Id": "O-1", "Contact": "C-1", "Won": "true", "Closed": "2026-11-21T15:00:00Z"}])

    told = house.night()

    assert (told["decisions"]["disqualified"], told["crm"]["updated"]) == (1, 1)
    assert [contact["lead_decision"] for contact in house.crm()] == ["disqualified"]


def test_a_near_miss_is_looked_at_again_on_its_day_and_not_before(house):
    house.deliver("acme.csv", [person(0, Asked="")])
    house.night()
    (decision,) = house.lake("night", "n001", "decisions").to_pylist()
    days = (decision["next_check_at"] - decision["decided_at"]).days

    early = house.night(days_later=days - 1)
    late = house.night(days_later=days)

    assert sum(early["decisions"].values()) == 0
    assert late["decisions"]["nurture"] == 1


def test_every_qualified_person_gets_a_call_sheet_that_names_the_colleagues(house):
    boss, user = person(0), person(1, Company=person(0)["Company"], Web=person(0)["Web"], Title="IT Manager")
    house.deliver("acme.csv", [boss, {**user, "Email": f"it@{person(0)['Web']}"}])

    told = house.night()

    sheets = house.lake("night", "n001", "call_sheets").to_pylist()
    assert len(sheets) == told["decisions"]["qualified"] >= 1
    assert all(sheet["why"] for sheet in sheets)
    assert any(sheet["colleagues"] for sheet in sheets)
    written = (Path(told["reports"]["markdown"]).parent / "call_sheets.md").read_text()
    assert "## Why this person" in written
    assert boss["Last"] not in written  # who the person is stands in the CRM


def test_colleagues_of_earlier_nights_belong_to_the_buying_centre(house):
    house.deliver("acme.csv", [person(0)])
    house.night()
    colleague = person(1, Company=person(0)["Company"], Web=person(0)["Web"], Title="Purchasing Manager")
    house.deliver("acme-2.csv", [{**colleague, "Email": f"buy.er@{person(0)['Web']}"}])

    house.night()

    (centre,) = house.lake("night", "n002", "centres").to_pylist()
    assert centre["persons"] == 2


def test_a_ruleset_that_decides_by_looks_stops_the_night_before_it_decides_anybody(house):
    rulesets = house.root / "config" / "rulesets"
    shipped = (rulesets / "b2b_software.yaml").read_text()
    rulesets.unlink()
    rulesets.mkdir()
    biased = "rules:\n  - {id: looks_right, dimension: need, points: 5, when: \"accent_colour = 'x'\", because: Looks right}\n"
    (rulesets / "b2b_software.yaml").write_text(shipped.replace("rules:\n", biased, 1))
    declared = "attributes:\n  accent_colour: {column: City, appearance: true}\n"
    house.source("acme", LIST + declared)
    house.deliver("acme.csv", [person(0)])

    with pytest.raises(RuleError, match="looks"):
        house.night()
    assert house.records().num_rows == 1
