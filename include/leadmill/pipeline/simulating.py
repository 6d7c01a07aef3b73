"""What a new ruleset would have decided on past nights. Reads lake and registry; a page is the only thing it may write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadmill import report
from leadmill.engine import connect
from leadmill.errors import StateError
from leadmill.pipeline.mill import Mill, open_mill
from leadmill.qualify import Comparison, Night, Ruleset, compare, load_ruleset, restore_ruleset


def simulate(ruleset: str, against: str | None = None, nights: int = 30, cost_of_contact: float = 0.0) -> Comparison:
    """Lay a new ruleset (name, or path of its YAML file) beside the one that decided the last `nights` nights.

    `against`: name of the ruleset that decided then; by default the new one's own name. Raises StateError when it decided no night.
    """
    with open_mill() as mill:
        after = load_ruleset(find_ruleset_file(mill, ruleset))
        name = against or after.name
        past = list(_decided_by(mill, name, nights))
        if not past:
            raise StateError(f"the ruleset {name!r} has decided no night yet.", hint="Name the one that did: --against NAME.")
        return compare((night for night, _ in past), _restore(mill, past[0][1]), after, cost_of_contact)


def write_simulation(
    ruleset: str, file: Path, against: str | None = None, nights: int = 30, cost_of_contact: float = 0.0
) -> dict[str, Any]:
    """Simulate, write the page to `file` and the same as JSON beside it, and return its place and the counts. Nothing else is written."""
    found = simulate(ruleset, against, nights, cost_of_contact)
    told = found.as_json()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_suffix(".json").write_text(json.dumps(told, indent=2), encoding="utf-8")
    file.write_text(report.simulation(ruleset, told), encoding="utf-8")
    return {"page": str(file), "persons": found.persons, "enters": found.enters, "leaves": found.leaves}


def find_ruleset_file(mill: Mill, name: str) -> Path:
    """Turn a ruleset's name into its file; a path stays a path."""
    path = Path(name)
    return path if path.suffix in (".yaml", ".yml") else mill.project.config / "rulesets" / f"{name}.yaml"


def _decided_by(mill: Mill, name: str, nights: int) -> Iterator[tuple[Night, str]]:
    """Yield past nights, newest first, each with the hash of the ruleset of that name, and the profiles it decided."""
    folder = mill.lake.root / "night"
    names = sorted((path.name for path in folder.iterdir() if path.is_dir()), reverse=True) if folder.is_dir() else []
    for night in names:
        if nights <= 0 or not (mill.lake.holds("night", night, "profiles") and mill.lake.holds("night", night, "decisions")):
            continue
        tables = {"profiles": mill.lake.read("night", night, "profiles"), "decisions": mill.lake.read("night", night, "decisions")}
        profiles, used = _mine(tables, name)
        if profiles.num_rows:
            nights -= 1
            yield Night(night, mill.registry.nights.get(night).started_at, profiles), used


def _mine(tables: dict[str, pa.Table], name: str) -> tuple[pa.Table, str]:
    with connect(tables) as con:
        mine = con.sql(
            "select profiles.*, ruleset_hash as used_hash from profiles join decisions using (person_id) where ruleset = $name "
            "order by person_id",
            params={"name": name},
        ).to_arrow_table()
    return mine.drop_columns(["used_hash"]), mine["used_hash"][0].as_py() if mine.num_rows else ""


def _restore(mill: Mill, ruleset_hash: str) -> Ruleset:
    return restore_ruleset(mill.registry.decisions.ruleset_text(ruleset_hash))
