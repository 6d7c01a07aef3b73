"""Laws of matching over many nights: order is nothing, growth shatters nothing, answers last, ids survive."""

from __future__ import annotations

import random
from pathlib import Path
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


Answers = pa.Table | dict[int, pa.Table] | None


def play(
    nights: list[pa.Table], answers: Answers = None, *, anew: bool = False, model: Path | None = None
) -> tuple[list[dict[str, str]], list[Resolution]]:
    """Run nights one after the other; return the person of every record after each night, and what each night said.

    Each night builds on the edges of the one before, or compares everything `anew`. `answers`: given before the first night, or per night.
    """
    persons: dict[str, tuple[str, str | None]] = {}
    known, said, history = with_ids(nothing(), resolve(nothing(), nothing(), SETTINGS)), [], []
    for number, batch in enumerate(nights):
        told = answers.get(number) if isinstance(answers, dict) else answers
        edges = said[-1].edges if said and not anew else None
        resolution = resolve(batch, known, SETTINGS, told, model=model, edges=edges)
        persons |= {row["record_id"]: (row["person_id"], row["company_id"]) for row in resolution.persons.to_pylist()}
        known = with_ids(pa.concat_tables([known.select(batch.column_names), batch]), resolution, persons)
        said.append(resolution)
        history.append({record_id: person_id for record_id, (person_id, _) in persons.items()})
    return history, said


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

    assert partition(play(split_into_nights(table, 10, one))[0][-1]) == at_once
    assert partition(play(split_into_nights(table, 10, other))[0][-1]) == at_once


@st.composite
def growing_answers(draw: st.DrawFn, rows: int, nights: int) -> dict[int, pa.Table]:
    """Draw what people have said before each night, changed opinions included, about rows that came already or are still to come."""
    record = st.integers(1, rows).map(lambda number: f"r{number:02}")
    said = draw(st.lists(st.tuples(st.integers(0, nights - 1), record, record, st.booleans()), max_size=6))
    so_far: dict[int, pa.Table] = {}
    for night in range(nights):
        latest = {tuple(sorted((one, other))): same for given_in, one, other, same in said if given_in <= night and one != other}
        rows_ = [{"record_id_l": one, "record_id_r": other, "same": same} for (one, other), same in latest.items()]
        so_far[night] = pa.Table.from_pylist(rows_, schema=ANSWERS)
    return so_far


@slow
@given(st.data(), st.lists(records(), min_size=10, max_size=30), st.integers(0, 99))
def test_a_night_that_looks_only_at_what_is_new_says_what_one_says_that_looks_at_everything(
    data: st.DataObject, rows: list[dict[str, Any]], seed: int
) -> None:
    nights = split_into_nights(leads(*rows), 5, seed)
    answers = data.draw(growing_answers(len(rows), 5))
    narrow, wide = play(nights, answers), play(nights, answers, anew=True)

    assert narrow[0] == wide[0]
    for one, other in zip(narrow[1], wide[1], strict=True):
        for table in ("merges", "splits", "company_merges", "company_splits", "duplicates"):
            assert getattr(one, table).to_pylist() == getattr(other, table).to_pylist(), table
        assert by_pair(one.edges) == by_pair(other.edges)
        assert by_pair(one.pairs) <= by_pair(other.pairs)


def by_pair(table: pa.Table) -> set[tuple[Any, ...]]:
    return {tuple(row.values()) for row in table.to_pylist()}


@slow
@given(st.lists(records(), min_size=10, max_size=25), st.integers(0, 99))
def test_every_change_of_an_id_is_told_as_merge_or_split(rows: list[dict[str, Any]], seed: int) -> None:
    history, said = play(split_into_nights(leads(*rows), 4, seed))
    for before, after, night in zip(history, history[1:], said[1:], strict=False):
        merged = {row["from_id"]: row["into_id"] for row in night.merges.to_pylist()}
        parted = {(row["record_id"], row["into_id"]) for row in night.splits.to_pylist()}
        changed = {record: (before[record], after[record]) for record in before if before[record] != after[record]}
        assert all(merged.get(old) == new or (record, new) in parted or old in merged for record, (old, new) in changed.items())


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

    for persons in play(nights, answers)[0]:
        assert persons["n01"] != persons["n02"]


def test_ids_survive_a_second_run_of_the_same_night() -> None:
    rows = leads({"first_name": "Anna", "last_name": "Schmidt", "email": "a@f.example"}, {"email": "a@f.example"})
    first, said = play([rows])
    known = with_ids(rows, said[0])

    again = resolve(rows, known, SETTINGS)

    assert again.persons.num_rows == 0
    assert partition(first[-1]) == [["r01", "r02"]]
