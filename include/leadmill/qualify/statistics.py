"""How well a score told winners from others, with the uncertainty beside every figure.

AUC: probability that a random winner scores above a random other, ties counting half (Mann and Whitney 1947); its variance after DeLong,
DeLong and Clarke-Pearson 1988, computed from mid-ranks (Sun and Xu 2014). Rates carry Wilson's interval (1927).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Outcomes = NDArray[np.bool_]
Z95 = 1.959964
Z99 = 2.575829


@dataclass(frozen=True, slots=True)
class Auc:
    """Area under the ROC curve with its standard error; nan without both kinds of outcome."""

    value: float
    error: float

    def low(self, z: float = Z95) -> float:
        """Lower end of the interval; nan where there is no value."""
        return float(np.maximum(0.0, self.value - z * self.error))

    def high(self, z: float = Z95) -> float:
        """Upper end of the interval; nan where there is no value."""
        return float(np.minimum(1.0, self.value + z * self.error))


def auc(scores: Scores, won: Outcomes) -> Auc:
    """Measure how often a winner outranks another."""
    winners, others = int(won.sum()), int((~won).sum())
    if not winners or not others:
        return Auc(float("nan"), float("nan"))
    ranks = _mid_ranks(scores)
    above = (ranks[won] - _mid_ranks(scores[won])) / others  # share of the others below each winner
    below = 1 - (ranks[~won] - _mid_ranks(scores[~won])) / winners
    spread = (above.var(ddof=1) / winners if winners > 1 else 0.0) + (below.var(ddof=1) / others if others > 1 else 0.0)
    return Auc(float(above.mean()), sqrt(float(spread)))


def _mid_ranks(values: Scores) -> Scores:
    """Rank from 1, equal values sharing the middle of their ranks."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle: Scores = last - (counts - 1) / 2
    return middle[group]


def lift(scores: Scores, won: Outcomes, share: float) -> float:
    """Compare the win rate of the best `share` with everybody's; people tied at the edge count by the part that still fits."""
    if not len(scores) or not won.any():
        return float("nan")
    wanted = share * len(scores)
    taken = hits = 0.0
    for value in np.unique(scores)[::-1]:
        group = scores == value
        part = min(1.0, (wanted - taken) / group.sum())
        taken += part * group.sum()
        hits += part * won[group].sum()
        if taken >= wanted - 1e-9:
            break
    return float(hits / taken / won.mean())


def wilson(hits: int, total: int, z: float = Z95) -> tuple[float, float]:
    """Give the interval of a rate; (0, 1) when nothing was seen."""
    if not total:
        return 0.0, 1.0
    rate, weight = hits / total, z * z / total
    middle = (rate + weight / 2) / (1 + weight)
    half = z / (1 + weight) * sqrt(rate * (1 - rate) / total + weight / (4 * total))
    return max(0.0, middle - half), min(1.0, middle + half)
