"""A delivery against its contract: which rows are refused and why, and whether the list as a whole may go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.config import Rule, Source
from leadmill.validate.compile import Compiled, compile_rules
from leadmill.validate.flag import flag, reasons, refused_mask
from leadmill.validate.lists import check_lists
from leadmill.validate.prove import SAMPLE_ROWS, Proof, prove
from leadmill.validate.ready import Expectation
from leadmill.validate.suite import COUNTS, Answer, Asked, validate

Gate = Literal["accept", "hold", "refuse"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the contract says of one delivery.

    accepted: rows of `mapped` no critical rule refuses, same schema and order. reasons: record_id (string), reasons (list of rule ids) of
    the refused ones. held: sentences why the list may not go on by itself, empty when it may. gate: accept, hold (for a person) or refuse.
    record: Great Expectations' results by rule id, ready for JSON, without a cell of the list.
    """

    accepted: pa.Table
    reasons: pa.Table
    held: list[str]
    gate: Gate
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Stop:
    gate: Gate
    sentence: str


def check(mapped: pa.Table, source: Source, *, sample_rows: int | None = SAMPLE_ROWS) -> Verdict:
    """Hold `mapped` (columns.LANDED, canonical and attribute columns as text, null = missing) to the contract of `source`.

    `sample_rows` bounds the rows on which the real Great Expectations suite proves the flags; None proves all of them. Raises SourceError
    when a column the contract is about is not in `mapped`, StateError when Great Expectations dropped a rule.
    """
    rules = compile_rules(source)
    flags = flag(mapped, rules)
    refused = refused_mask(flags, rules)
    counts = {answer.rule: answer for answer in _count(flags, rules)}
    proofs = prove(mapped, flags, rules, sample_rows)
    whole = [*source.contract.implied(), *source.contract.lists]
    lists = check_lists(mapped, refused, whole)
    stops = [*_tolerances(rules, counts), *_untrusted(proofs), *_list_stops(whole, lists)]
    gate: Gate = "refuse" if any(stop.gate == "refuse" for stop in stops) else "hold" if stops else "accept"
    accepted = mapped.filter(pc.invert(refused))
    record = {
        "great_expectations": version("great-expectations"),
        "rows": len(mapped),
        "accepted": len(accepted),
        "refused": len(mapped) - len(accepted),
        "gate": gate,
        "held": [stop.sentence for stop in stops],
        "rules": _rule_record(rules, counts, proofs),
        "lists": {rule.id: {"severity": rule.severity, **answer.result} for rule, answer in zip(whole, lists, strict=True)},
    }
    return Verdict(accepted, reasons(flags, rules, refused), [stop.sentence for stop in stops], gate, record)


def _count(flags: pa.Table, rules: Sequence[Compiled]) -> list[Answer]:
    """Let Great Expectations count the flags of all rows, against each rule's tolerance."""
    asked = [Asked(rule.rule.id, rule.rule.severity, _no_flag(rule)) for rule in rules]
    return validate(flags.drop_columns(["record_id"]), asked, COUNTS)


def _no_flag(rule: Compiled) -> Expectation:
    kwargs = {"column": rule.rule.id, "value_set": [False], "mostly": 1.0 if rule.mostly is None else rule.mostly}
    return Expectation("expect_column_values_to_be_in_set", kwargs)


def _tolerances(rules: Iterable[Compiled], counts: dict[str, Answer]) -> list[_Stop]:
    """Hold the list where more rows are wrong than a rule tolerates."""
    broken = [rule for rule in rules if rule.mostly is not None and counts[rule.rule.id].outcome != "passed"]
    return [
        _Stop("hold", f"rule {rule.rule.id!r}: {_wrong(counts[rule.rule.id])} wrong; {rule.mostly:.1%} must be right.") for rule in broken
    ]


def _wrong(answer: Answer) -> str:
    result = answer.result["result"]
    return f"{result.get('unexpected_count', 0):,} of {result.get('element_count', 0):,} rows are"


def _untrusted(proofs: Iterable[Proof]) -> list[_Stop]:
    """Refuse the list where a rule was not tested, or its two readings differ: nobody knows what is wrong, so nobody may let it go."""
    stops = []
    for proof in proofs:
        if proof.errored:
            stops.append(_Stop("refuse", f"rule {proof.rule!r} could not be tested by Great Expectations on {proof.rows:,} sampled rows."))
        elif proof.differ:
            found = f"DuckDB and Great Expectations differ on {proof.differ:,} of {proof.rows:,} sampled rows"
            stops.append(_Stop("refuse", f"rule {proof.rule!r}: {found}. This is a defect in Leadmill: please report the rule."))
    return stops


def _list_stops(rules: Iterable[Rule], answers: Iterable[Answer]) -> list[_Stop]:
    """Refuse or hold by the severity of the list rules that failed; `info` is only noted."""
    gates: dict[str, Gate] = {"critical": "refuse", "warning": "hold"}
    failed = [(rule, answer) for rule, answer in zip(rules, answers, strict=True) if answer.outcome != "passed" and rule.severity in gates]
    return [_Stop(gates[rule.severity], _sentence(rule, answer)) for rule, answer in failed]


def _sentence(rule: Rule, answer: Answer) -> str:
    """Say what was expected of the list and what was found, without a cell."""
    if answer.outcome == "errored":
        return f"list rule {rule.id!r} could not be tested by Great Expectations."
    bounds = ", ".join(f"{name} {value}" for name, value in rule.kwargs.items() if name in {"min_value", "max_value"})
    about = f" of column {rule.column!r}" if rule.column else ""
    return f"list rule {rule.id!r} ({rule.expectation}{about}{': ' if bounds else ''}{bounds}): {_found(answer.result['result'])}."


def _found(result: dict[str, Any]) -> str:
    """Say what a list rule saw, in numbers."""
    if "observed_value" in result:
        return f"found {result['observed_value']:.6g}"
    if "element_count" in result:
        return f"found {result['unexpected_count'] / max(result['element_count'], 1):.4g}"
    return f"{result['unexpected_count']} other values" if "unexpected_count" in result else "values are missing"


def _rule_record(rules: Iterable[Compiled], counts: dict[str, Answer], proofs: Iterable[Proof]) -> dict[str, Any]:
    proved = {proof.rule: proof for proof in proofs}
    return {rule.rule.id: _one_rule(rule, counts[rule.rule.id], proved.get(rule.rule.id)) for rule in rules}


def _one_rule(rule: Compiled, counted: Answer, proof: Proof | None) -> dict[str, Any]:
    sample = None
    if proof:
        numbers = {"rows": proof.rows, "flagged": proof.ours, "unexpected": proof.theirs, "differ": proof.differ, "errored": proof.errored}
        sample = {**numbers, "results": proof.results}
    return {
        "severity": rule.rule.severity,
        "expectation": rule.rule.expectation,
        "columns": sorted(rule.columns()),
        "wrong": counted.result["result"].get("unexpected_count", 0),
        "counted": counted.result,
        "sample": sample,
    }
