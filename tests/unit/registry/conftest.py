"""A fresh registry on every database this machine can run: SQLite always, PostgreSQL when a server is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from leadmill.registry import Registry

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def _server_programs() -> Path | None:
    """Find the folder with `initdb`: distributions keep it off the PATH."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


PROGRAMS = _server_programs()
DATABASES = ["sqlite", "postgresql"] if PROGRAMS else ["sqlite"]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Start a throwaway PostgreSQL on a Unix socket; yield its URL without a database."""
    account = {"user": "nobody"} if os.geteuid() == 0 else {}  # PostgreSQL refuses to run as root
    with tempfile.TemporaryDirectory(prefix="leadmill-pg-") as folder:  # pytest's own folders are closed to other users
        if account:
            shutil.chown(folder, "nobody")

        def run(program: str, *words: str) -> None:
            subprocess.run([str(PROGRAMS / program), *words], check=True, stdout=subprocess.DEVNULL, cwd=folder, **account)

        run("initdb", "-D", f"{folder}/data", "-U", "leadmill", "-A", "trust", "-N")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        run("pg_ctl", "-D", f"{folder}/data", "-w", "-s", "-l", f"{folder}/log", "-o", options, "start")
        yield f"postgresql://leadmill@/{{}}?host={folder}"
        run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-s", "stop")


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name an empty database of our own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'registry.sqlite'}"
    server = request.getfixturevalue("server")
    name = f"t{abs(hash(request.node.nodeid))}"
    engine = create_engine(server.format("postgres").replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as con:
        con.execute(text(f"create database {name}"))
    engine.dispose()
    return server.format(name)


@pytest.fixture
def registry(url: str, tmp_path: Path) -> Iterator[Registry]:
    """Open a registry."""
    with Registry(url, key_folder=tmp_path) as opened:
        yield opened


@pytest.fixture
def now() -> datetime:
    """Two o'clock at night."""
    return NOW
