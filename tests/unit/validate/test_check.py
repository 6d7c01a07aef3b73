"""A delivery against its contract: who is refused, why, and what the record says of it."""

from __future__ import annotations

import json
from typing import Any

import great_expectations as gx
import pandas as pd
import pyarrow as pa
import pytest

from leadmill.columns import LANDED
from leadmill.config import Source
from leadmill.errors import SourceError
from leadmill.validate import check
from leadmill.validate import compile as compiling
from leadmill.validate import prove as proving


def source(rows: list[dict[str, Any]], lists: list[dict[str, Any]] | None = None, **more: Any) -> Source:
    columns = {
        name: name for name in ("first_name", "last_name", "email", "phone", "company_name", "annual_revenue", "employee_count", "country")
    }
    contract = {"rows": rows, "lists": lists or [], **more.pop("contract", {})}
    return Source.model_validate(
        {"name": "vendor", "title": "A vendor", "kind": "list", "deliveries": "x", "columns": columns, "contract": contract, **more}
    )


def mapped(**columns: list[str | None]) -> pa.Table:
    size = len(next(iter(columns.values())))
    landed = {
        "record_id": pa.array([f"d-{line}" for line in range(2, size + 2)]),
        "source": pa.array(["vendor"] * size),
        "delivery_id": pa.array(["d"] * size),
        "line": pa.array(range(2, size + 2), pa.int32()),
        "fingerprint": pa.array([str(line) for line in range(size)]),
    }
    names = ("first_name", "last_name", "email", "phone", "company_name", "annual_revenue", "employee_count", "country")
    texts = {name: pa.array(columns.get(name, [None] * size), pa.string()) for name in names}
    return pa.table({**landed, **texts}).cast(pa.schema([*LANDED, *((name, pa.string()) for name in names)]))


def wrong(rule: dict[str, Any], table: pa.Table, **more: Any) -> list[int]:
    """Positions of the rows one critical rule refuses, after Great Expectations has agreed."""
    verdict = check(table, source([{"id": "rule", **rule}], **more))
    assert verdict.held == []
    return [int(record_id.removeprefix("d-")) - 2 for record_id in verdict.reasons.column("record_id").to_pylist()]


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


PEOPLE = mapped(
    first_name=["Jane", "Ann", "Bo", "Jane", None],
    last_name=["Roe", "Lee", "Lee", "Roe", "Roe"],
    email=["jane@roe.example", None, None, "jane@roe.example", "x@y.example"],
    phone=["+1 555 0100 200", None, "0301234567", None, None],
    country=["DE", "DE", "AT", "DE", None],
    annual_revenue=["1.000,5", "20", "7", "1", "9"],
    employee_count=["1.000", "20", "8", None, "x"],
)

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


def test_the_quarantine_is_what_great_expectations_itself_would_refuse_row_for_row():
    """Its own types, its own pattern engine, all rows, by a run of which our code knows nothing."""
    rows = 400
    table = mapped(
        email=[None if row % 7 == 0 else f"{'x' if row % 5 else '@'}{row % 90}@roe.example" for row in range(rows)],
        last_name=["Roe" * (row % 9) or None for row in range(rows)],
        country=[("DE", "AT", "XX", None)[row % 4] for row in range(rows)],
    )
    rules = [
        {"id": "no_email", "expectation": "expect_column_values_to_not_be_null", "column": "email"},
        {"id": "email", "expectation": "expect_column_values_to_match_regex", "column": "email", "kwargs": {"regex": "^[a-z0-9]+@"}},
        {"id": "same_email", "expectation": "expect_column_values_to_be_unique", "column": "email"},
        {"id": "long_name", "expectation": "expect_column_value_lengths_to_be_between", "column": "last_name", "kwargs": {"max_value": 18}},
        {"id": "country", "expectation": "expect_column_values_to_be_in_set", "column": "country", "kwargs": {"value_set": ["DE", "AT"]}},
    ]
    verdict = check(table, source(rules), sample_rows=100)

    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("leads").add_dataframe_asset("list")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch(
        batch_parameters={"dataframe": table.to_pandas(types_mapper=pd.ArrowDtype)}
    )
    suite = gx.ExpectationSuite(
        name="theirs",
        expectations=[
            {"type": rule["expectation"], "kwargs": {"column": rule["column"], **rule.get("kwargs", {})}, "meta": {"rule": rule["id"]}}
            for rule in rules
        ],
    )
    result = batch.validate(suite, result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["record_id"]})
    theirs: dict[str, set[str]] = {}
    for each in result.results:
        for row in each.result["unexpected_index_list"]:
            theirs.setdefault(row["record_id"], set()).add(each.expectation_config.meta["rule"])

    assert {row["record_id"]: set(row["reasons"]) for row in verdict.reasons.to_pylist()} == theirs
    assert len(theirs) > 200
    assert verdict.held == []


