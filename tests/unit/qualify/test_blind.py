"""Looks never count: proved by masking and swapping, whatever the bias hides in."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
import rulesets
from rulesets import NOW

from leadmill.config import Source
from leadmill.errors import RuleError
from leadmill.qualify import decide, invent_people, prove_blind, proxies_of

BIASED = rulesets.PLAIN.replace("attributes:\n", "attributes:\n  hobby: {type: text}\n").replace(
    "rules:\n", "rules:\n  - {id: hidden, dimension: need, points: 1, when: \"starts_with(lower(hobby), 'foot') or wants\", because: b}\n"
)


def source(**attributes: dict[str, object]) -> Source:
    facts = {"name": "s", "title": "t", "kind": "list", "deliveries": "x", "columns": {"email": "Mail", "industry": "Trade"}}
    return Source.model_validate({**facts, "attributes": attributes})


def test_a_ruleset_that_reads_no_looks_is_blind(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, rulesets.PLAIN)
    people = invent_people(ruleset, NOW)
    people = people.append_column("gender", pa.array(["f", "m"] * (people.num_rows // 2)))

    assert prove_blind(ruleset, people, [], NOW) is None


def test_a_bias_hidden_in_an_attribute_a_source_declares_is_found(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, BIASED)
    proxies = proxies_of(source(hobby={"column": "Salutation", "type": "text", "appearance": True}))

    with pytest.raises(RuleError, match="decides by looks") as refused:
        prove_blind(ruleset, invent_people(ruleset, NOW), proxies, NOW)

    assert refused.value.column == "hobby"


@pytest.mark.parametrize(
    ("condition", "how"),
    [
        ("coalesce(hobby, city) = 'x'", "swapped"),
        ("known(hobby)", "masked"),
        ("hobby = 'x'", "masked"),
        ("not (lower(hobby) = 'y')", "masked"),
    ],
)
def test_masking_and_swapping_each_find_what_the_other_would_miss(tmp_path: Path, condition: str, how: str) -> None:
    """The city repeats the hobby, so that nobody misses a masked hobby; everybody has a hobby, so that no swap takes it away."""
    text = rulesets.PLAIN.replace("attributes:\n", "attributes:\n  hobby: {type: text}\n")
    rule = f'rules:\n  - {{id: hidden, dimension: need, points: 1, when: "{condition}", because: b}}\n'
    ruleset = rulesets.load(tmp_path, text.replace("rules:\n", rule))
    people = rulesets.people({"hobby": "text", "city": "text"}, *({"hobby": name, "city": name} for name in "xyxyx"))

    with pytest.raises(RuleError, match=f"with 'hobby' {how}"):
        prove_blind(ruleset, people, ["hobby"], NOW)


@pytest.mark.parametrize(
    ("attributes", "found"),
    [
        ({"hobby": {"column": "Gender"}}, {"hobby"}),
        ({"hobby": {"column": ["Hobby", "Date of birth"]}}, {"hobby"}),
        ({"looks": {"column": "Col 7", "appearance": True}, "hobby": {"column": "Col 7"}}, {"looks", "hobby"}),
        ({"hobby": {"column": "Company age"}}, set()),
    ],
    ids=["telling_header", "second_header", "same_header", "harmless"],
)
def test_a_proxy_is_known_by_its_header_too(attributes: dict[str, dict[str, object]], found: set[str]) -> None:
    assert proxies_of(source(**attributes)) == found


@pytest.mark.parametrize(
    "header",
    ["Anrede", "Geschlecht (Kontakt)", "Geburtsdatum", "Staatsangehörigkeit", "Straße", "PLZ", "Alter", "Geslacht", "Aanhef", "Prénom",
     "Civilité", "Date de naissance", "Género", "BirthDate", "CustomerGender", "DOB", "ZIP Code"],
)  # fmt: skip
def test_looks_are_known_in_the_languages_lists_come_in(header: str) -> None:
    assert proxies_of(source(hobby={"column": header})) == {"hobby"}


@pytest.mark.parametrize("header", ["Herkunft", "Branche", "Mitarbeiter", "Essex site", "Stadt", "Company age", "Alternative", "Zipline"])
def test_what_only_resembles_looks_is_harmless(header: str) -> None:
    assert proxies_of(source(hobby={"column": header})) == set()


def test_a_canonical_column_filled_from_a_telling_header_is_a_proxy() -> None:
    facts = {
        "name": "s",
        "title": "t",
        "kind": "list",
        "deliveries": "x",
        "columns": {"email": "Mail", "industry": "Geschlecht (gender)"},
    }

    assert proxies_of(Source.model_validate(facts)) == {"industry"}


def test_invented_people_turn_every_rule_both_ways(tmp_path: Path) -> None:
    """Otherwise the proof would prove nothing."""
    ruleset = rulesets.load(tmp_path, BIASED)

    reasons = [each for reasons in decide(invent_people(ruleset, NOW), ruleset, NOW)["reasons"].to_pylist() for each in reasons]

    assert {(each["rule"], each["verdict"]) for each in reasons} >= {
        (rule.fact.id, verdict) for rule in ruleset.rules for verdict in ("true", "unknown")
    }
