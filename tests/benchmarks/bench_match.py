"""Deduplicating files against anchors, on the same rows in the same run: exact keys, rapidfuzz with blocking, Splink trained on the rows.

`python tests/benchmarks/bench_match.py [--data FOLDER] [--results FILE]` prints a table and appends one line of JSON to FILE. FOLDER (or
LEADMILL_DEDUPE_DATA) may hold public files with a true cluster, which are not ours to pass on: FILES says which and where they come from.
Each contestant runs in its own process; CPU is of all its threads, memory its peak with the rows loaded. Thresholds were fixed before.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script

from benchmarks.anchors import exact_keys, rapidfuzz_blocked, splink_default
from benchmarks.contest import alone, show, timed

from leadmill.config import Format
from leadmill.match import deduplicate
from leadmill.sources import read


@dataclass(frozen=True, slots=True)
class Labelled:
    """A public file with a true cluster: what a person would block on and compare, for the anchors; ours is told nothing."""

    file: str
    truth: str
    exact: tuple[str, ...]
    compared: tuple[str, ...]
    blocks: tuple[str, ...]


FEBRL = ("given_name", "surname", "address_1", "suburb", "postcode", "date_of_birth", "soc_sec_id")
FILES = (
    # dedupe examples (MIT), early childhood sites in Chicago
    Labelled(
        "chicago_earlychildhood*.csv", "True Id", ("Site name", "Address"), ("Site name", "Address", "Zip", "Phone"), ("Phone", "Address")
    ),
    # Splink's data sets (MIT)
    Labelled(
        "*fake_1000.csv",
        "cluster",
        ("first_name", "surname", "dob"),
        ("first_name", "surname", "dob", "city", "email"),
        ("email", "dob", "surname"),
    ),
    # dedupe examples (MIT), patent applicants: one column of company names
    Labelled("patstat*.csv", "leuven_id", ("person_name",), ("person_name",), ("person_name",)),
    # Splink's data sets (MIT)
    Labelled("wikidata*.csv", "cluster", ("full_name", "dob"), ("full_name", "dob", "birth_place", "postcode_fake"), ("dob", "full_name")),
    # FEBRL (BSD): the number in rec_id is the truth and never a feature
    Labelled("febrl_dataset1.csv", "rec_id", ("given_name", "surname", "date_of_birth"), FEBRL, ("soc_sec_id", "date_of_birth", "surname")),
    Labelled("febrl_dataset3.csv", "rec_id", ("given_name", "surname", "date_of_birth"), FEBRL, ("soc_sec_id", "date_of_birth", "surname")),
)


def run_file(path: Path, labelled: Labelled, contestant: str) -> dict[str, Any]:
    """Run one contestant on one labelled file."""
    rows = read(path, Format()).rows
    truth = [re.sub(r"^rec-(\d+)-.*", r"\1", cell) for cell in rows[labelled.truth].to_pylist()]
    contestants: dict[str, Callable[[], Any]] = {
        "leadmill": lambda: deduplicate(rows, [labelled.truth]).cluster,
        "exact keys": lambda: exact_keys(rows, labelled.exact),
        "rapidfuzz": lambda: rapidfuzz_blocked(rows, labelled.compared, labelled.blocks),
        "Splink": lambda: splink_default(rows, labelled.compared, labelled.blocks),
    }
    return timed(contestants[contestant], truth)


def compare_files(folder: Path) -> list[dict[str, Any]]:
    """Run every contestant on every labelled file there is."""
    found = [(path, labelled) for labelled in FILES for path in sorted(folder.glob(labelled.file))]
    return [
        {"set": path.stem, "contestant": contestant, **alone(run_file, path, labelled, contestant)}
        for path, labelled in found
        for contestant in ("leadmill", "exact keys", "rapidfuzz", "Splink")
    ]


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_matching_beats_its_anchors_on_labelled_files() -> None:
    """At least the best anchor + .02 on every set that is not saturated."""
    results = compare_files(Path(os.environ.get("LEADMILL_DEDUPE_DATA", "")))
    print("\n" + show(results))  # noqa: T201 - the table is the result
    for name in {row["set"] for row in results}:
        ours, *anchors = (row["f1"] for row in results if row["set"] == name)
        assert ours >= min(max(anchors) + 0.02, 0.998), name


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("LEADMILL_DEDUPE_DATA", ""))
    parser.add_argument("--results", type=Path)
    asked = parser.parse_args()
    found = compare_files(asked.data)
    print(show(found))  # noqa: T201 - the table is the result
    if asked.results:
        with asked.results.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), "match": found}) + "\n")
