"""The committed sample read the plainest way: what the tests hold it to must not depend on Leadmill's own readers."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from openpyxl import load_workbook

SAMPLE = Path(__file__).resolve().parents[3] / "include" / "sample"
RESHAPED = frozenset({"shifted", "ragged"})  # cells no longer under their headers
CONTACT_HEADERS = {  # e-mail, telephone, given name, family name, by source
    "northwind_prospects": ("Email", "Phone", "First Name", "Last Name"),
    "rheinland_entscheider": ("E-Mail", "Telefon", "Vorname", "Nachname"),
    "homeseekers_b2c": ("E-mail", "Phone", "First name", "Last name"),
    "crm_contacts": ("email", "phone", "first_name", "last_name"),
}
LISTS = ("northwind_prospects", "rheinland_entscheider", "homeseekers_b2c")


class Row(NamedTuple):
    """One row of one delivery with what truth says of it."""

    source: str
    line: int
    cells: dict[str, str]
    person: str
    company: str
    defects: frozenset[str]

    def cell(self, number: int) -> str:
        """One of e-mail, telephone, given name, family name (0 to 3), whatever the source calls it."""
        return self.cells.get(CONTACT_HEADERS[self.source][number], "")


def read_delivery(path: Path) -> tuple[list[str], dict[int, list[str]]]:
    """Return the header, and the cells by the line (or sheet row) each record starts on."""
    if path.suffix == ".xlsx":
        header, *rows = load_workbook(path)["Leads"].iter_rows(values_only=True)
        return [str(name) for name in header], {
            line: ["" if cell is None else str(cell) for cell in row] for line, row in enumerate(rows, 2)
        }
    german = path.name.startswith("rheinland")
    with path.open(encoding="cp1252" if german else "utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=";" if german else ",")
        header, start, records = next(reader), 2, {}
        for row in reader:
            records[start] = row
            start = reader.line_num + 1
    return header, records


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a plain CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
