"""The registry opens itself: created, migrated, private, and the same on every database."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from leadmill.errors import StateError
from leadmill.registry import Registry
from leadmill.registry.database import Database
from leadmill.registry.schema import metadata


def test_migrations_end_in_the_declared_schema(url: str) -> None:
    database = Database(url)

    with database.read() as con:
        difference = compare_metadata(MigrationContext.configure(con), metadata)

    assert difference == []
    database.close()


def test_opening_again_changes_nothing_and_keeps_the_rows(url: str, now) -> None:
    with Registry(url) as first:
        first.nights.start("n1", {"limit": 5}, now)

    with Registry(url) as second:
        assert second.nights.get("n1").params == {"limit": 5}


def test_eight_tasks_may_open_an_empty_database_at_once(url: str) -> None:
    failures: list[Exception] = []

    def open_it() -> None:
        try:
            Registry(url).close()
        except Exception as error:  # noqa: BLE001 - whatever a task would have died of
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_every_table_compiles_for_postgresql() -> None:
    """What PostgreSQL would refuse is seen even where no server is installed."""
    dialect = postgresql.dialect()

    statements = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
    statements += [str(CreateIndex(index).compile(dialect=dialect)) for table in metadata.sorted_tables for index in table.indexes]

    assert len(statements) > len(metadata.tables)
    assert not [statement for statement in statements if "ROWID" in statement]


def test_sqlite_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    """WAL lets readers read while a task writes; FULL means an acknowledged commit survives a power cut."""
    database = Database(f"sqlite:///{tmp_path / 'r.sqlite'}")

    with database.read() as con:
        settings = [con.execute(text(f"pragma {name}")).scalar() for name in ("journal_mode", "synchronous")]

    assert settings == ["wal", 2]


def test_the_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path / 'state' / 'r.sqlite'}")

    assert stat.S_IMODE((tmp_path / "state" / "r.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("not a url", "not a database URL"),
        ("mysql://host/db", "does not run on mysql"),
        ("sqlite://", "does not run on sqlite"),
        ("postgresql://nobody@/nowhere?host=/nowhere", "does not open"),
    ],
)
def test_a_url_that_leads_nowhere_is_a_clear_error(url: str, words: str) -> None:
    with pytest.raises(StateError, match=words) as caught:
        Database(url)

    assert caught.value.hint


def test_a_password_never_shows_in_the_error() -> None:
    with pytest.raises(StateError) as caught:
        Database("postgresql://someone:sesame@/nowhere?host=/nowhere")

    assert "sesame" not in str(caught.value)


def test_a_folder_that_cannot_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StateError, match="cannot be created") as caught:
        Database(f"sqlite:///{tmp_path / 'file' / 'r.sqlite'}")

    assert caught.value.file == str(tmp_path / "file" / "r.sqlite")


def test_a_file_that_is_no_registry_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "r.sqlite").write_bytes(b"not a database, by any means " * 100)

    with pytest.raises(StateError, match="does not open: DatabaseError"):
        Database(f"sqlite:///{tmp_path / 'r.sqlite'}")


def test_a_registry_of_a_newer_leadmill_is_left_alone(url: str) -> None:
    database = Database(url)
    with database.write() as con:
        con.execute(text("update alembic_version set version_num = '9999'"))
    database.close()

    with pytest.raises(StateError, match="newer Leadmill"):
        Database(url)


def write_half(registry: Registry) -> None:
    with registry.database.write() as con:
        con.execute(text("insert into nights (night_id, state, params, started_at) values ('n1', 'running', '{}', '2026-01-01')"))
        raise RuntimeError


def test_a_failed_write_leaves_nothing(url: str, now) -> None:
    with Registry(url) as registry:
        with pytest.raises(RuntimeError):
            write_half(registry)

        assert registry.nights.latest() is None
