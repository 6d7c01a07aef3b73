"""A list as a whole: accepted, held for a person, or refused."""

from __future__ import annotations

import pytest
from vendor_tables import PEOPLE, source

from leadmill.validate import check


def test_an_empty_list_is_refused_although_every_cell_of_it_is_right():
    verdict = check(
        PEOPLE.slice(0, 0), source([{"id": "no_email", "expectation": "expect_column_values_to_not_be_null", "column": "email"}])
    )
    assert verdict.gate == "refuse"
    assert verdict.held == ["list rule 'rows_received' (expect_table_row_count_to_be_between: min_value 1): found 0."]


LIST_CASES = [
    ("expect_table_row_count_to_be_between", None, {"min_value": 6}, "found 5."),
    ("expect_column_proportion_of_non_null_values_to_be_between", "email", {"min_value": 0.61}, "found 0.6."),
    ("expect_column_unique_value_count_to_be_between", "country", {"min_value": 3}, "found 2."),
    ("expect_column_proportion_of_unique_values_to_be_between", "last_name", {"min_value": 0.5}, "found 0.4."),
    ("expect_column_distinct_values_to_be_in_set", "country", {"value_set": ["DE"]}, "1 other values."),
    ("expect_column_distinct_values_to_contain_set", "country", {"value_set": ["FR"]}, "values are missing."),
    ("expect_refused_share_to_be_at_most", None, {"max_value": 0.19}, "found 0.2."),
    ("expect_duplicate_share_to_be_at_most", None, {"columns": ["first_name", "last_name"], "max_value": 0.19}, "found 0.2."),
]


@pytest.mark.parametrize(("severity", "gate"), [("critical", "refuse"), ("warning", "hold"), ("info", "accept")])
@pytest.mark.parametrize("case", LIST_CASES, ids=[case[0] for case in LIST_CASES])
def test_a_broken_list_rule_refuses_holds_or_is_noted_by_its_severity(case, severity, gate):
    expectation, column, kwargs, found = case
    rule = {"id": "broken", "expectation": expectation, "column": column, "kwargs": kwargs, "severity": severity}
    no_first_name = {"id": "no_first_name", "expectation": "expect_column_values_to_not_be_null", "column": "first_name"}
    verdict = check(PEOPLE, source([no_first_name], [rule]))
    assert verdict.gate == gate
    assert [sentence.endswith(found) for sentence in verdict.held] == ([] if severity == "info" else [True])
    assert verdict.record["lists"]["broken"]["outcome"] == "failed"


def test_a_list_rule_that_holds_stops_nothing():
    lists = [
        {"id": "enough", "expectation": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 5, "max_value": 5}},
        {
            "id": "filled",
            "expectation": "expect_column_proportion_of_non_null_values_to_be_between",
            "column": "email",
            "kwargs": {"min_value": 0.6},
        },
        {"id": "few_refused", "expectation": "expect_refused_share_to_be_at_most", "kwargs": {"max_value": 0.2}},
        {"id": "few_twice", "expectation": "expect_duplicate_share_to_be_at_most", "kwargs": {"columns": ["email"], "max_value": 0.2}},
    ]
    no_first_name = {"id": "no_first_name", "expectation": "expect_column_values_to_not_be_null", "column": "first_name"}
    verdict = check(PEOPLE, source([no_first_name], lists, contract={"required": ["email"]}))
    assert (verdict.held, verdict.gate) == ([], "accept")


def test_more_wrong_rows_than_a_rule_tolerates_hold_the_list():
    rule = {"id": "reachable", "expectation": "expect_column_values_to_not_be_null", "column": "email", "kwargs": {"mostly": 0.8}}
    verdict = check(PEOPLE, source([rule]))
    assert verdict.gate == "hold"
    assert verdict.held == ["rule 'reachable': 2 of 5 rows are wrong; 80.0% must be right."]
