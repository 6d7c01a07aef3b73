"""Where pairs are scored: one choice in matching.yaml, one address from outside, and a sentence for whatever is wrong with either."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leadmill.config import CHECKOUT
from leadmill.config.matching import load_matching
from leadmill.config.scoring import VARIABLE, Cluster, cluster_at
from leadmill.errors import ConfigError

ELSEWHERE = Cluster(master="spark://connected.example:7077", conf={"spark.executor.memory": "8g"})
SPARK = "scoring: {backend: spark, cluster: {master: 'local[3]'}}\n"


def config(folder: Path, scoring: str = "") -> Path:
    """Copy the shipped matching.yaml with other words about scoring."""
    shutil.copy(CHECKOUT / "include" / "config" / "matching.yaml", folder)
    path = folder / "matching.yaml"
    shipped = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("scoring:")]
    path.write_text("\n".join([*shipped, scoring]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_duckdb_scores_unless_something_else_is_said(tmp_path: Path) -> None:
    assert load_matching(config(tmp_path)).scoring.backend == "duckdb"


def test_the_shipped_file_says_what_would_be_so_anyway(tmp_path: Path) -> None:
    assert load_matching(CHECKOUT / "include" / "config").scoring == load_matching(config(tmp_path)).scoring


def test_the_address_comes_from_the_connection_else_from_the_environment_else_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = config(tmp_path, SPARK)

    assert load_matching(place).scoring.cluster == Cluster(master="local[3]")
    monkeypatch.setenv(VARIABLE, "spark://variable.example:7077")
    assert load_matching(place).scoring.cluster == Cluster(master="spark://variable.example:7077")
    assert load_matching(place, ELSEWHERE).scoring.cluster == ELSEWHERE


def test_an_address_is_nothing_to_nights_that_score_on_duckdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "nonsense")

    assert load_matching(config(tmp_path), ELSEWHERE).scoring.cluster == Cluster()


@pytest.mark.parametrize(
    "master", ["local", "local[*]", "local[2]", "spark://a.example:7077", "spark://a:7077,b:7078", "yarn", "k8s://https://k.example:443"]
)
def test_spark_knows_these_masters(master: str) -> None:
    assert Cluster(master=master).master == master


@pytest.mark.parametrize("master", ["", "a.example:7077", "spark://a.example", "spark://a,b:7077", "spark://me:hush@a:7077", "local[two]"])
def test_an_address_that_is_none_is_refused_where_it_was_said_and_not_repeated(master: str) -> None:
    with pytest.raises(ConfigError, match="a Spark master reads like local") as refused:
        cluster_at(master, {}, "connection spark_default")

    assert refused.value.file == "connection spark_default"
    assert "hush" not in str(refused.value)


def test_a_setting_of_spark_is_text_as_spark_reads_it() -> None:
    with pytest.raises(ConfigError, match="valid string"):
        cluster_at("local", {"spark.executor.cores": 2}, "connection spark_default")


def test_a_wrong_key_is_told_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="backend") as refused:
        load_matching(config(tmp_path, "scoring: {backned: spark}"))

    assert refused.value.line is not None
