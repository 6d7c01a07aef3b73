"""Quarantine and Great Expectations agree row for row, on any text: the law behind the record of validation."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadmill.columns import LANDED
from leadmill.config import Source
from leadmill.validate import check

COLUMNS = ("first_name", "email", "phone", "annual_revenue", "employee_count")
ODD = [
    "",
    " ",
    "\n",
    "a\n",
    "١٢",
    "é",
    "e\u0301",
    "👩‍👩‍👧",
    "NULL",
    "n/a",
    "=1+1",
    "+49 30 1",
    "-5",
    "1,000",
    "1.000,5",
    "1e9",
    "4.4E+11",
    "jane@roe.example",
    "x@y",
    "\x00",
    "'",
    '"',
    "test",
    "ß",
    "İ",
]
CELL = st.none() | st.sampled_from(ODD) | st.text(max_size=12) | st.integers(-2000, 2000).map(str) | st.floats(0, 1e6).map("{:.2f}".format)
COLUMN = st.sampled_from(COLUMNS)
NUMBER = st.integers(-1500, 1500) | st.floats(-1500, 1500)


def a_rule(
    expectation: str, column: st.SearchStrategy[str] | None = COLUMN, **kwargs: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    facts = {"expectation": st.just(expectation), "kwargs": st.fixed_dictionaries(kwargs)}
    return st.fixed_dictionaries(facts | ({} if column is None else {"column": column}))


PATTERNS = st.sampled_from(
    [r"^[a-z]+$", r"\d", r"\w+\s", r".$", r"^$", r"(a+)+$", r"\p{L}", r"(?i)TEST", r"[^\x00-\x7f]", r"^.{1,3}$", r"\bß"]
)
SETS = st.lists(st.sampled_from(ODD), min_size=1, max_size=4, unique=True)
SEVERAL = st.lists(COLUMN, min_size=2, max_size=3, unique=True)
PAIR = {"column_A": COLUMN, "column_B": COLUMN}
RULE = st.one_of(
    a_rule("expect_column_values_to_not_be_null"),
    a_rule("expect_column_values_to_be_null"),
    a_rule("expect_column_values_to_be_in_set", value_set=SETS),
    a_rule("expect_column_values_to_not_be_in_set", value_set=SETS),
    a_rule("expect_column_values_to_match_regex", regex=PATTERNS),
    a_rule("expect_column_values_to_not_match_regex", regex=PATTERNS),
    a_rule("expect_column_value_lengths_to_be_between", min_value=st.integers(0, 3), max_value=st.integers(3, 9)),
    a_rule("expect_column_values_to_be_between", min_value=NUMBER, strict_min=st.booleans()),
    a_rule("expect_column_values_to_be_between", max_value=NUMBER, strict_max=st.booleans()),
    a_rule("expect_column_values_to_be_unique"),
    a_rule("expect_column_values_to_look_like_email"),
    a_rule("expect_column_values_to_look_like_phone"),
    a_rule("expect_any_column_to_have_value", None, columns=SEVERAL),
    a_rule("expect_compound_columns_to_be_unique", None, column_list=SEVERAL),
    a_rule("expect_column_pair_values_to_be_equal", None, **PAIR),
    a_rule("expect_column_pair_values_a_to_be_greater_than_b", None, **PAIR, or_equal=st.booleans()),
    a_rule(
        "expect_column_pair_values_to_be_in_set",
        None,
        **PAIR,
        value_pairs_set=st.lists(st.lists(st.sampled_from(ODD), min_size=2, max_size=2), min_size=1, max_size=3),
    ),
    *(
        a_rule(ready, None)
        for ready in (
            "expect_rows_not_to_be_shifted",
            "expect_cells_not_to_be_formulas",
            "expect_cells_not_to_be_placeholders",
            "expect_leads_not_to_be_tests",
        )
    ),
)
TABLE = st.lists(st.tuples(*(CELL for _ in COLUMNS)), min_size=1, max_size=12)
SEVERITY = st.sampled_from(["critical", "warning", "info"])


def source_of(rules: list[dict[str, Any]], decimal: str) -> Source:
    numbered = [{"id": f"rule_{number}", **rule} for number, rule in enumerate(rules)]
    facts = {"name": "vendor", "title": "A vendor", "kind": "list", "deliveries": "x", "columns": {name: name for name in COLUMNS}}
    return Source.model_validate({**facts, "format": {"decimal": decimal}, "contract": {"rows": numbered}})


def table_of(rows: list[tuple[str | None, ...]]) -> pa.Table:
    lines = range(2, len(rows) + 2)
    landed = [(f"d-{line}", "vendor", "d", line, str(line)) for line in lines]
    schema = pa.schema([*LANDED, *((name, pa.string()) for name in COLUMNS)])
    return pa.Table.from_pylist(
        [dict(zip(schema.names, (*ours, *cells), strict=True)) for ours, cells in zip(landed, rows, strict=True)], schema
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(RULE, SEVERITY), min_size=1, max_size=5), TABLE, st.sampled_from([".", ","]))
def test_great_expectations_finds_the_very_rows_we_refuse_whatever_the_text(rules, rows, decimal):
    mapped = table_of(rows)
    verdict = check(mapped, source_of([{**rule, "severity": severity} for rule, severity in rules], decimal))

    assert verdict.held == []
    for facts in verdict.record["rules"].values():
        assert (facts["sample"]["errored"], facts["sample"]["differ"]) == (False, 0)
        assert facts["sample"]["flagged"] == facts["wrong"]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RULE, min_size=1, max_size=3), TABLE)
def test_every_row_is_accepted_or_refused_with_a_reason_and_never_both(rules, rows):
    mapped = table_of(rows)
    verdict = check(mapped, source_of(rules, "."))

    accepted, refused = verdict.accepted.column("record_id").to_pylist(), verdict.reasons.column("record_id").to_pylist()
    assert sorted(accepted + refused) == sorted(mapped.column("record_id").to_pylist())
    assert all(verdict.reasons.column("reasons").to_pylist())
    assert verdict.accepted.schema == mapped.schema
