"""Small rulesets for tests, written as a data engineer would."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadmill.columns import ATTRIBUTE_TYPES
from leadmill.qualify import Ruleset, decide, load_ruleset

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PLAIN = """
title: four questions, one per dimension
attributes:
  wants: {type: boolean}
  can_pay: {type: boolean}
  decides: {type: boolean}
  lacks: {type: boolean}
dimensions:
  interest: {minimum: 10, if_false: nurture}
  ability: {minimum: 10}
  authority: {minimum: 10}
  need: {minimum: 10}
rules:
  - {id: r_wants, dimension: interest, points: 10, when: wants, because: wants it}
  - {id: r_can_pay, dimension: ability, points: 10, when: can_pay, because: can pay}
  - {id: r_decides, dimension: authority, points: 10, when: decides, because: decides}
  - {id: r_lacks, dimension: need, points: 10, when: lacks, because: lacks it}
stages: {prospect: {score: 40}}
"""
FREE = "dimensions: {interest: {minimum: 0}, ability: {minimum: 0}, authority: {minimum: 0}, need: {minimum: 0}}\n"


def write(folder: Path, text: str, name: str = "plain") -> Path:
    """Write a ruleset file."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, text: str, name: str = "plain") -> Ruleset:
    """Load a ruleset written as text."""
    return load_ruleset(write(folder, text, name))


def people(types: dict[str, str], *rows: dict[str, Any]) -> pa.Table:
    """Profiles with typed facts (keys of ATTRIBUTE_TYPES); what a row does not say is unknown."""
    columns = {name: pa.array([row.get(name) for row in rows], ATTRIBUTE_TYPES[kind]) for name, kind in types.items()}
    return pa.table({"person_id": [f"p_{number}" for number in range(len(rows))], **columns})


def decide_one(ruleset: Ruleset, types: dict[str, str], now: datetime = NOW, **facts: Any) -> dict[str, Any]:
    """Decide one person."""
    return decide(people(types, facts), ruleset, now).to_pylist()[0]
