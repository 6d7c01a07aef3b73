"""Any table: nothing is said of it, and it is deduplicated or linked all the same."""

from __future__ import annotations

import random

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from unit.match.clean_lists import clean, plant
from unit.match.strangers import people

from leadmill.errors import SourceError
from leadmill.match import block, compare, deduplicate, link_tables, measure
from leadmill.match.profile import profile


@pytest.fixture(scope="module")
def crowd() -> pa.Table:
    return people(150)


def test_people_written_with_slips_are_found_again(crowd: pa.Table) -> None:
    found = deduplicate(crowd, ["who"])

    quality = measure(found.cluster, crowd["who"].to_pylist())

    assert quality.f1 > 0.93
    assert quality.precision > 0.95


def test_the_truth_is_never_looked_at(crowd: pa.Table) -> None:
    """Another truth, the same clusters."""
    lie = crowd.set_column(crowd.column_names.index("who"), "who", pa.array(["1"] * crowd.num_rows))

    assert deduplicate(crowd, ["who"]).cluster.tolist() == deduplicate(lie, ["who"]).cluster.tolist()


def test_the_order_of_rows_changes_nothing_that_matters(crowd: pa.Table) -> None:
    """Random strangers differ with the order, so a pair at the very edge may; the rest may not."""
    order = np.random.default_rng(3).permutation(crowd.num_rows)
    found = deduplicate(crowd, ["who"]).cluster
    shuffled = deduplicate(crowd.take(order), ["who"]).cluster

    assert measure(shuffled, found[order]).f1 > 0.99


