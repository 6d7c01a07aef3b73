"""The laws a whole night must keep, on real files, a real registry and a real CRM file."""

import json
import sqlite3

import pytest
from tiny_house import CONTACTS, HEADER, LIST, OPT_OUTS, person, shuffled

from leadmill import pipeline, sources
from leadmill.errors import ConfigError, TallyUnbalanced

PEOPLE = [person(number) for number in range(12)]


def counts(told, source="acme"):
    return {name: count for name, count in told["sources"][source].items() if count}


def written(told):
    return told["crm"]["created"] + told["crm"]["updated"]


def test_a_first_night_brings_qualified_people_into_the_crm_each_with_the_reason(house):
    house.deliver("acme.csv", PEOPLE)

    told = house.night()

    assert counts(told) == {"received": 12, "accepted": 12}
    assert told["persons"] == told["decisions"]["qualified"] == told["crm"]["created"] == 12
    contact = house.crm()[0]
    assert contact["email"] == PEOPLE[0]["Email"]
    assert "asked_for_price" in contact["lead_reason"]
    assert contact["lead_decision"] == "qualified"


# Law 1 -------------------------------------------------------------------------------------------------------------------------
def test_every_row_received_is_counted_in_exactly_one_place(house):
    rows = [*PEOPLE, PEOPLE[0], person(3, Email=PEOPLE[3]["Email"].upper()), person(20, Email=""), person(21)]
    house.source("optouts", OPT_OUTS)
    house.deliver("optout.csv", [{"Mail": person(21)["Email"]}])
    house.deliver("acme.csv", rows)

    told = house.night()

    # exact repeat and the same person in capitals: duplicates; no e-mail: quarantined; refused contact: suppressed
    assert counts(told) == {"received": 16, "accepted": 12, "quarantined": 1, "suppressed": 1, "duplicate": 2}
    assert told["decisions"] == {"qualified": 12, "nurture": 0, "disqualified": 0, "suppressed": 1}


def test_a_row_that_vanishes_from_the_registry_stops_the_report(house):
    house.deliver("acme.csv", PEOPLE)
    house.night()
    with pipeline.open_mill() as mill, mill.registry.database.write() as con:
        con.exec_driver_sql("delete from records where line = 5")

    with pytest.raises(TallyUnbalanced, match="acme: 12 rows received, but 11 accounted for"):
        pipeline.report("n001")


# Law 2 -------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("how", ["same file", "renamed", "shuffled", "columns moved", "empty column added", "overlapping"])
def test_the_same_rows_twice_are_nothing(house, how):
    path = house.deliver("acme.csv", PEOPLE)
    house.night()
    moved = list(reversed(HEADER))
    match how:
        case "renamed":
            path.rename(path.with_name("acme-again.csv"))
        case "shuffled":
            house.deliver("acme-2.csv", shuffled(PEOPLE, 7))
        case "columns moved":
            house.deliver("acme-2.csv", [{name: row[name] for name in moved} for row in PEOPLE])
        case "empty column added":
            house.deliver("acme-2.csv", [{**row, "Remark": ""} for row in PEOPLE])
        case "overlapping":
            house.deliver("acme-2.csv", PEOPLE[4:9])

    told = house.night()

    assert told["sources"]["acme"]["accepted"] == 0
    assert (told["persons"], told["provider_calls"], written(told)) == (0, 0, 0)
    assert told["crm"]["unchanged"] == 12
    assert len(house.crm()) == 12


def test_an_overlapping_delivery_brings_only_what_is_new(house):
    house.deliver("acme.csv", PEOPLE[:8])
    house.night()
    house.deliver("acme-2.csv", PEOPLE[4:])

    told = house.night()

    assert counts(told) == {"received": 8, "accepted": 4, "duplicate": 4}
    assert told["crm"] == {"created": 4, "updated": 0, "unchanged": 8, "conflict": 0, "rejected": 0, "deferred": 0}


