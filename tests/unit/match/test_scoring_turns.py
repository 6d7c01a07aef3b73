"""Many records are scored in turns, and nobody can tell from the pairs."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.match.scored_nodes import market_of, scored, scoring, trained


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize("at_once", [1_000, 300])
def test_turns_change_no_pair_and_no_weight(model: Path, at_once: int) -> None:
    """More than 1,000 pairs of 2,000 records in several turns: new ones among themselves, across turns too, and against the known ones."""
    market = market_of(2_000, seed=6)
    at_one_go = scored(market, model, scoring(at_once=1_000_000))

    assert at_one_go.num_rows > 500
    assert scored(market, model, scoring(at_once=at_once)).equals(at_one_go)
