"""Rulesets: read strictly, versioned by what they say, refused where they could mislead."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest
import rulesets

from leadmill.config import CHECKOUT, Source
from leadmill.config.ruleset import RulesetFile
from leadmill.errors import ConfigError, RuleError
from leadmill.qualify import load_ruleset, restore_ruleset
from leadmill.qualify.delivered import find_gaps
from leadmill.qualify.grammar import FUNCTIONS, OPERATORS, VARIADIC

ONE_RULE = "title: t\n" + rulesets.FREE + "rules:\n  - id: r\n    dimension: need\n    points: 5\n    because: b\n    when: "


def test_the_version_is_what_the_ruleset_says_not_how_it_is_written(tmp_path: Path) -> None:
    plain = rulesets.load(tmp_path, rulesets.PLAIN)
    spaced = rulesets.load(tmp_path, "# a comment\n" + rulesets.PLAIN.replace("minimum: 10", "minimum:   10"))
    other = rulesets.load(tmp_path, rulesets.PLAIN.replace("score: 40", "score: 30"))

    assert plain.hash == spaced.hash
    assert plain.hash != other.hash


def test_a_kept_ruleset_is_restored_whole(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, rulesets.PLAIN)

    assert restore_ruleset(ruleset.content) == ruleset


def test_what_is_no_kept_ruleset_is_not_restored() -> None:
    with pytest.raises(RuleError):
        restore_ruleset('{"name": "x"}')


@pytest.mark.parametrize(
    ("condition", "line", "column", "says"),
    [
        ("employe_count > 5", 8, "11", "Did you mean 'employee_count'?"),
        ("\"employee_count > 5 and citi = 'x'\"", 8, "35", "unknown column 'citi'"),
        ("'employee_count = ''x'''", 8, "12", "a number is needed here"),
        (">-\n      employee_count\n      > 'x'", 9, None, "a number is needed here"),
    ],
    ids=["plain", "double_quoted", "single_quoted", "folded"],
)
def test_a_wrong_condition_is_named_by_file_line_and_character(
    tmp_path: Path, condition: str, line: int, column: str | None, says: str
) -> None:
    path = rulesets.write(tmp_path, ONE_RULE + condition + "\n")

    with pytest.raises(RuleError) as refused:
        load_ruleset(path)

    assert refused.value.file == str(path)
    assert refused.value.line == line
    assert refused.value.column == column
    assert says in str(refused.value)


def test_all_wrong_conditions_are_told_at_once(tmp_path: Path) -> None:
    text = rulesets.PLAIN.replace("when: wants", "when: wnts").replace("when: lacks", "when: lcks")

    with pytest.raises(RuleError) as refused:
        rulesets.load(tmp_path, text)

    assert "'wnts'" in str(refused.value)
    assert "'lcks'" in str(refused.value)
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title:", "titel:", "Did you mean 'title'?"),
        ("interest: {minimum: 10, if_false: nurture}", "interest: {minimum: 11}", "nobody could qualify"),
        ("score: 40", "score: 41", "at most 40"),
        ("  need: {minimum: 10}\n", "", "'dimensions.need' is missing"),
        ("id: r_lacks", "id: r_wants", "used twice"),
        ("points: 10, when: wants", "points: 0, when: wants", "decides nothing"),
        ("points: 10, when: wants", "points: 1.5, when: wants", "integer"),
        ("lacks: {type: boolean}", "lacks: {type: bool}", "'text'"),
        ("because: lacks it}", "because: lacks it, valid_from: 2026-02-01, valid_until: 2026-01-01}", "before valid_from"),
    ],
)
def test_a_ruleset_that_could_mislead_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in rulesets.PLAIN

    with pytest.raises(ConfigError) as refused:
        rulesets.load(tmp_path, rulesets.PLAIN.replace(old, new))

    assert says in str(refused.value)
    assert refused.value.line is not None


def test_an_attribute_may_not_take_a_canonical_name(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="canonical column"):
        rulesets.load(tmp_path, rulesets.PLAIN.replace("attributes:\n", "attributes:\n  job_title: {type: text}\n"))


@pytest.mark.parametrize(
    "condition",
    [
        "last_name = 'Schmidt'",
        "length(lower(trim(first_name))) > 5",
        "known(street) and employee_count > 5",
        "not (employee_count > 5 or postcode like '1%')",
        "coalesce(city, street) = 'x'",
        "gender = 'f'",
        "customer_gender = 'f'",
        "looks = 'nice'",
        "birth_year > 1980",
        "starts_with(email, 'anna')",
        "matches(lower(email), '^anna')",
        "ends_with(phone, '7')",
        "last_key = 'schmidt'",
    ],
)
def test_a_rule_on_looks_is_refused_wherever_it_hides(tmp_path: Path, condition: str) -> None:
    attributes = "attributes:\n  gender: {type: text}\n  customer_gender: {type: text}\n  birth_year: {type: integer}\n"
    attributes += "  looks: {type: text, appearance: true}\n"
    path = rulesets.write(tmp_path, attributes + ONE_RULE + f'"{condition}"\n')

    with pytest.raises(RuleError, match="about looks or origin"):
        load_ruleset(path)


@pytest.mark.parametrize("condition", ["known(email)", "known(phone)", "email_kind = 'personal'", "email_domain = 'firm.example'"])
def test_that_a_mailbox_is_known_may_count(tmp_path: Path, condition: str) -> None:
    assert rulesets.load(tmp_path, ONE_RULE + f'"{condition}"\n').rules


def source(**attributes: dict[str, str]) -> Source:
    facts = {"name": "fair", "title": "t", "kind": "list", "deliveries": "x", "columns": {"email": "Mail"}}
    return Source.model_validate({**facts, "attributes": attributes})


BOTH = {
    "wants": {"column": "a", "type": "boolean"},
    "can_pay": {"column": "b", "type": "boolean"},
    "decides": {"column": "c", "type": "boolean"},
}


@pytest.mark.parametrize(
    ("lacks", "says"),
    [
        ({"lacks": {"column": "d", "type": "boolean"}}, []),
        ({}, ["no source delivers 'lacks': it will be unknown for everybody."]),
        ({"lack": {"column": "d", "type": "boolean"}}, ["Did you mean 'lack'?"]),
        ({"lacks": {"column": "d", "type": "text"}}, ["'lacks' is boolean here and text in the source 'fair'"]),
        ({"lacks": {"column": "d", "type": "boolean", "known": "after"}}, ["known only after contact, says the source 'fair'"]),
    ],
    ids=["delivered", "nobody", "misspelt", "other_type", "after"],
)
def test_what_no_source_delivers_is_told_before_the_night(tmp_path: Path, lacks: dict[str, dict[str, str]], says: list[str]) -> None:
    found = find_gaps(rulesets.load(tmp_path, rulesets.PLAIN), [source(**BOTH, **lacks)])

    assert len(found) == len(says)
    assert all(part in told for part, told in zip(says, found, strict=True))


def test_a_declared_attribute_no_rule_asks_for_is_told(tmp_path: Path) -> None:
    ruleset = rulesets.load(tmp_path, rulesets.PLAIN.replace("attributes:\n", "attributes:\n  spare: {type: text}\n"))

    assert "the attribute 'spare' is declared but no rule asks for it." in find_gaps(ruleset, [])


def test_the_page_on_rulesets_names_the_whole_language_and_every_key() -> None:
    page = (CHECKOUT / "include" / "config" / "rulesets" / "README.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z_]+", page))

    assert {*FUNCTIONS, *VARIADIC} <= words
    assert {operator for operator in OPERATORS.split(", ") if operator.isalpha()} <= words
    assert set(RulesetFile.model_fields) - {"name"} <= words