def test_a_rule_the_two_readings_of_which_differ_refuses_the_list(monkeypatch):
    """Break one reading on purpose: the other must notice."""
    broken = {**compiling._SQL, "expect_column_values_to_be_null": lambda kwargs, derive: ("false", [])}
    monkeypatch.setattr(compiling, "_SQL", broken)
    rule = {"id": "no_email", "expectation": "expect_column_values_to_be_null", "column": "email"}
    verdict = check(PEOPLE, source([rule]))
    assert verdict.gate == "refuse"
    assert [sentence.split(".")[0] for sentence in verdict.held] == [
        "rule 'no_email': DuckDB and Great Expectations differ on 3 of 5 sampled rows"
    ]


def test_a_rule_great_expectations_could_not_test_refuses_the_list(monkeypatch):
    """Hide a column from Great Expectations: it reports a failure like any other, and means that it never looked."""
    whole = proving._frame
    monkeypatch.setattr(proving, "_frame", lambda sample, rules: whole(sample, rules).drop_columns(["email"]))
    rules = [
        {"id": "no_email", "expectation": "expect_column_values_to_not_be_null", "column": "email"},
        {"id": "no_phone", "expectation": "expect_column_values_to_not_be_null", "column": "phone"},
    ]
    verdict = check(PEOPLE, source(rules))
    assert verdict.held == ["rule 'no_email' could not be tested by Great Expectations on 5 sampled rows."]
    assert verdict.gate == "refuse"


def test_a_rare_wrong_row_is_in_the_sample_that_proves_the_rule():
    rows = 3000
    table = mapped(country=["XX" if row == 1234 else "DE" for row in range(rows)])
    rule = {"id": "country", "expectation": "expect_column_values_to_be_in_set", "column": "country", "kwargs": {"value_set": ["DE"]}}
    sample = check(table, source([rule]), sample_rows=20).record["rules"]["country"]["sample"]
    assert (sample["flagged"], sample["unexpected"], sample["differ"]) == (1, 1, 0)
    assert 20 <= sample["rows"] <= 21


def test_a_pattern_that_would_stall_a_backtracking_engine_does_not_stall_us():
    table = mapped(company_name=["a" * 5000 + "!"] * 50)
    rule = {"id": "name", "expectation": "expect_column_values_to_match_regex", "column": "company_name", "kwargs": {"regex": "(a+)+$"}}
    assert wrong({key: rule[key] for key in ("expectation", "column", "kwargs")}, table) == list(range(50))


@pytest.mark.parametrize("severity", ["warning", "info"])
def test_a_row_that_breaks_only_a_milder_rule_is_accepted_and_counted(severity):
    rule = {"id": "no_first_name", "expectation": "expect_column_values_to_not_be_null", "column": "first_name", "severity": severity}
    verdict = check(PEOPLE, source([rule]))
    assert verdict.accepted.equals(PEOPLE)
    assert len(verdict.reasons) == 0
    assert (verdict.record["rules"]["no_first_name"]["wrong"], verdict.gate) == (1, "accept")
