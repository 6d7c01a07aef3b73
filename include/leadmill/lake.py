"""The lake: immutable parquet by stage. A file is written under a temporary name and renamed last, so what is visible is whole.

Layout below the root: `<stage>/<source>/<delivery_id>.parquet` for the intake, `night/<night>/<table>.parquet` for the night,
`known/<night>.parquet` for the leads matching knows, `edges/<night>.parquet` for what it found of their pairs.
"""

from __future__ import annotations

import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadmill.errors import StateError

PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+=-]*")  # no separators, no dot first: a name never leaves its folder


@dataclass(frozen=True, slots=True)
class Lake:
    """One lake below a root folder."""

    root: Path

    def path(self, *where: str) -> Path:
        """Where a table lies. Raises StateError for a name that could leave the lake."""
        for part in where:
            if not PART.fullmatch(part):
                raise StateError(f"{part!r} is no name for a place in the lake.", hint="Use letters, digits and _.:+=- only.")
        return self.root.joinpath(*where[:-1]) / f"{where[-1]}.parquet"

    def write(self, table: pa.Table, *where: str) -> Path:
        """Write a table so that it is there whole or not at all; writing the same place again replaces it whole."""
        target = self.path(*where)
        target.parent.mkdir(parents=True, exist_ok=True)
        # The name is unique: two attempts of one task may run at once and must not write into each other's file.
        draft = target.with_name(f".{target.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
        try:
            pq.write_table(table, draft, compression="zstd")
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        return target

    def read(self, *where: str, columns: list[str] | None = None) -> pa.Table:
        """Read one table, all of it or some columns. Raises StateError naming the stage to run again when it is not there."""
        target = self.path(*where)
        if not target.is_file():
            raise StateError("the lake has no such table.", file=str(target), hint=f"Run the stage {where[0]!r} for it again.")
        # One file, never a dataset: folder names such as a=b must not become columns.
        return pq.ParquetFile(target).read(columns)

    def holds(self, *where: str) -> bool:
        """Tell whether a table is there."""
        return self.path(*where).is_file()

    def remove(self, *where: str) -> None:
        """Take a table away that nothing will read again; gone already is as good."""
        self.path(*where).unlink(missing_ok=True)

    def names(self, *where: str) -> list[str]:
        """List the tables of one folder, by name; drafts of a killed run are not tables."""
        return sorted(path.stem for path in self.root.joinpath(*where).glob("*.parquet") if not path.name.startswith("."))
