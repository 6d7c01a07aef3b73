"""An Airflow connection opens the place where a source's deliveries lie, or says where Spark is, and goes nowhere else."""

import json
import re

import fsspec
import pytest
from airflow_home import HOME

from leadmill import pipeline
from leadmill.config import load_source
from leadmill.config.scoring import Cluster, Scoring
from leadmill.errors import ConfigError, StateError

pytestmark = pytest.mark.airflow

SOURCE = "title: V\nkind: list\ndeliveries: %s\nfetch: %s\ncolumns: {full_name: Name, email: Mail, company_name: Firm}\n"
STORE = {
    "conn_type": "aws",
    "login": "key",
    "password": "hush",
    "extra": {"region_name": "eu-central-1", "endpoint_url": "https://s3.example"},
}
OPENED = {
    "a bucket": (
        "s3://bucket/lists",
        STORE,
        {"key": "key", "secret": "hush", "endpoint_url": "https://s3.example", "client_kwargs": {"region_name": "eu-central-1"}},
    ),
    "a bucket of a role": ("s3://bucket/lists", {"conn_type": "aws"}, {}),
    "an address": ("https://lists.example/a.csv", {"conn_type": "http", "password": "hush"}, {"secret": "hush"}),
    "another storage": ("gs://bucket/lists", {"conn_type": "google_cloud_platform", "extra": {"token": "anon"}}, {"token": "anon"}),
}


@pytest.mark.parametrize(("deliveries", "connection", "expected"), OPENED.values(), ids=OPENED)
def test_a_connection_becomes_what_the_place_asks_for(tmp_path, monkeypatch, deliveries, connection, expected):
    from leadmill_airflow.credentials import credentials  # noqa: PLC0415 - imports Airflow, after the environment is set

    monkeypatch.setenv("AIRFLOW_CONN_VENDOR", json.dumps(connection))
    auth = ", auth: {kind: bearer, secret: VENDOR}" if deliveries.startswith("https") else ""
    (tmp_path / "vendor.yaml").write_text(SOURCE % (deliveries, f"{{connection: vendor{auth}}}"), encoding="utf-8")

    assert credentials(load_source(tmp_path / "vendor.yaml")) == expected


def test_without_a_connection_the_environment_is_asked(tmp_path):
    from leadmill_airflow.credentials import credentials  # noqa: PLC0415 - imports Airflow, after the environment is set

    (tmp_path / "vendor.yaml").write_text(SOURCE % ("s3://bucket/lists", "{}"), encoding="utf-8")

    assert credentials(load_source(tmp_path / "vendor.yaml")) == {}


def test_an_intake_fetches_from_its_place_and_no_secret_stays_in_airflow(project, airflow_db, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_VENDOR", json.dumps({"conn_type": "generic", "extra": {"token": "hush-hush-hush"}}))
    store = fsspec.filesystem("memory")
    with store.open("/airflow/vendor.csv", "wb") as file:
        file.write(b"Name,Mail,Firm\nAnn Lee,ann@leepaper.example,Lee Paper Ltd\n")
    project.yaml("vendor", SOURCE % ("memory://airflow", "{connection: vendor}"))

    run = project.dags()["intake_vendor"].test()

    assert run.state == "success"
    assert run.get_task_instance("standardise").xcom_pull(task_ids="standardise")["tally"]["accepted"] == 1
    assert (project.state / "inbox" / "vendor" / "vendor.csv").is_file()
    assert [file.name for file in HOME.rglob("*") if file.is_file() and b"hush-hush-hush" in file.read_bytes()] == []


CLUSTERS = {
    "a standalone master": ({"conn_type": "spark", "host": "spark://a.example", "port": 7077}, Cluster(master="spark://a.example:7077")),
    "as an address": ("spark://a.example:7077", Cluster(master="spark://a.example:7077")),
    "this machine": ({"conn_type": "spark", "host": "local[4]"}, Cluster(master="local[4]")),
    "with settings": (
        {"conn_type": "spark", "host": "yarn", "extra": {"queue": "q", "conf": {"spark.executor.memory": "8g"}}},
        Cluster(master="yarn", conf={"spark.executor.memory": "8g"}),
    ),
}


@pytest.mark.parametrize(("connection", "expected"), CLUSTERS.values(), ids=CLUSTERS)
def test_a_connection_says_where_spark_is(monkeypatch, connection, expected):
    from leadmill_airflow.credentials import cluster  # noqa: PLC0415 - imports Airflow, after the environment is set

    monkeypatch.setenv("AIRFLOW_CONN_BIG", connection if isinstance(connection, str) else json.dumps(connection))

    assert cluster(Scoring(backend="spark", connection="big")) == expected


def test_a_connection_that_names_no_master_is_told_by_its_name(monkeypatch):
    from leadmill_airflow.credentials import cluster  # noqa: PLC0415 - imports Airflow, after the environment is set

    monkeypatch.setenv("AIRFLOW_CONN_BIG", json.dumps({"conn_type": "spark", "login": "me", "password": "hush"}))

    with pytest.raises(ConfigError, match="connection big: a Spark master reads like"):
        cluster(Scoring(backend="spark", connection="big"))


def test_no_connection_is_looked_up_where_duckdb_scores():
    from leadmill_airflow.credentials import cluster  # noqa: PLC0415 - imports Airflow, after the environment is set

    assert cluster(Scoring(connection="nowhere")) is None


def test_the_night_is_told_where_spark_is_and_airflow_keeps_nothing_of_it(project, airflow_db, monkeypatch, tmp_path):
    seen = []

    def stop(_night, cluster):
        seen.append(cluster)
        raise StateError("that is enough.")

    facts = tmp_path / "config" / "matching.yaml"
    shipped = facts.read_text(encoding="utf-8")
    facts.write_text(re.sub(r"(?m)^scoring:.*$", "scoring: {backend: spark, connection: big}", shipped), encoding="utf-8")
    conf = {"spark.authenticate.secret": "hush-hush-spark"}
    monkeypatch.setenv(
        "AIRFLOW_CONN_BIG", json.dumps({"conn_type": "spark", "host": "spark://a.example", "port": 7077, "extra": {"conf": conf}})
    )
    project.source("vendor", ["Ann Lee,ann@leepaper.example,Lee Paper Ltd"])
    dags = project.dags()
    dags["intake_vendor"].test()
    monkeypatch.setattr(pipeline, "match", stop)

    assert dags["nightly"].test().state == "failed"
    assert seen == [Cluster(master="spark://a.example:7077", conf=conf)]
    assert [file.name for file in HOME.rglob("*") if file.is_file() and b"hush-hush-spark" in file.read_bytes()] == []
