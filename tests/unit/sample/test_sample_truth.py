"""The defects are really there, and look-alikes are really different people: the truth can be relied on to judge the house."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest
from sample_rows import LISTS, SAMPLE, Row, read_table

EVERYWHERE = {  # codes that must occur, by where
    "northwind_prospects": "same_row same_person other_list in_crm account_in_crm typo nickname swapped_names initial transliterated "
    "changed_title company_alias shared_phone shared_mailbox namesake role_mailbox free_mailbox disposable_domain bad_phone bad_email "
    "missing_email missing_phone missing_contact missing_name missing_company missing_title missing_firmographics placeholder_cell "
    "placeholder formula markup shifted ragged quoted_newline opted_out",
    "rheinland_entscheider": "same_row same_person other_list in_crm transliterated mojibake company_alias shared_phone shifted ragged "
    "formula markup placeholder bad_phone disposable_domain opted_out",
    "homeseekers_b2c": "same_row same_person typo nickname namesake family_mailbox shared_mailbox numeric_phone disposable_domain "
    "bad_phone bad_email missing_contact missing_name placeholder formula shifted "
    "opted_out",
    "crm_contacts": "same_person opted_out do_not_contact missing_email missing_phone missing_title",
    "crm_accounts": "company_alias subsidiary",
    "opt_outs": "plus_tag upper_case plain phone_only name_and_domain whole_company stranger",
}


def rows_with(rows: list[Row], code: str, *sources: str) -> list[Row]:
    return [row for row in rows if code in row.defects and (not sources or row.source in sources)]


@pytest.mark.parametrize("source", EVERYWHERE)
def test_every_defect_occurs_where_it_belongs(source: str, expected: dict[str, Any]) -> None:
    assert set(EVERYWHERE[source].split()) <= set(expected["sources"][source]["defects"])


def test_an_exact_repeat_has_a_twin_in_its_list(rows: list[Row]) -> None:
    for source in LISTS:
        seen = Counter(tuple(row.cells.values()) for row in rows if row.source == source)
        assert all(seen[tuple(row.cells.values())] > 1 for row in rows_with(rows, "same_row", source))


def test_a_person_written_another_way_shares_mailbox_or_telephone_with_another_row(rows: list[Row]) -> None:
    """Never both gone: a matcher that is sharp enough can find them."""

    def keys(row: Row) -> set[str]:
        digits = "".join(c for c in row.cell(1) if c.isdigit())
        return {row.cell(0).lower(), digits[-7:]} - {""}

    by_person = defaultdict(list)
    for row in rows:
        if row.source in LISTS and row.person:
            by_person[row.source, row.person].append(row)
    for row in rows_with(rows, "same_person", *LISTS):
        others = [other for other in by_person[row.source, row.person] if other.line != row.line]
        assert any(keys(row) & keys(other) for other in others), (row.source, row.line)


def test_people_of_the_lists_are_in_the_crm_exactly_where_truth_says(rows: list[Row]) -> None:
    contacts = {row.person for row in rows if row.source == "crm_contacts"}
    for row in rows:
        if row.source in LISTS and row.person:
            assert ("in_crm" in row.defects) == (row.person in contacts)


def test_colleagues_at_one_switchboard_are_different_people_of_one_company(rows: list[Row]) -> None:
    shared = defaultdict(list)
    for row in rows_with(rows, "shared_phone", "northwind_prospects"):
        shared[row.company].append(row.person)
    assert sum(len(set(people)) > 1 for people in shared.values()) > 50


def test_namesakes_share_neither_mailbox_nor_telephone_and_fathers_and_sons_live_apart(rows: list[Row]) -> None:
    named = defaultdict(dict)
    for row in rows_with(rows, "namesake", "homeseekers_b2c"):
        if not row.defects - {"namesake"}:
            named[row.cell(2), row.cell(3)][row.person] = row
    namesakes = [list(people.values()) for people in named.values() if len(people) > 1]
    for people in namesakes:
        assert len({row.cell(0) for row in people}) == len({row.cell(1) for row in people}) == len(people)
    assert sum(len({row.cells["City"] for row in people}) == len(people) for people in namesakes) > 5


def test_couples_share_a_mailbox_and_are_two(rows: list[Row]) -> None:
    couples = defaultdict(set)
    for row in rows_with(rows, "family_mailbox"):
        couples[row.cell(0)].add(row.person)
    assert len(couples) > 10
    assert all(len(people) == 2 for people in couples.values())


def test_a_telephone_taken_for_a_number_has_lost_its_signs_only(rows: list[Row]) -> None:
    assert all(row.cell(1).isdigit() and len(row.cell(1)) == 10 for row in rows_with(rows, "numeric_phone"))


def test_a_ragged_row_has_too_few_or_too_many_cells_and_a_shifted_one_as_many_as_the_header(rows: list[Row]) -> None:
    lengths = {"northwind_prospects": 16, "rheinland_entscheider": 14, "homeseekers_b2c": 11}
    for row in rows_with(rows, "shifted"):
        assert len(row.cells) == lengths[row.source]
    short = [row for row in rows_with(rows, "ragged") if len(row.cells) < lengths[row.source]]
    assert 0 < len(short) < len(rows_with(rows, "ragged"))


def test_everybody_opted_out_can_be_recognised_in_the_lists(rows: list[Row]) -> None:
    """The key differs in spelling only: case, a plus tag, the format of the number."""
    mailboxes = {row.cell(0).lower(): row.person for row in rows if row.source in LISTS}
    for row in rows:
        if row.source == "opt_outs" and row.defects & {"plus_tag", "upper_case", "plain"}:
            local, _, domain = row.cells["email"].lower().partition("@")
            assert mailboxes[f"{local.split('+')[0]}@{domain}"] == row.person


def test_a_row_is_opted_out_exactly_when_its_person_or_its_company_is(rows: list[Row]) -> None:
    opted = [row for row in rows if row.source == "opt_outs"]
    persons = {row.person for row in opted if row.person}
    companies = {row.company for row in opted if not row.person}
    assert len(opted) == 120
    assert len(companies) == 5
    for row in rows:
        if row.source in (*LISTS, "crm_contacts"):
            out = (row.person and row.person in persons) or (row.company and row.company in companies)
            assert ("opted_out" in row.defects) == bool(out)


def test_whom_the_crm_says_not_to_contact_is_marked_in_every_list(rows: list[Row]) -> None:
    refusing = {row.person for row in rows if row.source == "crm_contacts" and row.cells["do_not_contact"] == "true"}
    assert len(refusing) > 5
    for row in rows:
        if row.source in (*LISTS, "crm_contacts") and row.person:
            assert ("do_not_contact" in row.defects) == (row.person in refusing)


def test_the_mortgage_example_names_everybody_a_bank_prequalified_who_wants_a_house_and_heads_the_household(
    rows: list[Row], expected: dict[str, Any]
) -> None:
    refused = {"shifted", "formula", "placeholder", "missing_contact", "missing_name", "opted_out"}
    fitting = {
        row.person
        for row in rows
        if row.source == "homeseekers_b2c"
        and not row.defects & refused
        and [row.cells[name] for name in ("Mortgage pre-qualified", "Asked for", "Household role")] == ["yes", "house", "head"]
    }
    assert set(expected["mortgage_qualified"]) == fitting
    assert 20 < len(fitting) < 300


def test_the_crm_exports_point_to_each_other() -> None:
    contacts, accounts, opportunities, activities = (
        read_table(SAMPLE / "crm" / f"{name}.csv") for name in ("contacts", "accounts", "opportunities", "activities")
    )
    account_ids = {row["account_id"] for row in accounts}
    contact_ids = {row["contact_id"] for row in contacts}
    assert len(account_ids) == len(accounts)
    assert len(contact_ids) == len(contacts)
    assert {row["account_id"] for row in [*contacts, *opportunities, *activities]} <= account_ids
    assert {row["contact_id"] for row in [*opportunities, *activities]} <= contact_ids
    assert {row["parent_account_id"] for row in accounts} - {""} < account_ids
    assert {row["is_won"] for row in opportunities} == {"true", "false", ""}
