"""Splink on Spark: the model that DuckDB trained scores on any number of machines. The only importer of pyspark.

A stored model is SQL of DuckDB; `in_spark` writes it in Spark's. How alike two texts are is asked of DuckDB there too: the function that
Splink brings for Spark counts half transpositions and letters instead of bytes, so pairs near a threshold would fall to the other side.
An executor therefore needs Python of our minor version with duckdb and pyarrow, and nothing else of ours.

Spark waits for ever, for a master, for a worker, for a lost executor; here every wait has an end.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import sqlglot

from leadmill.config.scoring import Cluster, Scoring
from leadmill.errors import ConfigError, ServiceRefused, ServiceUnavailable

LIKENESS = "jarowinkler_similarity"  # what sqlglot calls DuckDB's jaro_winkler_similarity in SQL for Spark
OURS = {
    "spark.app.name": "leadmill",
    "spark.log.level": "OFF",
    "spark.ui.enabled": "false",  # it would show on every network of this machine what is compared
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.localRelationThreshold": "0",  # else the planner computes on the records, in the driver's memory
    "spark.driver.memory": "4g",
    "spark.driver.maxResultSize": "0",  # pairs are few beside records, and records passed through here already
}
NEAR = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
Result = TypeVar("Result")


@contextmanager
def on_spark(scoring: Scoring) -> Iterator[Any]:
    """Open Splink's door to the cluster; closed at the end.

    Raises ConfigError without pyspark or Java, ServiceUnavailable when no master or worker is there within `connect_seconds`.
    """
    _check_machine()
    _check_master(scoring)
    from splink import SparkAPI  # noqa: PLC0415 - needs pyspark, which is an extra

    with tempfile.TemporaryDirectory(prefix="leadmill-spark-") as folder:
        start = functools.partial(_start, scoring.cluster, folder)
        session = _within(scoring.connect_seconds, start, "Spark did not start", too_late=lambda session: session.stop())
        try:
            _within(scoring.connect_seconds, lambda: session.range(1).count(), "Spark has no worker to spare")
            session.udf.register(LIKENESS, _likeness())
            yield SparkAPI(
                spark_session=session,
                break_lineage_method="persist",  # a folder that all workers share is not asked for
                num_partitions_on_repartition=2 * session.sparkContext.defaultParallelism,
                register_udfs_automatically=False,
            )
        finally:
            session.stop()


def in_time(scoring: Scoring, work: Callable[[], Result]) -> Result:
    """Do work on the cluster within the time allowed.

    Raises ServiceUnavailable when time is up or the cluster gave up, ServiceRefused when its workers lack what we need. What Spark says is
    not repeated: it may quote rows.
    """
    from py4j.protocol import Py4JError  # noqa: PLC0415 - part of pyspark
    from pyspark.errors import PySparkException, PythonException  # noqa: PLC0415

    try:
        return _within(scoring.minutes * 60, work, "Spark did not get done")
    except PythonException:
        raise ServiceRefused(
            "Spark's workers cannot compare texts.",
            hint=f"They need Python {sys.version_info.major}.{sys.version_info.minor} with duckdb and pyarrow; PYSPARK_PYTHON says where.",
        ) from None
    except (Py4JError, PySparkException) as error:
        hint = "Memory is given by spark.driver.memory and spark.executor.memory under conf; more is in the logs of the executors."
        raise ServiceUnavailable(f"Spark gave up on the pairs: {_kind(error)}.", hint=hint) from None


def _kind(error: Exception) -> str:
    """Name the class of a failure, Java's where it came from Java."""
    thrown = getattr(error, "java_exception", None)
    return str(thrown.getClass().getName()) if thrown is not None else type(error).__name__


def in_spark(model: dict[str, Any]) -> dict[str, Any]:
    """Write a stored model for Spark: the same conditions and numbers, another dialect of SQL."""
    return {
        **model,
        "sql_dialect": "spark",
        "comparisons": [
            {**comparison, "comparison_levels": [{**level, "sql_condition": _said(level["sql_condition"])} for level in levels]}
            for comparison in model["comparisons"]
            for levels in (comparison["comparison_levels"],)
        ],
        "blocking_rules_to_generate_predictions": [
            {**rule, "blocking_rule": _said(rule["blocking_rule"]), "sql_dialect": "spark"}
            for rule in model["blocking_rules_to_generate_predictions"]
        ],
    }


