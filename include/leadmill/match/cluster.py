"""From edges to clusters: connected components, and their settlement where names or people contradict a chain.

Both are functions of the set of edges, never of their order. A component without contradiction stays whole. In the others the
strongest edges bind first, and an edge that would put two contradicting faces into one cluster is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def components(count: int, left: Ints, right: Ints) -> Ints:
    """Label each of `count` nodes with the smallest node it is connected to.

    Hooking and pointer jumping after Shiloach and Vishkin (1982), on whole arrays.
    """
    label = np.arange(count, dtype=np.int64)
    while True:
        low = np.minimum(label[left], label[right])
        before = label.copy()
        np.minimum.at(label, label[left], low)
        np.minimum.at(label, label[right], low)
        while (label[label] != label).any():
            label = label[label]
        if np.array_equal(label, before):
            return label


def settle(
    labels: Ints,
    edges: tuple[Ints, Ints, npt.NDArray[np.float64]],
    faces: Ints,
    conflicts: Iterable[tuple[int, int]],
    trusted: float = float("inf"),
) -> Ints:
    """Part the components that hold two conflicting faces.

    `faces[node]` is what a node looks like, `conflicts` are pairs of faces that may not share a cluster. Edges of weight `trusted` and
    above bind all the same.
    """
    against: dict[int, set[int]] = defaultdict(set)
    for one, other in conflicts:
        against[one].add(other)
        against[other].add(one)
    if not against:
        return labels
    contested = _contested(labels, faces, against)
    left, right, weight = edges
    inside = np.isin(labels[left], contested)
    order = np.lexsort((right[inside], left[inside], -weight[inside]))
    bound = _bind(
        np.flatnonzero(np.isin(labels, contested)).tolist(),
        zip(left[inside][order].tolist(), right[inside][order].tolist(), weight[inside][order].tolist(), strict=True),
        faces,
        against,
        trusted,
    )
    settled = labels.copy()
    settled[list(bound)] = list(bound.values())
    return settled


def _contested(labels: Ints, faces: Ints, against: dict[int, set[int]]) -> Ints:
    """Labels of components that hold a face with a conflict."""
    disputed = np.fromiter(against, dtype=np.int64)
    return np.unique(labels[np.isin(faces, disputed)])


def _bind(
    nodes: list[int],
    edges: Iterable[tuple[int, int, float]],
    faces: Ints,
    against: dict[int, set[int]],
    trusted: float,
) -> dict[int, int]:
    """Join nodes along edges in the order given, refusing conflicts; return the smallest node of each node's cluster."""
    root = {node: node for node in nodes}
    seen = {node: {int(faces[node])} for node in nodes}

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for one, other, weight in edges:
        low, high = sorted((find(one), find(other)))
        if low == high or (weight < trusted and _contradict(seen[low], seen[high], against)):
            continue
        root[high] = low
        seen[low] |= seen.pop(high)
    return {node: find(node) for node in nodes}


def _contradict(some: set[int], others: set[int], against: dict[int, set[int]]) -> bool:
    """Tell whether a face of one cluster conflicts with one of the other."""
    few, many = sorted((some, others), key=len)
    return any(not against[face].isdisjoint(many) for face in few if face in against)
