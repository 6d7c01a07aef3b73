"""Insert a row unless its key is taken: how two tasks may say the same thing at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(con: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert `row` unless its key is there already; return whether it was inserted."""
    kind = postgresql.insert if con.dialect.name == "postgresql" else sqlite.insert
    statement = kind(table).values(dict(row)).on_conflict_do_nothing()
    return con.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1
