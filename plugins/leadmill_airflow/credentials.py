"""An Airflow connection as what the pipeline takes: credentials of a source's place, the address of a Spark. Read in the worker only."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Connection

from leadmill.config import Source
from leadmill.config.fetch import place_of
from leadmill.config.scoring import Cluster, Scoring, cluster_at

S3 = {"aws_session_token": "token", "endpoint_url": "endpoint_url"}  # extra of Airflow's connection type aws -> s3fs


def credentials(source: Source) -> dict[str, Any]:
    """Return what `pipeline.land` takes: fsspec's options for object storage, a secret for https://; nothing without a connection."""
    if not source.fetch.connection:
        return {}
    connection = Connection.get(source.fetch.connection)
    if place_of(source.deliveries) == "https":
        return {"secret": connection.password}
    extra = dict(connection.extra_dejson)
    if not source.deliveries.startswith("s3://"):
        return extra
    options = {"key": connection.login, "secret": connection.password, **{ours: extra.get(theirs) for theirs, ours in S3.items()}}
    region = extra.get("region_name")
    return {name: value for name, value in options.items() if value} | ({"client_kwargs": {"region_name": region}} if region else {})


def cluster(scoring: Scoring) -> Cluster | None:
    """Return the Spark that the connection names; None where Spark does not score, or no connection says where.

    `host` and `port` are the master's, as Airflow's own Spark hooks read them; `conf` of the extra are settings of Spark.
    """
    if scoring.backend != "spark" or not scoring.connection:
        return None
    connection = Connection.get(scoring.connection)
    master = connection.host or ""
    if connection.port:
        master = f"{'' if '://' in master else 'spark://'}{master}:{connection.port}"
    return cluster_at(master, connection.extra_dejson.get("conf") or {}, f"connection {scoring.connection}")
