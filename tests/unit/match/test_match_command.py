"""`leadmill match` as a person and a machine use it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from typer.testing import CliRunner
from unit.match.clean_lists import clean, plant
from unit.match.strangers import people

from leadmill.cli import app
from leadmill.errors import SourceError


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lists")
    crowd = people(60)
    pyarrow.csv.write_csv(crowd, folder / "crowd.csv")
    pyarrow.parquet.write_table(crowd, folder / "crowd.parquet")
    pyarrow.csv.write_csv(crowd.slice(0, 40), folder / "half.csv")
    return folder


def run(*arguments: object) -> dict[str, object]:
    result = CliRunner().invoke(app, ["match", *map(str, arguments), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


@pytest.mark.parametrize("name", ["crowd.csv", "crowd.parquet"])
def test_a_file_is_deduplicated_and_measured(files: Path, tmp_path: Path, name: str) -> None:
    said = run(files / name, "--out", tmp_path / "clusters.csv", "--truth", "who")
    written = pyarrow.csv.read_csv(tmp_path / "clusters.csv")

    assert written.column_names == ["row", "cluster"]
    assert written["row"].to_pylist() == list(range(people(60).num_rows))
    assert said["clusters"] == len(set(written["cluster"].to_pylist()))
    assert {"pairs", "clusters", "precision", "recall", "f1", "bcubed_f1"} <= set(said)


def test_a_file_is_linked_to_another(files: Path, tmp_path: Path) -> None:
    said = run(files / "half.csv", "--against", files / "crowd.csv", "--truth", "who", "--out", tmp_path / "links.csv")
    written = pyarrow.csv.read_csv(tmp_path / "links.csv")

    assert written.column_names == ["row", "match", "probability"]
    assert said["pairs"] == 40 - written["match"].null_count
    assert {"pairs", "clusters"} <= set(said)


def test_files_that_call_things_differently_are_linked(tmp_path: Path) -> None:
    """A German export against an English one: company and town by their meaning, first and last name against one column."""
    table, _ = plant(clean("colleagues", 200, seed=3), 0, seed=3)
    mine = table.select(["company", "first", "last", "mail", "city"]).rename_columns(
        ["Firma", "Vorname", "Nachname", "E-Mail-Adresse", "Ort"]
    )
    whole = [f"{first} {last}" for first, last in zip(table["first"].to_pylist(), table["last"].to_pylist(), strict=True)]
    theirs = pa.table({"Contact Name": whole, "Company": table["company"], "City": table["city"]}).slice(50)
    pyarrow.csv.write_csv(mine, tmp_path / "mine.csv")
    pyarrow.csv.write_csv(theirs, tmp_path / "theirs.csv")
    said = run(tmp_path / "mine.csv", "--against", tmp_path / "theirs.csv", "--out", tmp_path / "links.csv")
    links = pyarrow.csv.read_csv(tmp_path / "links.csv").to_pylist()

    assert set(said["columns"]) >= {"Firma", "Contact Name"}
    assert {*said["columns"], *said["left_out"]} == {"Firma", "Ort", "Contact Name"}
    assert sum(row["match"] == row["row"] - 50 for row in links[50:]) > 0.95 * 150
    assert sum(row["match"] is not None for row in links[:50]) <= 1


def test_near_calls_are_written_and_drawn_for_a_person(files: Path, tmp_path: Path) -> None:
    asked = ("--review", tmp_path / "review.csv", "--picture", tmp_path / "pair.svg")
    said = run(files / "crowd.csv", "--out", tmp_path / "clusters.csv", *asked)
    written = pyarrow.csv.read_csv(tmp_path / "review.csv")

    assert written.column_names == ["row", "other", "together", "probability", "why"]
    assert said["review"] == written.num_rows > 0
    assert (tmp_path / "pair.svg").read_bytes().startswith(b"<?xml")


def test_a_person_reads_what_was_compared_and_why_the_rest_was_not(files: Path, tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["match", str(files / "crowd.csv"), "--out", str(tmp_path / "c.csv")], catch_exceptions=False).stdout

    assert "Compared: vorname, familie, ort, adresse, geboren" in said
    assert "Left out, a row number or a key: nr." in said
    assert "Left out, a category: status." in said
    assert f"{people(60).num_rows} rows are about" in said


def test_a_file_that_names_nobody_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "seconds.csv").write_text("seconds,day\n" + "".join(f"{n * 37 % 50},2024-01-{n % 9 + 10}\n" for n in range(60)))
    said = (
        CliRunner().invoke(app, ["match", str(tmp_path / "seconds.csv"), "--out", str(tmp_path / "c.csv")], catch_exceptions=False).stdout
    )

    assert "only rows that are equal in every column belong together" in said


def test_without_truth_nothing_is_measured(files: Path, tmp_path: Path) -> None:
    assert "f1" not in run(files / "half.csv", "--out", tmp_path / "clusters.csv")


def test_rows_count_from_zero_also_past_a_refused_row(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("name,city\nAnna Smith,Graz\nPeter,Wien,too,many\nAnna Smith,Graz\n")
    said = run(tmp_path / "list.csv", "--out", tmp_path / "clusters.csv")

    assert said["refused"] == 1
    assert pyarrow.csv.read_csv(tmp_path / "clusters.csv") == pa.table({"row": [0, 2], "cluster": [0, 0]})


def test_a_truth_that_is_no_column_is_refused_with_the_columns_there_are(files: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no column 'wer'") as refused:
        CliRunner().invoke(
            app, ["match", str(files / "half.csv"), "--out", str(tmp_path / "o.csv"), "--truth", "wer"], catch_exceptions=False
        )

    assert "who" in (refused.value.hint or "")
