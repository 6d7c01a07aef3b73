"""What a delivery must hold to: rules for rows, rules for the list, and the vocabulary both are written in.

A rule is one YAML entry: an id people read as the reason, a Great Expectations type (or one of our ready ones), its arguments, a severity.

- **Row rules**: `critical` refuses the row, `warning` keeps and counts it, `info` counts it. A missing value is unknown, not wrong, except
  where the rule is about being missing. `kwargs.mostly` (any row rule) is the list's tolerance: fewer good rows hold the list.
- **List rules**: `critical` refuses the list, `warning` holds it for a person, `info` is noted.

Patterns are RE2 (no lookaround, no back references): text from lists is hostile and must not be able to stall us.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from leadmill.config.strict_yaml import Misfit, Strict

Severity = Literal["info", "warning", "critical"]

# Arguments: name -> what it must be; a `?` means it may be left out; `column` among them means the rule's own `column` key.
_BOUNDS = {"min_value": "number?", "max_value": "number?", "strict_min": "flag?", "strict_max": "flag?"}
_COUNTS = {"min_value": "count?", "max_value": "count?"}
_SHARES = {"min_value": "share?", "max_value": "share?"}
_PAIR = {"column_A": "name", "column_B": "name"}
_CELLS = {"columns": "names?"}  # none: every mapped text column it makes sense for

ROW_EXPECTATIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "expect_column_values_to_not_be_null": {"column": "name"},
        "expect_column_values_to_be_null": {"column": "name"},
        "expect_column_values_to_be_in_set": {"column": "name", "value_set": "texts"},
        "expect_column_values_to_not_be_in_set": {"column": "name", "value_set": "texts"},
        "expect_column_values_to_match_regex": {"column": "name", "regex": "pattern"},
        "expect_column_values_to_not_match_regex": {"column": "name", "regex": "pattern"},
        "expect_column_value_lengths_to_be_between": {"column": "name", **_COUNTS},
        "expect_column_values_to_be_between": {"column": "name", **_BOUNDS},
        "expect_column_values_to_be_unique": {"column": "name"},
        "expect_compound_columns_to_be_unique": {"column_list": "names"},
        "expect_column_pair_values_to_be_equal": _PAIR,
        "expect_column_pair_values_to_be_in_set": {**_PAIR, "value_pairs_set": "pairs"},
        "expect_column_pair_values_a_to_be_greater_than_b": {**_PAIR, "or_equal": "flag?"},
        # ready rules: ours, made of the above
        "expect_any_column_to_have_value": {"columns": "names"},
        "expect_column_values_to_look_like_email": {"column": "name"},
        "expect_column_values_to_look_like_phone": {"column": "name"},
        "expect_rows_not_to_be_shifted": _CELLS,
        "expect_cells_not_to_be_formulas": _CELLS,
        "expect_cells_not_to_be_placeholders": _CELLS,
        "expect_leads_not_to_be_tests": _CELLS,
    }
)
LIST_EXPECTATIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "expect_table_row_count_to_be_between": _COUNTS,
        "expect_column_to_exist": {"column": "name"},
        "expect_column_proportion_of_non_null_values_to_be_between": {"column": "name", **_SHARES},
        "expect_column_unique_value_count_to_be_between": {"column": "name", **_COUNTS},
        "expect_column_proportion_of_unique_values_to_be_between": {"column": "name", **_SHARES},
        "expect_column_distinct_values_to_be_in_set": {"column": "name", "value_set": "texts"},
        "expect_column_distinct_values_to_contain_set": {"column": "name", "value_set": "texts"},
        # ours
        "expect_refused_share_to_be_at_most": {"max_value": "share"},
        "expect_duplicate_share_to_be_at_most": {"columns": "names", "max_value": "share"},
    }
)


class Rule(Strict):
    """One expectation: a Great Expectations type with its arguments, under an id people read as the reason."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")
    expectation: str
    column: str | None = None
    kwargs: dict[str, Any] = {}
    severity: Severity = "critical"

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        shape = ROW_EXPECTATIONS.get(self.expectation) or LIST_EXPECTATIONS.get(self.expectation)
        if shape is None:
            known = [*ROW_EXPECTATIONS, *LIST_EXPECTATIONS]
            raise Misfit(f"unknown rule type {self.expectation!r}. {_suggest(self.expectation, known)}", "expectation")
        if "column" in shape and self.column is None:
            raise Misfit(f"{self.expectation} needs the key 'column'", "expectation")
        if "column" not in shape and self.column is not None:
            raise Misfit(f"{self.expectation} takes no 'column'. {_arguments(shape)}", "column")
        tolerance = {"mostly": "share?"} if self.expectation in ROW_EXPECTATIONS else {}
        _check_arguments(self.kwargs, {name: kind for name, kind in shape.items() if name != "column"} | tolerance)
        return self

    def columns(self) -> list[tuple[str, tuple[str | int, ...]]]:
        """Columns the rule names, each with where it is named below the rule (for the line of an error)."""
        named: list[tuple[str, tuple[str | int, ...]]] = [(self.column, ("column",))] if self.column else []
        named += [(self.kwargs[key], ("kwargs", key)) for key in ("column_A", "column_B") if key in self.kwargs]
        for key in ("columns", "column_list"):
            named += [(name, ("kwargs", key, index)) for index, name in enumerate(self.kwargs.get(key, []))]
        return named


