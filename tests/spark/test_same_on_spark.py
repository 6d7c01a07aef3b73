"""Spark says what DuckDB says: the same pairs with the same weights, here and on a cluster, and the same truth of every condition."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
import spark_house
from unit.match.scored_nodes import market_of, scored, scoring, trained

from leadmill.config.matching import Matching
from leadmill.config.scoring import Cluster
from leadmill.errors import ServiceUnavailable
from leadmill.match.spark import in_time, on_spark

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module", autouse=True)
def java(folder: Path) -> Iterator[Path]:
    home = spark_house.java_home(folder / "java")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_HOME", str(home))
        yield home


@pytest.fixture(scope="module")
def market() -> pa.Table:
    return market_of(10_000, seed=6)


@pytest.fixture(scope="module")
def model(folder: Path) -> Path:
    return trained(folder / "models")


@pytest.fixture(scope="module")
def by_duckdb(market: pa.Table, model: Path) -> pa.Table:
    return scored(market, model, scoring())


def on(master: str, **chosen: float) -> Matching:
    return scoring(backend="spark", cluster=Cluster(master=master, conf=spark_house.CONF), **chosen)


def assert_same(ours: pa.Table, theirs: pa.Table) -> None:
    """Hold the pairs to be the same; probabilities, weights and the bits of every field to be alike to a millionth."""
    assert ours.num_rows > 3_000
    assert theirs.select(["l", "r"]).equals(ours.select(["l", "r"]))
    for column in ("probability", "weight"):
        assert theirs[column].to_pylist() == pytest.approx(ours[column].to_pylist(), abs=1e-6)
    for one, other in zip(ours["evidence"].to_pylist(), theirs["evidence"].to_pylist(), strict=True):
        assert json.loads(other) == pytest.approx(json.loads(one), abs=1e-6)


def test_a_model_of_duckdb_says_the_same_of_ten_thousand_records_in_spark(
    market: pa.Table, model: Path, by_duckdb: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left behind where the command was called."""
    monkeypatch.chdir(tmp_path)

    assert_same(by_duckdb, scored(market, model, on("local[2]")))
    assert list(tmp_path.iterdir()) == []


def test_it_says_the_same_on_a_cluster_which_is_waited_for_within_bounds(
    market: pa.Table, model: Path, by_duckdb: pa.Table, folder: Path, java: Path
) -> None:
    """A master without workers is given up on; with one that knows nothing of Leadmill, the pairs are the same."""
    with spark_house.standalone(folder, java) as cluster:
        master = cluster.start_master()
        with pytest.raises(ServiceUnavailable, match="within 12 seconds"):
            scored(market, model, on(master, connect_seconds=12))
        cluster.start_worker(master)

        assert_same(by_duckdb, scored(market, model, on(master)))


def test_a_failure_inside_java_is_told_by_its_class_and_not_by_its_words() -> None:
    settings = on("local[1]").scoring
    with on_spark(settings) as api:
        java = api.spark.sparkContext._jvm.java
        with pytest.raises(ServiceUnavailable) as known_to_spark:
            in_time(settings, lambda: java.lang.Integer.parseInt("Jane Secret"))
        with pytest.raises(ServiceUnavailable) as unknown:
            in_time(settings, lambda: java.net.URL("Jane Secret"))

    assert known_to_spark.value.message == "Spark gave up on the pairs: NumberFormatException."
    assert unknown.value.message == "Spark gave up on the pairs: java.net.MalformedURLException."
    assert "Jane" not in f"{known_to_spark.value}{unknown.value}"
