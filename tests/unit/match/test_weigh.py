"""The model: bits that add up, rise with agreement, and come out of a world whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadmill.match.depend import Dependence
from leadmill.match.profile import Field
from leadmill.match.weigh import Model, Pairs, evidence, fit, probability

FIELDS = [Field(name, "code", f"c{k}") for k, name in enumerate(("phone", "zip", "number", "id"))]
LEVELS = 4


def world(same: int, different: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Levels of pairs that agree fully nine times in ten when the same, once in fifty when different; and which are the same."""
    rng = np.random.default_rng(seed)
    full_same = rng.random((same, len(FIELDS))) < 0.9
    full_different = rng.random((different, len(FIELDS))) < 0.02
    return np.where(np.concatenate([full_same, full_different]), 3, 0).astype(np.int8), np.arange(same + different) < same


def bits_of(model: Model, levels: np.ndarray, held_by: int = 50) -> np.ndarray:
    """Evidence of pairs in a table of 50,000 rows where each value occurs as often as the next: once in `held_by` rows."""
    values = [np.arange(50_000) % held_by] * levels.shape[1]
    return evidence(model, levels, np.arange(len(levels)) % 50_000, values)


def test_the_same_are_told_from_the_different_without_a_label() -> None:
    levels, same = world(2_000, 50_000)
    model = fit(FIELDS, Pairs(levels, levels[2_000:12_000], 1_000_000))
    bits = model.prior + bits_of(model, levels).sum(axis=1)

    found = bits > 0
    assert (found & same).sum() / found.sum() > 0.98
    assert (found & same).sum() / same.sum() > 0.94


def test_the_weights_are_those_of_the_world() -> None:
    """log2(0.9 / 0.02) is 5.5 bits."""
    levels, _ = world(5_000, 100_000)
    model = fit(FIELDS, Pairs(levels, levels[5_000:55_000], 105_000))

    assert [np.log2(m[3] / model.among.chance(k)) for k, m in enumerate(model.m)] == pytest.approx([np.log2(0.9 / 0.02)] * 4, abs=0.4)


@given(st.integers(0, 1000), st.integers(1, 4), st.integers(1, 200))
def test_weights_never_fall_where_agreement_rises(seed: int, fields: int, pairs: int) -> None:
    levels = np.random.default_rng(seed).integers(-1, LEVELS, (pairs, fields)).astype(np.int8)
    model = fit(FIELDS[:fields], Pairs(levels, levels, pairs * 10))

    for level in range(-1, LEVELS):
        rising = np.full((LEVELS, fields), level, dtype=np.int8)
        rising[:, 0] = np.arange(LEVELS)
        assert (np.diff(bits_of(model, rising)[: LEVELS - 1, 0]) >= -1e-9).all()
    assert np.isfinite(model.prior)


def test_a_missing_value_says_nothing() -> None:
    levels, _ = world(100, 1_000)
    model = fit(FIELDS, Pairs(levels, levels, 10_000))
    nothing = np.full((1, len(FIELDS)), -1, dtype=np.int8)

    assert bits_of(model, nothing).tolist() == [[0.0] * 4]


def test_a_rare_value_says_more_than_a_common_one() -> None:
    levels, _ = world(100, 1_000)
    model = fit(FIELDS, Pairs(levels, levels, 10_000))
    equal = np.full((1, 4), 3, dtype=np.int8)

    assert (bits_of(model, equal, held_by=1_000) > bits_of(model, equal, held_by=3)).all()


def test_rows_that_are_the_same_do_not_make_their_value_common() -> None:
    """Four rows of one person among a hundred: the mailbox they share is nobody else's."""
    levels, _ = world(2_000, 50_000)
    model = fit(FIELDS, Pairs(levels, levels[2_000:12_000], 1_000_000))
    values = np.append(np.zeros(4, np.int64), np.arange(1, 97))
    six, left = np.full((6, 4), 3, dtype=np.int8), np.array([0, 0, 0, 1, 1, 2])
    strangers = np.append(six[:1], np.array([[3, 0, 0, 0]] * 5, dtype=np.int8), axis=0)

    assert evidence(model, six, left, [values] * 4)[0, 0] > evidence(model, strangers, left, [values] * 4)[0, 0] + 1


