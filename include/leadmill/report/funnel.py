"""A night's counts, in the order in which a person reads them. The three renderers walk this and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from leadmill.tally import CRM_OUTCOMES, DECISIONS, Tally

ENDS = tuple(field.name for field in fields(Tally))  # received, then the four places where a row can end


@dataclass(frozen=True, slots=True)
class Step:
    """One width of the funnel picture."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with its counts; a count is text because money carries its currency."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Funnel:
    """What one night did: rows by source, then persons, decisions, money and the CRM."""

    night: str
    sources: tuple[tuple[str, Tally], ...]  # by name
    total: Tally
    steps: tuple[Step, ...]  # wide to narrow, as a rule
    blocks: tuple[Block, ...]
    failed: tuple[tuple[str, str], ...]  # what did not work, and why


def funnel(night: Mapping[str, Any]) -> Funnel:
    """Order the counts of a night.

    `night` has the shape of `leadmill run --json` (`NightTally.as_json()`); keys it does not know are left alone, counts that are
    missing are zero. Raises TallyUnbalanced when a source's rows do not add up.
    """
    sources = tuple((name, _tally(counts).check(name)) for name, counts in sorted(night.get("sources", {}).items()))
    total = Tally.total(tally for _, tally in sources)
    return Funnel(
        night=str(night["night"]),
        sources=sources,
        total=total,
        steps=_steps(night, total),
        blocks=_blocks(night),
        failed=tuple(sorted((str(name), str(reason)) for name, reason in night.get("failed", {}).items())),
    )


def _tally(counts: Mapping[str, int]) -> Tally:
    return Tally(**{end: counts.get(end, 0) for end in ENDS})


def _steps(night: Mapping[str, Any], total: Tally) -> tuple[Step, ...]:
    crm = night.get("crm", {})
    return (
        Step("rows received", total.received),
        Step("rows accepted", total.accepted),
        Step("persons", night.get("persons", 0)),
        Step("enriched", night.get("enriched", 0)),
        Step("qualified", night.get("decisions", {}).get("qualified", 0)),
        Step("written to the CRM", crm.get("created", 0) + crm.get("updated", 0)),
    )


def _blocks(night: Mapping[str, Any]) -> tuple[Block, ...]:
    spent = sorted(night.get("spent", {}).items())
    return (
        Block("People", _lines(night, ("persons", "companies", "enriched", "deferred"))),
        Block("Decisions", _lines(night.get("decisions", {}), DECISIONS)),
        Block("CRM", _lines(night.get("crm", {}), CRM_OUTCOMES)),
        Block("Paid", (*_lines(night, ("provider_calls",)), *((f"spent, {currency}", f"{amount:,.2f}") for currency, amount in spent))),
        *_quality(night.get("quality")),
    )


def _quality(quality: Mapping[str, float | None] | None) -> tuple[Block, ...]:
    """How well persons were found, where the truth is known: on the sample."""
    if quality is None:
        return ()
    return (
        Block(
            "Persons found against the truth", tuple((name, "-" if value is None else f"{value:.4f}") for name, value in quality.items())
        ),
    )


def _lines(counts: Mapping[str, Any], names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", " "), f"{counts.get(name, 0):,}") for name in names)
