"""Read any file a vendor may send: find out what it is by its bytes, open it within limits, hand it to the module that knows its format."""

from __future__ import annotations

from pathlib import Path

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources.columnar import read_parquet
from leadmill.sources.delimited import read_delimited
from leadmill.sources.documents import looks_like_json, read_json, read_json_lines
from leadmill.sources.encoding import BOMS, is_wide
from leadmill.sources.reading import Reading
from leadmill.sources.sheets import OLE, read_sheet
from leadmill.sources.unpack import GZIP, ZIP, check_workbook, gunzip, is_workbook, only_member, open_archive

PARQUET = b"PAR1"
FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"{\\rtf", "a rich text document"),
    (b"<!doctype", "a web page or XML document"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML document"),
)
CONTROLS = bytes(set(range(32)) - {0, 1, 8, 9, 10, 12, 13, 26, 27, 28, 29, 30, 31})  # what text never has; some separate cells by 1 or 31


def read(path: Path, stated: Format) -> Reading:
    """Read a file whole, every cell as text; what `stated` leaves open is found by looking. An empty file has no columns and no rows.

    Raises SourceError: no such file, not a format of lists, damaged, protected, a bomb.
    """
    if not path.is_file():
        raise SourceError("there is no such file.", file=str(path), hint="Check the path.")
    data, name = path.read_bytes(), path.name
    if data.startswith(GZIP):
        data = gunzip(data, name)
    if data.startswith(ZIP):
        archive = open_archive(data, name)
        if is_workbook(archive):
            return read_sheet(data, check_workbook(archive, name), stated, name)
        _, data = only_member(archive, name)
        if data.startswith(ZIP):
            return read_sheet(data, check_workbook(open_archive(data, name), name), stated, name)
    return _read_plain(data, stated, name)


def _read_plain(data: bytes, stated: Format, name: str) -> Reading:
    if data.startswith(OLE):
        return read_sheet(data, len(data), stated, name)
    if data.startswith(PARQUET):
        return read_parquet(data, name)
    _refuse_foreign(data, name)
    kind = stated.type or _text_kind(data, name)
    if kind in ("xlsx", "xls", "ods", "parquet"):
        raise SourceError(f"stated to be {kind}, but it is not.", file=name, hint="Correct `type` under `format`, or leave it out.")
    if kind == "json":
        return read_json(data, stated, name)
    return read_json_lines(data, stated, name) if kind == "jsonl" else read_delimited(data, stated, name)


def _text_kind(data: bytes, name: str) -> str:
    suffix = Path(name.lower().removesuffix(".gz").removesuffix(".zip")).suffix
    if suffix in (".jsonl", ".ndjson"):
        return "jsonl"
    if suffix in (".csv", ".tsv", ".txt", ".tab") or not (suffix in (".json", ".geojson") or looks_like_json(data)):
        return "csv"
    lines = [line for line in data.lstrip().split(b"\n", 2)[:2] if line.strip()]
    return "jsonl" if all(line.strip().startswith(b"{") and line.strip().endswith(b"}") for line in lines) and len(lines) > 1 else "json"


def _refuse_foreign(data: bytes, name: str) -> None:
    """Refuse what is no list, by its first bytes or by control characters text never has. Raises SourceError."""
    head = data[:4096]
    for mark, what in FOREIGN:
        if head.lstrip()[: len(mark)].lower() == mark.lower():
            raise SourceError(f"this is {what}, not a list.", file=name, hint="Ask for CSV, XLSX, ODS, JSON or parquet.")
    if any(head.startswith(mark) for mark, _ in BOMS) or is_wide(head):
        return
    if len(head) - len(head.translate(None, CONTROLS)) > len(head) // 50 or head.count(0) > len(head) // 20:
        raise SourceError("this is not text, and no format of lists.", file=name, hint="Ask for CSV, XLSX, ODS, JSON or parquet.")
