"""Is the record true? What DuckDB refuses against what Great Expectations itself says, and what happens when they differ."""

from __future__ import annotations

import great_expectations as gx
import pandas as pd
from vendor_tables import PEOPLE, mapped, source, wrong

from leadmill.validate import check
from leadmill.validate import compile as compiling
from leadmill.validate import prove as proving


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
