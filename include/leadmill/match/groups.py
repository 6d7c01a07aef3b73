"""Rows that hold the same 64-bit value, found by sorting whole arrays: a fifth of what hash tables cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leadmill.match.cluster import Ints

Hashes = npt.NDArray[np.uint64]
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, so that multiplying loses nothing (Knuth's multiplicative hashing)


@dataclass(frozen=True, slots=True)
class Groups:
    """`order` lists the rows, equal values side by side, groups by value; a group begins at `starts` and has `sizes` rows."""

    order: Ints
    starts: Ints
    sizes: Ints

    def one(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return of every group the value of one of its rows, for columns that are the same on all."""
        return column[self.order[self.starts]]

    def least(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return of every group its least value."""
        return np.minimum.reduceat(column[self.order], self.starts)

    def most(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return of every group its greatest value."""
        return np.maximum.reduceat(column[self.order], self.starts)

    def total(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return of every group its sum."""
        return np.add.reduceat(column[self.order], self.starts)

    def spread(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return of every row what `column` says of its group."""
        told = np.empty(len(self.order), dtype=column.dtype)
        told[self.order] = np.repeat(column, self.sizes)
        return told

    def pairs(self, at_most: int) -> tuple[Ints, Ints]:
        """List all pairs of rows of one group, but for groups of more than `at_most` rows."""
        wanted = np.repeat((self.sizes > 1) & (self.sizes <= at_most), self.sizes)
        rank = np.arange(len(self.order)) - np.repeat(self.starts, self.sizes)
        behind = np.where(wanted, np.repeat(self.sizes, self.sizes) - 1 - rank, 0)
        left = np.repeat(np.arange(len(self.order)), behind)
        step = np.arange(len(left)) - np.repeat(np.cumsum(behind) - behind, behind)
        return self.order[left], self.order[left + 1 + step]


def group(values: Hashes) -> Groups:
    """Group rows by their value."""
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate((np.ones(min(len(values), 1), dtype=np.bool_), ordered[1:] != ordered[:-1])))
    return Groups(order, starts, np.diff(starts, append=len(values)))


def distinct(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the values in ascending order, each once."""
    ordered: npt.NDArray[Any] = np.sort(values)
    return np.asarray(ordered[np.concatenate((np.ones(min(len(values), 1), dtype=np.bool_), ordered[1:] != ordered[:-1]))])


def among(values: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tell which values are among the wanted."""
    if not len(wanted):
        return np.zeros(len(values), dtype=np.bool_)
    ordered = np.sort(wanted)
    return np.asarray(ordered[np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)] == values)


def both(one: Hashes, other: Hashes) -> Hashes:
    """Hash two hashes into one."""
    return (one * SPREAD) ^ other
