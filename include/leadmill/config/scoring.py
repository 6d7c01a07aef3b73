"""Where the model scores pairs: DuckDB in this process, or Spark on any number of machines. Part of `config/matching.yaml`.

Both engines give the same pairs with the same weights; the choice is one of size.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from leadmill.config.strict_yaml import Strict
from leadmill.errors import ConfigError

VARIABLE = "LEADMILL_SPARK"  # a Spark master; wins over the file, an Airflow connection wins over both
MASTER = re.compile(r"local(\[(\d+|\*)\])?|spark://[^\s/@,]+:\d+(,[^\s/@,]+:\d+)*|yarn|k8s://[^\s@]+")


class Cluster(Strict):
    """A Spark: its master, and settings in Spark's own words."""

    master: str = "local[*]"
    conf: dict[str, str] = {}  # such as {spark.executor.memory: 8g}

    @field_validator("master")
    @classmethod
    def _of_a_kind(cls, master: str) -> str:
        if not MASTER.fullmatch(master):
            raise ValueError("a Spark master reads like local[2], spark://host:7077, yarn or k8s://https://host:443")
        return master


class Scoring(Strict):
    """Which engine scores, and what it may take."""

    backend: Literal["duckdb", "spark"] = "duckdb"
    at_once: int = Field(default=500_000, ge=1)  # DuckDB: pairs; more are scored in several turns
    connection: str | None = None  # an Airflow connection of type spark
    cluster: Cluster = Cluster()
    connect_seconds: float = Field(default=120, gt=0)  # for Java to start, the master to answer and a worker to show itself
    minutes: float = Field(default=120, gt=0)  # for all pairs of a night


def cluster_of_environment() -> Cluster | None:
    """Return the Spark that LEADMILL_SPARK names; None when it names none. Raises ConfigError."""
    master = os.environ.get(VARIABLE)
    return cluster_at(master, {}, VARIABLE) if master else None


def cluster_at(master: str, conf: Mapping[str, Any], told_by: str) -> Cluster:
    """Return the Spark that a variable or a connection names. Raises ConfigError that names `told_by` and quotes nothing it holds."""
    try:
        return Cluster(master=master, conf=dict(conf))
    except ValidationError as error:
        raise ConfigError(f"{error.errors()[0]['msg'].removeprefix('Value error, ')}.", file=told_by) from None
