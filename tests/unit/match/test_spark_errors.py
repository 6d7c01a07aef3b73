"""What keeps Spark from scoring is said in a sentence, soon, and without quoting what Spark was given. No Java runs here."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadmill.config.scoring import Cluster, Scoring
from leadmill.errors import ConfigError, LeadmillError, ServiceRefused, ServiceUnavailable
from leadmill.match.spark import in_spark, in_time, on_spark

MODEL = {
    "link_type": "dedupe_only",
    "probability_two_random_records_match": 0.001,
    "sql_dialect": "duckdb",
    "blocking_rules_to_generate_predictions": [{"blocking_rule": 'l."first" = r."first"', "sql_dialect": "duckdb"}],
    "comparisons": [
        {
            "output_column_name": "last",
            "comparison_levels": [
                {"sql_condition": '"last_l" IS NULL OR "last_r" IS NULL', "is_null_level": True},
                {"sql_condition": '"last_l" = "last_r"', "m_probability": 0.9, "u_probability": 0.001, "tf_adjustment_column": "last"},
                {"sql_condition": 'jaro_winkler_similarity("last_l", "last_r") >= 0.9', "m_probability": 0.08},
                {"sql_condition": "ELSE", "m_probability": 0.02},
            ],
        }
    ],
}


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def open_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def java(folder: Path, does: str, patch: pytest.MonkeyPatch) -> None:
    """Let JAVA_HOME name a program that does something else, in a process that has started no Java yet."""
    patch.setattr("pyspark.SparkContext._gateway", None)
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    program.chmod(0o755)
    patch.setenv("JAVA_HOME", str(folder))


def refusal(master: str = "local[1]", seconds: float = 20) -> LeadmillError:
    """Try to open Spark; return why it is not to be had."""
    with (
        pytest.raises(LeadmillError) as refused,
        on_spark(Scoring(backend="spark", cluster=Cluster(master=master), connect_seconds=seconds)),
    ):
        pass
    return refused.value


def test_without_pyspark_the_way_out_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)

    error = refusal()

    assert isinstance(error, ConfigError)
    assert error.hint == "pip install 'leadmill[spark]'"


def test_without_java_it_is_java_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    error = refusal()

    assert isinstance(error, ConfigError)
    assert error.message == "scoring on Spark needs Java, which was not found."


def test_a_java_that_cannot_run_spark_is_told_from_one_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java(tmp_path, "exit 1", monkeypatch)

    error = refusal()

    assert isinstance(error, ConfigError)
    assert error.message == "Java ended before Spark had started."


def test_a_master_that_is_not_there_is_worth_another_try_and_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, closed_port: int
) -> None:
    """Spark itself would look for it for a minute. Java is never started."""
    java(tmp_path / "java", f"touch {tmp_path / 'started'}", monkeypatch)
    began = time.monotonic()

    error = refusal(f"spark://127.0.0.1:{closed_port},localhost:{closed_port}", seconds=5)

    assert isinstance(error, ServiceUnavailable)
    assert error.message == "no Spark master listens at the address given."
    assert time.monotonic() - began < 5
    assert not (tmp_path / "started").exists()


def test_of_several_masters_one_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, closed_port: int, open_port: int) -> None:
    """The dead one is passed over; then this Java fails."""
    java(tmp_path, "exit 1", monkeypatch)

    assert isinstance(refusal(f"spark://127.0.0.1:{closed_port},127.0.0.1:{open_port}"), ConfigError)


def test_a_start_that_does_not_end_is_given_up_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java(tmp_path, "exec sleep 3", monkeypatch)

    error = refusal(seconds=0.5)

    assert isinstance(error, ServiceUnavailable)
    assert error.message == "Spark did not start within 0.5 seconds."
    time.sleep(3)  # what was started ends before another test starts one


def test_work_that_does_not_end_is_given_up_on() -> None:
    with pytest.raises(ServiceUnavailable, match=r"Spark did not get done within 0\.06 seconds"):
        in_time(Scoring(minutes=0.001), lambda: time.sleep(2))


def test_what_spark_says_of_a_failure_is_not_repeated() -> None:
    """Its sentences may quote a row: neither the message nor what Python prints below it may."""
    from pyspark.errors import PySparkException, PythonException  # noqa: PLC0415 - as in the code

    def fail(kind: type[PySparkException]) -> None:
        raise kind("cannot cast 'Jane Secret'")

    with pytest.raises(ServiceUnavailable) as lost:
        in_time(Scoring(), lambda: fail(PySparkException))
    with pytest.raises(ServiceRefused) as lacking:
        in_time(Scoring(), lambda: fail(PythonException))

    for error in (lost.value, lacking.value):
        assert "Jane" not in str(error)
        assert error.__suppress_context__
    assert "duckdb and pyarrow" in str(lacking.value.hint)


def test_a_fault_of_ours_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        in_time(Scoring(), lambda: 1 / 0)


def test_a_stored_model_is_written_for_spark_with_its_numbers_untouched() -> None:
    """Quoted names are texts in Spark, blocking rules carry a dialect of their own, and the likeness of texts has another name."""
    said = in_spark(MODEL)
    levels, ours = said["comparisons"][0]["comparison_levels"], MODEL["comparisons"][0]["comparison_levels"]  # type: ignore[index]

    assert [level["sql_condition"] for level in levels] == [
        "`last_l` IS NULL OR `last_r` IS NULL",
        "`last_l` = `last_r`",
        "JAROWINKLER_SIMILARITY(`last_l`, `last_r`) >= 0.9",
        "ELSE",
    ]
    assert said["blocking_rules_to_generate_predictions"] == [{"blocking_rule": "l.`first` = r.`first`", "sql_dialect": "spark"}]
    assert said["sql_dialect"] == "spark"
    for level, before in zip(levels, ours, strict=True):
        assert {**level, "sql_condition": ""} == {**before, "sql_condition": ""}
    assert {name: said[name] for name in ("link_type", "probability_two_random_records_match")} == {
        "link_type": "dedupe_only",
        "probability_two_random_records_match": 0.001,
    }
