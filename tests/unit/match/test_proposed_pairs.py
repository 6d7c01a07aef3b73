"""Which pairs are proposed to the model: those that Splink's own blocking finds by the same rules, found once and by hashes."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pyarrow as pa
import pytest
from splink import DuckDBAPI, Linker
from unit.match.scored_nodes import NODE, market_of, trained

from leadmill.engine import connect
from leadmill.match.model import VIEW
from leadmill.match.score import propose


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("models"))


def proposed(market: pa.Table, fresh: str) -> set[tuple[int, int]]:
    """Propose pairs where the nodes that meet a condition are new."""
    with connect({"market": market}) as con:
        con.execute(f"{NODE}; update node set fresh = {fresh}; create temp view splink_node as {VIEW}")
        pairs = list(zip(*(side.tolist() for side in propose(con)), strict=True))
    assert len(pairs) == len(set(pairs))
    return set(pairs)


def by_splink(market: pa.Table, model: Path) -> set[tuple[int, int]]:
    with connect({"market": market}, locked=False) as con:
        con.execute(f"{NODE}; create table given as select * exclude (fresh) from ({VIEW})")
        settings = json.loads((model / "model.json").read_text(encoding="utf-8"))
        linker = Linker(DuckDBAPI(connection=con).register("given"), settings, log_level=logging.ERROR)
        rows = linker.inference.compute_blocked_pairs_for_predict().as_pyarrow_table().to_pylist()
        return {(min(row["join_key_l"], row["join_key_r"]), max(row["join_key_l"], row["join_key_r"])) for row in rows}


def test_all_new_records_are_proposed_as_splink_would(model: Path) -> None:
    market = market_of(4_000, seed=8)

    assert len(proposed(market, "true")) > 1_000
    assert proposed(market, "true") == by_splink(market, model)


def test_pairs_without_a_new_record_are_left_out() -> None:
    market = market_of(4_000, seed=8)
    everything = proposed(market, "true")

    assert proposed(market, "i % 10 = 0") == {(left, right) for left, right in everything if left % 10 == 0 or right % 10 == 0}
    assert proposed(market, "false") == set()