def _said(condition: str) -> str:
    """Say a condition in Spark's SQL; ELSE is a word of Splink's."""
    return condition if condition == "ELSE" else str(sqlglot.transpile(condition, read="duckdb", write="spark")[0])


def _likeness() -> Any:
    """Make the Spark function of DuckDB's Jaro-Winkler similarity. Defined here, so that it travels to workers that know no Leadmill."""
    from pyspark.sql.functions import arrow_udf  # noqa: PLC0415 - an extra

    def likeness(batches: Iterator[tuple[pa.Array, pa.Array]]) -> Iterator[pa.Array]:
        with duckdb.connect(config={"threads": 1}) as con:
            for left, right in batches:
                con.register("pair", pa.table({"l": left, "r": right}))
                yield con.sql("select jaro_winkler_similarity(l, r) as said from pair").to_arrow_table()["said"].combine_chunks()

    return arrow_udf(likeness, "double")


def _start(cluster: Cluster, folder: str) -> Any:
    """Start or join Spark; tables nobody makes would lie in `folder`. Raises ConfigError when Java cannot run it."""
    from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415 - an extra
    from pyspark.logger import PySparkLogger  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    near = cluster.master.startswith("local") or any(host in ("localhost", "127.0.0.1") for host, _ in _addresses(cluster.master))
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)  # we use none of it
    conf = {**OURS, "spark.sql.warehouse.dir": folder, **(NEAR if near else {}), **cluster.conf}
    builder = SparkSession.builder.master(cluster.master).config(map=conf)
    for context in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(context).disabled = True  # like Spark's own log: what it says of a failure may quote rows
    try:
        session = builder.getOrCreate()
    except PySparkRuntimeError as error:
        if error.getCondition() != "JAVA_GATEWAY_EXITED":
            raise
        hint = "Spark 4 needs Java 17 or newer; JAVA_HOME says which is taken."
        raise ConfigError("Java ended before Spark had started.", hint=hint) from None
    if near and "PYSPARK_PYTHON" not in os.environ:
        session.sparkContext.pythonExec = sys.executable  # else the first python3 on PATH, which may be another
    return session


def _check_machine() -> None:
    """Raise ConfigError when pyspark or Java is missing."""
    if importlib.util.find_spec("pyspark") is None:
        raise ConfigError("scoring on Spark needs pyspark, which is not installed.", hint="pip install 'leadmill[spark]'")
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=str(Path(home) / "bin") if home else None):
        raise ConfigError(
            "scoring on Spark needs Java, which was not found.",
            hint="Install Java 17 or newer, or let JAVA_HOME name it; or score on DuckDB.",
        )


def _check_master(scoring: Scoring) -> None:
    """Raise ServiceUnavailable when nobody listens where a standalone master should: Spark itself would take a minute to say so."""
    addresses = _addresses(scoring.cluster.master)
    for address in addresses:
        try:
            socket.create_connection(address, timeout=scoring.connect_seconds / len(addresses)).close()
        except OSError:
            continue
        return
    if addresses:
        raise ServiceUnavailable("no Spark master listens at the address given.", hint="Start it, or correct the connection.")


def _addresses(master: str) -> list[tuple[str, int]]:
    """List the hosts and ports of a standalone master; more than one where masters stand by."""
    if not master.startswith("spark://"):
        return []
    found = (address.rpartition(":") for address in master.removeprefix("spark://").split(","))
    return [(host.strip("[]"), int(port or 7077)) for host, _, port in found]


def _within(seconds: float, work: Callable[[], Result], else_said: str, too_late: Callable[[Result], object] = lambda _: None) -> Result:
    """Return what `work` returns, or raise what it raises. Raises ServiceUnavailable when it takes longer.

    The work cannot be stopped from here: whoever calls stops the session it waits on; what comes after all is given to `too_late`.
    """
    answer: Future[Result] = Future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - raised again below, where somebody waits
            answer.set_exception(error)
            return
        answer.set_result(result)
        if given_up.is_set():
            too_late(result)

    given_up = threading.Event()
    threading.Thread(target=run, daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        given_up.set()
        raise ServiceUnavailable(f"{else_said} within {seconds:g} seconds.", hint="Ask again later, or score on DuckDB.") from None
