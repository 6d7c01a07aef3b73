"""A ruleset, read and understood: its conditions are trees of the grammar and its version is the hash of what it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, FoldedScalarString, LiteralScalarString, SingleQuotedScalarString

from leadmill.columns import LEAD
from leadmill.config.ruleset import GateFact, RuleFact, RulesetFile, Value, load_ruleset_file
from leadmill.config.strict_yaml import read_tree
from leadmill.errors import RuleError
from leadmill.qualify.expression import parse_condition, parse_moment
from leadmill.qualify.facts import IDENTIFYING, appearance, columns_for
from leadmill.qualify.grammar import Call, Fact, Node, facts_in
from leadmill.qualify.syntax import ExpressionError

Place = Callable[[tuple[Any, ...], int], Mapping[str, Any]]
Finder = Callable[[str], Mapping[str, Any]]  # a word of a condition -> the file, line and column where it stands


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate with its condition as a tree."""

    fact: GateFact
    out_when: Node
    place: Finder = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A scored rule with its condition, and the moment its points decay from, as trees."""

    fact: RuleFact
    when: Node
    since: Node | None
    reads: frozenset[str]  # names of all facts the rule asks for
    place: Finder = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """A value statement of the call sheet with its condition as a tree."""

    fact: Value
    when: Node


@dataclass(frozen=True, slots=True)
class Ruleset:
    """What `decide` needs. `hash` is the version; `content` restores the very same ruleset later."""

    fact: RulesetFile
    hash: str
    content: str
    gates: tuple[Gate, ...]
    rules: tuple[Rule, ...]
    statements: tuple[Statement, ...]

    @property
    def name(self) -> str:
        """Name of the ruleset: its file's."""
        return self.fact.name

    @property
    def reads(self) -> frozenset[str]:
        """Names of all facts its gates and rules ask for."""
        return frozenset().union(*(facts_in(gate.out_when) for gate in self.gates), *(rule.reads for rule in self.rules))


def load_ruleset(path: Path) -> Ruleset:
    """Read one ruleset file.

    Raises ConfigError for what is not a ruleset, RuleError with file, line and column (character) for the first condition outside the
    grammar or on a column that may not move a decision; all further ones are listed in its hint.
    """
    return _compile(load_ruleset_file(path), _places(path))


def restore_ruleset(content: str) -> Ruleset:
    """Rebuild a ruleset from the `content` kept beside its hash. Raises RuleError when it is not one."""
    try:
        fact = RulesetFile.model_validate_json(content)
    except ValidationError as error:
        raise RuleError(f"the kept ruleset cannot be read: {error.error_count()} faults.") from None
    return _compile(fact, lambda where, at: {"column": f"{'.'.join(map(str, where))}, character {at}"})


def _compile(fact: RulesetFile, place: Place) -> Ruleset:
    columns = columns_for(fact)
    found: list[RuleError] = []

    def read(where: tuple[Any, ...], text: str, parse: Callable[..., Node]) -> Node:
        try:
            node = parse(text, columns)
            refuse_appearance(node, fact, text)
        except ExpressionError as error:
            owner = f"{where[0]} {getattr(fact, where[0])[where[1]].id!r}"
            found.append(RuleError(f"{owner}: {error.message}.", hint=error.hint, **place(where, error.at)))
            return Fact("", "boolean")
        return node

    found += _reserved(fact, place)
    gates = tuple(
        Gate(gate, read(("gates", i, "out_when"), gate.out_when, parse_condition), _finder(("gates", i, "out_when"), gate.out_when, place))
        for i, gate in enumerate(fact.gates)
    )
    rules = tuple(_rule(i, rule, read, _finder(("rules", i, "when"), rule.when, place)) for i, rule in enumerate(fact.rules))
    values = tuple(Statement(value, read(("values", i, "when"), value.when, parse_condition)) for i, value in enumerate(fact.values))
    if found:
        raise together(found)
    content = json.dumps(fact.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return Ruleset(fact, hashlib.sha256(content.encode()).hexdigest(), content, gates, rules, values)


def _finder(where: tuple[Any, ...], text: str, place: Place) -> Finder:
    return lambda word: place(where, max(text.find(word), 0) + 1)


def _rule(number: int, fact: RuleFact, read: Callable[[tuple[Any, ...], str, Callable[..., Node]], Node], place: Finder) -> Rule:
    when = read(("rules", number, "when"), fact.when, parse_condition)
    since = read(("rules", number, "decay", "since"), fact.decay.since, parse_moment) if fact.decay else None
    return Rule(fact, when, since, facts_in(when) | (facts_in(since) if since else frozenset()), place)


def refuse_appearance(node: Node, ruleset: RulesetFile, text: str = "") -> None:
    """Keep looks out, wherever in the expression they hide. Raises ExpressionError."""
    named = sorted(facts_in(node) & appearance(ruleset))
    spelled = sorted(_contents_read(node) & IDENTIFYING)
    if named or spelled:
        name = (named or spelled)[0]
        raise ExpressionError(
            f"{name!r} is about looks or origin and may not move a decision",
            at=max(text.find(name), 0) + 1,
            hint=f"Use email_kind, email_domain, phone_type or known({name})."
            if spelled and not named
            else "Remove it from the condition.",
        )


def _contents_read(node: Node) -> frozenset[str]:
    """Facts whose content is read: all but those that are only asked for by `known`."""
    if isinstance(node, Call) and node.op == "known":
        return frozenset()
    if isinstance(node, Call):
        return frozenset().union(*(_contents_read(argument) for argument in node.args))
    return facts_in(node)


def _reserved(fact: RulesetFile, place: Place) -> list[RuleError]:
    """Attributes may not take the name of a canonical column."""
    return [
        RuleError(f"the attribute {name!r} has the name of a canonical column.", hint="Remove it.", **place(("attributes", name), 1))
        for name in fact.attributes
        if name in LEAD.names
    ]


def together(found: list[RuleError]) -> RuleError:
    """One error for all: the first is the message, the others are its hint's lines."""
    first, *others = found
    more = "".join(f"\n  {other}" for other in others)
    return RuleError(first.message, file=first.file, line=first.line, column=first.column, hint=f"{first.hint or ''}{more}" or None)


def _places(path: Path) -> Place:
    """Find file, line and character of a place in an expression of this file."""
    tree = read_tree(path)

    def place(where: tuple[Any, ...], at: int) -> Mapping[str, Any]:
        holder = tree
        for part in where[:-1]:
            holder = holder[part]
        line, column = holder.lc.value(where[-1])
        text = holder[where[-1]]
        if isinstance(text, FoldedScalarString | LiteralScalarString):
            return {"file": str(path), "line": line + 2}
        quoted = isinstance(text, SingleQuotedScalarString | DoubleQuotedScalarString) or _starts_quoted(path, line, column)
        return {"file": str(path), "line": line + 1, "column": str(column + at + quoted)}

    return place


def _starts_quoted(path: Path, line: int, column: int) -> bool:
    """Whether the value at this place starts with a quotation mark (the round-trip reader keeps plain strings for both)."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return line < len(lines) and lines[line][column : column + 1] in ("'", '"')