def test_a_corrected_row_is_taken_although_it_was_refused_before(house):
    house.deliver("acme.csv", [person(0, Email="")])
    assert counts(house.night()) == {"received": 1, "quarantined": 1}
    house.source(
        "acme",
        LIST.replace("rows:\n    - {id: email_missing, expectation: expect_column_values_to_not_be_null, column: email}", "rows: []"),
    )
    house.deliver("acme-2.csv", [person(0, Email=""), person(1)])

    assert counts(house.night()) == {"received": 2, "accepted": 2}


# Law 3 -------------------------------------------------------------------------------------------------------------------------
SPELLINGS = ["{0}", "{upper}", "  {0} ", "{plus}"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_who_refused_contact_is_suppressed_under_every_spelling(house, spelling):
    email = PEOPLE[5]["Email"]
    mailbox, at, domain = email.partition("@")
    refused = spelling.format(email, upper=email.upper(), plus=f"{mailbox}+news{at}{domain}")
    house.source("optouts", OPT_OUTS)
    house.deliver("optout.csv", [{"Mail": refused}])
    house.deliver("acme.csv", PEOPLE)

    told = house.night()

    assert told["decisions"]["suppressed"] == 1
    assert email not in {contact["email"] for contact in house.crm()}
    assert len(house.crm()) == 11


def test_a_refusal_after_the_decision_still_stops_the_push(house):
    house.deliver("acme.csv", PEOPLE)
    house.night(dry_run=True)
    house.source("optouts", OPT_OUTS)
    house.deliver("optout.csv", [{"Mail": PEOPLE[5]["Email"]}])

    told = house.night()

    assert told["crm"]["created"] == 11
    assert PEOPLE[5]["Email"] not in {contact["email"] for contact in house.crm()}


def test_a_refusal_between_plan_and_push_still_stops_the_push(house):
    house.deliver("acme.csv", PEOPLE)
    house.source("optouts", OPT_OUTS)
    pipeline.standardise(pipeline.validate(pipeline.land("acme")))
    pipeline.open_night("n1", "2026-11-21T02:00:00+00:00", {})
    for stage in (pipeline.match, pipeline.enrich, pipeline.qualify, pipeline.plan):
        stage("n1")
    house.deliver("optout.csv", [{"Mail": PEOPLE[5]["Email"]}])
    pipeline.standardise(pipeline.validate(pipeline.land("optouts")))

    assert pipeline.push("n1")["created"] == 11


def test_one_refusal_counts_for_every_row_of_the_person(house):
    other = person(5, Email="ann.private@mail.example")  # the same phone and name, another mailbox
    house.source("optouts", OPT_OUTS)
    house.deliver("optout.csv", [{"Mail": "ann.private@mail.example"}])
    house.deliver("acme.csv", [PEOPLE[5], other])

    told = house.night()

    assert told["decisions"] == {"qualified": 0, "nurture": 0, "disqualified": 0, "suppressed": 1}
    assert house.crm() == []


# Law 5 -------------------------------------------------------------------------------------------------------------------------
def test_what_a_person_changed_in_the_crm_stays(house):
    house.deliver("acme.csv", PEOPLE)
    house.night()
    with sqlite3.connect(house.root / "state" / "crm" / "crm.sqlite") as con:
        con.execute("update contacts set job_title = 'Chair of the board' where email = ?", (PEOPLE[2]["Email"],))
    house.deliver("acme-2.csv", [person(2, Title="Chief Executive Officer")])

    house.night()

    titles = {contact["email"]: contact["job_title"] for contact in house.crm()}
    assert titles[PEOPLE[2]["Email"]] == "Chair of the board"


# Law 6 -------------------------------------------------------------------------------------------------------------------------
def test_stored_reasons_add_up_to_the_score_for_every_decision(house):
    weak = [person(30, Title="Intern", Asked=""), person(31, Staff="", Title=""), person(32, Sector="Fishing")]
    house.deliver("acme.csv", [*PEOPLE, *weak])
    house.night()

    with pipeline.open_mill() as mill:
        decisions = mill.registry.decisions.table("n001").to_pylist()

    assert len(decisions) == 15
    for decision in decisions:
        assert sum(reason["points"] for reason in json.loads(decision["reasons"])) == decision["score"]


# Law 7 -------------------------------------------------------------------------------------------------------------------------
def test_a_missing_value_makes_rules_unknown_and_never_false(house):
    house.deliver("acme.csv", [person(0, Staff="")])
    house.night()

    (decision,) = house.lake("night", "n001", "decisions").to_pylist()

    size = {
        reason["rule"]: reason["verdict"] for reason in decision["reasons"] if reason["rule"] in ("large_enough", "mid_sized", "revenue")
    }
    assert size == {"large_enough": "unknown", "mid_sized": "unknown", "revenue": "unknown"}
    assert decision["decision"] == "nurture"
    assert decision["missing"]


# Law 8 -------------------------------------------------------------------------------------------------------------------------
def test_a_refused_row_can_be_opened_with_file_line_raw_text_and_reason(house):
    house.deliver("acme.csv", [PEOPLE[0], person(1, Email="", Company='Smith, "Jones" & Co')])
    house.night()
    with pipeline.open_mill() as mill:
        (delivery,) = mill.lake.names("quarantine", "acme")

    (row,) = house.lake("quarantine", "acme", delivery).to_pylist()

    assert (row["file"], row["line"], row["reasons"]) == ("acme.csv", 3, ["email_missing"])
    assert "Lakeba,Managing Director,," in row["raw"]
    assert '"Smith, ""Jones"" & Co"' in row["raw"]


def test_the_crm_export_is_recognised_so_nobody_we_own_is_created_twice(house):
    house.source("contacts", CONTACTS)
    own = {
        "Id": "C-7",
        "First": PEOPLE[4]["First"],
        "Last": PEOPLE[4]["Last"],
        "Email": PEOPLE[4]["Email"],
        "Company": PEOPLE[4]["Company"],
    }
    house.deliver("contacts.csv", [own])
    house.deliver("acme.csv", PEOPLE)

    told = house.night()

    assert told["crm"] == {"created": 11, "updated": 1, "unchanged": 0, "conflict": 0, "rejected": 0, "deferred": 0}
    (ours,) = [contact for contact in house.crm() if contact["crm_id"] == "C-7"]
    assert ours["lead_decision"] == "qualified"


# The forms a night is asked in ---------------------------------------------------------------------------------------------------
def test_a_dry_run_writes_nothing_and_the_next_night_makes_up_for_it(house):
    house.deliver("acme.csv", PEOPLE)

    dry = house.night(dry_run=True)
    real = house.night()

    assert (written(dry), dry["decisions"]["qualified"]) == (0, 12)
    assert real["crm"]["created"] == 12


def test_a_limit_defers_the_rest_to_the_next_night(house):
    house.deliver("acme.csv", PEOPLE)

    first = house.night(limit=5)
    second = house.night()

    assert (first["crm"]["created"], first["crm"]["deferred"]) == (5, 7)
    assert (second["crm"]["created"], second["crm"]["unchanged"]) == (7, 5)


def test_a_night_may_be_about_one_delivery_and_the_others_wait(house):
    house.deliver("acme-1.csv", PEOPLE[:8])
    second = house.deliver("acme-2.csv", PEOPLE[8:])
    pipeline.standardise(pipeline.validate(pipeline.land("acme")))
    wanted = sources.delivery_id(second)

    one = house.night(delivery=wanted[:12])
    rest = house.night()

    assert (one["persons"], rest["persons"]) == (4, 8)
    with pytest.raises(ConfigError, match="no delivery that waits for a night"):
        house.night(delivery=wanted)


def test_a_chosen_ruleset_decides_everybody(house):
    house.deliver("acme.csv", PEOPLE)

    house.night(ruleset="b2c_house_seller")

    assert set(house.lake("night", "n001", "decisions")["ruleset"].to_pylist()) == {"b2c_house_seller"}
