"""How different ones come to agree: by chance, and because another field agrees.

Town follows from postcode, a mailbox from a name, the roof of a family from its phone. The fields are put in an order, as the tree of
greatest mutual information grows (Chow and Liu 1968); each depends on the fields before it that tell most about it. Of what several of them
make of it, the least counts: a web site that follows from the company follows from it also where the phone differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadmill.match.compare import MISSING, Levels

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Parents = tuple[tuple[int, ...], ...]

LEAN = 20.0  # pairs that a field's own shares are worth beside those given its parent's level
TAKEN_FOR_DIFFERENT = 0.1  # of the same: pairs that are worth as much as those of LEAN
LEAST = 1e-15  # share that counts as none
NOISE = 3.0  # times the mutual information that independent fields of a sample have on average
FAINT = 1e-7  # bits of mutual information below which two fields are independent
PARENTS = 4  # fields to look at


@dataclass(frozen=True, slots=True)
class Dependence:
    """`parents[field]`: the fields it may depend on, the most telling first.

    `tables[field]`: shares of its levels; row 0 when all parents are missing, then a row per level of the first parent, of the second ...
    """

    parents: Parents
    tables: tuple[Floats, ...]
    sizes: tuple[int, ...]

    @classmethod
    def none(cls, shares: Sequence[Floats]) -> Dependence:
        """Every field by itself."""
        return cls(((),) * len(shares), tuple(share[None, :] for share in shares), tuple(len(share) for share in shares))

    def rows(self, levels: Levels, field: int) -> Ints:
        """Rows of the field's table that hold for each pair, shape (pairs, parents): one for each parent it has, row 0 when it has none."""
        found = np.zeros((len(levels), max(len(self.parents[field]), 1)), np.int64)
        below = 1
        for place, parent in enumerate(self.parents[field]):
            found[:, place] = np.where(levels[:, parent] == MISSING, 0, below + levels[:, parent])
            below += self.sizes[parent]
        return np.where(found == 0, found.max(axis=1, keepdims=True), found)

    def given(self, levels: Levels, field: int) -> Floats:
        """Chance that different ones have equal values in a field, as the parent has it that explains most."""
        return np.asarray(self.tables[field][self.rows(levels, field), -1].max(axis=1))

    def chance(self, field: int) -> float:
        """Chance that different ones have equal values in a field."""
        return float(self.tables[field][0, -1])


def depend(levels: Levels, counts: Floats, same: Floats, each: Floats, sizes: Sequence[int], parents: Parents | None = None) -> Dependence:
    """Learn from patterns of levels (patterns, fields): how often each occurs among the different and among the same.

    `sizes`: levels each field has; `each`: how many pairs one that was looked at stands for. Where hardly anybody but the same agrees in
    the parent, the few different ones that do may well be the same, not recognised: a field's own shares count for more there.
    `parents`, when given, says which field depends on which.
    """
    joint, among_same = _Joint(levels, counts, sizes), _Joint(levels, same, sizes)
    parents = _parents(joint, _Joint(levels, counts * each, sizes)) if parents is None else parents
    lean = [LEAN + TAKEN_FOR_DIFFERENT * among_same.count(k) for k in range(len(sizes))]
    tables = tuple(_table(joint, k, before, lean) for k, before in enumerate(parents))
    return Dependence(parents, tables, tuple(sizes))


