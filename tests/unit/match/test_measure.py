"""The measures, against a count by hand and an oracle that lists every pair."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadmill.match import measure


def test_measures_counted_by_hand() -> None:
    """Found {0,1,2} {3}; true {0,1} {2,3}: one of three found pairs is true, one of two true pairs is found."""
    quality = measure([0, 0, 0, 3], ["a", "a", "b", "b"])

    assert (quality.precision, quality.recall, quality.f1) == pytest.approx((1 / 3, 1 / 2, 2 / 5))
    assert quality.bcubed_f1 == pytest.approx(2 * (2 / 3) * (3 / 4) / (2 / 3 + 3 / 4))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_pairwise_measures_are_those_of_listing_every_pair(rows: list[tuple[int, int]]) -> None:
    pairs = list(combinations(rows, 2))
    found = [a[1] == b[1] for a, b in pairs if a[0] == b[0]]
    true = [a[0] == b[0] for a, b in pairs if a[1] == b[1]]
    quality = measure([a for a, _ in rows], [b for _, b in rows])

    assert quality.precision == pytest.approx(sum(found) / len(found) if found else 1.0)
    assert quality.recall == pytest.approx(sum(true) / len(true) if true else 1.0)


def test_a_perfect_clustering_measures_one_everywhere() -> None:
    assert measure([1, 1, 2], ["x", "x", "y"]).as_json() == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "bcubed_f1": 1.0}
