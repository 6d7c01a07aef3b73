"""Profiles: one row per person, the best value of every field, and what the CRM knows at that moment."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from leadmill.qualify import profile
from leadmill.qualify.facts import CRM_FACTS

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NOTHING = pa.table({})
MOMENT = pa.timestamp("us", tz="UTC")


def persons(*rows: tuple[str, str | None, int | None]) -> pa.Table:
    ids, companies, sizes = zip(*rows, strict=True)
    return pa.table({"person_id": ids, "company_id": pa.array(companies, pa.string()), "employee_count": pa.array(sizes, pa.int64())})


def deals(*rows: tuple[str | None, str | None, bool | None, datetime | None]) -> pa.Table:
    kinds = {"person_id": pa.string(), "company_id": pa.string(), "is_won": pa.bool_(), "closed_at": MOMENT}
    return pa.table({name: pa.array([row[place] for row in rows], kind) for place, (name, kind) in enumerate(kinds.items())})


def calls(*rows: tuple[str | None, str | None, str, datetime, str | None]) -> pa.Table:
    kinds = {
        "person_id": pa.string(),
        "company_id": pa.string(),
        "activity_type": pa.string(),
        "occurred_at": MOMENT,
        "outcome": pa.string(),
    }
    return pa.table({name: pa.array([row[place] for row in rows], kind) for place, (name, kind) in enumerate(kinds.items())})


def one(
    people: pa.Table, *, companies: pa.Table = NOTHING, won: pa.Table = NOTHING, acts: pa.Table = NOTHING, bought: pa.Table = NOTHING
) -> Any:
    return profile(people, companies, won, acts, bought, NOW).to_pylist()[0]


@pytest.mark.parametrize(
    ("own", "golden", "bought", "survives"),
    [(1, 2, 3, 2), (1, None, 3, 1), (None, None, 3, 3), (None, None, None, None)],
    ids=["golden_company", "own_record", "bought", "unknown"],
)
def test_enrichment_fills_only_what_nobody_delivered(own: int | None, golden: int | None, bought: int | None, survives: int | None) -> None:
    companies = pa.table({"company_id": ["c"], "employee_count": pa.array([golden], pa.int64())})
    enriched = pa.table({"company_id": ["c"], "employee_count": pa.array([str(bought) if bought else None], pa.string())})

    assert one(persons(("p", "c", own)), companies=companies, bought=enriched)["employee_count"] == survives


def test_without_a_crm_its_facts_are_unknown() -> None:
    found = one(persons(("p", "c", 1)))

    assert {name: found[name] for name in CRM_FACTS.names} == dict.fromkeys(CRM_FACTS.names)


def test_a_crm_that_knows_no_deal_of_a_company_says_so() -> None:
    found = one(persons(("p", "c", 1)), won=deals((None, "other", True, NOW)))

    assert (found["is_customer"], found["has_open_opportunity"], found["won_count"]) == (False, False, 0)


def test_deals_are_the_companys_whoever_stood_behind_them() -> None:
    day = NOW - timedelta(days=9)
    found = one(persons(("p", "c", 1)), won=deals(("q", "c", True, day), ("r", "c", False, NOW), ("r", "c", None, None)))

    assert (found["is_customer"], found["has_open_opportunity"], found["won_count"], found["lost_count"]) == (True, True, 1, 1)
    assert (found["last_won_at"], found["last_lost_at"]) == (day, NOW)


def test_a_private_person_is_a_customer_by_their_own_deal() -> None:
    assert one(persons(("p", None, None)), won=deals(("p", None, True, NOW)))["is_customer"] is True
    assert one(persons(("p", None, None)), won=deals((None, None, True, NOW)))["is_customer"] is False


def test_the_last_activity_is_the_newest_and_the_future_is_not_known_yet() -> None:
    acts = calls(
        ("p", "c", "call", NOW - timedelta(days=3), "no_answer"),
        ("p", "c", "meeting", NOW - timedelta(days=1), "interested"),
        ("p", "c", "visit", NOW + timedelta(days=1), None),
    )

    found = one(persons(("p", "c", 1)), acts=acts)

    assert (found["activity_count"], found["last_activity_type"], found["last_activity_outcome"]) == (2, "meeting", "interested")


@pytest.mark.parametrize(
    ("acts", "answer", "days", "met"),
    [
        ([], None, None, None),
        ([(1, "call", "no_answer")], None, None, None),
        ([(5, "meeting", "interested"), (1, "call", "no_answer")], "responded", 5, 5),
        ([(5, "Meeting", None), (1, "call", "Left message")], "responded", 5, 5),
        ([(5, "visit", "no_show"), (3, "email", "replied")], "responded", 3, None),
        ([(5, "demo", "interested"), (3, "call", "Not interested"), (1, "call", "no_answer")], "declined", 3, 5),
        ([(5, "call", "not interested"), (1, "call", "answered")], "responded", 1, None),
        ([(2, "meeting", "not_interested")], "declined", 2, 2),
        ([(2, "newsletter", "opened")], None, None, None),
    ],
    ids=["none", "not_reached", "met_then_not_reached", "met_without_outcome", "no_show", "met_then_no", "no_then_yes", "no_at_the_meeting",
         "no_answer_at_all"],
)  # fmt: skip
def test_the_newest_answer_counts_and_a_call_nobody_took_is_none(
    acts: list[tuple[int, str, str | None]], answer: str | None, days: int | None, met: int | None
) -> None:
    """One call that was not taken must not undo the meeting of the week before."""
    rows = [("p", "c", kind, NOW - timedelta(days=ago), outcome) for ago, kind, outcome in acts]
    found = one(persons(("p", "c", 1)), acts=calls(*rows, ("other", "c", "call", NOW, None)))

    moments = [None if ago is None else NOW - timedelta(days=ago) for ago in (days, met)]
    assert [found["last_answer"], found["last_answer_at"], found["last_met_at"]] == [answer, *moments]


def test_an_activity_reads_the_same_however_the_crm_writes_it() -> None:
    found = one(persons(("p", "c", 1)), acts=calls(("p", "c", " Site-Visit ", NOW, "Not interested")))

    assert (found["last_activity_type"], found["last_activity_outcome"]) == ("site_visit", "not_interested")


def test_a_referral_counts_when_it_comes_from_a_customer() -> None:
    won = deals((None, "customer", True, NOW), (None, "stranger", False, NOW))

    assert one(persons(("p", "c", 1)), won=won, acts=calls(("p", "customer", "referral", NOW, None)))["referred_by_customer"] is True
    assert one(persons(("p", "c", 1)), won=won, acts=calls(("p", "stranger", "referral", NOW, None)))["referred_by_customer"] is False


def test_every_person_keeps_one_row_in_order() -> None:
    people = persons(("p_2", "c", 1), ("p_1", None, None), ("p_3", "c", 2))
    companies = pa.table({"company_id": ["c", "c"], "industry": ["x", "x"]})

    assert profile(people, companies, NOTHING, NOTHING, NOTHING, NOW)["person_id"].to_pylist() == ["p_2", "p_1", "p_3"]


def test_every_value_keeps_who_said_it() -> None:
    said = ['{"employee_count": {"record_id": "r-2", "source": "fair"}, "industry": null}']
    people = persons(("p", "c", 5)).append_column("provenance", pa.array(said))
    companies = pa.table(
        {"company_id": ["c"], "industry": ["Optics"], "provenance": ['{"industry": {"record_id": "r-9", "source": "crm_accounts"}}']}
    )
    enriched = pa.table(
        {
            "company_id": ["c"],
            "employee_count": [7],
            "domain": ["firm.example"],
            "provenance": ['{"employee_count": "register", "domain": "register"}'],
        }
    )

    told = json.loads(one(people, companies=companies, bought=enriched)["provenance"])

    assert told == {
        "employee_count": {"record_id": "r-2", "source": "fair"},
        "industry": {"record_id": "r-9", "source": "crm_accounts"},
        "domain": "register",
    }


def test_a_person_without_company_keeps_their_own_provenance() -> None:
    people = persons(("p", None, 5)).append_column("provenance", pa.array(['{"city": {"record_id": "r", "source": "fair"}}']))
    companies = pa.table({"company_id": ["c"], "provenance": ['{"industry": {"record_id": "r-9", "source": "crm"}}']})

    assert json.loads(one(people, companies=companies)["provenance"]) == {"city": {"record_id": "r", "source": "fair"}}
