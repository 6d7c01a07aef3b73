"""Text of a condition to sqlglot's tree, within bounds. sqlglot stays behind this door and the reader of its trees.

The parser knows no function by name (see `_Parser`), so nothing is rewritten behind our back.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as SqlglotDialect
from sqlglot.errors import SqlglotError
from sqlglot.parser import Parser

MAX_LENGTH = 2_000
MAX_DEPTH = 40


class ExpressionError(ValueError):
    """A condition is not in the grammar: what is wrong, at which character, and what to write instead."""

    def __init__(self, message: str, at: int = 1, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint


class _Parser(Parser):  # type: ignore[misc]  # sqlglot is read without types
    """sqlglot's parser without its function books: every call stays what the text says."""

    FUNCTIONS: Mapping[str, object] = {}
    FUNCTION_PARSERS: Mapping[str, object] = {}
    NO_PAREN_FUNCTIONS: Mapping[object, object] = {}
    NO_PAREN_FUNCTION_PARSERS: Mapping[str, object] = {}


class _Rules(SqlglotDialect):  # type: ignore[misc]
    """Plain SQL with our parser."""

    Parser = _Parser
    parser_class = _Parser


def read_tree(text: str) -> exp.Expression:
    """Parse one expression. Raises ExpressionError when it is empty, too long, too deep, or not one expression."""
    _bound(text)
    try:
        found = [tree for tree in _Rules().parse(text) if tree is not None]
    except SqlglotError as error:
        facts = (getattr(error, "errors", None) or [{}])[0]
        raise ExpressionError(f"cannot be read: {_said(facts)}".rstrip("."), at=_place(text, facts)) from None
    except (RecursionError, AttributeError, TypeError, ValueError, IndexError, KeyError):  # sqlglot on texts that are not SQL
        raise ExpressionError("cannot be read") from None
    if len(found) != 1:
        raise ExpressionError("is not one expression", hint="Write one condition, without semicolons.")
    return found[0]


def _bound(text: str) -> None:
    if not text.strip():
        raise ExpressionError("the expression is empty")
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters; at most {MAX_LENGTH} are read", hint="Split it into rules.")
    if _depth(text) > MAX_DEPTH:
        raise ExpressionError(f"parentheses or signs are nested deeper than {MAX_DEPTH}", hint="Split it into rules.")


def _depth(text: str) -> int:
    """How deep a parser may have to recurse at most: open parentheses, and runs of prefix operators."""
    depth = deepest = run = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        run = run + 1 if character in "-+~!" else (run if character.isspace() else 0)
        deepest = max(deepest, depth, run)
    return max(deepest, text.lower().count("not "))


def _said(facts: Mapping[str, object]) -> str:
    """Say what the parser found, without the names of its classes."""
    told = str(facts.get("description") or "unbalanced quotes")
    return "a column or a value is missing beside this operator" if told.startswith("Required keyword") else told


def _place(text: str, facts: Mapping[str, object]) -> int:
    highlight = facts.get("highlight")
    column = facts.get("col")
    if not isinstance(column, int):
        return 1
    return max(1, min(column - len(str(highlight or "")) + 1, len(text)))
