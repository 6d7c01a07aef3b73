"""Precision and recall by pairs, held against a count made by hand and against a naive oracle."""

from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadmill.errors import StateError
from leadmill.report import quality


def clusters(of: dict) -> pa.Table:
    return pa.table({"record": pa.array(of.keys(), pa.string()), "cluster": pa.array(of.values(), pa.string())})


CASES = {
    "all right": ({"1": "a", "2": "a", "3": "b"}, {"1": "x", "2": "x", "3": "y"}, 1.0, 1.0),
    "one pair missed": ({"1": "a", "2": "a", "3": "b"}, {"1": "x", "2": "x", "3": "x"}, 1.0, 1 / 3),
    "one stranger taken in": ({"1": "a", "2": "a", "3": "a"}, {"1": "x", "2": "x", "3": "y"}, 1 / 3, 1.0),
    "nothing joined": ({"1": "a", "2": "b"}, {"1": "x", "2": "x"}, None, 0.0),
    "nothing to join": ({"1": "a", "2": "a"}, {"1": "x", "2": "y"}, 0.0, None),
    "refused rows are left out": ({"1": "a", "2": "a"}, {"1": "x", "2": "x", "9": "x"}, 1.0, 1.0),
    "no cluster is a cluster of one": ({"1": None, "2": None}, {"1": "x", "2": "x"}, None, 0.0),
}


@pytest.mark.parametrize(("found", "truth", "precision", "recall"), CASES.values(), ids=CASES)
def test_precision_and_recall(found, truth, precision, recall):
    made = quality(clusters(found), clusters(truth))

    assert made.precision == precision if precision is None else made.precision == pytest.approx(precision)
    assert made.recall == recall if recall is None else made.recall == pytest.approx(recall)


@settings(deadline=None)  # a busy machine is no defect
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_pairs_are_counted_as_a_naive_count_would(labels):
    found = {str(n): str(label) for n, (label, _) in enumerate(labels)}
    truth = {str(n): str(label) for n, (_, label) in enumerate(labels)}
    said = {pair for pair in combinations(found, 2) if found[pair[0]] == found[pair[1]]}
    true = {pair for pair in combinations(truth, 2) if truth[pair[0]] == truth[pair[1]]}

    made = quality(clusters(found), clusters(truth))

    assert (made.found, made.truth, made.agreed) == (len(said), len(true), len(said & true))


def test_it_reads_as_a_sentence():
    made = quality(clusters({"1": "a", "2": "a", "3": "b"}), clusters({"1": "x", "2": "x", "3": "x"}))

    assert str(made) == "precision 1.0000, recall 0.3333, F1 0.5000 (1 pairs right of 1 found and 3 true, among 3 records)"


def test_nothing_compared_is_told_as_nothing():
    assert str(quality(clusters({}), clusters({}))).startswith("precision -, recall -, F1 -")


def test_a_record_in_two_clusters_is_refused():
    twice = pa.table({"record": ["1", "1"], "cluster": ["a", "b"]})

    with pytest.raises(StateError, match="the found clusters name 1 records more than once"):
        quality(twice, clusters({}))
