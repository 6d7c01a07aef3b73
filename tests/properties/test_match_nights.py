"""Laws of matching over many nights: order is nothing, growth shatters nothing, answers last, ids survive."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.match.leads import SETTINGS, groups, leads, nothing, with_ids

from leadmill.match import ANSWERS, Resolution, resolve

FIRST = ("Anna", "Hanna", "Peter", "Jürgen", "Robert", "Bob", "Jane", "John", "J.", "A.")
LAST = ("Schmidt", "Schmitt", "Müller", "Mueller", "Smith", "Huber")
slow = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a row that shares mailboxes, switchboards and domains with others far too often."""
    maybe = lambda *values: draw(st.one_of(st.none(), st.sampled_from(values)))  # noqa: E731 - four lines of draws read best side by side
    return {
        "first_name": maybe(*FIRST),
        "last_name": maybe(*LAST),
        "email": maybe("a@f.example", "b@f.example", "office@g.example"),
        "phone": maybe("+4311", "+4312"),
        "domain": maybe("f.example", "g.example"),
        "company_key": maybe("acme", "globex"),
        "city": maybe("Wien", "Graz"),
    }


def play(nights: list[pa.Table], answers: pa.Table | None = None) -> tuple[dict[str, str], list[Resolution]]:
    """Run nights one after the other; return the last person of every record and what each night said."""
    persons: dict[str, tuple[str, str | None]] = {}
    known, said = with_ids(nothing(), resolve(nothing(), nothing(), SETTINGS)), []
    for batch in nights:
        resolution = resolve(batch, known, SETTINGS, answers)
        persons |= {row["record_id"]: (row["person_id"], row["company_id"]) for row in resolution.persons.to_pylist()}
        known = with_ids(pa.concat_tables([known.select(batch.column_names), batch]), resolution, persons)
        said.append(resolution)
    return {record_id: person_id for record_id, (person_id, _) in persons.items()}, said


def partition(persons: dict[str, str]) -> list[list[str]]:
    found: dict[str, list[str]] = {}
    for record_id, person_id in persons.items():
        found.setdefault(person_id, []).append(record_id)
    return sorted(sorted(group) for group in found.values())


def split_into_nights(rows: pa.Table, count: int, seed: int) -> list[pa.Table]:
    order = list(range(rows.num_rows))
    random.Random(seed).shuffle(order)
    return [rows.take(order[start::count]) for start in range(count)]


@slow
@given(st.lists(records(), min_size=10, max_size=30), st.integers(0, 99), st.integers(0, 99))
def test_ten_nights_in_any_order_give_the_same_persons_as_one_night(rows: list[dict[str, Any]], one: int, other: int) -> None:
    table = leads(*rows)
    at_once = groups(resolve(table, nothing(), SETTINGS))

    assert partition(play(split_into_nights(table, 10, one))[0]) == at_once
    assert partition(play(split_into_nights(table, 10, other))[0]) == at_once


@slow
@given(st.lists(records(), min_size=10, max_size=25), st.integers(0, 99))
def test_every_change_of_an_id_is_told_as_merge_or_split(rows: list[dict[str, Any]], seed: int) -> None:
    before: dict[str, str] = {}
    nights = split_into_nights(leads(*rows), 4, seed)
    for number in range(1, 5):
        after, said = play(nights[:number])
        merged = {row["from_id"]: row["into_id"] for row in said[-1].merges.to_pylist()}
        parted = {(row["record_id"], row["into_id"]) for row in said[-1].splits.to_pylist()}
        changed = {record: (before[record], after[record]) for record in before if before[record] != after[record]}
        assert all(merged.get(old) == new or (record, new) in parted or old in merged for record, (old, new) in changed.items())
        before = after


@pytest.fixture(scope="module")
def town() -> list[dict[str, Any]]:
    """Twenty companies, each with one switchboard and four people, each written in three ways."""
    people = []
    for company in range(20):
        for first, last in (("Johannes", "Kellermann"), ("Maria", "Oberhuber"), ("Robert", "Weidinger"), ("Sabine", "Traxler")):
            name = {"first_name": first, "last_name": f"{last}{'abcdefghijklmnopqrst'[company] * 3}"}
            shared = {"phone": f"+43{company}", "domain": f"c{company}.example", "company_key": f"c{company}"}
            people.append(name | shared)
            people.append(name | {"phone": f"+43{company}"} | {"email": f"{first[0]}{company}{last}@c{company}.example".lower()})
            people.append(name | {"domain": f"c{company}.example", "city": "Linz"})
    return people


def test_fivefold_growth_shatters_no_cluster(town: list[dict[str, Any]]) -> None:
    small = leads(*town[:48])
    large = leads(*town)
    before, after = groups(resolve(small, nothing(), SETTINGS)), groups(resolve(large, nothing(), SETTINGS))

    assert [len(group) for group in before] == [3] * 16
    assert all(any(set(group) <= set(whole) for whole in after) for group in before)


def test_not_the_same_holds_for_ten_nights() -> None:
    anna = {"first_name": "Anna", "last_name": "Schmidt", "email": "a@f.example"}
    nights = [leads(*[anna | {"record_id": f"n{night}{row}"} for row in (1, 2)], delivery=f"d{night}") for night in range(10)]
    answers = pa.Table.from_pylist([{"record_id_l": "n01", "record_id_r": "n02", "same": False}], schema=ANSWERS)

    for nights_so_far in range(1, 11):
        persons, _ = play(nights[:nights_so_far], answers)
        assert persons["n01"] != persons["n02"]


def test_ids_survive_a_second_run_of_the_same_night() -> None:
    rows = leads({"first_name": "Anna", "last_name": "Schmidt", "email": "a@f.example"}, {"email": "a@f.example"})
    first, said = play([rows])
    known = with_ids(rows, said[0])

    again = resolve(rows, known, SETTINGS)

    assert again.persons.num_rows == 0
    assert partition(first) == [["r01", "r02"]]
