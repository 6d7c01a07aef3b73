"""An Airflow connection as credentials of the place where a source's deliveries lie. Read in the worker, never handed on."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Connection

from leadmill.config import Source
from leadmill.config.fetch import place_of

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
