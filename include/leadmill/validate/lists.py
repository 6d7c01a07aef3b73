"""Rules for the list as a whole: real expectations, every delivery, on a frame of only the columns they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from leadmill import engine
from leadmill.config import Rule
from leadmill.engine import quote
from leadmill.validate.ready import Expectation
from leadmill.validate.suite import COUNTS, Answer, Asked, validate

_REFUSED = "refused rows"


def check_lists(mapped: pa.Table, refused: pa.ChunkedArray, rules: Sequence[Rule]) -> list[Answer]:
    """Put the list rules to Great Expectations; `refused` (boolean, by row) answers the share of refused rows. One answer per rule."""
    frame = {name: mapped.column(name) for name in dict.fromkeys(rule.column for rule in rules) if name in mapped.column_names}
    frame |= {_duplicates_of(rule): _duplicates(mapped, rule.kwargs["columns"]) for rule in rules if "columns" in rule.kwargs}
    frame[_REFUSED] = refused  # also gives a frame without other columns its rows
    answers = validate(pa.table(frame), [Asked(rule.id, rule.severity, _expectation(rule)) for rule in rules], COUNTS)
    by_rule = {answer.rule: answer for answer in answers}
    return [by_rule[rule.id] for rule in rules]


def _expectation(rule: Rule) -> Expectation:
    kwargs: dict[str, Any] = {name: value for name, value in rule.kwargs.items() if name != "columns"}
    if rule.expectation == "expect_refused_share_to_be_at_most":
        return _share_of(_REFUSED, rule.kwargs["max_value"])
    if rule.expectation == "expect_duplicate_share_to_be_at_most":
        return _share_of(_duplicates_of(rule), rule.kwargs["max_value"])
    return Expectation(rule.expectation, kwargs | ({"column": rule.column} if rule.column else {}))


def _share_of(column: str, most: float) -> Expectation:
    """At most this share of the rows is true."""
    return Expectation("expect_column_values_to_be_in_set", {"column": column, "value_set": [False], "mostly": 1 - most})


def _duplicates_of(rule: Rule) -> str:
    return f"duplicate {', '.join(rule.kwargs['columns'])}"


def _duplicates(mapped: pa.Table, columns: Sequence[str]) -> pa.ChunkedArray:
    """Mark all but one of the rows that share these columns, all present; which one, and in which order, does not matter here."""
    key = ", ".join(quote(name) for name in columns)
    present = " and ".join(f"{quote(name)} is not null" for name in columns)
    sql = f"select ({present}) and row_number() over (partition by {key} order by record_id) > 1 as repeated from mapped"
    with engine.connect({"mapped": mapped.select(["record_id", *columns])}) as con:
        return con.sql(sql).to_arrow_table().column("repeated")
