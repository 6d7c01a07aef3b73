"""A column taken apart says the same as the column, whether its texts come often, seldom or not at all."""

from __future__ import annotations

import pyarrow as pa
import pytest

from leadmill.engine import connect
from leadmill.standardise.distinct import ask, column, encode

COLUMNS = {
    "the same again and again": [f"title {row % 7}" for row in range(500)],
    "hardly ever the same": [f"mailbox {row}" for row in range(500)],
    "repeated only at the end": [f"mailbox {min(row, 400)}" for row in range(500)],
    "with holes": [None if row % 3 == 0 else f"mailbox {row}" for row in range(500)],
    "mostly holes": [f"number {row}" if row % 5 == 0 else None for row in range(500)],
    "nothing": [None] * 500,
    "no rows": [],
}


@pytest.mark.parametrize("texts", COLUMNS.values(), ids=COLUMNS)
def test_a_column_taken_apart_can_be_put_together_again(texts: list[str | None]) -> None:
    taken = encode(pa.array(texts, pa.string()))
    assert taken.cells.to_pylist() == texts
    assert encode(taken.compact).cells.to_pylist() == texts


def test_each_text_is_asked_once_unless_hardly_any_comes_twice() -> None:
    counted = {title: len(encode(pa.array(texts, pa.string())).texts) for title, texts in COLUMNS.items()}
    assert (counted["the same again and again"], counted["hardly ever the same"], counted["mostly holes"]) == (7, 500, 100)


def test_an_answer_builds_on_the_answers_before_it_and_keeps_the_order() -> None:
    texts = [f"Row {row}" for row in range(5000)]
    with connect() as con:
        found = ask(con, "lower(text) as small", "small || '!' as loud", text=pa.array(texts))
    assert column(found, "loud").to_pylist() == [f"{text.lower()}!" for text in texts]
    assert found.column_names == ["loud"]
