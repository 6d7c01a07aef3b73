"""`leadmill match` as a person and a machine use it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from typer.testing import CliRunner
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
