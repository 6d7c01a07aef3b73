"""The second tier: a model kept on disk decides what keys cannot, names have the last word, and evidence adds up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from benchmarks.lead_world import World, make_world
from unit.match.leads import SETTINGS, nothing, with_ids

from leadmill.errors import StateError
from leadmill.match import ANSWERS, Quality, Resolution, measure, resolve, train_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a model on another market than the one it is used on."""
    market = make_world(3_000, 3_000, seed=5)
    return train_model(pa.concat_tables([market.crm, market.leads]), SETTINGS, tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def market() -> World:
    return make_world(1_500, 1_500, seed=6)


@pytest.fixture(scope="module")
def scored(market: World, model: Path) -> Resolution:
    return resolve(rows_of(market), nothing(), SETTINGS, model=model)


def rows_of(market: World) -> pa.Table:
    return pa.concat_tables([market.crm, market.leads])


def quality(resolution: Resolution, market: World) -> Quality:
    truth = [market.truth[record] for record in resolution.persons["record_id"].to_pylist()]
    return measure(resolution.persons["person_id"].to_numpy(zero_copy_only=False).astype(str), truth)


def test_a_model_of_one_market_finds_more_in_another(market: World, scored: Resolution) -> None:
    by_keys, by_both = quality(resolve(rows_of(market), nothing(), SETTINGS), market), quality(scored, market)

    assert by_both.recall > by_keys.recall + 0.03
    assert by_both.precision > 0.99


def test_the_evidence_of_every_pair_adds_up_to_its_weight(scored: Resolution) -> None:
    """A pair the model bound carries the model's bits, capped below any key; a key carries its own."""
    for pair in scored.pairs.to_pylist():
        total = sum(json.loads(pair["evidence"]).values())
        assert min(total, 14.0) == pytest.approx(pair["weight"]) if pair["rule"] == "model" else total == pair["weight"]


def test_training_again_on_the_same_rows_gives_the_same_model(model: Path) -> None:
    market = make_world(3_000, 3_000, seed=5)

    assert train_model(pa.concat_tables([market.crm, market.leads]), SETTINGS, model.parent) == model


def test_pairs_to_review_are_not_yet_one_person_and_leave_once_answered(market: World, model: Path, scored: Resolution) -> None:
    person = dict(zip(scored.persons["record_id"].to_pylist(), scored.persons["person_id"].to_pylist(), strict=True))
    asked = scored.review.to_pylist()
    answers = pa.Table.from_pylist(
        [{**{k: pair[k] for k in ("record_id_l", "record_id_r")}, "same": False} for pair in asked], schema=ANSWERS
    )

    assert asked
    assert all(person[pair["record_id_l"]] != person[pair["record_id_r"]] for pair in asked)
    assert resolve(rows_of(market), nothing(), SETTINGS, answers, model=model).review.num_rows == 0


def test_a_model_that_is_not_whole_is_refused(market: World, tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"lacks model\.json"):
        resolve(market.leads.slice(0, 2), nothing(), SETTINGS, model=tmp_path)


def test_with_a_model_too_the_order_of_nights_is_nothing(market: World, model: Path, scored: Resolution) -> None:
    """Leads first and the CRM after, or all at once: the same persons."""
    first = resolve(market.leads, nothing(), SETTINGS, model=model)
    known = with_ids(market.leads, first)
    second = resolve(market.crm, known, SETTINGS, model=model)
    person = {row["record_id"]: row["person_id"] for found in (first, second) for row in found.persons.to_pylist()}
    at_once = dict(zip(scored.persons["record_id"].to_pylist(), scored.persons["person_id"].to_pylist(), strict=True))

    assert measure([person[record] for record in sorted(at_once)], [at_once[record] for record in sorted(at_once)]).f1 == 1.0


def test_night_after_night_on_what_is_new_ends_as_all_at_once(market: World, model: Path, scored: Resolution) -> None:
    """Five nights, each looking only at what it touches: the same persons, and the same edges with the same evidence."""
    rows = rows_of(market)
    order = np.random.default_rng(1).permutation(rows.num_rows)
    person: dict[str, tuple[str, str | None]] = {}
    known, edges = with_ids(nothing(), resolve(nothing(), nothing(), SETTINGS)), None
    for batch in (rows.take(part) for part in np.array_split(order, 5)):
        found = resolve(batch, known, SETTINGS, model=model, edges=edges)
        person |= {row["record_id"]: (row["person_id"], row["company_id"]) for row in found.persons.to_pylist()}
        known, edges = with_ids(pa.concat_tables([known.select(batch.column_names), batch]), found, person), found.edges
    at_once = {row["record_id"]: row["person_id"] for row in scored.persons.to_pylist()}

    assert measure([person[record][0] for record in at_once], list(at_once.values())).f1 == 1.0
    assert pairs_in(edges) == pairs_in(scored.edges)


def pairs_in(edges: pa.Table | None) -> set[tuple[str, str, str, str | None]]:
    columns = ("record_id_l", "record_id_r", "rule", "evidence")
    return {tuple(row[name] for name in columns) for row in edges.to_pylist()} if edges is not None else set()


@pytest.mark.parametrize("seed", [6, 7, 8])
def test_fivefold_growth_with_a_model_shatters_no_cluster(model: Path, seed: int) -> None:
    large = rows_of(make_world(1_500, 1_500, seed=seed))
    small = large.take(np.random.default_rng(seed).choice(large.num_rows, large.num_rows // 5, replace=False))
    before, after = (resolve(rows, nothing(), SETTINGS, model=model).persons for rows in (small, large))
    grown = dict(zip(after["record_id"].to_pylist(), after["person_id"].to_pylist(), strict=True))
    clusters: dict[str, set[str]] = {}
    for row in before.to_pylist():
        clusters.setdefault(row["person_id"], set()).add(grown[row["record_id"]])

    assert len(clusters) < small.num_rows
    assert all(len(persons) == 1 for persons in clusters.values())
