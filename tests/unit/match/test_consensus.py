"""Clusters on which the evidence as a whole agrees."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadmill.match.consensus import agree


def clusters(count: int, *edges: tuple[int, int, float]) -> list[int]:
    left, right, bits = (np.array(values) for values in zip(*edges, strict=True))
    return agree(count, left.astype(np.int64), right.astype(np.int64), bits.astype(float)).tolist()


def test_a_strong_pair_is_a_cluster_and_a_weak_one_is_not() -> None:
    assert clusters(4, (0, 1, 5.0), (2, 3, -5.0)) == [0, 0, 2, 3]


def test_one_doubtful_pair_does_not_chain_two_families() -> None:
    """0-1-2 and 3-4-5 hold together; 2-3 looks alike, and everything else between them speaks against it."""
    family = [(0, 1, 8.0), (1, 2, 8.0), (0, 2, 8.0), (3, 4, 8.0), (4, 5, 8.0), (3, 5, 8.0)]

    assert clusters(6, *family, (2, 3, 6.0), (0, 3, -6.0)) == [0, 0, 0, 3, 3, 3]


def test_silence_speaks_against_a_chain() -> None:
    """Each knows only the next: the ends have nothing in common."""
    assert len(set(clusters(6, *[(n, n + 1, 3.0) for n in range(5)]))) > 1


def test_many_pairs_together_outweigh_one_against() -> None:
    pairs = [(a, b, 9.0) for a in range(4) for b in range(a + 1, 4)]

    assert clusters(4, *[(a, b, -9.0 if (a, b) == (0, 3) else bits) for a, b, bits in pairs]) == [0, 0, 0, 0]


PAIRS = st.dictionaries(st.tuples(st.integers(0, 14), st.integers(0, 14)), st.integers(-9, 9), max_size=40)


@given(PAIRS)
def test_a_cluster_never_reaches_beyond_its_component(pairs: dict[tuple[int, int], int]) -> None:
    edges = sorted({(min(pair), max(pair)): bits for pair, bits in pairs.items() if pair[0] != pair[1]}.items())
    left = np.array([a for (a, _), _ in edges], dtype=np.int64)
    right = np.array([b for (_, b), _ in edges], dtype=np.int64)
    found = agree(15, left, right, np.array([bits for _, bits in edges], dtype=float))

    graph = nx.Graph([pair for pair, bits in edges if bits > 0])
    graph.add_nodes_from(range(15))
    home = {node: number for number, part in enumerate(nx.connected_components(graph)) for node in part}
    assert all(home[node] == home[int(label)] for node, label in enumerate(found))
    assert all(found[label] == label <= node for node, label in enumerate(found))
