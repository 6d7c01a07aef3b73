"""Looks in disguise: a condition may not answer differently to two forms of one thing, such as `steward` and `stewardess`.

A title, a mail domain or a free text is not about looks, and still can spell them. So the texts a condition reads are tried in pairs that
differ in nothing else (`vocabulary/disguises.yaml`): alone, inside longer texts, and beside the words the condition itself names. All
other facts are unknown meanwhile; in three values a difference cannot hide behind `and` or `or`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from typing import Annotated, Any

import pyarrow as pa
from pydantic import Field

from leadmill.config.project import CHECKOUT
from leadmill.config.strict_yaml import Strict, load
from leadmill.engine import connect
from leadmill.errors import RuleError
from leadmill.qualify.facts import arrow_types, type_of
from leadmill.qualify.grammar import NOW, Binder, Call, Node, facts_in, values_in, write
from leadmill.qualify.judge import select_facts
from leadmill.qualify.ruleset import Gate, Rule, Ruleset, together

# What standardising or the CRM says in words of its own: no text of a person reaches these.
_OURS = frozenset(
    {"seniority", "department", "email_kind", "phone_type", "country_code", "interest_signal", "revenue_currency", "lei"}
    | {"last_activity_type", "last_activity_outcome", "last_answer"}
)
# What a company says of itself: given names in it are its founder's.
_COMPANY = frozenset({"company_name", "industry", "legal_form", "registration_number", "city", "region"})
_ADDRESS = re.compile(r"domain|website|mail|url")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ENDING = re.compile(r"(?<=[.|(%*])[a-z]{2}(?![a-z])")
_BOTH = "Name both forms, or what they share; better, use seniority or department."
_NO_MAILBOX = "Use email_kind, or known(...)."
# Functions that do not read what a text says.
_UNREAD = ("known", "length", "first_number")


class Pairs(Strict):
    """Texts that mean the same but for what must not count."""

    because: str
    pairs: list[Annotated[list[str], Field(min_length=2, max_length=2)]]


class Countries(Strict):
    """Endings of mail domains and web addresses."""

    because: str
    instead: str
    tried: list[str]
    worldwide: list[str]


class Disguises(Strict):
    """How looks and origin hide in texts, as `vocabulary/disguises.yaml` says it."""

    forms: Pairs
    marked: Pairs
    words: Pairs
    names: Pairs
    countries: Countries


@dataclass(frozen=True, slots=True)
class _Probe:
    """Two texts for one fact, and what would be wrong with telling them apart."""

    one: str
    other: str
    because: str
    instead: str


@cache
def load_disguises() -> Disguises:
    """Read the table once."""
    return load(CHECKOUT / "include" / "config" / "vocabulary" / "disguises.yaml", Disguises)


def refuse_disguises(ruleset: Ruleset) -> None:
    """Raise RuleError with file, line and column of the first gate or rule that tells such a pair apart; all others are in its hint."""
    read: list[Gate | Rule] = [*ruleset.gates, *ruleset.rules]
    found = [fault for each in read for fault in _faults(each, ruleset)]
    if found:
        raise together(found)


def _faults(each: Gate | Rule, ruleset: Ruleset) -> Iterator[RuleError]:
    node, kind = (each.out_when, "gate") if isinstance(each, Gate) else (each.when, "rule")
    for name in sorted(_spelled(node) - _OURS):
        if type_of(arrow_types(ruleset.fact)[name]) != "text":
            continue
        told = _told_apart(node, name, list(dict.fromkeys(_probes(name, node))), ruleset)
        if told:
            yield RuleError(
                f"{kind} {each.fact.id!r}: {name!r} may not move a decision this way, {told.because}: "
                f"{told.one!r} and {told.other!r} are answered differently.",
                hint=told.instead,
                **each.place(name),
            )


def _spelled(node: Node) -> frozenset[str]:
    """Facts of whose text more is read than its length or whether it is known."""
    if isinstance(node, Call):
        return frozenset() if node.op in _UNREAD else frozenset().union(*(_spelled(argument) for argument in node.args))
    return facts_in(node)


def _told_apart(node: Node, name: str, probes: list[_Probe], ruleset: Ruleset) -> _Probe | None:
    """Ask the condition about both texts of every probe, all other facts unknown; return the first whose answers differ."""
    people = pa.table({"person_id": [""] * len(probes) * 2, name: [text for probe in probes for text in (probe.one, probe.other)]})
    binder = Binder()
    facts = ", ".join(select_facts(people, ruleset, facts_in(node)))
    statement = f"select {write(node, binder)} as holds from (select {facts} from people)"
    values: dict[str, Any] = dict(binder.values) | ({NOW: 0.0} if f"${NOW}" in statement else {})
    with connect({"people": people}) as con:
        answers = con.sql(statement, params=values).to_arrow_table()["holds"].to_pylist()
    differ = (probe for probe, one, other in zip(probes, answers[::2], answers[1::2], strict=True) if one is not other)
    return next(differ, None)


def _probes(name: str, node: Node) -> Iterator[_Probe]:
    """Pairs worth trying for one fact of a condition."""
    disguises = load_disguises()
    texts = [value.lower() for value in values_in(node) if isinstance(value, str)]
    words = sorted({word for text in texts for word in _WORD.findall(text)})
    if _ADDRESS.search(name):
        yield from _endings(texts, words, disguises.countries)
    if "mail" in name and name != "email_domain":
        yield from _in_mailboxes(disguises.names)
    pairs = [(pair, disguises.forms) for pair in disguises.forms.pairs]
    pairs += [(pair, disguises.marked) for pair in disguises.marked.pairs if pair[1] in words]
    personal = (disguises.words,) if name in _COMPANY else (disguises.words, disguises.names)
    pairs += [(pair, kind) for kind in personal for pair in kind.pairs if set(pair) & set(words)]
    frames = ["{}", "senior {}", "{}, berlin", *(f"{word} {{}}" for word in words), *(f"{{}} {word}" for word in words)]
    for ((one, other), kind), frame, case in product(pairs, frames, (str.lower, str.title, str.upper)):
        yield _Probe(case(frame.format(one)), case(frame.format(other)), kind.because, _BOTH)


def _in_mailboxes(names: Pairs) -> Iterator[_Probe]:
    for one, other in names.pairs:
        for shape in ("{}@firm.example", "{}.smith@firm.example", "smith.{}@firm.example"):
            yield _Probe(shape.format(one), shape.format(other), names.because, _NO_MAILBOX)


def _endings(texts: Iterable[str], words: Iterable[str], countries: Countries) -> Iterator[_Probe]:
    """Addresses that differ in their country only. The names are longer than any a rule names: a single firm's domain is no disguise."""
    named = {ending for text in texts for ending in _ENDING.findall(text)} - set(countries.worldwide)
    tried = [*sorted(named), *(ending for ending in countries.tried if ending not in named)]
    for word in ("nord", *words):
        for shape in ("{}x.{}", "{}x.co.{}", "{}x.com.{}", "https://www.{}x.{}", "info@{}x.{}"):
            for one, other in pairwise(tried):
                yield _Probe(shape.format(word, one), shape.format(word, other), countries.because, countries.instead)
