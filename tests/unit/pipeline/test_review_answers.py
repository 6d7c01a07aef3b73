"""Pairs only a person can judge: handed out, answered once, and the answer wins over rules and models for ever."""

import csv

import pyarrow as pa
import pytest
import tiny_house
from tiny_house import person

from leadmill import pipeline
from leadmill.errors import SourceError, StateError
from leadmill.match import ANSWERS
from leadmill.pipeline.reviewing import QUESTION

REVIEW = pa.schema([*list(ANSWERS)[:2], ("probability", pa.float64()), ("evidence", pa.string())])


def records(house) -> dict[int, dict]:
    """Return the accepted rows by the line they stood on."""
    return {row["line"]: row for row in house.records().to_pylist() if row["person_id"]}


def doubt(house, *pairs: tuple[str, str], night: str = "n001", probability: float = 0.7) -> None:
    """Let a night have found pairs it could not decide."""
    rows = [dict(zip(REVIEW.names, (*sorted(pair), probability, '{"prior": -9.5, "last_name": 11.25}'), strict=True)) for pair in pairs]
    with pipeline.open_mill() as mill:
        mill.lake.write(pa.Table.from_pylist(rows, schema=REVIEW), "night", night, "review")


def persons_of(house, *lines: int) -> set[str]:
    rows = records(house)
    return {pipeline.explain(rows[line]["record_id"])["person_id"] for line in lines}


def rows_of(house, person_id: str) -> list[str]:
    return sorted(row["record_id"] for row in house.records().to_pylist() if row["person_id"] == person_id)


def who(record: str) -> str:
    return pipeline.explain(record)["person_id"]


