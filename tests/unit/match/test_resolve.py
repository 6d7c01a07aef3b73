"""Who is the same person or company, shown on the smallest lists that can tell."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from unit.match.leads import SETTINGS, groups, leads, nothing, with_ids

from leadmill.columns import ACCOUNT
from leadmill.match import ANSWERS, resolve

ANNA = {"first_name": "Anna", "last_name": "Schmidt"}
JUERGEN = {"first_name": "Jürgen", "last_name": "Müller"}

SAME = {
    "a personal mailbox": (ANNA | {"email": "a@firma.example"}, ANNA | {"email": "a@firma.example"}),
    "a mailbox, one row without a name": (ANNA | {"email": "a@firma.example"}, {"email": "a@firma.example"}),
    "a mailbox, one first name an initial": (
        ANNA | {"email": "a@f.example"},
        {"first_name": "A.", "last_name": "Schmidt", "email": "a@f.example"},
    ),
    "umlauts written out": (JUERGEN | {"phone": "+4311"}, {"first_name": "Juergen", "last_name": "Mueller", "phone": "+4311"}),
    "umlauts without dots": (JUERGEN | {"domain": "f.example"}, {"first_name": "Jurgen", "last_name": "Muller", "domain": "f.example"}),
    "first and last name swapped": (JUERGEN | {"phone": "+4311"}, {"first_name": "Müller", "last_name": "Jürgen", "phone": "+4311"}),
    "a nickname": (
        {"first_name": "Bob", "last_name": "Jones", "domain": "f.example"},
        {"first_name": "Robert", "last_name": "Jones", "domain": "f.example"},
    ),
    "a typing error": (ANNA | {"phone": "+4311"}, {"first_name": "Anna", "last_name": "Schmitd", "phone": "+4311"}),
    "a double name cut short": (
        {"first_name": "Anna Maria", "last_name": "Schmidt", "phone": "+4311"},
        {"first_name": "Anna", "last_name": "Schmidt-Huber", "phone": "+4311"},
    ),
    "a doctor": (ANNA | {"domain": "f.example"}, {"first_name": "Dr. Anna", "last_name": "Schmidt", "domain": "f.example"}),
    "another alphabet": (
        {"first_name": "Иван", "last_name": "Петров", "domain": "f.example"},
        {"first_name": "Ivan", "last_name": "Petrov", "domain": "f.example"},
    ),
    "company and city": (ANNA | {"company_key": "acme", "city": "Wien"}, ANNA | {"company_key": "acme", "city": "WIEN"}),
    "company and postcode": (ANNA | {"company_key": "acme", "postcode": "SW1 1AA"}, ANNA | {"company_key": "acme", "postcode": "sw11aa"}),
    "an LEI": (ANNA | {"lei": "5299000J2N45DDNE4Y28"}, ANNA | {"lei": "5299000j2n45ddne4y28"}),
    "a registration number": (
        ANNA | {"registration_number": "HRB 1234", "country_code": "DE"},
        ANNA | {"registration_number": "HRB1234", "country_code": "DE"},
    ),
    "the id of our own CRM, whatever the name": (ANNA | {"crm_id": "003A"}, {"first_name": "Anna", "last_name": "Huber", "crm_id": "003A"}),
    "a household": (ANNA | {"street": "Hauptstraße 5", "city": "Graz"}, ANNA | {"street": "Hauptstr. 5", "city": "Graz"}),
}

OTHER = {
    "colleagues at a switchboard": (ANNA | {"phone": "+4311"}, {"first_name": "Peter", "last_name": "Huber", "phone": "+4311"}),
    "colleagues at a domain": (ANNA | {"domain": "f.example"}, {"first_name": "Peter", "last_name": "Schmidt", "domain": "f.example"}),
    "a couple sharing a mailbox": (
        ANNA | {"email": "familie@f.example"},
        {"first_name": "Peter", "last_name": "Schmidt", "email": "familie@f.example"},
    ),
    "brothers at one address": (
        {"first_name": "Jan", "last_name": "Nowak", "street": "Ring 1", "city": "Linz"},
        {"first_name": "Marek", "last_name": "Nowak", "street": "Ring 1", "city": "Linz"},
    ),
    "a role mailbox without names": (
        {"email": "info@f.example", "email_kind": "shared"},
        {"email": "info@f.example", "email_kind": "shared"},
    ),
    "a phone alone": ({"phone": "+4311"}, {"phone": "+4311"}),
    "a phone and an initial": (ANNA | {"phone": "+4311"}, {"first_name": "A.", "last_name": "Schmidt", "phone": "+4311"}),
    "the same name in another town": (ANNA | {"city": "Wien"}, ANNA | {"city": "Wien"}),
    "one registration number in two countries": (
        ANNA | {"registration_number": "123", "country_code": "DE"},
        ANNA | {"registration_number": "123", "country_code": "AT"},
    ),
    "John and Joan": (
        {"first_name": "John", "last_name": "Reed", "phone": "+4311"},
        {"first_name": "Joan", "last_name": "Reed", "phone": "+4311"},
    ),
}


def persons_of(*rows: dict[str, Any]) -> list[list[str]]:
    return groups(resolve(leads(*rows), nothing(), SETTINGS))


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME.keys())
def test_two_records_are_one_person_by(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert persons_of(*pair) == [["r01", "r02"]]


@pytest.mark.parametrize("pair", OTHER.values(), ids=OTHER.keys())
def test_two_records_are_two_persons_for(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert persons_of(*pair) == [["r01"], ["r02"]]


def test_a_mailbox_that_different_people_share_does_not_bind_a_row_without_a_name() -> None:
    """Whose row is the third? Nobody can tell, so it stays alone."""
    box = {"email": "praxis@f.example"}

    assert persons_of(ANNA | box, {"first_name": "Peter", "last_name": "Huber"} | box, box) == [["r01"], ["r02"], ["r03"]]


def test_an_initial_never_bridges_two_people() -> None:
    """J. Smith may be John or Jane: bound to one of them at most, and John and Jane stay apart."""
    jones = [{"first_name": first, "last_name": "Smith", "email": "j.smith@f.example"} for first in ("John", "Jane", "J.")]

    found = persons_of(*jones)

    assert not any({"r01", "r02"} <= set(group) for group in found)


def test_two_hundred_people_on_one_switchboard_stay_two_hundred() -> None:
    rows = [
        {"first_name": f"F{chr(97 + n // 26)}{chr(97 + n % 26)}q", "last_name": f"{chr(97 + n % 26) * 5}", "phone": "+4311"}
        for n in range(200)
    ]

    assert len(persons_of(*rows)) == 200


def test_an_answer_of_a_person_beats_every_rule() -> None:
    rows = leads(ANNA | {"email": "a@f.example"}, ANNA | {"email": "a@f.example"}, ANNA, ANNA)
    answers = pa.Table.from_pylist(
        [{"record_id_l": "r01", "record_id_r": "r02", "same": False}, {"record_id_l": "r04", "record_id_r": "r03", "same": True}],
        schema=ANSWERS,
    )

    assert groups(resolve(rows, nothing(), SETTINGS, answers)) == [["r01"], ["r02"], ["r03", "r04"]]


def test_not_the_same_also_holds_through_a_third_record() -> None:
    rows = leads(*[ANNA | {"email": "a@f.example"}] * 3)
    answers = pa.Table.from_pylist([{"record_id_l": "r01", "record_id_r": "r03", "same": False}], schema=ANSWERS)

    found = groups(resolve(rows, nothing(), SETTINGS, answers))

    assert not any({"r01", "r03"} <= set(group) for group in found)


def test_a_known_person_keeps_the_id_and_the_new_record_joins() -> None:
    old = leads(ANNA | {"email": "a@f.example", "record_id": "z9"})
    known = with_ids(old, resolve(old, nothing(), SETTINGS))
    tonight = resolve(leads(ANNA | {"email": "a@f.example", "record_id": "a1"}, delivery="d2"), known, SETTINGS)

    assert tonight.persons.to_pylist() == [{"record_id": "a1", "person_id": "p_z9", "company_id": None, "rule": "personal_mailbox"}]


def test_two_known_persons_become_one_and_the_larger_id_a_tombstone() -> None:
    old = leads(ANNA | {"email": "a@f.example"}, ANNA | {"phone": "+4311"})
    known = with_ids(old, resolve(old, nothing(), SETTINGS))
    tonight = resolve(leads(ANNA | {"email": "a@f.example", "phone": "+4311", "record_id": "r99"}), known, SETTINGS)

    assert tonight.merges.to_pylist() == [{"from_id": "p_r02", "into_id": "p_r01"}]
    assert {row["record_id"]: row["person_id"] for row in tonight.persons.to_pylist()} == {"r02": "p_r01", "r99": "p_r01"}


def test_merge_and_split_make_a_round_trip() -> None:
    """Joined by an answer, parted when the answer is taken back: the old ids return and the split says so."""
    rows = leads(ANNA, ANNA)
    apart = with_ids(rows, resolve(rows, nothing(), SETTINGS))
    yes = pa.Table.from_pylist([{"record_id_l": "r01", "record_id_r": "r02", "same": True}], schema=ANSWERS)
    joined = resolve(nothing(), apart, SETTINGS, yes)
    together = with_ids(rows, joined, {"r01": ("p_r01", None)})
    parted = resolve(nothing(), together, SETTINGS)

    assert joined.merges.to_pylist() == [{"from_id": "p_r02", "into_id": "p_r01"}]
    assert parted.splits.to_pylist() == [{"from_id": "p_r01", "into_id": "p_r02", "record_id": "r02"}]
    assert parted.persons["person_id"].to_pylist() == ["p_r02"]


def test_later_rows_of_one_person_in_one_delivery_are_duplicates() -> None:
    rows = pa.concat_tables(
        [
            leads(ANNA | {"email": "a@f.example"}, ANNA | {"email": "a@f.example"}),
            leads(ANNA | {"email": "a@f.example", "record_id": "x1"}, delivery="d2"),
        ]
    )

    assert resolve(rows, nothing(), SETTINGS).duplicates.to_pylist() == [{"record_id": "r02", "of_record_id": "r01"}]


COMPANIES = {
    "one domain": ({"domain": "acme.example"}, {"domain": "acme.example", "company_key": "acme"}, True),
    "name and city": ({"company_key": "acme", "city": "Graz"}, {"company_key": "acme", "city": "graz"}, True),
    "an account of the CRM": ({"crm_account_id": "001"}, {"crm_account_id": "001", "company_key": "acme"}, True),
    "a name alone": ({"company_key": "acme"}, {"company_key": "acme"}, False),
    "a subsidiary with its own number": (
        {"domain": "acme.example", "registration_number": "1", "country_code": "AT"},
        {"domain": "acme.example", "registration_number": "2", "country_code": "AT"},
        False,
    ),
    "a parent with its own LEI": (
        {"domain": "a.example", "lei": "5299000J2N45DDNE4Y28"},
        {"domain": "a.example", "lei": "529900T8BM49AURSDO55"},
        False,
    ),
}


@pytest.mark.parametrize(("one", "other", "same"), COMPANIES.values(), ids=COMPANIES.keys())
def test_companies_are_told_by(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    assert (len(groups(resolve(leads(one, other), nothing(), SETTINGS), "company_id")) == 1) is same


def test_a_domain_that_many_names_share_is_no_company() -> None:
    rows = [{"domain": "market.example", "company_key": f"shop{n}"} for n in range(30)]

    assert len(groups(resolve(leads(*rows), nothing(), SETTINGS), "company_id")) == 30


def test_a_record_that_says_nothing_of_a_company_has_none() -> None:
    assert resolve(leads(ANNA), nothing(), SETTINGS).persons["company_id"].to_pylist() == [None]


def test_an_account_of_the_crm_is_the_company_of_the_leads_it_matches() -> None:
    base = dict.fromkeys(ACCOUNT.names) | {"source": "crm", "delivery_id": "c", "line": 2, "fingerprint": "f"}
    accounts = pa.Table.from_pylist([base | {"record_id": "acc", "crm_account_id": "001", "domain": "acme.example"}], schema=ACCOUNT)

    found = resolve(leads(ANNA | {"domain": "acme.example"}), nothing(), SETTINGS, accounts=accounts)

    assert found.accounts.to_pylist() == [{"record_id": "acc", "company_id": "c_acc"}]
    assert found.persons.to_pylist() == [{"record_id": "r01", "person_id": "p_r01", "company_id": "c_acc", "rule": "new"}]
