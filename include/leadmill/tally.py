"""Counts that must add up: what every stage hands on besides paths.

Law 1: for every source and every night, received = accepted + quarantined + suppressed + duplicate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from leadmill.errors import TallyUnbalanced

DECISIONS = ("qualified", "nurture", "disqualified", "suppressed")
CRM_OUTCOMES = ("created", "updated", "unchanged", "conflict", "rejected", "deferred")


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the rows of one source (or of one delivery) ended, in rows."""

    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    suppressed: int = 0
    duplicate: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(**{name: value + getattr(other, name) for name, value in asdict(self).items()})

    def check(self, source: str) -> Tally:
        """Return itself when balanced.

        Raises TallyUnbalanced with all five counts otherwise: a lost row is worse than a stopped night.
        """
        ended = self.accepted + self.quarantined + self.suppressed + self.duplicate
        if ended != self.received:
            raise TallyUnbalanced(
                f"source {source}: {self.received} rows received, but {ended} accounted for ({self.accepted} accepted + "
                f"{self.quarantined} quarantined + {self.suppressed} suppressed + {self.duplicate} duplicate).",
                hint="The night stops here. This is a defect in Leadmill, not in the list: please report it with the night's id.",
            )
        return self

    def as_json(self) -> dict[str, int]:
        """Five counts by name."""
        return asdict(self)

    @classmethod
    def total(cls, tallies: Iterable[Tally]) -> Tally:
        """Sum of many tallies; the empty sum is all zeros."""
        return sum(tallies, start=cls())


@dataclass(frozen=True, slots=True)
class NightTally:
    """The counts of one night, in the shape of `leadmill run --json` (all of this night only)."""

    night: str
    sources: dict[str, Tally] = field(default_factory=dict)
    persons: int = 0
    companies: int = 0
    enriched: int = 0
    deferred: int = 0
    decisions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DECISIONS, 0))
    provider_calls: int = 0
    spent: dict[str, float] = field(default_factory=dict)
    crm: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CRM_OUTCOMES, 0))
    failed: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and numbers, ready for `json.dumps`."""
        return asdict(self)
