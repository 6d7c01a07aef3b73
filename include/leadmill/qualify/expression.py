"""Reads a condition: an allow-list turns sqlglot's tree into ours, types are checked on the way.

A node without a reader below is refused, and so is an argument a reader does not know.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
from sqlglot import exp

from leadmill.qualify.grammar import FUNCTIONS, OPERATORS, VARIADIC, Call, Fact, Node, Type, Value
from leadmill.qualify.syntax import ExpressionError, read_tree

MAX_NODES = 500


def parse(text: str, columns: Mapping[str, Type]) -> Node:
    """Read a condition over `columns` (name -> type). Raises ExpressionError for anything outside the grammar."""
    return _Reader(text, columns).read(read_tree(text))


def parse_condition(text: str, columns: Mapping[str, Type]) -> Node:
    """Read an expression that must be true, false or unknown."""
    node = parse(text, columns)
    if node.type != "boolean":
        raise ExpressionError(f"this is a {node.type}, not a condition", hint="Compare it with something, as in `employee_count >= 50`.")
    return node


def parse_moment(text: str, columns: Mapping[str, Type]) -> Node:
    """Read an expression that must be a date or a timestamp."""
    node = parse(text, columns)
    if node.type != "time":
        raise ExpressionError(f"this is a {node.type}, not a date or a timestamp")
    return node


@dataclass(slots=True)
class _Reader:
    """Turns sqlglot's tree into ours; everything without a method here is refused."""

    text: str
    columns: Mapping[str, Type]
    nodes: int = 0

    def read(self, node: exp.Expression) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ExpressionError(f"more than {MAX_NODES} parts", hint="Split it into rules.")
        reader = _READERS.get(type(node))
        if reader is None:
            raise ExpressionError(
                f"{type(node).__name__.lower()} is not part of the language",
                at=self.place(node),
                hint=_INSTEAD.get(type(node)) or f"Operators: {OPERATORS}. Functions: {', '.join([*FUNCTIONS, *VARIADIC])}.",
            )
        return reader(self, node)

    def place(self, node: exp.Expression) -> int:
        """1-based character where a node starts, as far as the parser kept it."""
        starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
        if starts:
            return int(min(starts)) + 1
        name = node.name if isinstance(node, exp.Anonymous | exp.Literal) else ""
        return max(self.text.lower().find(name.lower()), 0) + 1 if name else 1

    def parts(self, node: exp.Expression, *keys: str) -> list[Node]:
        """Read the named arguments; any other argument the parser set is something we do not know."""
        extra = sorted(key for key, value in node.args.items() if value not in (None, False, []) and key not in keys)
        if extra:
            raise ExpressionError(f"{type(node).__name__.lower()} with {extra[0]!r} is not part of the language", at=self.place(node))
        found: list[Node] = []
        for key in keys:
            value = node.args.get(key)
            items = value if isinstance(value, list) else [value]
            if not items or any(not isinstance(item, exp.Expression) for item in items):
                raise ExpressionError(f"{type(node).__name__.lower()} is incomplete", at=self.place(node))
            found += [self.read(item) for item in items]
        return found

    def column(self, node: exp.Column) -> Node:
        if any(node.args.get(key) for key in ("table", "db", "catalog")) or not isinstance(node.this, exp.Identifier):
            raise ExpressionError("only plain column names are known", at=self.place(node), hint="Write the column without a prefix.")
        name = node.this.name
        if name not in self.columns:
            near = difflib.get_close_matches(name.lower(), self.columns, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "Declare it under attributes, with its type, if a source delivers it."
            raise ExpressionError(f"unknown column {name!r}", at=self.place(node), hint=hint)
        return Fact(name, self.columns[name])

    def literal(self, node: exp.Literal) -> Node:
        if node.is_string:
            return Value(str(node.this), "text")
        return Value(self.number(str(node.this), node), "number")

    def number(self, text: str, node: exp.Expression) -> int | float:
        try:
            value = float(text)
        except ValueError:
            raise ExpressionError("is not a number", at=self.place(node)) from None
        if not math.isfinite(value) or abs(value) >= 2**63:
            raise ExpressionError("the number is too large", at=self.place(node))
        return int(text) if text.isascii() and text.isdigit() else value

    def boolean(self, node: exp.Boolean) -> Node:
        return Value(bool(node.this), "boolean")

    def paren(self, node: exp.Paren) -> Node:
        return self.parts(node, "this")[0]

    def logical(self, node: exp.Expression) -> Node:
        keys = ("this",) if isinstance(node, exp.Not) else ("this", "expression")
        parts = self.parts(node, *keys)
        for part in parts:
            self.expect(part, "boolean", node)
        return Call({exp.And: "and", exp.Or: "or", exp.Not: "not"}[type(node)], tuple(parts), "boolean")

    def negative(self, node: exp.Neg) -> Node:
        part = self.parts(node, "this")[0]
        self.expect(part, "number", node)
        if isinstance(part, Value) and isinstance(part.value, int | float):
            return Value(-part.value, "number")
        return Call("neg", (self.as_double(part, node),), "number")

    def arithmetic(self, node: exp.Binary) -> Node:
        parts = [self.as_double(part, node) for part in self.parts(node, "this", "expression")]
        return Call({exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}[type(node)], tuple(parts), "number")

    def as_double(self, part: Node, node: exp.Expression) -> Node:
        """Whole numbers would overflow with an error; doubles go to infinity quietly."""
        self.expect(part, "number", node)
        return Call("double", (part,), "number") if isinstance(part, Fact | Value) else part

    def comparison(self, node: exp.Expression) -> Node:
        keys = {exp.Between: ("this", "low", "high"), exp.In: ("this", "expressions")}.get(type(node), ("this", "expression"))
        parts = self.alike(self.parts(node, *keys), node)
        op = _COMPARISONS[type(node)]
        if op == "in" and not all(isinstance(part, Value) for part in parts[1:]):
            raise ExpressionError("`in` takes a list of literals", at=self.place(node))
        if parts[0].type == "boolean" and op not in ("=", "<>"):
            raise ExpressionError(f"true and false cannot be compared with {op}", at=self.place(node))
        return Call(op, tuple(parts), "boolean")

    def alike(self, parts: list[Node], node: exp.Expression) -> list[Node]:
        """Operands of one type; a text beside a time is read as an ISO date."""
        if any(part.type == "time" for part in parts):
            parts = [self.as_time(part, node) for part in parts]
        for part in parts[1:]:
            self.expect(part, parts[0].type, node)
        return [Call("moment", (part,), "time") if part.type == "time" else part for part in parts]

    def as_time(self, part: Node, node: exp.Expression) -> Node:
        if not (isinstance(part, Value) and isinstance(part.value, str)):
            return part
        try:
            if len(part.value) == len("2026-01-31"):
                return Value(date.fromisoformat(part.value), "time")
            moment = datetime.fromisoformat(part.value)
        except ValueError:
            raise ExpressionError("is not an ISO date", at=self.place(node), hint="Write it as '2026-01-31'.") from None
        return Value(moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None), "time")

    def pattern(self, node: exp.Expression) -> Node:
        text, pattern = self.parts(node, "this", "expression")
        self.expect(text, "text", node)
        if not (isinstance(pattern, Value) and isinstance(pattern.value, str)):
            raise ExpressionError("the pattern must be a text literal", at=self.place(node))
        return Call("like" if isinstance(node, exp.Like) else "ilike", (text, pattern), "boolean")

    def function(self, node: exp.Anonymous) -> Node:
        name = str(node.this).lower() if isinstance(node.this, str) else ""
        parts = [self.read(item) for item in node.expressions]
        if name in VARIADIC:
            return self.coalesce(parts, node)
        signature = FUNCTIONS.get(name)
        if signature is None:
            near = difflib.get_close_matches(name, [*FUNCTIONS, *VARIADIC], n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Functions: {', '.join([*FUNCTIONS, *VARIADIC])}."
            raise ExpressionError(f"unknown function {name!r}", at=self.place(node), hint=hint)
        if len(parts) != len(signature.args):
            raise ExpressionError(f"{name} takes {len(signature.args)} argument(s), not {len(parts)}", at=self.place(node))
        for index, (part, wanted) in enumerate(zip(parts, signature.args, strict=True)):
            if wanted != "any":
                self.expect(part, wanted, node)
            if index in signature.literal and not isinstance(part, Value):
                raise ExpressionError(f"the last argument of {name} must be a text literal", at=self.place(node))
        if name == "known" and not isinstance(parts[0], Fact):
            raise ExpressionError("known() takes a column", at=self.place(node))
        if name == "matches":
            self.regular(parts[1], node)
        return Call(name, tuple(self.as_double(part, node) if part.type == "number" else part for part in parts), signature.result)

    def regular(self, pattern: Node, node: exp.Expression) -> None:
        """Refuse now, not in the night, what RE2 cannot read."""
        try:
            with duckdb.connect(":memory:") as con:
                con.execute("select regexp_matches('', $1)", [pattern.value if isinstance(pattern, Value) else ""])
        except duckdb.Error:
            raise ExpressionError("the pattern is not a regular expression (RE2)", at=self.place(node)) from None

    def coalesce(self, parts: list[Node], node: exp.Expression) -> Node:
        if len(parts) < 2 or any(part.type != parts[0].type for part in parts):  # noqa: PLR2004 - one alternative at least
            raise ExpressionError("coalesce takes two or more columns of one type", at=self.place(node))
        if any(isinstance(part, Value) for part in parts):
            raise ExpressionError("a literal in coalesce would turn unknown into known", at=self.place(node), hint="Name columns only.")
        return Call("coalesce", tuple(parts), parts[0].type)

    def expect(self, part: Node, wanted: Type, node: exp.Expression) -> None:
        if part.type != wanted:
            raise ExpressionError(f"a {wanted} is needed here, this is a {part.type}", at=self.place(node))


_COMPARISONS: dict[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.Between: "between",
    exp.In: "in",
}
_READERS: dict[type[exp.Expression], Callable[[_Reader, exp.Expression], Node]] = {
    exp.Column: _Reader.column,
    exp.Literal: _Reader.literal,
    exp.Boolean: _Reader.boolean,
    exp.Paren: _Reader.paren,
    **dict.fromkeys((exp.And, exp.Or, exp.Not), _Reader.logical),
    exp.Neg: _Reader.negative,
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div), _Reader.arithmetic),
    **dict.fromkeys(_COMPARISONS, _Reader.comparison),
    **dict.fromkeys((exp.Like, exp.ILike), _Reader.pattern),
    exp.Anonymous: _Reader.function,
}
_KNOWN_HINT = "Unknown is not no: use known(column), which is true or unknown."
_INSTEAD: dict[type[exp.Expression], str] = {
    exp.Is: _KNOWN_HINT,
    exp.Null: _KNOWN_HINT,
    exp.Case: "Write one rule per case.",
    exp.RegexpLike: "Use matches(column, 'pattern').",
}
