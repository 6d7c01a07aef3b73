"""Read any file a vendor may send: find out what it is, open it, hand it to the one module that knows its format."""

from __future__ import annotations

from pathlib import Path

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources.delimited import read_delimited
from leadmill.sources.reading import Reading
from leadmill.sources.sheets import read_sheet


def read(path: Path, stated: Format) -> Reading:
    """Read a file whole, every cell as text; what `stated` leaves open is found by looking. Raises SourceError."""
    if not path.is_file():
        raise SourceError("there is no such file.", file=str(path), hint="Check the path.")
    data = path.read_bytes()
    kind = stated.type or ("xlsx" if data.startswith(b"PK\x03\x04") else "csv")
    if kind in ("xlsx", "xls", "ods"):
        return read_sheet(data, stated, path.name)
    return read_delimited(data, stated, path.name)
