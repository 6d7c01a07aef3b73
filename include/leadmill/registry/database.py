"""Opening the registry's database: the same promises from SQLite and PostgreSQL.

SQLite runs in WAL with `synchronous=FULL`: a ledger row that was acknowledged survives a power cut, and bulk work commits so rarely
that the cost does not show. Writers take the lock at BEGIN, so two tasks wait for each other instead of failing half-way.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from leadmill.errors import StateError

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 120  # a bulk write of another task may hold SQLite's one lock this long
_MIGRATION_LOCK = 0x1EAD


class Database:
    """A migrated database; `read()` and `write()` are the only ways to a connection."""

    def __init__(self, url: str) -> None:
        self._engine = _open(url)
        self._writer = self._engine.execution_options(leadmill_begin="BEGIN IMMEDIATE")
        place = self._engine.url.render_as_string(hide_password=True)
        try:
            self._migrate()
        except DBAPIError as error:
            raise StateError(
                f"the registry does not open: {type(error.orig).__name__}.",
                file=place,
                hint="Is the server up, the folder writable, the disk not full, the file a registry?",
            ) from error
        except CommandError as error:
            raise StateError(
                "the registry was written by a newer Leadmill.", file=place, hint="Update Leadmill, or restore the registry from before."
            ) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a connection that sees one consistent state."""
        with self._engine.connect() as con:
            yield con

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open one transaction: committed at the end, rolled back on any error."""
        with self._writer.begin() as con:
            yield con

    def close(self) -> None:
        """Return every connection."""
        self._engine.dispose()

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        newest = ScriptDirectory.from_config(config).get_current_head()
        with self.read() as con:
            if _revision(con) == newest:
                return
        with self.write() as con:
            if con.dialect.name == "postgresql":
                con.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            if _revision(con) == newest:
                return
            config.attributes["connection"] = con
            command.upgrade(config, "head")


def _revision(con: Connection) -> str | None:
    return MigrationContext.configure(con).get_current_revision()


def _open(url: str) -> Engine:
    try:
        target = make_url(url)
    except ArgumentError:
        raise StateError("LEADMILL_REGISTRY is not a database URL.", hint="Expected sqlite:///path or postgresql+psycopg://...") from None
    if target.get_backend_name() == "postgresql":
        return create_engine(target.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args={"options": "-c timezone=utc"})
    if target.get_backend_name() != "sqlite" or not target.database or target.database == ":memory:":
        raise StateError(f"the registry does not run on {target.get_backend_name()}.", hint="Use a SQLite file or a PostgreSQL database.")
    _create_private(Path(target.database))
    engine = create_engine(target, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _create_private(path: Path) -> None:
    """Create the file readable by its owner alone: it holds people's data."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StateError(
            f"the registry cannot be created: {error.strerror}.", file=str(path), hint="Choose a folder that is writable."
        ) from error


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin in `_begin_sqlite`, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-131072", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(con: Connection) -> None:
    con.exec_driver_sql(con.get_execution_options().get("leadmill_begin", "BEGIN"))
