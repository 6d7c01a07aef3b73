"""The sample's source files load strictly, fit their deliveries, and their contracts refuse what truth calls unusable and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from sample_rows import SAMPLE, read_delivery

from leadmill.config import CHECKOUT, Source, load_source
from leadmill.sources import land, map_columns
from leadmill.standardise import load_vocabulary
from leadmill.validate import check

CONFIG = CHECKOUT / "include" / "config"
NAMES = (
    "crm_accounts",
    "crm_activities",
    "crm_contacts",
    "crm_opportunities",
    "homeseekers_b2c",
    "northwind_prospects",
    "opt_outs",
    "rheinland_entscheider",
)
REFUSED = {"shifted", "ragged", "formula", "placeholder", "missing_contact", "missing_name"}


def source_named(name: str) -> Source:
    return load_source(CONFIG / "sources" / f"{name}.yaml")


def delivery_of(source: Source) -> Path:
    (found,) = CHECKOUT.glob(source.deliveries)
    return found


def test_the_sample_tells_of_exactly_these_sources(expected: dict[str, Any]) -> None:
    assert sorted(expected["sources"]) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_source_finds_its_one_delivery_and_maps_only_headers_it_has(name: str, expected: dict[str, Any]) -> None:
    source = source_named(name)
    delivery = delivery_of(source)
    assert delivery == SAMPLE / expected["sources"][name]["file"]
    header, _ = read_delivery(delivery)
    wanted = [*source.columns.values(), *(attribute.column for attribute in source.attributes.values())]
    for choices in wanted:
        assert any(choice in header for choice in ([choices] if isinstance(choices, str) else choices)), choices


@pytest.mark.parametrize("name", [name for name in NAMES if source_named(name).ruleset])
def test_a_ruleset_a_source_names_exists(name: str) -> None:
    assert (CONFIG / "rulesets" / f"{source_named(name).ruleset}.yaml").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_the_contract_refuses_exactly_the_rows_truth_calls_unusable(name: str, defects: dict[tuple[str, int], set[str]]) -> None:
    """Reader and contract together: ragged rows fall in the reader, the others in the contract, usable dirt passes."""
    source = source_named(name)
    landing = land(delivery_of(source), source)
    mapped = map_columns(landing.table, source)
    verdict = check(mapped, source)
    lines = dict(zip(mapped["record_id"].to_pylist(), mapped["line"].to_pylist(), strict=True))
    refused = {lines[record] for record in verdict.reasons["record_id"].to_pylist()} | set(landing.refused["line"].to_pylist())
    assert refused == {line for (where, line), codes in defects.items() if where == name and codes & REFUSED}
    assert verdict.gate == "accept"


def test_the_samples_own_mail_services_are_known_as_such() -> None:
    """Real free and throw-away domains belong to somebody, so the sample has its own: unknown, they would make one company of thousands."""
    words = tomllib.loads((SAMPLE / "generator" / "words.toml").read_text(encoding="utf-8"))["mailboxes"]
    known = load_vocabulary().mailboxes
    assert set(words["free"]) <= set(known.free)
    assert set(words["disposable"]) <= set(known.disposable)
