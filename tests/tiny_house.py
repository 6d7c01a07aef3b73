"""A whole installation in a temporary folder, small enough to run many nights: what the laws are tested on."""

from __future__ import annotations

import csv
import io
import random
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leadmill import pipeline
from leadmill.config import CHECKOUT

HEADER = ("First", "Last", "Title", "Email", "Phone", "Company", "Web", "City", "Country", "Staff", "Sector", "Asked", "Asked at")
LIST = """\
title: A purchased list
kind: list
deliveries: lists/acme*.csv
ruleset: b2b_software
format: {type: csv, encoding: utf-8, delimiter: ","}
columns:
  first_name: First
  last_name: Last
  job_title: Title
  email: Email
  phone: Phone
  company_name: Company
  website: Web
  city: City
  country: Country
  employee_count: Staff
  industry: Sector
  interest_signal: Asked
  interest_at: Asked at
contract:
  required: [email, last_name]
  rows:
    - {id: email_missing, expectation: expect_column_values_to_not_be_null, column: email}
"""
OPT_OUTS = """\
title: Who refused contact
kind: opt_out
deliveries: lists/optout*.csv
format: {delimiter: ","}
columns: {email: Mail}
"""
CONTACTS = """\
title: Our CRM's contacts
kind: crm_contacts
trust: 90
deliveries: lists/contacts*.csv
columns: {crm_id: Id, first_name: First, last_name: Last, email: Email, company_name: Company}
"""
START = "2026-11-21T02:00:00+00:00"


def person(number: int, **changes: str) -> dict[str, str]:
    """Invent the row of one well-qualified person; every number is another person at another company."""
    one, two = chr(97 + number % 26), chr(97 + number // 26 % 26)
    first, last, web = f"Ann{one}{two}", f"Lake{one}{two}", f"company-{number}.example"
    mailbox, phone = f"{first}.{last}@{web}".lower(), f"+1202555{100 + number:04d}"
    cells = (first, last, "Managing Director", mailbox, phone, f"Fjord {number} Ltd", web, "Springfield", "US", "250", "Software")
    row = dict(zip(HEADER, (*cells, "price_request", "2026-11-18"), strict=True))
    return {**row, **changes}


@dataclass
class House:
    """One installation; `night()` runs intake and night as the DAGs would."""

    root: Path
    nights: int = 0

    def source(self, name: str, text: str) -> None:
        """Write a source's YAML."""
        (self.root / "config" / "sources" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def deliver(self, name: str, rows: list[dict[str, str]], *, encoding: str = "utf-8") -> Path:
        """Write a delivery as CSV."""
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else list(HEADER), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path = self.root / "lists" / name
        path.write_text(text.getvalue(), encoding=encoding)
        return path

    def night(self, *, days_later: int | None = None, **params: Any) -> dict[str, Any]:
        """Run one more night: the first at START, each later one a day after the one before, or `days_later` than START."""
        self.nights += 1
        now = datetime.fromisoformat(START) + timedelta(days=self.nights - 1 if days_later is None else days_later)
        return pipeline.run_night(f"n{self.nights:03d}", now.isoformat(), params)

    def crm(self) -> list[dict[str, Any]]:
        """Return every contact the CRM holds, as text."""
        with sqlite3.connect(self.root / "state" / "crm" / "crm.sqlite") as con:
            con.row_factory = sqlite3.Row
            return [dict(row) for row in con.execute("select * from contacts order by email")]

    def records(self) -> pa.Table:
        """Return where every row ever received ended."""
        with pipeline.open_mill() as mill:
            return mill.registry.records.table()

    def lake(self, *where: str) -> pa.Table:
        """Read one table of the lake."""
        with pipeline.open_mill() as mill:
            return mill.lake.read(*where)


def shuffled(rows: list[dict[str, str]], seed: int) -> list[dict[str, str]]:
    """Put the same rows in another order."""
    again = list(rows)
    random.Random(seed).shuffle(again)
    return again


def build(root: Path, patch: pytest.MonkeyPatch) -> House:
    """Lay an installation below `root` and point the environment at it; the facts that are not sources are the real ones."""
    (root / "config" / "sources").mkdir(parents=True)
    (root / "lists").mkdir()
    for fact in ("rulesets", "crm", "vocabulary", "matching.yaml"):
        (root / "config" / fact).symlink_to(CHECKOUT / "include" / "config" / fact)
    (root / "config" / "providers").mkdir()
    _enter(root, patch)
    house = House(root)
    house.source("acme", LIST)
    return house


def copy(house: House, root: Path, patch: pytest.MonkeyPatch) -> House:
    """Go on in a copy from where an installation stands: what many tests start from is made once."""
    shutil.copytree(house.root, root, symlinks=True, dirs_exist_ok=True)
    _enter(root, patch)
    return House(root, house.nights)


def _enter(root: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("LEADMILL_ROOT", str(root))
    patch.setenv("LEADMILL_CONFIG", str(root / "config"))
    patch.setenv("LEADMILL_STATE", str(root / "state"))
    patch.delenv("LEADMILL_REGISTRY", raising=False)
