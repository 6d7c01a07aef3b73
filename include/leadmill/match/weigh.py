"""What agreement is worth: the Fellegi-Sunter model, fitted to the table itself by expectation maximisation.

Every pair of rows is either the same or not. For each field, m is how often the same agree at a level and u how often different ones
do; an agreement weighs log2(m / u) bits, and a pair's weights add up to its total. All pairs of the table take part: candidates one by
one, the rest as a random sample of strangers, so that tables full of duplicates do not spoil u. Fellegi and Sunter (1969), Winkler (1988).

Guards keep the fit honest on small or odd tables, and on those without a single duplicate: m starts from and leans on a prior in which
agreement is likelier the stronger it is; the same mostly agree; weights never fall where agreement rises (isotonic regression by
pooling adjacent violators); and an equal value counts for more the rarer it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadmill.match.compare import MISSING, Levels, level_count
from leadmill.match.profile import Field

Floats = npt.NDArray[np.float64]

ROUNDS = 50
PRIOR_PAIRS = 20.0  # pairs the prior of m is worth
FIRST_GUESS = 0.05  # share of candidates taken for the same at the start
IDENTIFIABLE = 3  # fields from which a mixture of two can be told (Goodman 1974)
LEFT_BY_CHANCE = 0.01  # least share of the agreements seen that is put down to chance, with fewer fields
DIFFER_AT_MOST = 0.3  # share of the same that may differ altogether in a field
RARITY_BITS = 8.0  # bits a rare or common value may add to or take from an agreement


@dataclass(frozen=True, slots=True)
class Model:
    """Bits: `prior` before any evidence, `weights[field][level]`; `chance[field]` is the share of strangers with equal values."""

    prior: float
    weights: tuple[Floats, ...]
    chance: tuple[float, ...]


def fit(fields: Sequence[Field], candidates: Levels, strangers: Levels, pairs_in_all: int) -> Model:
    """Fit a model. `candidates`, `strangers`: levels of shape (pairs, fields); `pairs_in_all`: pairs the table has."""
    patterns, counts = _patterns(candidates, len(candidates))
    others, other_counts = _patterns(strangers, max(pairs_in_all - len(candidates), 0))
    prior_m = [_prior(level_count(field)) for field in fields]
    if len(fields) < IDENTIFIABLE:
        return _assume(prior_m, patterns, counts, others, other_counts)
    m = list(prior_m)
    u = [_share(others[:, k], other_counts, np.full(len(prior), 0.5)) for k, prior in enumerate(prior_m)]
    share = FIRST_GUESS * max(len(candidates), 1) / pairs_in_all
    for _ in range(ROUNDS):
        weights = [_rising(np.log2(same / different), same + different) for same, different in zip(m, u, strict=True)]
        same = counts * probability(_total(patterns, weights, np.log2(share / (1 - share))))
        share = float(np.clip(same.sum() / pairs_in_all, 1e-12, 0.5))
        for k, prior in enumerate(prior_m):
            m[k] = _agreeing(_share(patterns[:, k], same, PRIOR_PAIRS * prior))
            u[k] = _share(np.append(patterns[:, k], others[:, k]), np.append(counts - same, other_counts), np.full(len(prior), 0.5))
    return Model(float(np.log2(share / (1 - share))), tuple(weights), tuple(float(different[-1]) for different in u))


def _patterns(levels: Levels, pairs: int) -> tuple[Levels, Floats]:
    """Count the distinct combinations of levels, scaled up to `pairs` pairs."""
    patterns, counts = np.unique(levels, axis=0, return_counts=True)
    return patterns, np.asarray(counts * (pairs / max(len(levels), 1)), dtype=np.float64)


def _assume(m: list[Floats], patterns: Levels, counts: Floats, others: Levels, other_counts: Floats) -> Model:
    """Weigh one or two fields, from which no mixture can be told: m stays as assumed, equal pairs say how many are the same."""
    every_pattern, every_count = np.concatenate([patterns, others]), np.append(counts, other_counts)
    seen = [_share(every_pattern[:, k], every_count, np.full(len(same), 0.5)) for k, same in enumerate(m)]
    alike = counts[(patterns == np.array([len(same) - 1 for same in m])).all(axis=1)].sum()
    share = float(np.clip(alike / np.prod([same[-1] for same in m]) / every_count.sum(), 1e-12, 0.5))
    u = [np.maximum((every - share * same) / (1 - share), LEFT_BY_CHANCE * every) for every, same in zip(seen, m, strict=True)]
    weights = tuple(_rising(np.log2(same / different), same + different) for same, different in zip(m, u, strict=True))
    return Model(float(np.log2(share / (1 - share))), weights, tuple(float(different[-1]) for different in u))


def evidence(model: Model, levels: Levels, rarity: Floats) -> Floats:
    """Bits per pair and field, shape (pairs, fields); with the prior they add up to the pair's total.

    `rarity` (pairs, fields): share of rows that have the value where both values are equal, NaN elsewhere.
    """
    bits = np.stack([_of_level(levels[:, k], weights) for k, weights in enumerate(model.weights)], axis=1)
    extra = np.clip(np.log2(np.array(model.chance) / rarity), -RARITY_BITS, RARITY_BITS)
    return np.asarray(bits + np.nan_to_num(extra, nan=0.0))


def probability(bits: Floats) -> Floats:
    """Turn bits of evidence into a probability."""
    return np.asarray(1 / (1 + 2.0 ** -np.clip(bits, -60, 60)))


def _total(patterns: Levels, weights: Sequence[Floats], prior: float) -> Floats:
    return np.asarray(prior + np.sum([_of_level(patterns[:, k], bits) for k, bits in enumerate(weights)], axis=0))


def _of_level(levels: npt.NDArray[np.int8], weights: Floats) -> Floats:
    """Look weights up; a missing value weighs nothing."""
    return np.where(levels == MISSING, 0.0, weights[np.maximum(levels, 0)])


def _prior(levels: int) -> Floats:
    """Give each level its share among the same before anything is seen: the stronger the likelier."""
    rising = (np.arange(levels) + 0.2) ** 2
    return np.asarray(rising / rising.sum())


def _share(levels: npt.NDArray[np.int8], counts: Floats, prior: Floats) -> Floats:
    """Share of each level among pairs with both values, leaning on a prior count."""
    known = levels != MISSING
    total = np.bincount(levels[known], weights=counts[known], minlength=len(prior)) + prior
    return np.asarray(total / total.sum())


def _agreeing(m: Floats) -> Floats:
    """Hold the share of the same that differ to DIFFER_AT_MOST, so that no other likeness (one sector, one month) passes for identity."""
    rest = m[1:] * (1 - min(m[0], DIFFER_AT_MOST)) / m[1:].sum()
    return np.append(min(m[0], DIFFER_AT_MOST), rest)


def _rising(values: Floats, mass: Floats) -> Floats:
    """Make values rise, pooling neighbours that fall (isotonic regression, weighted by mass)."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), mass.tolist(), strict=True):
        blocks.append((value, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (low, low_mass, low_count), (high, high_mass, high_count) = blocks[-2:]
            both = low_mass + high_mass
            blocks[-2:] = [((low * low_mass + high * high_mass) / both, both, low_count + high_count)]
    return np.concatenate([np.full(count, value) for value, _, count in blocks])
