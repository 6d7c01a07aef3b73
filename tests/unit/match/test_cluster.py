"""Connected components against networkx, and their settlement."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadmill.match.cluster import components, settle

EDGES = st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=60)


def arrays(edges: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([a for a, _ in edges], dtype=np.int64), np.array([b for _, b in edges], dtype=np.int64)


@given(EDGES)
def test_components_are_those_of_networkx(edges: list[tuple[int, int]]) -> None:
    graph = nx.Graph(edges)
    graph.add_nodes_from(range(40))
    expected = {node: min(part) for part in nx.connected_components(graph) for node in part}

    assert dict(enumerate(components(40, *arrays(edges)).tolist())) == expected


@given(EDGES, st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=10), st.randoms(use_true_random=False))
def test_a_settlement_keeps_rivals_apart_and_ignores_the_order_of_edges(edges, rivals, random) -> None:  # type: ignore[no-untyped-def]
    edges = sorted({(min(e), max(e)) for e in edges})
    rivals = [rival for rival in rivals if rival[0] != rival[1]]
    faces = np.arange(40)

    def settled(order: list[tuple[int, int]]) -> list[int]:
        left, right = arrays(order)
        weight = np.array([(a * 7 + b) % 5 for a, b in order], dtype=float)
        return settle(components(40, left, right), (left, right, weight), faces, rivals).tolist()

    found = settled(edges)
    shuffled = list(edges)
    random.shuffle(shuffled)
    assert settled(shuffled) == found
    assert all(found[a] != found[b] for a, b in rivals)


def test_the_strongest_edge_binds_first() -> None:
    """1 touches 0 weakly and 2 strongly; 0 and 2 may not meet."""
    left, right, weight = np.array([0, 1]), np.array([1, 2]), np.array([1.0, 2.0])

    assert settle(components(3, left, right), (left, right, weight), np.arange(3), [(0, 2)]).tolist() == [0, 1, 1]


def test_a_trusted_edge_binds_rivals() -> None:
    left, right, weight = np.array([0]), np.array([1]), np.array([9.0])

    assert settle(components(2, left, right), (left, right, weight), np.arange(2), [(0, 1)], trusted=9.0).tolist() == [0, 0]
