r"""Great Expectations' two pattern expectations, matched by pyarrow's RE2 instead of Python's `re`.

Great Expectations hands patterns to pandas, which hands many of them to Python's `re`: `(a+)+$` on one cell of 28 characters then takes 13
seconds (measured), and `$`, `[0-9]` and `\d` mean other things than in DuckDB. Here both readings of a rule are RE2, from two libraries.
Importing this module imports Great Expectations (seconds) and registers the two types: only `suite` does, when it runs.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.core import ExpectColumnValuesToMatchRegex, ExpectColumnValuesToNotMatchRegex
from great_expectations.expectations.metrics.map_metric_provider import ColumnMapMetricProvider, column_condition_partial


def _matches(column: pd.Series[Any], regex: str) -> pd.Series[Any]:
    """Match every cell; Great Expectations has taken the missing ones out."""
    found = pc.match_substring_regex(pa.array(column, pa.string()), regex)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=column.index, dtype=bool)


class MatchRe2(ColumnMapMetricProvider):  # type: ignore[misc]  # no type information is published
    """Cells in which the pattern is found."""

    condition_metric_name = "column_values.match_re2"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column: pd.Series[Any], regex: str, **_: Any) -> pd.Series[Any]:  # noqa: N805 - the decorator makes it a class method
        return _matches(column, regex)


class NotMatchRe2(ColumnMapMetricProvider):  # type: ignore[misc]
    """Cells in which the pattern is not found."""

    condition_metric_name = "column_values.not_match_re2"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column: pd.Series[Any], regex: str, **_: Any) -> pd.Series[Any]:  # noqa: N805
        return ~_matches(column, regex)


class ExpectColumnValuesToMatchRe2(ExpectColumnValuesToMatchRegex):  # type: ignore[misc]
    """Expect the pattern to be found in every cell."""

    map_metric = "column_values.match_re2"


class ExpectColumnValuesToNotMatchRe2(ExpectColumnValuesToNotMatchRegex):  # type: ignore[misc]
    """Expect the pattern to be found in no cell."""

    map_metric = "column_values.not_match_re2"
