"""A delivery against its contract: who is refused, why, and what the record says of it."""

from __future__ import annotations

import json

import pytest
from vendor_tables import PEOPLE, mapped, source, wrong

from leadmill.errors import SourceError
from leadmill.validate import check

CASES = [
    ("expect_column_values_to_not_be_null", "email", {}, ["a@b.co", None], [1]),
    ("expect_column_values_to_be_null", "email", {}, ["a@b.co", None], [0]),
    ("expect_column_values_to_be_in_set", "country", {"value_set": ["DE", "AT"]}, ["DE", "de", None, "AT"], [1]),
    ("expect_column_values_to_not_be_in_set", "country", {"value_set": ["XX"]}, ["DE", "XX", None], [1]),
    ("expect_column_values_to_match_regex", "country", {"regex": "^[A-Z]{2}$"}, ["DE", "DE\n", "D", None, "١٢"], [1, 2, 4]),
    ("expect_column_values_to_not_match_regex", "company_name", {"regex": "(?i)test"}, ["Acme", "Testco", None], [1]),
    (
        "expect_column_value_lengths_to_be_between",
        "last_name",
        {"min_value": 2, "max_value": 4},
        ["a", "ab", "Łódź", "abcde", None],
        [0, 3],
    ),
    (
        "expect_column_values_to_be_between",
        "employee_count",
        {"min_value": 1, "max_value": 1000},
        ["0", "1", "1,000", "1,001", "ten", None],
        [0, 3, 4],
    ),
    ("expect_column_values_to_be_between", "employee_count", {"min_value": 1, "strict_min": True}, ["1", "1.5", " 2 "], [0]),
    ("expect_column_values_to_be_unique", "email", {}, ["a", "b", "a", None, None], [0, 2]),
    (
        "expect_column_values_to_look_like_email",
        "email",
        {},
        ["jane@firm.example", "jane@firm", "jane", "müller@straße.example", None],
        [1, 2],
    ),
    ("expect_column_values_to_look_like_phone", "phone", {}, ["+49 (0) 30 1234-56", "call me", "0800/12345 ext 7", "12", None], [1, 3]),
]


@pytest.mark.parametrize(
    ("expectation", "column", "kwargs", "cells", "expected"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_rule_refuses_exactly_the_rows_that_break_it(expectation, column, kwargs, cells, expected):
    assert wrong({"expectation": expectation, "column": column, "kwargs": kwargs}, mapped(**{column: cells})) == expected


WHOLE_ROW_CASES = [
    ("nobody to reach", "expect_any_column_to_have_value", {"columns": ["email", "phone"]}, [1]),
    ("same person", "expect_compound_columns_to_be_unique", {"column_list": ["first_name", "last_name", "email"]}, [0, 3]),
    ("equal pair", "expect_column_pair_values_to_be_equal", {"column_A": "annual_revenue", "column_B": "employee_count"}, [0, 2, 4]),
    (
        "known pair",
        "expect_column_pair_values_to_be_in_set",
        {"column_A": "country", "column_B": "last_name", "value_pairs_set": [["DE", "Roe"], ["AT", "Lee"]]},
        [1],
    ),
    ("greater", "expect_column_pair_values_a_to_be_greater_than_b", {"column_A": "annual_revenue", "column_B": "employee_count"}, [1, 2]),
    (
        "greater or equal",
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "annual_revenue", "column_B": "employee_count", "or_equal": True},
        [2],
    ),
]


@pytest.mark.parametrize(
    ("expectation", "kwargs", "expected"), [case[1:] for case in WHOLE_ROW_CASES], ids=[case[0] for case in WHOLE_ROW_CASES]
)
def test_a_rule_about_several_columns_refuses_exactly_the_rows_that_break_it(expectation, kwargs, expected):
    assert wrong({"expectation": expectation, "kwargs": kwargs}, PEOPLE, format={"decimal": ","}) == expected


def test_reasons_name_every_critical_rule_a_row_breaks_and_warnings_refuse_nothing():
    verdict = check(
        PEOPLE,
        source(
            [
                {"id": "no_email", "expectation": "expect_column_values_to_not_be_null", "column": "email"},
                {"id": "no_phone", "expectation": "expect_column_values_to_not_be_null", "column": "phone"},
                {
                    "id": "no_first_name",
                    "expectation": "expect_column_values_to_not_be_null",
                    "column": "first_name",
                    "severity": "warning",
                },
            ]
        ),
    )
    assert verdict.reasons.to_pylist() == [
        {"record_id": "d-3", "reasons": ["no_email", "no_phone"]},
        {"record_id": "d-4", "reasons": ["no_email"]},
        {"record_id": "d-5", "reasons": ["no_phone"]},
        {"record_id": "d-6", "reasons": ["no_phone"]},
    ]
    assert verdict.accepted.equals(PEOPLE.slice(0, 1))
    assert verdict.record["rules"]["no_first_name"]["wrong"] == 1


def test_without_rules_every_row_is_accepted_and_the_list_too():
    verdict = check(PEOPLE, source([]))
    assert (verdict.accepted.equals(PEOPLE), len(verdict.reasons), verdict.held, verdict.gate) == (True, 0, [], "accept")


def test_the_record_is_json_and_holds_no_cell_of_the_list():
    cells = {
        cell for name in ("first_name", "last_name", "email", "phone") for cell in PEOPLE.column(name).to_pylist() if cell and len(cell) > 2
    }
    rules = [
        {"id": f"{column}_{number}", "expectation": expectation, "column": column, "kwargs": kwargs}
        for column in ("first_name", "last_name", "email", "phone")
        for number, (expectation, kwargs) in enumerate(
            [
                ("expect_column_values_to_be_unique", {}),
                ("expect_column_values_to_match_regex", {"regex": "^#$"}),
                ("expect_column_values_to_be_in_set", {"value_set": ["#"]}),
            ]
        )
    ]
    lists = [
        {"id": "names", "expectation": "expect_column_distinct_values_to_be_in_set", "column": "last_name", "kwargs": {"value_set": ["#"]}},
        {
            "id": "more_names",
            "expectation": "expect_column_distinct_values_to_contain_set",
            "column": "last_name",
            "kwargs": {"value_set": ["#"]},
        },
    ]
    text = json.dumps(check(PEOPLE, source(rules, lists)).record)
    assert not {cell for cell in cells if cell in text}


def test_a_mapped_table_without_a_column_of_the_contract_is_an_error_that_names_it():
    rule = {"id": "no_email", "expectation": "expect_column_values_to_not_be_null", "column": "email"}
    with pytest.raises(SourceError, match="email"):
        check(PEOPLE.drop_columns(["email"]), source([rule]))


@pytest.mark.parametrize("severity", ["warning", "info"])
def test_a_row_that_breaks_only_a_milder_rule_is_accepted_and_counted(severity):
    rule = {"id": "no_first_name", "expectation": "expect_column_values_to_not_be_null", "column": "first_name", "severity": severity}
    verdict = check(PEOPLE, source([rule]))
    assert verdict.accepted.equals(PEOPLE)
    assert len(verdict.reasons) == 0
    assert (verdict.record["rules"]["no_first_name"]["wrong"], verdict.gate) == (1, "accept")
