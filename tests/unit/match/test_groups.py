"""Equal values by sorting, and the faces worth a comparison, against what a plain loop finds."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadmill.config.matching import Key
from leadmill.match.faces import MAX_NAMES, Faces, Holders, share, words_of, worth_comparing
from leadmill.match.groups import among, distinct, group

HASHES = st.lists(st.sampled_from([0, 1, 7, 2**63, 2**64 - 1]), max_size=30)
NAMES = {
    1: ("anna", "lee"),
    2: ("lee", "anna"),
    3: ("anna maria", "berg"),
    4: (None, "berg"),
    5: ("a", "b"),
    6: ("lee", "lee"),
    7: (None, None),
}
ROWS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(sorted(NAMES))), max_size=25)


def rows_by_value(values: list[int]) -> dict[int, list[int]]:
    found = defaultdict(list)
    for row, value in enumerate(values):
        found[value].append(row)
    return found


def hashes(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


@given(HASHES)
def test_groups_tell_of_their_rows_what_a_loop_tells(values):
    rows, found = rows_by_value(values), group(hashes(values))
    numbers = np.arange(len(values), dtype=np.int64)

    assert found.one(hashes(values)).tolist() == sorted(rows)
    assert found.least(numbers).tolist() == [min(rows[value]) for value in sorted(rows)]
    assert found.most(numbers).tolist() == [max(rows[value]) for value in sorted(rows)]
    assert found.total(numbers).tolist() == [sum(rows[value]) for value in sorted(rows)]
    assert found.spread(found.sizes).tolist() == [len(rows[value]) for value in values]


@given(HASHES, HASHES)
def test_values_are_found_among_others_as_in_a_set(values, wanted):
    assert among(hashes(values), hashes(wanted)).tolist() == [value in wanted for value in values]
    assert distinct(hashes(values)).tolist() == sorted(set(values))


@given(HASHES, st.integers(0, 6))
def test_pairs_of_groups_are_all_pairs_of_rows_but_for_crowded_values(values, at_most):
    wanted = {pair for rows in rows_by_value(values).values() if len(rows) <= at_most for pair in combinations(rows, 2)}

    one, other = group(hashes(values)).pairs(at_most)

    assert len(one) == len(wanted)
    assert {(min(pair), max(pair)) for pair in zip(one.tolist(), other.tolist(), strict=True)} == wanted


def key(name: str, shared_by: int | None = None) -> Key:
    return Key(id="k", columns=["phone"], name=name, weight=1, shared_by=shared_by)


@pytest.mark.parametrize("shared_by", [None, 2])
@pytest.mark.parametrize("name", ["any", "open", "near", "same"])
@given(rows=ROWS)
def test_a_node_is_tied_to_the_first_with_its_value_and_name(name, shared_by, rows):
    """Or only its value, where names do not matter; never on a value that too many names share."""
    values, names = [value for value, _ in rows], [name for _, name in rows]
    whole = [name not in (4, 5, 7) for name in names]
    held = Holders(np.arange(len(rows)), hashes(values), np.array(names, dtype=np.int64), np.array(whole, dtype=np.bool_))
    on_value = {value: {name for other, name in rows if other == value} for value in values}

    (first, later, shared), faces = share(held, key(name, shared_by))

    wanted = set()
    for node, (value, own) in enumerate(rows):
        same = [other for other, (v, w) in enumerate(rows) if v == value and (name == "any" or w == own)]
        allowed = (shared_by is None or len(on_value[value]) <= shared_by) and (name in ("any", "open") or whole[node])
        if allowed and same[0] < node:
            wanted.add((same[0], node, value))
    assert set(zip(first.tolist(), later.tolist(), shared.tolist(), strict=True)) == wanted
    several = {v: w for v, w in on_value.items() if len(w) > 1 and (shared_by is None or len(w) <= shared_by)}
    assert sorted(zip(faces.v.tolist(), faces.i.tolist(), strict=True)) == sorted(
        (v, rows.index((v, w))) for v in several for w in several[v]
    )


@pytest.mark.parametrize("name", ["open", "near"])
@settings(deadline=None)  # the first opens DuckDB
@given(rows=ROWS.map(lambda rows: sorted(set(rows))))
def test_faces_of_one_value_are_compared_where_their_names_share_a_word(name, rows):
    faces = Faces(hashes([value for value, _ in rows]), np.arange(len(rows)))
    numbered, numbers = np.unique(np.array([name for _, name in rows], dtype=np.int64), return_inverse=True)
    with duckdb.connect() as con:
        con.execute("create table who (w bigint, first varchar, last varchar)")
        con.executemany("insert into who values (?, ?, ?)", [[w, *NAMES[w]] for w in NAMES])
        words = words_of(con, numbered, numbers)

    one, other = worth_comparing(faces, numbers, words, key(name))

    spoken = {w: {word for part in parts if part for word in part.split() if len(word) > 1} for w, parts in NAMES.items()}
    wanted = {
        (a, b)
        for a, b in combinations(range(len(rows)), 2)
        if rows[a][0] == rows[b][0] and (name == "open" or spoken[rows[a][1]] & spoken[rows[b][1]])
    }
    assert {(min(pair), max(pair)) for pair in zip(one.tolist(), other.tolist(), strict=True)} == wanted
    assert len(one) == len(wanted)


def test_a_value_under_more_names_than_are_compared_proposes_none():
    crowd = MAX_NAMES + 1
    faces = Faces(hashes([1] * crowd), np.arange(crowd))

    one, _ = group(faces.v).pairs(MAX_NAMES)

    assert len(one) == 0
    assert len(group(faces[np.arange(crowd) > 0].v).pairs(MAX_NAMES)[0]) == MAX_NAMES * (MAX_NAMES - 1) / 2