class Contract(Strict):
    """Row rules refuse the row; list rules hold or refuse the delivery."""

    required: list[str] = []  # canonical columns or attributes the file must have
    rows: list[Rule] = []
    lists: list[Rule] = []
    drift: Literal["note", "hold"] = "note"  # a delivery unlike the vendor's earlier ones is noted in its record, or held for a person

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _check_section("rows", self.rows, ROW_EXPECTATIONS)
        _check_section("lists", self.lists, LIST_EXPECTATIONS)
        seen = {rule.id for rule in self.implied()} | {"record_id"}  # the last is the name of a column beside the rules' flags
        for section, rules in (("rows", self.rows), ("lists", self.lists)):
            for index, rule in enumerate(rules):
                if rule.id in seen:
                    raise Misfit(f"the rule id {rule.id!r} is taken: an id is the reason people read", section, index, "id")
                seen.add(rule.id)
        return self

    def implied(self) -> list[Rule]:
        """List rules nobody has to write: the required columns are there, and so is at least one row.

        Every expectation about cells passes on an empty list, so an empty list must fail by itself.
        """
        exist = "expect_column_to_exist"  # not validated: an attribute may have any name, and `check_columns` looks at it
        rules = [Rule.model_construct(id=f"required_{name}", expectation=exist, column=name) for name in self.required]
        if not any(rule.expectation == "expect_table_row_count_to_be_between" for rule in self.lists):
            rules.append(Rule(id="rows_received", expectation="expect_table_row_count_to_be_between", kwargs={"min_value": 1}))
        return rules

    def check_columns(self, known: Iterable[str]) -> None:
        """Refuse rules about columns this source does not have (`known`: mapped canonical columns and attributes).

        Raises Misfit with the path below the source, for `strict_yaml` to turn into file and line.
        """
        names = list(known)
        for index, name in enumerate(self.required):
            if name not in names:
                raise Misfit(f"the source maps no column {name!r}. {_suggest(name, names)}", "contract", "required", index)
        for section, rules in (("rows", self.rows), ("lists", self.lists)):
            for index, rule in enumerate(rules):
                for name, where in rule.columns():
                    if name not in names:
                        message = f"rule {rule.id!r}: the source maps no column {name!r}. {_suggest(name, names)}"
                        raise Misfit(message, "contract", section, index, *where)


def _check_section(section: str, rules: list[Rule], allowed: Mapping[str, Any]) -> None:
    other = {"rows": "lists", "lists": "rows"}[section]
    for index, rule in enumerate(rules):
        if rule.expectation not in allowed:
            raise Misfit(f"{rule.expectation} belongs under {other!r}, not {section!r}", section, index, "expectation")


def _check_arguments(kwargs: dict[str, Any], shape: Mapping[str, str]) -> None:
    for name, value in kwargs.items():
        if name not in shape:
            raise Misfit(f"unknown argument {name!r}. {_suggest(name, list(shape)) if shape else _arguments(shape)}", "kwargs", name)
        fault = _fault(value, shape[name].rstrip("?"))
        if fault:
            raise Misfit(f"{name!r} {fault}", "kwargs", name)
    missing = [name for name, kind in shape.items() if not kind.endswith("?") and name not in kwargs]
    if missing:
        raise Misfit(f"the argument {missing[0]!r} is missing. {_arguments(shape)}", "kwargs")
    _check_bounds(kwargs, shape)


def _check_bounds(kwargs: dict[str, Any], shape: Mapping[str, str]) -> None:
    if "min_value" not in shape:
        return
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is None and high is None:
        raise Misfit("give 'min_value', 'max_value' or both", "kwargs")
    if low is not None and high is not None and low > high:
        raise Misfit("'min_value' is above 'max_value': nothing could pass", "kwargs", "min_value")


def _fault(value: Any, kind: str) -> str | None:
    """Say what is wrong with an argument, or None."""
    if kind == "pattern":
        return _pattern_fault(value)
    expected = {
        "name": ("must be a column's name", isinstance(value, str)),
        "number": ("must be a number", _is_number(value)),
        "count": ("must be a whole number, 0 or more", _is_number(value) and isinstance(value, int) and value >= 0),
        "share": ("must be a share from 0 to 1", _is_number(value) and 0 <= value <= 1),
        "flag": ("must be true or false", isinstance(value, bool)),
        "names": ("must be a list of column names, none twice", _is_texts(value) and len(set(value)) == len(value)),
        "texts": ("must be a list of texts: cells are text, put numbers and yes/no in quotes", _is_texts(value)),
        "pairs": ("must be a list of [text, text] pairs", _is_pairs(value)),
    }
    message, good = expected[kind]
    return None if good else message


def _pattern_fault(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return "must be a pattern, as text"
    import pyarrow as pa  # noqa: PLC0415 - heavy, and seldom asked
    import pyarrow.compute as pc  # noqa: PLC0415

    try:
        pc.match_substring_regex(pa.array([""]), value)
    except pa.ArrowInvalid as error:
        why = str(error).removeprefix("Invalid regular expression: ")
        return f"is not an RE2 pattern ({why}); there is no lookaround and no back reference"
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - nan is no number


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _is_pairs(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_texts(item) and len(item) == 2 for item in value)  # noqa: PLR2004 - a pair


def _suggest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(known))}."


def _arguments(shape: Mapping[str, str]) -> str:
    return f"It takes: {', '.join(shape) or 'no arguments'}."
