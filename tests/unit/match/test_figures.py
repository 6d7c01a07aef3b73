"""Figures that tell of the row, not of whom it is about, neither join nor part anybody."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from unit.match.clean_lists import TITLES, clean, plant
from unit.match.strangers import people

from leadmill.match import deduplicate, measure

RANKS = ("Senior", "Junior", "Deputy", "Acting", "First")


def with_figures(table: pa.Table, seed: int = 1) -> pa.Table:
    """Add what every delivery writes anew: a score, an amount, the day and the moment it came in."""
    rng = random.Random(seed)
    made = [
        (rng.randrange(5_000), rng.randrange(100_000, 9_000_000), rng.randrange(1, 13), rng.randrange(1, 29)) for _ in range(table.num_rows)
    ]
    figures = {
        "score": [str(score) for score, *_ in made],
        "amount": [str(amount) for _, amount, *_ in made],
        "came in": [f"2026-{month:02}-{day:02} {score % 24:02}:{amount % 60:02}" for score, amount, month, day in made],
    }
    return pa.table({name: table[name] for name in table.column_names} | figures)


@pytest.fixture(scope="module")
def crowd() -> pa.Table:
    return people(400)


def test_what_every_row_says_anew_parts_nobody(crowd: pa.Table) -> None:
    found = deduplicate(with_figures(crowd), ["who"])
    plain = measure(deduplicate(crowd, ["who"]).cluster, crowd["who"].to_pylist())

    assert {name for name, why in found.scored.left_out.items() if why == "rows about the same differ in it"} >= {
        "score",
        "amount",
        "came in",
    }
    assert measure(found.cluster, crowd["who"].to_pylist()).f1 == pytest.approx(plain.f1, abs=0.02)


def test_a_date_the_same_share_is_compared(crowd: pa.Table) -> None:
    assert "geboren" in [field.name for field in deduplicate(crowd, ["who"]).scored.fields]


@pytest.mark.parametrize(("kind", "figure"), [("families", "born"), ("namesakes", "phone"), ("neighbours", "phone"), ("deals", "value")])
def test_where_nobody_is_there_twice_figures_part_people(kind: str, figure: str) -> None:
    """Nobody's names agree alone, so nothing is learnt against a figure."""
    assert figure in [field.name for field in deduplicate(clean(kind, 300, seed=5)).scored.fields]


@pytest.mark.parametrize("kind", ["families", "colleagues"])
def test_figures_that_change_with_the_row_are_left_out_beside_bundles(kind: str) -> None:
    table, truth = plant(clean(kind, 600, seed=6), 0.5, seed=6)
    plain, figured = (measure(deduplicate(given).cluster, truth) for given in (table, with_figures(table)))

    assert figured.precision > plain.precision - 0.05
    assert figured.recall > plain.recall - 0.05


def test_words_known_to_change_part_nobody_when_they_always_do(crowd: pa.Table) -> None:
    """A title is told in words as a name is: only its header says that it may change."""
    rng = random.Random(3)
    titled = crowd.append_column("titel", pa.array([f"{rng.choice(RANKS)} {rng.choice(TITLES)}" for _ in range(crowd.num_rows)]))
    found, blind = (deduplicate(titled, ["who"], meanings=meanings) for meanings in ({"titel": "job_title"}, {}))

    assert found.scored.left_out["titel"] == "rows about the same differ in it"
    assert "titel" not in blind.scored.left_out
    assert measure(found.cluster, crowd["who"].to_pylist()).f1 >= measure(blind.cluster, crowd["who"].to_pylist()).f1


def test_a_title_is_compared_where_nothing_speaks_against_it() -> None:
    """Of books the title is the name, whatever its header means elsewhere."""
    table, _ = plant(clean("articles", 300, seed=7), 0.3, seed=7)
    found = deduplicate(table, meanings={"article": "job_title"})

    assert "article" in [field.name for field in found.scored.fields]
