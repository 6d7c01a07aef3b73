"""From one rule to its two readings: SQL that is true where a row is wrong, and the Great Expectations that must find the same rows.

Unknown is not wrong: SQL that is null counts as false, and Great Expectations ignores missing values alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from leadmill.config import Rule, Source
from leadmill.validate import ready
from leadmill.validate.derived import Derive, FirstOf, NumberOf, sources_of
from leadmill.validate.ready import Expectation

Bound = tuple[str, list[Any]]  # SQL with ?, and the values it binds in order


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule ready to run: `sql` over a relation named `mapped`, and its `expectations` (the row is wrong when any is)."""

    rule: Rule
    expectations: tuple[Expectation, ...]
    sql: str
    values: tuple[Any, ...]
    derive: Derive

    def names(self) -> list[str]:
        """Columns the expectations name, derived ones (`NumberOf`, `FirstOf`) among them."""
        kwargs = [each.kwargs for each in self.expectations]
        single = [each[key] for each in kwargs for key in ("column", "column_A", "column_B") if key in each]
        return [*single, *(name for each in kwargs for name in each.get("column_list", []))]

    def columns(self) -> set[str]:
        """Columns of the mapped table the rule reads."""
        return {column for name in self.names() for column in sources_of(name)}

    @property
    def mostly(self) -> float | None:
        """The list's tolerance for this rule: share of rows that must be right; None when there is none."""
        return self.rule.kwargs.get("mostly")


def compile_rules(source: Source) -> list[Compiled]:
    """Compile the row rules of a source's contract, in its order."""
    mapped = (*source.columns, *source.attributes)
    derive = Derive(source.format.decimal)
    return [_compile(rule, mapped, derive) for rule in source.contract.rows]


def _compile(rule: Rule, mapped: Sequence[str], derive: Derive) -> Compiled:
    expectations = _expand(rule, mapped, derive)
    parts = [_SQL[each.type](each.kwargs, derive) for each in expectations]
    sql = " or ".join(f"coalesce({text}, false)" for text, _ in parts) or "false"
    return Compiled(rule, tuple(expectations), sql, tuple(value for _, values in parts for value in values), derive)


def _expand(rule: Rule, mapped: Sequence[str], derive: Derive) -> list[Expectation]:
    """Put a rule into Great Expectations' words."""
    kwargs = {name: value for name, value in rule.kwargs.items() if name != "mostly"}
    if rule.expectation in ready.BY_COLUMN:
        return ready.BY_COLUMN[rule.expectation](rule.column or "")
    if rule.expectation in ready.BY_CELLS:
        return ready.BY_CELLS[rule.expectation].expectations(mapped, kwargs.get("columns"))
    if rule.expectation == "expect_any_column_to_have_value":
        return [Expectation("expect_column_values_to_not_be_null", {"column": FirstOf(kwargs["columns"])})]
    if rule.column is not None:
        kwargs["column"] = rule.column
    if rule.expectation == "expect_column_values_to_be_between":
        number = Expectation("expect_column_values_to_match_regex", {"column": rule.column, "regex": derive.pattern})
        return [number, Expectation(rule.expectation, {**kwargs, "column": NumberOf(rule.column or "")})]
    if rule.expectation == "expect_column_pair_values_a_to_be_greater_than_b":
        kwargs |= {side: NumberOf(kwargs[side]) for side in ("column_A", "column_B")}
    return [Expectation(rule.expectation, kwargs)]


def _null(kwargs: dict[str, Any], derive: Derive) -> Bound:
    return f"{derive.sql(kwargs['column'])} is null", []


def _not_null(kwargs: dict[str, Any], derive: Derive) -> Bound:
    return f"{derive.sql(kwargs['column'])} is not null", []


def _outside_set(kwargs: dict[str, Any], derive: Derive) -> Bound:
    marks = ", ".join("?" for _ in kwargs["value_set"])
    return f"{derive.sql(kwargs['column'])} not in ({marks})", list(kwargs["value_set"])


