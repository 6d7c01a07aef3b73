"""Decisions: three-valued, for a reason, adding up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest
import rulesets
from rulesets import NOW

from leadmill.config import CHECKOUT
from leadmill.errors import RuleError
from leadmill.qualify import DECISION, decide, load_ruleset, restore_ruleset, see

RULESETS = CHECKOUT / "include" / "config" / "rulesets"
HOUSES = {"mortgage_prequalified": "boolean", "asked_for": "text", "household_role": "text", "do_not_contact": "boolean"}
HOUSES |= {"income_bracket": "text", "income_min_eur": "number"}
FOUR = dict.fromkeys(("wants", "can_pay", "decides", "lacks"), "boolean")
WORD = {True: "true", False: "false", None: "unknown"}


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        ({"mortgage_prequalified": True, "asked_for": "houses", "household_role": "head"}, "qualified"),
        ({"mortgage_prequalified": True, "asked_for": "house", "household_role": "head"}, "qualified"),
        ({"mortgage_prequalified": True, "asked_for": "houses", "household_role": "spouse"}, "qualified"),
        ({"mortgage_prequalified": True, "asked_for": "flats", "household_role": "head"}, "disqualified"),
        ({"mortgage_prequalified": False, "asked_for": "houses", "household_role": "head"}, "nurture"),
        ({"mortgage_prequalified": True, "asked_for": "houses", "household_role": "child"}, "nurture"),
        ({"mortgage_prequalified": True, "asked_for": "houses"}, "nurture"),
        ({"income_bracket": "60k-100k", "asked_for": "houses", "household_role": "head"}, "qualified"),
        ({"income_bracket": "30k-60k", "asked_for": "houses", "household_role": "head"}, "nurture"),
        ({"income_min_eur": 60000.0, "asked_for": "houses", "household_role": "head"}, "qualified"),
        ({"mortgage_prequalified": True, "asked_for": "houses", "household_role": "head", "do_not_contact": True}, "disqualified"),
        ({}, "nurture"),
    ],
)
def test_the_mortgage_example(facts: dict[str, object], decision: str) -> None:
    """Pre-qualified for a mortgage by a bank, asked for houses, heads the household: qualified; each of the facts matters."""
    ruleset = load_ruleset(RULESETS / "b2c_house_seller.yaml")

    assert rulesets.decide_one(ruleset, HOUSES, **facts)["decision"] == decision


def test_the_whole_truth_table_of_the_four_dimensions(tmp_path: Path) -> None:
    """All true qualifies; a false ability, authority or need disqualifies; a false interest or anything unknown is nurtured."""
    ruleset = rulesets.load(tmp_path, rulesets.PLAIN)
    table = list(product((True, False, None), repeat=4))

    found = decide(rulesets.people(FOUR, *(dict(zip(FOUR, row, strict=True)) for row in table)), ruleset, NOW).to_pylist()

    assert len(found) == 81
    for row, told in zip(table, found, strict=True):
        expected = "qualified" if all(row) else "disqualified" if False in row[1:] else "nurture"
        assert told["decision"] == expected, row
        assert [told[name] for name in ("interest", "ability", "authority", "need")] == [WORD[value] for value in row]
        assert told["score"] == 10 * row.count(True) == sum(reason["points"] for reason in told["reasons"])
        hopeful = expected == "nurture" and row[0] is not False
        assert told["missing"] == (sorted(name for name, value in zip(FOUR, row, strict=True) if value is None) if hopeful else [])


@pytest.mark.parametrize(
    ("unknown", "fact", "decision"),
    [
        ("passes", None, "qualified"),
        ("passes", False, "qualified"),
        ("passes", True, "disqualified"),
        ("waits", None, "nurture"),
        ("waits", False, "qualified"),
        ("waits", True, "disqualified"),
    ],
)
def test_an_unknown_gate_passes_or_waits_but_never_refuses(tmp_path: Path, unknown: str, fact: bool | None, decision: str) -> None:
    gate = f"gates: [{{id: g, out_when: do_not_contact, because: b, unknown: {unknown}}}]\n"
    ruleset = rulesets.load(tmp_path, gate + rulesets.PLAIN)

    found = rulesets.decide_one(ruleset, {**FOUR, "do_not_contact": "boolean"}, **dict.fromkeys(FOUR, True), do_not_contact=fact)

    assert found["decision"] == decision
    assert found["reasons"][0] == {"rule": "g", "dimension": "gate", "verdict": WORD[fact], "points": 0}
    assert found["missing"] == (["do_not_contact"] if decision == "nurture" else [])


@pytest.mark.parametrize(("qualify_as", "decision"), [("lead", "qualified"), ("prospect", "nurture")])
def test_a_business_that_calls_first_qualifies_leads(tmp_path: Path, qualify_as: str, decision: str) -> None:
    stages = f"stages: {{lead: {{needs: [ability], score: 10}}, prospect: {{score: 40}}}}\nqualify_as: {qualify_as}"
    ruleset = rulesets.load(tmp_path, rulesets.PLAIN.replace("stages: {prospect: {score: 40}}", stages))

    found = rulesets.decide_one(ruleset, FOUR, can_pay=True)

    assert (found["decision"], found["stage"]) == (decision, "lead")


def test_whoever_shows_everything_is_a_prospect(tmp_path: Path) -> None:
    assert rulesets.decide_one(rulesets.load(tmp_path, rulesets.PLAIN), FOUR, **dict.fromkeys(FOUR, True))["stage"] == "prospect"


DECAYING = f"""
title: interest fades
{rulesets.FREE}
rules:
  - {{id: asked, dimension: interest, points: 40, when: interest_signal = 'price_request', because: b,
      decay: {{since: "coalesce(interest_at, created_at)", half_life_days: 30}}}}