def fill(file, *words: str) -> None:
    """Answer the pairs of an exported file, in order, as a spreadsheet saves it."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "same": word} for row, word in zip(rows, words, strict=True))


@pytest.fixture(scope="module")
def after_a_night(tmp_path_factory):
    """Three strangers after one night that is not sure of the first and second, nor of the second and third."""
    with pytest.MonkeyPatch.context() as patch:
        house = tiny_house.build(tmp_path_factory.mktemp("night"), patch)
        house.deliver("acme.csv", [person(0), person(1), person(2)])
        house.night()
        ids = [records(house)[line]["record_id"] for line in (2, 3, 4)]
        doubt(house, (ids[0], ids[1]), (ids[1], ids[2]))
        return house


@pytest.fixture
def doubtful(after_a_night, tmp_path, monkeypatch):
    return tiny_house.copy(after_a_night, tmp_path / "house", monkeypatch)


def test_an_exported_pair_shows_both_sides_and_asks_for_one_word(doubtful, tmp_path):
    assert pipeline.export_review(tmp_path / "new" / "pairs.csv") == 2

    rows = list(csv.DictReader((tmp_path / "new" / "pairs.csv").open(encoding="utf-8-sig", newline="")))
    assert {row["same"] for row in rows} == {""}
    assert {row["last_name_l"] for row in rows} | {row["last_name_r"] for row in rows} == {person(n)["Last"] for n in range(3)}
    assert {row["source_l"] for row in rows} == {"acme"}


def test_answers_come_back_and_answered_pairs_are_not_asked_again(doubtful, tmp_path):
    pipeline.export_review(tmp_path / "pairs.csv")
    fill(tmp_path / "pairs.csv", "yes", "")

    assert pipeline.import_review(tmp_path / "pairs.csv", "ann") == {"yes": 1, "no": 0}
    assert pipeline.pairs_to_review()["total"] == 1
    with pipeline.open_mill() as mill:
        assert mill.registry.human.table(QUESTION)["answered_by"].to_pylist() == ["ann"]


def test_a_file_saved_with_semicolons_is_read(doubtful, tmp_path):
    file = tmp_path / "pairs.csv"
    pipeline.export_review(file)
    rows = list(csv.reader(file.open(encoding="utf-8-sig", newline="")))
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened, delimiter=";").writerows([rows[0], ["No", *rows[1][1:]], rows[2]])

    assert pipeline.import_review(file, "ann") == {"yes": 0, "no": 1}


WORDS = {"yes": "yes", " YES ": "yes", "same": "yes", "1": "yes", "no": "no", "Different": "no", "0": "no"}


@pytest.mark.parametrize(("word", "meant"), WORDS.items(), ids=WORDS)
def test_a_word_may_be_said_in_several_ways(doubtful, tmp_path, word, meant):
    pipeline.export_review(tmp_path / "pairs.csv")
    fill(tmp_path / "pairs.csv", word, "")

    assert pipeline.import_review(tmp_path / "pairs.csv", "ann")[meant] == 1


def test_a_word_that_is_neither_is_told_with_line_and_column_and_nothing_is_remembered(doubtful, tmp_path):
    pipeline.export_review(tmp_path / "pairs.csv")
    fill(tmp_path / "pairs.csv", "yes", "perhaps")

    with pytest.raises(SourceError, match=r"pairs\.csv:3, column 'same': .*Write yes, no, or nothing"):
        pipeline.import_review(tmp_path / "pairs.csv", "ann")
    assert pipeline.pairs_to_review()["total"] == 2


def test_all_wrong_words_are_told_at_once(doubtful, tmp_path):
    pipeline.export_review(tmp_path / "pairs.csv")
    fill(tmp_path / "pairs.csv", "hm", "=1+1")

    with pytest.raises(SourceError, match=r"2 pairs are neither.*Lines 2, 3\."):
        pipeline.import_review(tmp_path / "pairs.csv", "ann")


OTHER_FILES = {"another table": "a,b\n1,2\n", "nothing": "", "no word": "record_id_l,record_id_r\nx,y\n"}


@pytest.mark.parametrize("text", OTHER_FILES.values(), ids=OTHER_FILES)
def test_a_file_that_is_no_review_file_is_told_what_it_lacks(house, tmp_path, text):
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")

    with pytest.raises(SourceError, match="It must have the columns same, record_id_l, record_id_r"):
        pipeline.import_review(tmp_path / "x.csv", "ann")


def test_an_answer_about_rows_nobody_delivered_is_refused_whole(doubtful):
    one = records(doubtful)[2]["record_id"]

    with pytest.raises(StateError, match="no two rows"):
        pipeline.answer_pairs({(one, records(doubtful)[3]["record_id"]): True, (one, "made-up"): True}, "ann")
    with pytest.raises(StateError, match="no two rows"):
        pipeline.answer_pairs({(one, one): False}, "ann")
    assert pipeline.pairs_to_review()["total"] == 2


HOSTILE = ("=HYPERLINK(1)", "+cmd|' /C calc'!A0", "@SUM(1)", '<b>"x", y</b>')


def test_no_cell_of_the_file_runs_in_a_spreadsheet_and_every_pair_comes_back(house, tmp_path):
    house.deliver("acme.csv", [person(n, Company=cell, City=cell) for n, cell in enumerate(HOSTILE)])
    house.night()
    ids = [row["record_id"] for row in records(house).values()]
    doubt(house, (ids[0], ids[1]), (ids[2], ids[3]))
    pipeline.export_review(tmp_path / "pairs.csv")

    cells = [cell for row in csv.reader((tmp_path / "pairs.csv").open(encoding="utf-8-sig", newline="")) for cell in row]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")] == []
    fill(tmp_path / "pairs.csv", "no", "no")
    assert pipeline.import_review(tmp_path / "pairs.csv", "ann") == {"yes": 0, "no": 2}


def test_a_pair_found_on_several_nights_is_asked_once_as_found_last(doubtful):
    ids = [records(doubtful)[line]["record_id"] for line in (2, 3)]
    doubtful.deliver("acme-2.csv", [person(5)])
    doubtful.night()
    doubt(doubtful, (ids[0], ids[1]), night="n002", probability=0.9)

    told = pipeline.pairs_to_review()
    assert (told["total"], told["pairs"][0]["probability"]) == (2, 0.9)


def test_answers_win_over_rules_the_next_night_and_hold_for_ten(house):
    """Two rows with one mailbox, which a rule binds, are parted by a no; two strangers become one by a yes."""
    house.deliver("acme.csv", [person(0), person(1), person(2)])
    house.deliver("acme-2.csv", [person(0, Title="CEO", Phone="")])
    house.night()
    first = {row["person_id"]: row["record_id"] for row in house.records().to_pylist()}
    (bound,) = [person_id for person_id in first if len(rows_of(house, person_id)) == 2]
    one, other = rows_of(house, bound)
    stranger, second = sorted(record for person_id, record in first.items() if person_id != bound)
    pipeline.answer_pairs({(one, other): False, (second, stranger): True}, "ann")
    assert who(one) == who(other)  # not before the night
    assert who(stranger) != who(second)

    seen = set()
    for number in range(10):
        house.deliver(f"acme-{3 + number}.csv", [person(10 + number)])
        house.night()
        seen.add(tuple(map(who, (one, other, stranger, second))))

    ((a, b, c, d),) = seen
    assert a != b
    assert c == d
    assert {bound, c} <= set(first) & {a, b, c}


def test_the_last_word_holds(doubtful):
    ids = [records(doubtful)[line]["record_id"] for line in (2, 3)]
    pipeline.answer_pairs({(ids[0], ids[1]): True}, "ann")
    doubtful.night()
    assert len(persons_of(doubtful, 2, 3)) == 1

    pipeline.answer_pairs({(ids[0], ids[1]): False}, "bob")
    doubtful.night()
    assert len(persons_of(doubtful, 2, 3)) == 2
