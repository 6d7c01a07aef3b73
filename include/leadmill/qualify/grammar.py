"""What a condition may say: types, functions, operators, and how each is written in SQL.

This table *is* the allow-list. An expression is a tree of `Fact`, `Value` and `Call`; SQL is only ever made from such a tree by `write`,
with every value bound, so no text of a ruleset ever becomes SQL.

Null means unknown, and nothing here turns unknown into a known value: there is no IS NULL, no CASE, no literal inside COALESCE. `known(x)`
is true or unknown, never false.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from leadmill.engine import quote

Type = Literal["text", "number", "boolean", "time"]
Dialect = Literal["duckdb", "spark"]
Scalar = str | int | float | bool | date | datetime
NOW = "now"  # the moment of the decision, bound in seconds since 1970


@dataclass(frozen=True, slots=True)
class Fact:
    """A column of the profile."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Value:
    """A literal; reaches SQL as a bound parameter only."""

    value: Scalar
    type: Type


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function over other nodes."""

    op: str
    args: tuple[Node, ...]
    type: Type


Node = Fact | Value | Call


@dataclass(frozen=True, slots=True)
class Function:
    """Signature: the types of the arguments, which of them must be literals, and the result."""

    args: tuple[Type | Literal["any"], ...]
    result: Type
    literal: tuple[int, ...] = ()


FUNCTIONS: dict[str, Function] = {
    "lower": Function(("text",), "text"),
    "upper": Function(("text",), "text"),
    "trim": Function(("text",), "text"),
    "length": Function(("text",), "number"),
    "starts_with": Function(("text", "text"), "boolean", literal=(1,)),
    "ends_with": Function(("text", "text"), "boolean", literal=(1,)),
    "contains": Function(("text", "text"), "boolean", literal=(1,)),
    "matches": Function(("text", "text"), "boolean", literal=(1,)),
    "abs": Function(("number",), "number"),
    "first_number": Function(("text",), "number"),  # of a bracket such as 40-60k: 40
    "days_since": Function(("time",), "number"),
    "known": Function(("any",), "boolean"),
}
VARIADIC = ("coalesce",)
OPERATORS = "and, or, not, =, <>, <, <=, >, >=, +, -, *, /, in, between, like, ilike"

_TEMPLATES: dict[str, str] = {
    "and": "({0} and {1})",
    "or": "({0} or {1})",
    "not": "(not {0})",
    "=": "({0} = {1})",
    "<>": "({0} <> {1})",
    "<": "({0} < {1})",
    "<=": "({0} <= {1})",
    ">": "({0} > {1})",
    ">=": "({0} >= {1})",
    "+": "({0} + {1})",
    "-": "({0} - {1})",
    "*": "({0} * {1})",
    "/": "({0} / nullif({1}, 0))",
    "neg": "(- {0})",
    "between": "({0} between {1} and {2})",
    "like": "({0} like {1})",
    "ilike": "({0} ilike {1})",
    "lower": "lower({0})",
    "upper": "upper({0})",
    "trim": "trim({0})",
    "length": "length({0})",
    "contains": "contains({0}, {1})",
    "abs": "abs({0})",
    "known": "(case when {0} is not null then true end)",
    "double": "cast({0} as double)",
    "moment": "cast({0} as timestamp)",
}
# Spark maps letters as Java does (ß to SS, a last Σ to ς), trims one kind of space, reads \ in a pattern and cuts seconds. DuckDB does none
# of it, and DuckDB decides: these say in Spark's SQL what DuckDB does.
_SPACES = "".join(chr(code) for code in (0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000))
_IOTA = [letter for letter in map(chr, range(0x1F80, 0x1FF4)) if len(letter.upper()) > len(letter.title()) and letter.title() != letter]
_SMALL, _LARGE = "".join(["ß", *_IOTA]), "".join(["ẞ", *map(str.title, _IOTA)])
_LETTERS = "array_join(transform(split({0}, ''), letter -> {1}), '')"
_LOWER = _LETTERS.format("{0}", "if(letter = 'İ', 'i', lower(letter))")
_LIKE = r"replace({1}, '\\', '\\\\')"
_OF_DIALECT: dict[Dialect, dict[str, str]] = {
    "duckdb": {
        "starts_with": "starts_with({0}, {1})",
        "ends_with": "ends_with({0}, {1})",
        "matches": "regexp_matches({0}, {1})",
        "first_number": "try_cast(regexp_extract({0}, '[0-9]+') as double)",
        "days_since": "((${now} - epoch({0})) / 86400)",
    },
    "spark": {
        "lower": _LOWER,
        "upper": _LETTERS.format(f"translate({{0}}, '{_SMALL}', '{_LARGE}')", "if(length(upper(letter)) = 1, upper(letter), letter)"),
        "trim": f"trim(both '{_SPACES}' from {{0}})",
        "like": f"({{0}} like {_LIKE})",
        "ilike": f"({_LOWER} like {_LOWER.format(_LIKE)})",
        "starts_with": "startswith({0}, {1})",
        "ends_with": "endswith({0}, {1})",
        "first_number": "try_cast(regexp_extract({0}, '([0-9]+)', 1) as double)",
        "days_since": "((:{now} - unix_micros(cast({0} as timestamp)) / 1000000) / 86400)",
    },
}


class Binder:
    """Collects the values of one statement under names of our own."""

    def __init__(self, dialect: Dialect = "duckdb", prefix: str = "p") -> None:
        self.dialect = dialect
        self.values: dict[str, Scalar] = {}
        self._prefix = prefix

    def bind(self, value: Any) -> str:
        """Keep a value and return its placeholder; equal values of one type share it."""
        if self.dialect == "spark" and isinstance(value, datetime):
            value = value.replace(tzinfo=UTC)  # one without a zone would be read by the clock on this machine's wall
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return self._placeholder(name)
        name = f"{self._prefix}{len(self.values)}"
        self.values[name] = value
        return self._placeholder(name)

    def column(self, name: str) -> str:
        """Quote a column as the dialect wants it."""
        return quote(name) if self.dialect == "duckdb" else "`" + name.replace("`", "``") + "`"

    def _placeholder(self, name: str) -> str:
        return f"${name}" if self.dialect == "duckdb" else f":{name}"


def write(node: Node, binder: Binder) -> str:
    """Write an expression in the binder's dialect; its values are in the binder. `NOW` is bound by the caller when used.

    Raises KeyError for what a dialect cannot say safely (`matches` on Spark: its engine is not linear in the length of the text).
    """
    if isinstance(node, Fact):
        return binder.column(node.name)
    if isinstance(node, Value):
        return binder.bind(node.value)
    parts = [write(argument, binder) for argument in node.args]
    if node.op == "in":
        return f"({parts[0]} in ({', '.join(parts[1:])}))"
    if node.op in VARIADIC:
        return f"{node.op}({', '.join(parts)})"
    template = {**_TEMPLATES, **_OF_DIALECT[binder.dialect]}[node.op]
    return template.format(*parts, now=NOW)


def facts_in(node: Node) -> frozenset[str]:
    """Names of the columns an expression reads."""
    return frozenset(ordered_facts_in(node))


def ordered_facts_in(node: Node) -> list[str]:
    """Names of the columns an expression reads, in reading order."""
    if isinstance(node, Fact):
        return [node.name]
    return [name for argument in node.args for name in ordered_facts_in(argument)] if isinstance(node, Call) else []


def values_in(node: Node) -> list[Scalar]:
    """Literals of an expression, in reading order."""
    if isinstance(node, Value):
        return [node.value]
    return [value for argument in node.args for value in values_in(argument)] if isinstance(node, Call) else []


def atoms_in(node: Node) -> list[Node]:
    """Smallest conditions of an expression: what `and`, `or` and `not` join."""
    if isinstance(node, Call) and node.op in ("and", "or", "not"):
        return [atom for argument in node.args for atom in atoms_in(argument)]
    return [node]
