"""Column types that behave alike on SQLite and PostgreSQL, each with the Arrow type it travels as.

Times are UTC and aware on both (SQLite stores no zone). Lists of words and JSON documents are text: no query looks inside them, and
text is the same everywhere. Money is whole micro-units: a budget that is never exceeded by one unit cannot be summed in floats.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import BigInteger, Boolean, DateTime, Float, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

TIMESTAMP = pa.timestamp("us", tz="UTC")


class Utc(TypeDecorator[datetime]):
    """An aware moment in UTC, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; SQLite writes the fields and forgets the zone."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[list[str]]):
    """A list of words (reason codes), stored as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Write as JSON."""
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Read from JSON."""
        return None if value is None else json.loads(value)


def arrow_type(kind: TypeEngine[Any]) -> pa.DataType:
    """Arrow type in which a column of this SQL type is handed out."""
    for sql, arrow in (
        (Utc, TIMESTAMP),
        (Words, pa.list_(pa.string())),
        (Boolean, pa.bool_()),
        (BigInteger, pa.int64()),
        (Integer, pa.int64()),
        (Float, pa.float64()),
    ):
        if isinstance(kind, sql):
            return arrow
    return pa.string()
