"""The door to Great Expectations: one frame, one list of expectations, results by rule without a single cell.

Four things it does silently are checked here: it drops rules it cannot build (count them), reorders results (match by `meta`), reports an
untested rule as merely failed (`errored`), and stores raw values in results (only counts, shares and record ids are asked for or kept).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import pyarrow as pa

from leadmill.errors import StateError
from leadmill.validate.ready import Expectation

QUIET = {"globally": False, "metric_calculations": False}  # both are needed
COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}
IDS = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["record_id"],
    "partial_unexpected_count": 0,
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
}
# What of a result may be stored: never an observed text, never a list of cells, never an exception's words.
_KEPT = ("element_count", "unexpected_count", "unexpected_percent", "missing_count", "missing_percent", "observed_value")
_RE2 = MappingProxyType(
    {
        "expect_column_values_to_match_regex": "expect_column_values_to_match_re2",
        "expect_column_values_to_not_match_regex": "expect_column_values_to_not_match_re2",
    }
)
_IGNORE = MappingProxyType(  # missing is unknown, for pairs and compounds too
    {
        "expect_column_pair_values_to_be_equal": "either_value_is_missing",
        "expect_column_pair_values_to_be_in_set": "either_value_is_missing",
        "expect_column_pair_values_a_to_be_greater_than_b": "either_value_is_missing",
        "expect_compound_columns_to_be_unique": "any_value_is_missing",
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One expectation put to Great Expectations for a rule."""

    rule: str
    severity: str
    expectation: Expectation


@dataclass(frozen=True, slots=True)
class Answer:
    """What Great Expectations said: the outcome, the failing record ids when asked for, and the storable result."""

    rule: str
    outcome: Literal["passed", "failed", "errored"]
    record_ids: frozenset[str]
    result: dict[str, Any]


def validate(frame: pa.Table, asked: Sequence[Asked], result_format: dict[str, Any]) -> list[Answer]:
    """Run expectations over a frame of only the columns they need.

    Raises StateError when Great Expectations dropped one: a rule not run must never look like a rule passed.
    """
    if not asked:
        return []
    # It looks at pyspark wherever that is installed, and pyspark complains of our pandas, which it never meets here.
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
    import great_expectations as gx  # noqa: PLC0415 - takes seconds
    import pandas as pd  # noqa: PLC0415 - takes a second

    import leadmill.validate.re2  # noqa: F401, PLC0415 - registers our two expectations

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = QUIET
    asset = context.data_sources.add_pandas("leads").add_dataframe_asset("list")
    definition = asset.add_batch_definition_whole_dataframe("all")
    batch = definition.get_batch(batch_parameters={"dataframe": frame.to_pandas(types_mapper=pd.ArrowDtype)})
    suite = gx.ExpectationSuite(name="contract", expectations=[_configuration(each) for each in asked])
    if len(suite.expectations) != len(asked):
        raise StateError(f"Great Expectations kept {len(suite.expectations)} of {len(asked)} rules.", hint="Please report the contract.")
    return [_answer(result) for result in batch.validate(suite, result_format=result_format).results]


def _configuration(asked: Asked) -> dict[str, Any]:
    kind, kwargs = asked.expectation
    kwargs = {name: str(value) if isinstance(value, str) else value for name, value in kwargs.items()}
    if kind in _IGNORE:
        kwargs["ignore_row_if"] = _IGNORE[kind]
    if kind == "expect_column_pair_values_to_be_in_set":
        kwargs["value_pairs_set"] = [tuple(pair) for pair in kwargs["value_pairs_set"]]
    return {"type": _RE2.get(kind, kind), "severity": asked.severity, "kwargs": kwargs, "meta": {"rule": asked.rule}}


def _answer(result: Any) -> Answer:
    info = result.exception_info or {}
    errored = info.get("raised_exception", bool(info))
    ids = result.result.get("unexpected_index_list") or []
    listed = ids[0]["record_id"] if ids and isinstance(ids[0]["record_id"], list) else [each["record_id"] for each in ids]
    outcome: Literal["passed", "failed", "errored"] = "errored" if errored else "passed" if result.success else "failed"
    return Answer(result.expectation_config.meta["rule"], outcome, frozenset(listed), _storable(result, outcome))


def _storable(result: Any, outcome: str) -> dict[str, Any]:
    """Reduce a result to what carries no personal data: counts, shares and numbers observed."""
    whole = result.to_json_dict()
    kept = {name: value for name, value in whole["result"].items() if name in _KEPT and isinstance(value, int | float)}
    config = whole["expectation_config"]
    arguments = {name: value for name, value in config["kwargs"].items() if name != "batch_id"}
    return {"type": config["type"], "kwargs": arguments, "outcome": outcome, "success": bool(whole["success"]), "result": kept}
