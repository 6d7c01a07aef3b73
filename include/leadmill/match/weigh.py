"""What agreement is worth: the Fellegi-Sunter model, fitted to the table itself by expectation maximisation.

Every pair of rows is either the same or not. For each field, m is how often the same agree at a level and u how often different ones
do; an agreement weighs log2(m / u) bits, and a pair's weights add up to its total. All pairs of the table take part: candidates one by
one, those passed over by a sample, and so all the rest, so that tables full of duplicates do not spoil u, nor long ones hide what comes in
bundles. Fellegi and Sunter (1969), Winkler (1988).

Different ones are alike in bundles: colleagues share switchboard, domain and town, families a name and a roof. Counted as independent,
such likeness looks like identity. So u of a field depends on what other fields said (`depend`), and what follows from any weighs nothing.

Guards keep the fit honest on small or odd tables, and on those without a single duplicate: the first to be taken for the same are pairs
that differ in nothing; m leans on a prior in which agreement is likelier the stronger it is; the same mostly agree; weights never fall
where agreement rises (isotonic regression by pooling adjacent violators); and an equal value counts for more the rarer it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leadmill.match.compare import MISSING, Levels, level_count, nearly
from leadmill.match.depend import Dependence, depend, relations
from leadmill.match.profile import Field

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDS = 50
SETTLED = 1e-4  # share of the same that still moves when a fit has settled
FIRM_UP = (0, 3, 10)  # rounds after which it is asked anew which field depends on which
PRIOR_PAIRS = 20.0  # pairs the prior of m is worth
FIRST_GUESS = 0.05  # share of candidates taken for the same at the start
LIKELY_SAME = 0.5  # who is the same more likely than not teaches nothing about different ones
IDENTIFIABLE = 3  # fields from which m can be told (Goodman 1974)
LEFT_BY_CHANCE = 0.01  # least share of the agreements seen that is put down to chance, with a single field
DIFFER_AT_LEAST, DIFFER_AT_MOST = 0.03, 0.1  # share of the same that differ altogether in a field: people move, lists err
UNLIKE_AT_MOST = 0.3  # share of the same that differ in a field by more than a slip
RARITY_BITS = 8.0  # bits a rare or common value may add to or take from an agreement


@dataclass(frozen=True, slots=True)
class Model:
    """`prior`: bits before any evidence. `m[field][level]`: share of the same; `among`: how different ones agree, field by field."""

    prior: float
    m: tuple[Floats, ...]
    among: Dependence


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of a table, as far as they were looked at: levels of shape (pairs, fields). `in_all`: pairs the table has.

    `candidates` are the likeliest, or of very many (`count`) a sample.
    `passed` is a sample of the `passed_over` pairs that have something in common and were not compared. Without it bundles of likeness
    too rare for random pairs to show, and too common for all of them to be candidates, would not be known for what they are.
    """

    candidates: Levels
    strangers: Levels
    in_all: int
    passed: Levels | None = None
    passed_over: int = 0
    count: int = 0

    def __post_init__(self) -> None:
        """Count the candidates, unless they are a sample."""
        object.__setattr__(self, "count", self.count or len(self.candidates))

    @property
    def each(self) -> float:
        """How many candidates one that was looked at stands for."""
        return self.count / max(len(self.candidates), 1)

    def of(self, fields: Sequence[int]) -> Pairs:
        """Look at some fields only."""
        passed = None if self.passed is None else self.passed[:, fields]
        return replace(self, candidates=self.candidates[:, fields], strangers=self.strangers[:, fields], passed=passed)