def test_what_is_passed_over_of_a_long_table_still_says_what_comes_in_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long table few pairs are compared; colleagues stay colleagues, because a sample of the others is looked at."""
    table, truth = plant(clean("colleagues", 600, seed=4), 0.5, seed=4)
    whole = measure(deduplicate(table).cluster, truth)
    monkeypatch.setattr(block, "KEPT_AT_LEAST", 2 * table.num_rows)
    monkeypatch.setattr(block, "MOST_KEPT", 2 * table.num_rows)
    found = deduplicate(table)
    part = measure(found.cluster, truth)

    assert len(found.scored.left) == 2 * table.num_rows
    assert part.f1 > whole.f1 - 0.02


def test_the_evidence_of_a_pair_adds_up_to_its_total(crowd: pa.Table) -> None:
    scored = deduplicate(crowd, ["who"]).scored

    for pair in range(0, len(scored.left), 997):
        assert sum(float(row["bits"]) for row in scored.explain(pair)) == pytest.approx(scored.total[pair])


def test_evidence_is_said_in_words(crowd: pa.Table) -> None:
    scored = deduplicate(crowd, ["who"]).scored
    best = int(np.argmax(scored.total))

    assert {row["field"]: row["level"] for row in scored.explain(best)}["geboren"] == "same"


def test_a_list_without_duplicates_stays_nearly_as_it_is() -> None:
    """Companies of one sector, founded in one year, are not one company."""
    rng = random.Random(5)
    syllables = ("ka", "lo", "mi", "ru", "ten", "vo", "zar", "pil", "dex", "fon")
    rows = [
        {
            "company": "".join(rng.choices(syllables, k=4)).title() + rng.choice((" Group", " Systems", " Foods", "")),
            "sector": rng.choice(("Health", "Energy", "Retail", "Software", "Education", "Media", "Travel", "Security", "Housing", "Food")),
            "founded": str(rng.randrange(1980, 2020)),
            "staff": str(rng.randrange(5, 400)),
            "state": rng.choice(("CA", "TX", "NY", "FL", "WA", "VA", "OH", "IL", "GA", "NJ", "PA", "CO", "AZ", "MI")),
        }
        for _ in range(600)
    ]

    assert deduplicate(pa.Table.from_pylist(rows)).clusters > 0.93 * len(rows)


EDGES: dict[str, tuple[dict[str, list[str | None]], list[int]]] = {
    "no rows": ({"a": []}, []),
    "one row": ({"a": ["x"]}, [0]),
    "nothing but one row twice": ({"a": ["x", "x"], "b": ["1", "1"]}, [0, 0]),
    "empty rows are nobody": ({"a": [None, None], "b": ["", " "]}, [0, 1]),
    "a tiny list": ({"name": ["Anna Smith", "Peter Jones", "Maria Huber"]}, [0, 1, 2]),
    "hostile headers and cells": ({'"; drop table x --': ["'; select 1", "%s {a}", "'; select 1"], "i": ["l", "r", "l"]}, [0, 1, 0]),
}


@pytest.mark.parametrize(("columns", "expected"), EDGES.values(), ids=EDGES.keys())
def test_tables_at_the_edge(columns: dict[str, list[str | None]], expected: list[int]) -> None:
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})

    assert deduplicate(table).cluster.tolist() == expected


HANDS = ("mira", "oskar", "petra", "ruben", "selma", "tibor", "ursel", "viktor", "wanda", "xaver")
MAILS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "several in one cell": ({"mail": "{0}@a.example; {0}.{1}@b.example"}, {"mail": "{0}.{1}@b.example"}),
    "at work and at home": (
        {"work": "{1}@a.example", "home": "{0}.{1}@b.example"},
        {"work": "{0}.{1}@b.example", "home": "{1}.x@c.example"},
    ),
}


@pytest.mark.parametrize(("one", "again"), MAILS.values(), ids=MAILS.keys())
def test_one_mailbox_in_common_is_enough(one: dict[str, str], again: dict[str, str]) -> None:
    people_of = [(first, f"{last}{n}") for first in HANDS for n, last in enumerate(HANDS)]
    rows = [
        {"first": first, "last": last, **{name: text.format(first, last) for name, text in mails.items()}}
        for first, last in people_of
        for mails in (one, again)
    ]

    assert deduplicate(pa.Table.from_pylist(rows)).cluster.tolist() == [n - n % 2 for n in range(len(rows))]


def test_rows_of_one_file_find_themselves_in_another(crowd: pa.Table) -> None:
    left, right = crowd.slice(0, 200), crowd.slice(200)
    links = link_tables(left, right.rename_columns([name.upper() for name in right.column_names]), ["who"]).links
    mine, theirs = left["who"].to_pylist(), right["who"].to_pylist()
    found = [(mine[row["row"]], theirs[row["match"]]) for row in links.to_pylist() if row["match"] is not None]

    assert links["row"].to_pylist() == list(range(200))
    assert sum(one == other for one, other in found) / len(found) > 0.95
    assert sum(one == other for one, other in found) / sum(one in set(theirs) for one in mine) > 0.9
    assert all((row["match"] is None) == (row["probability"] < 0.5) for row in links.to_pylist())


def test_what_is_ignored_is_not_looked_for_because_its_header_has_a_meaning() -> None:
    table = pa.table({"Kundennummer": ["1", "2"], "name": ["Anna Huber", "Peter Moser"]})
    said = {"Kundennummer": "crm_id", "name": "full_name"}

    assert link_tables(table, table, ["Kundennummer"], said, said).links["match"].to_pylist() == [0, 1]


def test_row_numbers_of_two_files_are_no_likeness() -> None:
    """Both count from one; that the third row is the third row says nothing."""
    ours, theirs = (pa.table({"id": list("1234"), "name": names}) for names in (["Ada", "Bea", "Cid", "Dan"], ["Eva", "Fay", "Gus", "Hal"]))
    linking = link_tables(ours, theirs)

    assert linking.links["match"].null_count == 4
    assert linking.scored.left_out["id"] == "a row number or a key"


LINKED: dict[str, tuple[list[str], list[str], list[int | None]]] = {
    "one row that is there": (["Anna Huber"], ["Anna Huber", "Peter Moser"], [0]),
    "a row that is there twice: the first of them": (["Anna Huber"], ["Peter Moser", "Anna Huber", "Anna Huber"], [1]),
    "nothing": ([], ["Anna Huber"], []),
    "an empty row is nowhere": ([""], ["", "Anna Huber"], [None]),
}


@pytest.mark.parametrize(("ours", "theirs", "expected"), LINKED.values(), ids=LINKED.keys())
def test_links_at_the_edge(ours: list[str], theirs: list[str], expected: list[int | None]) -> None:
    tables = [pa.table({"name": pa.array(names, pa.string())}) for names in (ours, theirs)]

    assert link_tables(*tables).links["match"].to_pylist() == expected


def test_two_files_without_a_common_column_cannot_be_linked() -> None:
    with pytest.raises(SourceError, match="no column in common"):
        link_tables(pa.table({"a": ["x"]}), pa.table({"b": ["x"]}))


def test_of_a_long_table_names_too_common_alone_are_found_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the first name nor the last nor the town is rare, and nothing else was written down twice."""
    monkeypatch.setattr(block, "PAIRS_AT_LEAST", 0)
    monkeypatch.setattr(block, "PAIRS_PER_ROW", 8)
    rng = random.Random(9)
    firsts, lasts, towns = ([f"{stem}{a}{b}" for a in "aeiou" for b in "klmnr"] for stem in ("f", "l", "t"))
    rows = [{"first": rng.choice(firsts), "last": rng.choice(lasts), "town": rng.choice(towns)} for _ in range(2_000)]
    table = pa.Table.from_pylist([*rows, *rows[:300]])
    with duckdb.connect() as con:
        compare.prepare(con)
        block.block(con, profile(con, table).fields, table.num_rows)
        found = con.execute("select l from candidate where r = l + 2000").fetchall()

    assert len(found) > 290
