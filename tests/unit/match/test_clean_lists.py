"""A wrong merge is worse than a missed one: lists of many kinds without a duplicate stay as they are, and planted duplicates are found."""

from __future__ import annotations

import pytest
from unit.match.clean_lists import KINDS, clean, plant

from leadmill.match import deduplicate, measure

ROWS = 300
NAMELESS = ("visits", "times")  # nothing in them tells a repeated visit from another one


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_without_duplicates_stays_as_it_is(kind: str) -> None:
    """Two or three pairs may be as alike as one row typed twice."""
    assert deduplicate(clean(kind, ROWS, seed=1)).pairs <= 0.01 * ROWS


FOUND_AGAIN = {"articles": 0.6, "families": 0.8}  # a letter is all that parts two articles, a first name two of a family


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NAMELESS])
def test_planted_duplicates_are_found_and_nothing_else(kind: str) -> None:
    table, truth = plant(clean(kind, ROWS, seed=2), 0.3, seed=2)
    quality = measure(deduplicate(table).cluster, truth)

    assert quality.precision > 0.85
    assert quality.recall > FOUND_AGAIN.get(kind, 0.9)
