"""The sample, read once for all its tests."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from sample_rows import SAMPLE, Row, read_delivery, read_table


@pytest.fixture(scope="session")
def expected() -> dict[str, Any]:
    """Read what follows from the truth."""
    return json.loads((SAMPLE / "truth" / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def defects() -> dict[tuple[str, int], set[str]]:
    """Read the defect codes by source and line."""
    found = defaultdict(set)
    for row in read_table(SAMPLE / "truth" / "defects.csv"):
        found[row["source"], int(row["line"])].add(row["defect"])
    return dict(found)


@pytest.fixture(scope="session")
def truth() -> dict[tuple[str, int], tuple[str, str]]:
    """Read person and company by source and line."""
    rows = read_table(SAMPLE / "truth" / "persons.csv")
    return {(row["source"], int(row["line"])): (row["person"], row["company"]) for row in rows}


@pytest.fixture(scope="session")
def rows(expected: dict[str, Any], defects: dict[tuple[str, int], set[str]], truth: dict[tuple[str, int], tuple[str, str]]) -> list[Row]:
    """Read every row of every delivery, with its truth."""
    found = []
    for source, facts in expected["sources"].items():
        header, records = read_delivery(SAMPLE / facts["file"])
        for line, cells in records.items():
            codes = frozenset(defects.get((source, line), ()))
            found.append(Row(source, line, dict(zip(header, cells, strict=False)), *truth[source, line], codes))
    return found
