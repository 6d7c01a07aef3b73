"""One way to open DuckDB: bounded, spilling, and locked before anyone else's text becomes SQL.

Set work runs here over Arrow tables (registered by name, scanned in place). Hand results out with `.to_arrow_table()`; `.df()` is four to
five times slower (measured, see ARCHITECTURE.md).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MEMORY_LIMIT = "4GB"


@contextmanager
def connect(
    tables: Mapping[str, pa.Table] | None = None,
    *,
    folders: tuple[Path, ...] = (),
    memory_limit: str = MEMORY_LIMIT,
    locked: bool = True,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB over `tables`, closed and its spill removed at the end.

    `folders` are the only places of the file system SQL may read or write. With `locked` (the default) no later statement can widen
    that or change a setting: expressions made from a ruleset or a contract run safely.
    """
    import duckdb  # noqa: PLC0415 - heavy, and not every command opens it

    with tempfile.TemporaryDirectory(prefix="leadmill-spill-") as spill:
        con = duckdb.connect(":memory:")
        try:
            con.execute(f"set threads={os.cpu_count() or 2}")
            con.execute(f"set memory_limit='{memory_limit}'")
            con.execute(f"set temp_directory='{spill}'")
            con.execute("set TimeZone='UTC'")
            con.execute("set enable_progress_bar=false")  # it would be drawn into stdout, where machines read JSON
            con.execute("set python_scan_all_frames=false")
            if locked:
                allowed = ", ".join(quote_text(str(folder)) for folder in folders)
                con.execute(f"set allowed_directories=[{allowed}]")
                con.execute("set enable_external_access=false")
                con.execute("set lock_configuration=true")
            for name, table in (tables or {}).items():
                con.register(name, table)
            yield con
        finally:
            con.close()


def quote(name: str) -> str:
    """Quote an identifier for SQL: a header may hold anything."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Quote a text literal for SQL where a bound value is not possible (settings, fixed vocabularies)."""
    return "'" + text.replace("'", "''") + "'"
