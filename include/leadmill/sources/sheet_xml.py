"""What a workbook says of its cells beyond their values: the parser reads errors as empty, and numbers without the zeros before them.

Only XLSX; looked at only where such cells are. A postcode kept as the number 1067 under the format `00000` is `01067`, as a person sees it.
A formula that no program has computed has no value at all.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from leadmill.sources.unpack import DAMAGE, ZIP, open_archive

SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s([^>]*)>")
STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
STYLE = re.compile(rb"<(?:\w+:)?xf\s([^>]*)>")
CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
ATTRIBUTE = re.compile(rb"([\w:]+)=[\"']([^\"']*)[\"']")
VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)</")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
ZEROS = re.compile(rb"0{2,}")


@dataclass(frozen=True, slots=True)
class CellFacts:
    """Texts of cells by row and column, and the rows that hold a formula without a value; all from 0."""

    texts: dict[tuple[int, int], str]
    uncomputed: frozenset[int]


def cell_facts(data: bytes, sheet: str, file: str) -> CellFacts:
    """Look at one sheet of a workbook; nothing is said of one that is not XLSX. Raises SourceError when the archive is damaged."""
    if not data.startswith(ZIP):
        return CellFacts({}, frozenset())
    archive = open_archive(data, file)
    xml = _part(archive, _sheet_part(archive, sheet))
    widths = _zero_formats(_part(archive, "xl/styles.xml"))
    if not (widths or b'"e"' in xml or FORMULA.search(xml)):
        return CellFacts({}, frozenset())
    found = list(_cells(xml, widths))
    texts = {(row, column): text for row, column, text in found if text is not None}
    return CellFacts(texts, frozenset(row for row, _, text in found if text is None))


def _cells(xml: bytes, widths: dict[bytes, int]) -> Iterator[tuple[int, int, str | None]]:
    """Yield row, column and text of the cells the parser does not tell right; no text: a formula without a value."""
    for match in CELL.finditer(xml):
        facts, inner = _attributes(match[1]), match[2] or b""
        value, place = VALUE.search(inner), PLACE.fullmatch(facts.get("r", b"").decode())
        width = widths.get(facts.get("s", b""), 0)
        if place is None:
            continue
        row, column = int(place[2]) - 1, _column(place[1])
        kind, text = facts.get("t", b"n"), value[1] if value else b""
        if not text and kind != b"str" and FORMULA.search(inner):
            yield row, column, None
        elif text and kind == b"e":
            yield row, column, unescape(text.decode("utf-8", errors="replace"))
        elif width and text.isdigit() and kind == b"n":
            yield row, column, text.decode().zfill(width)


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Name the part of the archive that holds a sheet; empty when it cannot be found."""
    sheets = [_attributes(match[1]) for match in SHEET.finditer(_part(archive, "xl/workbook.xml"))]
    key = next((facts.get("r:id") for facts in sheets if unescape(facts.get("name", b"").decode("utf-8", errors="replace")) == sheet), None)
    relations = [_attributes(match[1]) for match in RELATION.finditer(_part(archive, "xl/_rels/workbook.xml.rels"))]
    target = next((facts.get("Target", b"").decode() for facts in relations if key and facts.get("Id") == key), "")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _zero_formats(styles: bytes) -> dict[bytes, int]:
    """Map the styles whose format is nothing but zeros to how many digits they show."""
    formats = [_attributes(match[1]) for match in FORMAT.finditer(styles)]
    zeros = {facts.get("numFmtId"): len(facts["formatCode"]) for facts in formats if ZEROS.fullmatch(facts.get("formatCode", b""))}
    block = STYLES.search(styles) if zeros else None
    used = [_attributes(match[1]).get("numFmtId") for match in STYLE.finditer(block[0])] if block else []
    return {str(place).encode(): zeros[key] for place, key in enumerate(used) if key in zeros}


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (KeyError, *DAMAGE):
        return b""


def _attributes(text: bytes) -> dict[str, bytes]:
    return {name.decode(): value for name, value in ATTRIBUTE.findall(text)}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
