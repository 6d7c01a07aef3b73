"""Tables of every odd shape: a sensible answer, in bounded time, and never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from typer.testing import CliRunner
from unit.match.strangers import people

from leadmill.cli import app
from leadmill.match import deduplicate, link_tables

NAMES = [
    f"{a}{b} {c}{d}" for a in "kmrst" for b in ("ara", "ilo", "una", "eta") for c in "bdfgl" for d in ("auer", "inger", "mann", "berg")
]
PROSE = "lorem ipsum " * 5_000
ODD: dict[str, tuple[dict[str, list[str | None]], int]] = {
    "one column of one value": ({"a": ["same"] * 300}, 1),
    "one column of nothing": ({"a": [None] * 5}, 5),
    "nothing but nothing": ({"a": [None] * 50, "b": [""] * 50, "c": [" "] * 50}, 50),
    "a giant value everybody shares": ({"name": NAMES, "note": [PROSE] * 400}, 400),
    "giant values of their own": ({"name": NAMES[:20], "note": [f"{n} {PROSE}" for n in range(20)]}, 20),
    "a giant word": ({"name": NAMES[:50], "note": ["ab"[n % 2] * 200_000 for n in range(50)]}, 50),
    "numbers only, none twice": ({"id": [str(n * 7919 * 7919 % 999_999_999_989) for n in range(300)]}, 300),
    "ten thousand rows that are nobody": ({"name": ["unknown"] * 10_000, "city": ["nowhere"] * 10_000}, 1),
    "twenty people, each fifty times": ({"name": NAMES[:20] * 50, "city": ["Graz"] * 1_000}, 20),
    "no text a file should hold": ({"a": ["a\0b", "a\0b", "\u2028"], "b": ["x\ty", "x\ty", "\u202e"]}, 2),
    "headers our own tables use": ({header: random.Random(header).sample(NAMES, 40) for header in ("i", "given", "t", "c0")}, 40),
}


@pytest.mark.parametrize(("columns", "clusters"), ODD.values(), ids=ODD.keys())
def test_an_odd_table_has_a_sensible_answer(columns: dict[str, list[str | None]], clusters: int) -> None:
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})

    assert deduplicate(table).clusters == clusters
    assert link_tables(table, table).links.num_rows == table.num_rows


def test_a_table_without_columns_has_no_rows() -> None:
    assert deduplicate(pa.table({})).clusters == 0


def test_of_three_hundred_columns_those_that_tell_are_compared() -> None:
    rng = random.Random(2)
    filler = {f"x{n}": [rng.choice(("yes", "no", "")) for _ in NAMES * 2] for n in range(300)}
    found = deduplicate(pa.table({**filler, "name": NAMES * 2}), meanings={})

    assert [field.name for field in found.scored.fields] == ["name"]
    assert len(found.scored.left_out) == 300


def test_typed_columns_are_compared_as_their_text() -> None:
    table = people(80)
    numbered = table.append_column("number", pa.array(range(table.num_rows))).append_column("flag", pa.array([True] * table.num_rows))

    assert deduplicate(numbered, ["who"]).cluster.tolist() == deduplicate(table, ["who"]).cluster.tolist()


PARTS = {
    "Chinese": (("王", "李", "张", "刘", "陈", "杨"), ("伟强", "芳丽", "娜静", "敏磊", "军洋", "勇艳", "杰娟", "涛霞"), ""),
    "Cyrillic": (("Иван", "Анна", "Пётр", "Ольга", "Юрий"), ("Петров", "Кузнецова", "Смирнов", "Попова", "Волков", "Орлова"), " "),
    "Arabic": (("محمد", "فاطمة", "علي", "حسن", "زينب"), ("العلي", "الحسن", "المصري", "الشامي", "القرشي", "التميمي"), " "),
    "Greek": (("Νίκος", "Ελένη", "Γιώργος", "Μαρία"), ("Παπαδόπουλος", "Γεωργίου", "Νικολάου", "Δημητρίου", "Ιωάννου"), " "),
}  # fmt: skip


@pytest.mark.parametrize(("firsts", "lasts", "between"), PARTS.values(), ids=PARTS.keys())
def test_people_are_found_again_in_any_script(firsts: tuple[str, ...], lasts: tuple[str, ...], between: str) -> None:
    rng = random.Random(5)
    whole = [f"{first}{between}{last}" for first in firsts for last in lasts]
    rows = [
        {"name": name, "phone": f"+7 495 {rng.randrange(10**6, 10**7)}", "street": f"{rng.choice(lasts)} {rng.randrange(90)}"}
        for name in whole
    ]
    twice = [row | {"street": ""} for row in rows[::2]]

    assert deduplicate(pa.Table.from_pylist(rows + twice)).cluster.tolist() == [*range(len(rows)), *range(0, len(rows), 2)]


def test_nested_cells_of_a_file_are_no_reason_to_stop(tmp_path: Path) -> None:
    table = pa.table(
        {"name": ["Anna Huber", "Anna Huber", "Peter Moser"], "tags": [["a"], ["a"], None], "at": [{"x": 1}, {"x": 1}, {"x": 2}]}
    )
    pyarrow.parquet.write_table(table, tmp_path / "nested.parquet")
    result = CliRunner().invoke(app, ["match", str(tmp_path / "nested.parquet"), "--out", str(tmp_path / "c.csv")], catch_exceptions=False)

    assert result.exit_code == 0
    assert pyarrow.csv.read_csv(tmp_path / "c.csv")["cluster"].to_pylist() == [0, 0, 2]
