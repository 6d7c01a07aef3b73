"""Decisions: three-valued, for a reason, adding up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from leadmill.config import CHECKOUT
from leadmill.qualify import DECISION, decide, load_ruleset

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RULESETS = CHECKOUT / "include" / "config" / "rulesets"
HOUSES = {
    "mortgage_prequalified": pa.bool_(),
    "asked_for": pa.string(),
    "household_role": pa.string(),
    "do_not_contact": pa.bool_(),
}


def decide_house(**facts: object) -> dict[str, object]:
    columns = {name: pa.array([facts.get(name)], kind) for name, kind in HOUSES.items()}
    ruleset = load_ruleset(RULESETS / "b2c_house_seller.yaml")
    return decide(pa.table({"person_id": ["p_1"], **columns}), ruleset, NOW).to_pylist()[0]


def test_the_mortgage_example_is_qualified() -> None:
    """Pre-qualified for a mortgage by a bank, asked for houses, heads the household."""
    found = decide_house(mortgage_prequalified=True, asked_for="houses", household_role="head")

    assert found["decision"] == "qualified"
    assert [found[name] for name in ("interest", "ability", "authority", "need")] == ["true"] * 4


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        ({"mortgage_prequalified": True, "asked_for": "flats", "household_role": "head"}, "disqualified"),
        ({"mortgage_prequalified": False, "asked_for": "houses", "household_role": "head"}, "nurture"),
        ({"mortgage_prequalified": True, "asked_for": "houses", "household_role": "child"}, "nurture"),
        ({"mortgage_prequalified": True, "asked_for": "houses"}, "nurture"),
        ({"mortgage_prequalified": True, "asked_for": "houses", "household_role": "spouse"}, "qualified"),
        ({"mortgage_prequalified": True, "asked_for": "houses", "household_role": "head", "do_not_contact": True}, "disqualified"),
        ({}, "nurture"),
    ],
)
def test_each_fact_of_the_mortgage_example_matters(facts: dict[str, object], decision: str) -> None:
    assert decide_house(**facts)["decision"] == decision


def test_an_empty_table_gives_an_empty_table_of_decisions() -> None:
    ruleset = load_ruleset(RULESETS / "b2b_software.yaml")

    found = decide(pa.table({"person_id": pa.array([], pa.string())}), ruleset, NOW)

    assert found.num_rows == 0
    assert found.schema == DECISION


@pytest.mark.parametrize("path", sorted(RULESETS.glob("*.yaml")), ids=lambda path: Path(path).stem)
def test_every_shipped_ruleset_loads(path: Path) -> None:
    assert load_ruleset(path).name == path.stem