def fit(fields: Sequence[Field], pairs: Pairs) -> Model:
    """Fit a model to the pairs of a table."""
    patterns, counts = _patterns(pairs.candidates, pairs.count)
    others, other_counts, other_each = _sampled(pairs)
    every, sizes = np.concatenate([patterns, others]), [level_count(field) for field in fields]
    each = np.append(np.full(len(counts), pairs.each), other_each)
    if len(fields) == 1:
        return _assume(sizes[0], every[:, 0], np.append(counts, other_counts))
    m, among = [_prior(size) for size in sizes], depend(others, other_counts, 0 * other_counts, other_each, sizes)
    model = Model(_odds(FIRST_GUESS * max(pairs.count, 1) / pairs.in_all), tuple(m), among)
    same = counts * probability(_total(patterns, model)) * _differ_in_nothing(fields, patterns)
    for turn in range(ROUNDS):
        before, share = same, float(np.clip(same.sum() / pairs.in_all, 1e-12, 0.5))
        if len(fields) >= IDENTIFIABLE:
            m = [_agreeing(field, patterns[:, k], same) for k, field in enumerate(fields)]
        different = np.append(np.where(same < LIKELY_SAME * counts, counts - same, 0), other_counts)
        everywhere = np.append(same, 0 * other_counts)
        among = depend(every, different, everywhere, each, sizes, None if turn in FIRM_UP else among.parents)
        model = Model(_odds(share), tuple(m), among)
        same = counts * probability(_total(patterns, model))
        if turn > max(FIRM_UP) and np.abs(same - before).sum() < SETTLED * max(same.sum(), 1):
            break
    return model


def _sampled(pairs: Pairs) -> tuple[Levels, Floats, Floats]:
    """Put the samples together: patterns, how many pairs each stands for, and how many a single pair of its sample does."""
    rest = max(pairs.in_all - pairs.count - pairs.passed_over, 0)
    parts = [(pairs.strangers, rest)] if pairs.passed is None else [(pairs.strangers, rest), (pairs.passed, pairs.passed_over)]
    counted = [_patterns(levels, stands_for) for levels, stands_for in parts]
    each = [
        np.full(len(counts), stands_for / max(len(levels), 1)) for (levels, stands_for), (_, counts) in zip(parts, counted, strict=True)
    ]
    return np.concatenate([found for found, _ in counted]), np.concatenate([counts for _, counts in counted]), np.concatenate(each)


def related(fields: Sequence[Field], pairs: Pairs) -> Floats:
    """Mutual information of every two fields over all pairs of the table, in bits: 0 when they have nothing to do with each other."""
    patterns, counts = _patterns(pairs.candidates, pairs.count)
    others, other_counts, other_each = _sampled(pairs)
    every, each = np.concatenate([patterns, others]), np.append(np.full(len(counts), pairs.each), other_each)
    return relations(every, np.append(counts, other_counts), each, [level_count(field) for field in fields])


def _differ_in_nothing(fields: Sequence[Field], patterns: Levels) -> npt.NDArray[np.bool_]:
    """Tell which pairs differ by slips at most, in every field both have."""
    close = np.array([nearly(field) for field in fields])
    return np.asarray(((patterns >= close) | (patterns == MISSING)).all(axis=1))


def _odds(share: float) -> float:
    return float(np.log2(share / (1 - share)))


def _patterns(levels: Levels, pairs: int) -> tuple[Levels, Floats]:
    """Count the distinct combinations of levels, scaled up to `pairs` pairs; three bits a field, so at most profile.MOST_FIELDS of them."""
    _, first, counts = np.unique(_pack(levels), return_index=True, return_counts=True)
    patterns = levels[first]
    return patterns, np.asarray(counts * (pairs / max(len(levels), 1)), dtype=np.float64)


def _pack(levels: Levels) -> Ints:
    """Write the levels of each pair as one number, field after field: all at once would take eight times the memory of the levels."""
    packed = np.zeros(len(levels), np.int64)
    for field in range(levels.shape[1]):
        packed |= (levels[:, field].astype(np.int64) + 1) << 3 * field
    return packed


def _assume(size: int, levels: npt.NDArray[np.int8], counts: Floats) -> Model:
    """Weigh a single field, from which no mixture can be told: m stays as assumed, equal pairs say how many are the same."""
    m, seen = _prior(size), _share(levels, counts, np.full(size, 0.5))
    share = float(np.clip(counts[levels == size - 1].sum() / m[-1] / counts.sum(), 1e-12, 0.5))
    u = np.maximum((seen - share * m) / (1 - share), LEFT_BY_CHANCE * seen)
    return Model(_odds(share), (m,), Dependence.none((u,)))