class _Joint:
    """Weighted counts of levels, alone and in twos."""

    def __init__(self, levels: Levels, counts: Floats, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self._levels, self._counts = levels.astype(np.int64) + 1, counts

    def count(self, field: int) -> Floats:
        """Count a field's levels."""
        return np.asarray(np.bincount(self._levels[:, field], weights=self._counts, minlength=self.sizes[field] + 1)[1:])

    def share(self, field: int) -> Floats:
        """Return the share of each of a field's levels, half a pair added to each."""
        counts = self.count(field) + 0.5
        return np.asarray(counts / counts.sum())

    def together(self, one: int, other: int) -> Floats:
        """Count two fields' levels, shape (levels of one, levels of other); pairs that miss either left out."""
        width = self.sizes[other] + 1
        cells = np.bincount(
            self._levels[:, one] * width + self._levels[:, other], weights=self._counts, minlength=(self.sizes[one] + 1) * width
        )
        return np.asarray(cells.reshape(-1, width)[1:, 1:])


def _table(joint: _Joint, field: int, parents: Sequence[int], lean: Sequence[Floats]) -> Floats:
    share = joint.share(field)
    given = [joint.together(parent, field) + lean[parent][:, None] * share for parent in parents]
    return np.concatenate([share[None, :], *(counts / counts.sum(axis=1, keepdims=True) for counts in given)])


def relations(levels: Levels, counts: Floats, each: Floats, sizes: Sequence[int]) -> Floats:
    """Mutual information of every two fields in bits, 0 where it may as well be chance; arguments as in `depend`."""
    return _shared(_Joint(levels, counts, sizes), _Joint(levels, counts * each, sizes))


def _shared(joint: _Joint, squares: _Joint) -> Floats:
    count = len(joint.sizes)
    shared = np.zeros((count, count))
    for one in range(count):
        for other in range(one):
            found = _mutual(joint.together(one, other), squares.together(one, other))
            shared[one, other] = shared[other, one] = found if found > FAINT else 0
    return shared


def _parents(joint: _Joint, squares: _Joint) -> Parents:
    """Order the fields by Prim's algorithm, from the most telling one; list for each those before it that it depends on."""
    count, shared = len(joint.sizes), _shared(joint, squares)
    order = [int(np.argmin([joint.share(k)[-1] for k in range(count)]))]
    parents: dict[int, tuple[int, ...]] = {order[0]: ()}
    while len(order) < count:
        outside = [k for k in range(count) if k not in parents]
        child = outside[int(shared[np.ix_(order, outside)].max(axis=0).argmax())]
        telling = sorted((k for k in order if shared[k, child]), key=lambda k: -shared[k, child])
        parents[child] = tuple(telling[:PARENTS])
        order.append(child)
    return tuple(parents[k] for k in range(count))


def _mutual(counts: Floats, squares: Floats) -> float:
    """Mutual information of two fields in bits; `squares`: of what each pair that was looked at stands for, summed up cell by cell.

    Of all their levels, when that is more than noise. In a large table it is not: agreement is so rare that the noise of many levels drowns
    it; then of reaching one level in each, as far as more pairs do both than a few of a sample may by chance.
    """
    pairs = max(counts.sum(), 1e-300)
    looked_at = pairs**2 / max(squares.sum(), 1e-300)
    share = counts / pairs
    noise = NOISE * (counts.shape[0] - 1) * (counts.shape[1] - 1) / (2 * max(looked_at, 1) * np.log(2))
    every = float(_surprise(share, share.sum(axis=1, keepdims=True) * share.sum(axis=0, keepdims=True)).sum())
    return every if every > noise else _of_reaching(_reached(share), NOISE * np.sqrt(_reached(squares)) / pairs)


def _reached(cells: Floats) -> Floats:
    """Sum up the cells from each level on, in both fields."""
    return np.asarray(cells[::-1, ::-1].cumsum(axis=0).cumsum(axis=1)[::-1, ::-1])


def _of_reaching(reached: Floats, unsure: Floats) -> float:
    """Greatest mutual information of reaching a level in one field and in the other; `reached`: shares that reach both, give or take."""
    one, other = reached[1:, :1], reached[:1, 1:]
    both = np.maximum(reached[1:, 1:] - unsure[1:, 1:], one * other)
    cells = (
        (both, one * other),
        (one - both, one * (1 - other)),
        (other - both, (1 - one) * other),
        (1 - one - other + both, (1 - one) * (1 - other)),
    )
    return float(np.max(sum(_surprise(seen, apart) for seen, apart in cells), initial=0.0))


def _surprise(seen: Floats, apart: Floats) -> Floats:
    """Return seen * log2(seen / apart), 0 where nothing was seen."""
    known = (seen > LEAST) & (apart > 0)
    return np.where(known, seen * np.log2(np.where(known, seen, 1) / np.where(known, apart, 1)), 0.0)
