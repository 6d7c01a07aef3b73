"""Pairs a person should look at."""

from __future__ import annotations

import numpy as np
import pytest
from unit.match.strangers import people

from leadmill.match import Clustering, deduplicate, doubts
from leadmill.match.doubts import DOUBTFUL


@pytest.fixture(scope="module")
def found() -> Clustering:
    return deduplicate(people(120), ["who"])


def test_the_nearest_call_comes_first(found: Clustering) -> None:
    together = found.cluster[found.scored.left] == found.cluster[found.scored.right]
    near = doubts(found.scored, together)
    distance = np.abs(near["probability"].to_numpy() - 0.5)

    assert near.num_rows > 0
    assert (np.diff(distance) >= -1e-3).all()


def test_a_pair_is_doubtful_when_it_is_near_the_line_or_decided_against_its_own_evidence(found: Clustering) -> None:
    together = found.cluster[found.scored.left] == found.cluster[found.scored.right]
    low, high = DOUBTFUL
    for pair in doubts(found.scored, together).to_pylist():
        assert low < pair["probability"] < high or pair["together"] != (pair["probability"] > 0.5)


def test_evidence_is_said_in_words_and_bits_and_quotes_no_cell(found: Clustering) -> None:
    why = doubts(found.scored, np.zeros(len(found.scored.left), bool))["why"].to_pylist()

    assert all(line.startswith("at random -") for line in why)
    assert any("geboren: same +" in line for line in why)
    assert not any(cell in line for line in why for cell in ("Anna", "Wien", "Huber"))
