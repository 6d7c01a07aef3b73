"""What is true: whose each row is, what is wrong with it, and what follows from that."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.defects import REFUSED
from generator.entries import Entry
from generator.files import write_csv


@dataclass(slots=True)
class Truth:
    """Collects, delivery by delivery, what the rows truly are."""

    persons: list[tuple[str, str, str, str]] = field(default_factory=list)
    defects: list[tuple[str, str, str]] = field(default_factory=list)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)

    def record(self, source: str, file: str, entries: list[Entry], lines: list[int]) -> None:
        """Take down one written delivery."""
        for entry, line in zip(entries, lines, strict=True):
            self.persons.append((source, str(line), entry.person.id if entry.person else "", entry.company.id if entry.company else ""))
            self.defects.extend((source, str(line), code) for code in entry.codes)
        self.sources[source] = {
            "file": file,
            "rows": len(entries),
            "persons": len({entry.person.id for entry in entries if entry.person}),
            "companies": len({entry.company.id for entry in entries if entry.company}),
            "refusable": sum(bool(REFUSED & set(entry.codes)) for entry in entries),
            "defects": dict(sorted(Counter(code for entry in entries for code in entry.codes).items())),
        }

    def write(self, folder: Path, **facts: Any) -> None:
        """Write persons.csv, defects.csv and expected.json."""
        write_csv(folder / "persons.csv", ["source", "line", "person", "company"], self.persons)
        write_csv(folder / "defects.csv", ["source", "line", "defect"], self.defects)
        expected = {
            **facts,
            "persons": len({person for *_, person, _ in self.persons if person}),
            "companies": len({company for *_, company in self.persons if company}),
            "sources": self.sources,
        }
        (folder / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
