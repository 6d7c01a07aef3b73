"""Clusters that the evidence as a whole agrees on: one doubtful pair does not chain two persons together.

Greedy additive edge contraction (Keuper and others, 2015): the two clusters with the most evidence between them join first, evidence adds
up, and clusters join only while what speaks for it outweighs what speaks against. A pair that was not even a candidate speaks
against, a little.
"""

from __future__ import annotations

import heapq
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from leadmill.match.cluster import Ints, components

CAP = 10.0  # bits one pair may say for or against: no pair outvotes many
SILENCE = 2.0  # bits a pair without anything in common says against


def agree(count: int, left: Ints, right: Ints, bits: npt.NDArray[np.float64]) -> Ints:
    """Cluster `count` nodes by pairwise evidence; label each with the smallest node of its cluster."""
    bits = np.clip(bits, -CAP, CAP)
    for_it = bits > 0
    labels = components(count, left[for_it], right[for_it])
    inside = labels[left] == labels[right]
    return _contract(labels, left[inside], right[inside], bits[inside])


def _contract(labels: Ints, left: Ints, right: Ints, bits: npt.NDArray[np.float64]) -> Ints:
    """Contract edges, most evidence first. `excess` is evidence beyond silence, so that absent pairs need no entry."""
    excess: dict[int, dict[int, float]] = defaultdict(dict)
    for one, other, weight in zip(left.tolist(), right.tolist(), bits.tolist(), strict=True):
        excess[one][other] = excess[other][one] = weight + SILENCE
    size = dict.fromkeys(excess, 1)
    joined: dict[int, int] = {}
    queue = [(-weight, one, other) for one, other, weight in zip(left.tolist(), right.tolist(), bits.tolist(), strict=True) if weight > 0]
    heapq.heapify(queue)
    while queue:
        negative, one, other = heapq.heappop(queue)
        if one in joined or other in joined or _between(excess, size, one, other) != -negative:
            continue  # said of clusters that have changed since
        kept, gone = (one, other) if len(excess[one]) >= len(excess[other]) else (other, one)
        _absorb(excess, size, kept, gone)
        joined[gone] = kept
        for neighbour in excess[kept]:
            weight = _between(excess, size, kept, neighbour)
            if weight > 0:
                heapq.heappush(queue, (-weight, *sorted((kept, neighbour))))
    return _smallest(np.arange(len(labels)), joined)


def _between(excess: dict[int, dict[int, float]], size: dict[int, int], one: int, other: int) -> float:
    """Evidence between two clusters, silence counted for every pair."""
    return excess[one][other] - SILENCE * size[one] * size[other]


def _absorb(excess: dict[int, dict[int, float]], size: dict[int, int], kept: int, gone: int) -> None:
    """Hand the neighbours of `gone` to `kept`."""
    del excess[kept][gone], excess[gone][kept]
    for neighbour, weight in excess.pop(gone).items():
        del excess[neighbour][gone]
        total = excess[kept].get(neighbour, 0.0) + weight
        excess[kept][neighbour] = excess[neighbour][kept] = total
    size[kept] += size.pop(gone)


def _smallest(nodes: Ints, joined: dict[int, int]) -> Ints:
    """Label every node with the smallest node of its cluster."""
    if not joined:
        return nodes
    gone = np.fromiter(joined, dtype=np.int64)
    kept = np.fromiter(joined.values(), dtype=np.int64)
    return components(len(nodes), gone, kept)