def test_likeness_that_comes_in_bundles_is_no_identity() -> None:
    """Colleagues have phone, town and number in common because they have one of them in common; nobody is there twice."""
    rng = np.random.default_rng(4)
    levels = np.where(rng.random((40_000, 4)) < 0.001, 3, 0).astype(np.int8)
    levels[:6_000, :3] = 3
    model = fit(FIELDS, Pairs(levels, levels[6_000:], 1_000_000))
    colleagues = np.array([[3, 3, 3, 0]], dtype=np.int8)

    assert model.prior + bits_of(model, colleagues, held_by=150).sum() < 0


def test_what_follows_from_either_of_two_fields_weighs_little() -> None:
    """A number follows from the phone and from the town: that the phones differ makes its agreement no more telling."""
    table = np.array([[0.9, 0.05, 0.04, 0.01], *[[0.99, 0.004, 0.004, 0.002]] * 3, [0.1, 0.1, 0.1, 0.7]])
    shares = tuple(np.full((1, LEVELS), 0.25) for _ in range(2))
    among = Dependence(((), (), (0, 1)), (*shares, np.concatenate([table, table[1:]])), (LEVELS,) * 3)
    model = Model(-10.0, (np.array([0.05, 0.05, 0.1, 0.8]),) * 3, among)
    neither, one, both = (bits_of(model, np.array([[*said, 3]], dtype=np.int8))[0, 2] for said in ((0, 0), (0, 3), (3, 3)))

    assert one == pytest.approx(both)
    assert one < neither - 5


def test_bundles_that_neither_candidates_nor_random_pairs_show_are_known_from_those_passed_over() -> None:
    """Of a long table no two colleagues are drawn at random, and the few that were compared may as well be the same."""
    rng = np.random.default_rng(6)
    same = np.where(rng.random((1_000, 4)) < 0.95, 3, 0).astype(np.int8)
    colleagues = np.array([[3, 3, 3, 0]], dtype=np.int8)
    candidates, strangers = np.append(same, colleagues.repeat(200, axis=0), axis=0), np.zeros((5_000, 4), dtype=np.int8)
    every = 50_000_000_000
    seen = fit(FIELDS, Pairs(candidates, strangers, every, passed=colleagues.repeat(1_000, axis=0), passed_over=2_000_000))
    unseen = fit(FIELDS, Pairs(candidates, strangers, every))

    worth = [model.prior + bits_of(model, colleagues).sum() for model in (seen, unseen)]
    assert worth[0] < 0
    assert worth[0] < worth[1]


def test_one_field_is_weighed_by_what_is_assumed() -> None:
    """A mixture cannot be told from one field: equal pairs say how many are the same, and the rest follows."""
    levels = np.array([[3]] * 40 + [[0]] * 960, dtype=np.int8)
    model = fit(FIELDS[:1], Pairs(levels, levels, 1_000))

    equal, different = (bits_of(model, np.array([[level]], dtype=np.int8), held_by=25)[0, 0] for level in (3, 0))
    assert model.prior + equal > 0 > model.prior + different


def test_the_same_differ_altogether_in_one_of_ten_at_most() -> None:
    """Pairs of one month and nothing else are no identity: disagreement always speaks against."""
    rng = np.random.default_rng(2)
    levels = np.where(rng.random((30_000, 4)) < 0.001, 3, 0).astype(np.int8)
    levels[:5_000, 0] = 3
    model = fit(FIELDS, Pairs(levels, levels[5_000:], 1_000_000))

    assert all(m[0] == pytest.approx(0.1) or m[0] < 0.1 for m in model.m)


def test_probability_and_bits_say_the_same() -> None:
    assert probability(np.array([0.0, 1.0, -1.0])) == pytest.approx([1 / 2, 2 / 3, 1 / 3])
