"""Figures that tell of the row and not of whom it is about: when it came in, what it was scored, how much was counted that day.

The same mostly agree (`weigh`), so a figure that never does would speak against everybody. Suspect are numbers and dates that have nothing
to do with any name: neither the same nor colleagues share them. When the other fields say alone who the same are, and these seldom agree in
a suspect, it is not about them. So are words that are known to change (a job title), and no others: in names, what differs is somebody
else. Where nobody is there twice, nothing is learnt.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from leadmill.match.compare import MISSING, Levels, nearly
from leadmill.match.profile import Field
from leadmill.match.weigh import IDENTIFIABLE, Pairs, fit, likely, related

FIGURES = ("code", "date")
SURE = 0.99  # probability from which names alone say that two are the same
SEEN_AT_LEAST = 20.0  # pairs of the same a figure must have been seen in
SELDOM = 0.1  # share of the same that agree, at most, in what is not about them
BY_CHANCE = 2.0  # or times the share of different ones that do


def of_the_row(fields: Sequence[Field], pairs: Pairs, changing: Collection[str] = ()) -> list[int]:
    """Return the places of the fields that tell nothing of whom a row is about; those named in `changing` are suspect too."""
    suspects = _suspects(fields, pairs, changing)
    others = [place for place in range(len(fields)) if place not in suspects]
    if not suspects or len(others) < IDENTIFIABLE:
        return []
    levels = pairs.candidates
    same = levels[likely(fit([fields[place] for place in others], pairs.of(others)), levels[:, others]) >= SURE]
    return [place for place in suspects if _seldom(same[:, place], pairs.strangers[:, place], nearly(fields[place]))]


def _suspects(fields: Sequence[Field], pairs: Pairs, changing: Collection[str]) -> list[int]:
    figures = [place for place, field in enumerate(fields) if field.kind in FIGURES or field.name in changing]
    names = [place for place in range(len(fields)) if place not in figures]
    by_names = related(fields, pairs)[:, names].sum(axis=1)
    return [place for place in figures if names and not by_names[place]]


def _seldom(same: Levels, strangers: Levels, close: int) -> bool:
    """Tell whether those who are the same hardly agree more than any two rows; `close`: the level they should reach."""
    ours, theirs = (levels[levels != MISSING] >= close for levels in (same, strangers))
    return len(ours) >= SEEN_AT_LEAST and ours.mean() < max(SELDOM, BY_CHANCE * theirs.sum() / max(len(theirs), 1))