def evidence(model: Model, levels: Levels, left: Ints, values: Sequence[Ints]) -> Floats:
    """Bits per pair and field, shape (pairs, fields); with the prior they add up to the pair's total.

    `left`: one row of each pair; `values[field][row]`: a number for each row's value, the same for equal ones, MISSING for none.
    Where equality follows from another field, how rare the value is says less: of different ones that share a phone, a share has the
    town in common however small it is.
    """
    _, first, pattern = np.unique(_pack(levels), return_index=True, return_inverse=True)
    patterns = levels[first]
    bits = _bits(model, patterns)[pattern]
    same = probability(model.prior + bits.sum(axis=1))
    for k, value in enumerate(values):
        equal = levels[:, k] == len(model.m[k]) - 1
        rarity = _rarity(value, value[left[equal]], same[equal])
        usual, chance = model.among.given(patterns, k)[pattern[equal]], model.among.chance(k)
        follows = np.clip((usual - chance) / (1 - chance), 0, 1)
        bits[equal, k] += np.clip(np.log2(usual / (follows + (1 - follows) * rarity)), -RARITY_BITS, RARITY_BITS)
    return bits


def _rarity(values: Ints, shared: Ints, same: Floats) -> Floats:
    """Chance that another one has the value a pair shares, for each pair: rows that are the same are not counted as others.

    `shared` is the value of each pair that has it in common, `same` how likely the two are the same.
    """
    known = values[values != MISSING]
    rows = np.bincount(known).astype(float)
    others = np.maximum(rows * (rows - 1) / 2 - np.bincount(shared, weights=same, minlength=len(rows)), 0)
    return np.asarray((2 * others[shared] / rows[shared] + 1) / len(known))


def probability(bits: Floats) -> Floats:
    """Turn bits of evidence into a probability."""
    return np.asarray(1 / (1 + 2.0 ** -np.clip(bits, -60, 60)))


def likely(model: Model, levels: Levels) -> Floats:
    """How likely each pair is the same, however rare what it has in common."""
    return probability(_total(levels, model))


def _total(patterns: Levels, model: Model) -> Floats:
    return np.asarray(model.prior + _bits(model, patterns).sum(axis=1))


def _bits(model: Model, levels: Levels) -> Floats:
    """Bits of every field: log2(m / u), the least of what u is by its parents, never falling as agreement rises; 0 where one is missing."""
    found = np.zeros(levels.shape)
    for k, m in enumerate(model.m):
        weights = np.stack([_rising(m, u) for u in model.among.tables[k]])
        least = weights[model.among.rows(levels, k), np.maximum(levels[:, [k]], 0)].min(axis=1)
        found[:, k] = np.where(levels[:, k] == MISSING, 0.0, least)
    return found


def _prior(levels: int) -> Floats:
    """Give each level its share among the same before anything is seen: the stronger the likelier."""
    rising = (np.arange(levels) + 0.2) ** 2
    return np.asarray(rising / rising.sum())


def _share(levels: npt.NDArray[np.int8], counts: Floats, prior: Floats) -> Floats:
    """Share of each level among pairs with both values, leaning on a prior count."""
    known = levels != MISSING
    total = np.bincount(levels[known], weights=counts[known], minlength=len(prior)) + prior
    return np.asarray(total / total.sum())


def _agreeing(field: Field, levels: npt.NDArray[np.int8], same: Floats) -> Floats:
    """Learn m of a field, held to what identity is: no other likeness (one sector, one month, one mail server) passes for it."""
    prior = _prior(level_count(field))
    m = _share(levels, same, PRIOR_PAIRS * prior)
    for level, least, most in ((nearly(field), 0.0, UNLIKE_AT_MOST), (1, DIFFER_AT_LEAST, DIFFER_AT_MOST)):
        below = np.clip(m[:level].sum(), least, most)
        m = np.append(m[:level] * below / m[:level].sum(), m[level:] * (1 - below) / m[level:].sum())
    return m


def _rising(m: Floats, u: Floats) -> Floats:
    """Bits per level that never fall as agreement rises: neighbours that fall are one level, whose shares add up."""
    blocks: list[tuple[float, float, int]] = []
    for same, different in zip(m.tolist(), u.tolist(), strict=True):
        blocks.append((same, different, 1))
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] > blocks[-1][0] * blocks[-2][1]:
            (low_m, low_u, low), (high_m, high_u, high) = blocks[-2:]
            blocks[-2:] = [(low_m + high_m, low_u + high_u, low + high)]
    return np.concatenate([np.full(count, np.log2(same / different)) for same, different, count in blocks])