def _inside_set(kwargs: dict[str, Any], derive: Derive) -> Bound:
    marks = ", ".join("?" for _ in kwargs["value_set"])
    return f"{derive.sql(kwargs['column'])} in ({marks})", list(kwargs["value_set"])


def _unlike(kwargs: dict[str, Any], derive: Derive) -> Bound:
    return f"not regexp_matches({derive.sql(kwargs['column'])}, ?)", [kwargs["regex"]]


def _like(kwargs: dict[str, Any], derive: Derive) -> Bound:
    return f"regexp_matches({derive.sql(kwargs['column'])}, ?)", [kwargs["regex"]]


def _outside(value: str, kwargs: dict[str, Any]) -> Bound:
    """Wrong when below the minimum or above the maximum; at the bound too when it is strict."""
    tests, values = [], []
    for bound, loose, strict, strictly in (("min_value", "<", "<=", "strict_min"), ("max_value", ">", ">=", "strict_max")):
        if kwargs.get(bound) is not None:
            tests.append(f"{value} {strict if kwargs.get(strictly) else loose} ?")
            values.append(kwargs[bound])
    return f"({' or '.join(tests)})", values


def _outside_length(kwargs: dict[str, Any], derive: Derive) -> Bound:
    return _outside(f"length({derive.sql(kwargs['column'])})", kwargs)


def _outside_range(kwargs: dict[str, Any], derive: Derive) -> Bound:
    return _outside(derive.sql(kwargs["column"]), kwargs)


def _repeated(kwargs: dict[str, Any], derive: Derive) -> Bound:
    names = kwargs.get("column_list") or [kwargs["column"]]
    columns = [derive.sql(name) for name in names]
    key = columns[0] if len(columns) == 1 else f"row({', '.join(columns)})"
    present = " and ".join(f"{column} is not null" for column in columns)
    return f"({present} and {key} in (select {key} from mapped where {present} group by all having count(*) > 1))", []


def _pair(kwargs: dict[str, Any], derive: Derive) -> tuple[str, str]:
    return derive.sql(kwargs["column_A"]), derive.sql(kwargs["column_B"])


def _unequal(kwargs: dict[str, Any], derive: Derive) -> Bound:
    left, right = _pair(kwargs, derive)
    return f"{left} <> {right}", []


def _not_greater(kwargs: dict[str, Any], derive: Derive) -> Bound:
    left, right = _pair(kwargs, derive)
    return f"{left} {'<' if kwargs.get('or_equal') else '<='} {right}", []


def _outside_pairs(kwargs: dict[str, Any], derive: Derive) -> Bound:
    left, right = _pair(kwargs, derive)
    known = " or ".join(f"({left} = ? and {right} = ?)" for _ in kwargs["value_pairs_set"])
    return f"({left} is not null and {right} is not null and not ({known}))", [cell for pair in kwargs["value_pairs_set"] for cell in pair]


_SQL: Mapping[str, Callable[[dict[str, Any], Derive], Bound]] = MappingProxyType(
    {
        "expect_column_values_to_not_be_null": _null,
        "expect_column_values_to_be_null": _not_null,
        "expect_column_values_to_be_in_set": _outside_set,
        "expect_column_values_to_not_be_in_set": _inside_set,
        "expect_column_values_to_match_regex": _unlike,
        "expect_column_values_to_not_match_regex": _like,
        "expect_column_value_lengths_to_be_between": _outside_length,
        "expect_column_values_to_be_between": _outside_range,
        "expect_column_values_to_be_unique": _repeated,
        "expect_compound_columns_to_be_unique": _repeated,
        "expect_column_pair_values_to_be_equal": _unequal,
        "expect_column_pair_values_to_be_in_set": _outside_pairs,
        "expect_column_pair_values_a_to_be_greater_than_b": _not_greater,
    }
)