"""
DECAY_FACTS = {"interest_signal": "text", "interest_at": "timestamp", "created_at": "timestamp"}


@pytest.mark.parametrize(
    ("days", "points"),
    [(0, 40), (30, 20), (60, 10), (15, 28), (3650, 0), (-5, 40)],
    ids=["now", "half", "quarter", "between", "old", "ahead"],
)
def test_interest_halves_with_every_half_life(tmp_path: Path, days: int, points: int) -> None:
    moment = NOW - timedelta(days=days)

    found = rulesets.decide_one(rulesets.load(tmp_path, DECAYING), DECAY_FACTS, interest_signal="price_request", interest_at=moment)

    assert found["score"] == points
    assert found["reasons"][0]["points"] == points


def test_interest_of_unknown_age_is_unknown_not_fresh_and_not_gone(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, DECAYING)

    assert rulesets.decide_one(ruleset, DECAY_FACTS, interest_signal="price_request")["reasons"][0]["verdict"] == "unknown"
    assert rulesets.decide_one(ruleset, DECAY_FACTS, interest_signal="visit")["reasons"][0]["verdict"] == "false"
    assert rulesets.decide_one(ruleset, DECAY_FACTS, interest_signal="price_request", created_at=NOW)["score"] == 40


@pytest.mark.parametrize(("day", "counted"), [(date(2026, 1, 31), 0), (date(2026, 2, 1), 1), (date(2026, 2, 28), 1), (date(2026, 3, 1), 0)])
def test_a_rule_counts_from_its_first_to_its_last_day(tmp_path: Path, day: date, counted: int) -> None:
    text = f"title: t\n{rulesets.FREE}rules:\n  - {{id: r, dimension: need, points: 1, when: known(city), because: b, "
    ruleset = rulesets.load(tmp_path, text + "valid_from: 2026-02-01, valid_until: 2026-02-28}\n")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    assert len(rulesets.decide_one(ruleset, {"city": "text"}, now=noon, city="x")["reasons"]) == counted


def test_a_ruleset_does_not_decide_before_it_holds(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, "valid_from: 2026-04-01\n" + rulesets.PLAIN)

    with pytest.raises(RuleError, match="does not hold on 2026-03-01"):
        rulesets.decide_one(ruleset, FOUR)


def test_whoever_cannot_reach_the_nurture_score_is_disqualified(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, "nurture_score: 20\n" + rulesets.PLAIN.replace("{minimum: 10}", "{minimum: 10, if_false: nurture}"))

    assert rulesets.decide_one(ruleset, FOUR, wants=False, can_pay=False)["decision"] == "nurture"
    assert rulesets.decide_one(ruleset, FOUR, wants=False, can_pay=False, decides=False)["decision"] == "disqualified"


def test_nobody_is_forgotten(tmp_path: Path) -> None:
    """Nurtured and disqualified people have a day on which they are looked at again; the qualified are looked at every night."""
    ruleset = rulesets.load(tmp_path, "recheck: {nurture_days: 7, disqualified_days: 90}\n" + rulesets.PLAIN)

    assert rulesets.decide_one(ruleset, FOUR)["next_check_at"] == NOW + timedelta(days=7)
    assert rulesets.decide_one(ruleset, FOUR, lacks=False)["next_check_at"] == NOW + timedelta(days=90)
    assert rulesets.decide_one(ruleset, FOUR, **dict.fromkeys(FOUR, True))["next_check_at"] is None


def test_the_qualified_are_looked_at_again_where_the_ruleset_says_so_and_no_version_changes_by_the_new_key(tmp_path: Path) -> None:
    old = rulesets.load(tmp_path, "recheck: {nurture_days: 7}\n" + rulesets.PLAIN)
    new = rulesets.load(tmp_path, "recheck: {nurture_days: 7, qualified_days: 9}\n" + rulesets.PLAIN)

    assert rulesets.decide_one(new, FOUR, **dict.fromkeys(FOUR, True))["next_check_at"] == NOW + timedelta(days=9)
    assert '"qualified_days"' not in old.content
    assert restore_ruleset(new.content) == new


def test_what_would_reopen_a_decision_is_named(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, "gates: [{id: g, out_when: is_customer, because: b}]\n" + rulesets.PLAIN)
    types = {**FOUR, "is_customer": "boolean"}

    assert rulesets.decide_one(ruleset, types, wants=True, can_pay=True, lacks=False)["watch"] == ["decides", "lacks"]
    assert rulesets.decide_one(ruleset, types, **dict.fromkeys(FOUR, True), is_customer=True)["watch"] == ["is_customer"]
    assert rulesets.decide_one(ruleset, types, **dict.fromkeys(FOUR, True))["watch"] == []


def test_what_the_rules_saw_is_told_from_the_profile_with_where_they_came_from(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, rulesets.PLAIN)
    told = '{"wants": {"record_id": "r-2", "source": "fair"}, "lacks": "register"}'
    profiles = rulesets.people(FOUR, {"wants": True, "lacks": False}).append_column("provenance", pa.array([told]))

    seen = {each["fact"]: (each["value"], each["origin"]) for each in see(profiles, ruleset)[0].as_py()}

    assert seen == {"wants": ("true", "fair"), "can_pay": (None, None), "decides": (None, None), "lacks": ("false", "register")}


def test_a_fact_nobody_delivers_is_unknown_for_everybody(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, rulesets.PLAIN)

    found = decide(pa.table({"person_id": ["p_1"], "wants": [True]}), ruleset, NOW).to_pylist()[0]

    assert found["missing"] == ["can_pay", "decides", "lacks"]


def test_a_fact_of_another_type_is_refused_not_cast(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, rulesets.PLAIN)

    with pytest.raises(RuleError, match="'wants'") as refused:
        decide(pa.table({"person_id": ["p_1"], "wants": ["yes"]}), ruleset, NOW)

    assert refused.value.column == "wants"


def test_decisions_come_in_the_order_of_the_profiles(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, rulesets.PLAIN)
    rows = [dict(zip(FOUR, values, strict=True)) for values in product((True, False, None), repeat=4)] * 60
    profiles = rulesets.people(FOUR, *rows)

    found = decide(profiles, ruleset, NOW)

    assert found["person_id"] == profiles["person_id"]
    single = decide(profiles.slice(0, 81), ruleset, NOW).drop_columns(["person_id"]).to_pylist()
    assert found.drop_columns(["person_id"]).to_pylist() == single * 60


def test_an_empty_table_gives_an_empty_table_of_decisions() -> None:
    ruleset = load_ruleset(RULESETS / "b2b_software.yaml")

    found = decide(pa.table({"person_id": pa.array([], pa.string())}), ruleset, NOW)

    assert found.num_rows == 0
    assert found.schema == DECISION


@pytest.mark.parametrize("path", sorted(RULESETS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_ruleset_loads(path: Path) -> None:
    assert load_ruleset(path).name == path.stem


CALLED = {
    "seniority": "text",
    "employee_count": "integer",
    "last_answer": "text",
    "last_answer_at": "timestamp",
    "industry": "text",
}


@pytest.mark.parametrize(
    ("answer", "stage"),
    [(None, "lead"), ("responded", "prospect"), ("declined", None)],
    ids=["not_called", "interested", "declined"],
)
def test_contact_first_learns_from_the_call(answer: str | None, stage: str | None) -> None:
    ruleset = load_ruleset(RULESETS / "contact_first.yaml")
    facts = {"seniority": "owner", "employee_count": 50, "industry": "Logistics"}

    found = rulesets.decide_one(ruleset, CALLED, **facts, last_answer=answer, last_answer_at=NOW if answer else None)

    assert found["stage"] == stage


def test_a_customers_referral_raises_priority_with_a_visible_reason() -> None:
    ruleset = load_ruleset(RULESETS / "b2b_software.yaml")
    facts = {"seniority": "text", "referred_by_customer": "boolean"}

    plain = rulesets.decide_one(ruleset, facts, seniority="owner", referred_by_customer=False)
    referred = rulesets.decide_one(ruleset, facts, seniority="owner", referred_by_customer=True)

    assert referred["score"] > plain["score"]
    assert {"rule": "referred", "dimension": "interest", "verdict": "true", "points": 20} in referred["reasons"]
