"""Looks in disguise: what a title, a mail domain or a free text spells of gender, name and origin moves no decision either."""

from __future__ import annotations

from pathlib import Path

import pytest
import rulesets
from rulesets import NOW

from leadmill.config import CHECKOUT
from leadmill.errors import RuleError
from leadmill.qualify import Ruleset, invent_people, load_ruleset, prove_blind, restore_ruleset
from leadmill.qualify.disguise import load_disguises, refuse_disguises

TEXTS = rulesets.PLAIN.replace(
    "attributes:\n", "attributes:\n  contact_mail: {type: text}\n  skills: {type: text}\n  hobby: {type: text}\n"
)


def ruleset(folder: Path, condition: str) -> Ruleset:
    rule = f'rules:\n  - {{id: planted, dimension: need, points: 1, because: b, when: "{condition}"}}\n'
    return rulesets.load(folder, TEXTS.replace("rules:\n", rule))


@pytest.mark.parametrize(
    ("condition", "pair"),
    [
        # gendered forms of a title, by name, by their endings, in several languages
        ("matches(job_title, 'stewardess')", ("steward", "stewardess")),
        ("matches(lower(job_title), 'ess$')", ("steward", "stewardess")),
        ("job_title like '%woman%'", ("chairman", "chairwoman")),
        ("lower(job_title) = 'salesman'", ("salesman", "saleswoman")),
        ("lower(job_title) like '%leiterin'", ("leiter", "leiterin")),
        ("lower(job_title) = 'geschäftsführer'", ("geschäftsführer", "geschäftsführerin")),
        ("ends_with(lower(job_title), 'trice')", ("directeur", "directrice")),
        ("matches(lower(job_title), 'a$')", ("vendedor", "vendedora")),
        ("lower(job_title) in ('secretary', 'hostess')", ("host", "hostess")),
        # behind other conditions, other columns, other words, other cases
        ("job_title ilike '%stewardess%' and employee_count > 50 and country_code = 'DE'", ("steward", "stewardess")),
        ("employee_count > 50 or not (contains(upper(job_title), 'WAITRESS'))", ("waiter", "waitress")),
        ("coalesce(hobby, job_title) = 'Flight Stewardess'", ("Steward", "Stewardess")),
        ("contains(lower(job_title), 'flight') and matches(lower(job_title), 'ess$')", ("steward", "stewardess")),
        # words about the person
        ("lower(hobby) = 'female'", ("male", "female")),
        ("starts_with(lower(hobby), 'frau ')", ("herr", "frau")),
        ("matches(hobby, 'fatima|aisha')", ("fatima", "katharina")),
        ("starts_with(contact_mail, 'maria')", ("maria@firm.example", "mario@firm.example")),
        # the country of an address
        ("ends_with(email_domain, '.ng')", (".ng", ".")),
        ("email_domain like '%.pl'", (".pl", ".")),
        ("not (email_domain ilike '%.in')", (".in", ".")),
        ("matches(email_domain, 'bank.*[.]ng$')", (".ng", ".")),
        ("matches(domain, '[.](de|at|ch)$')", (".de", ".ng")),
        ("website like '%.co.uk'", (".co.uk", ".co.")),
        ("matches(contact_mail, '[.]tr$')", (".tr", ".")),
    ],
)
def test_a_condition_that_tells_two_forms_of_one_thing_apart_is_refused(tmp_path: Path, condition: str, pair: tuple[str, str]) -> None:
    with pytest.raises(RuleError, match="may not move a decision this way") as refused:
        refuse_disguises(ruleset(tmp_path, condition))

    assert all(form in refused.value.message for form in pair)
    assert refused.value.hint


@pytest.mark.parametrize(
    "condition",
    [
        "contains(lower(job_title), 'director')",
        "lower(job_title) in ('ceo', 'owner', 'manager', 'director', 'president')",
        "matches(lower(job_title), 'head of|chief|vp|vice president')",
        "matches(lower(job_title), 'geschäftsführer')",
        "lower(job_title) in ('geschäftsführer', 'geschäftsführerin')",
        "lower(job_title) = 'steward' or lower(job_title) = 'stewardess'",
        "matches(lower(job_title), 'chair(wo)?man|chairperson')",
        "matches(job_title, '^(Owner|Inhaber)')",
        "lower(job_title) = 'chef de projet'",
        "job_title like '%intern%'",
        "length(job_title) > 8",
        "known(job_title)",
        "email_domain = 'bigcorp.de'",
        "ends_with(email_domain, 'bigcorp.de')",
        "email_domain in ('gmail.com', 'web.de')",
        "matches(email_domain, '[.](edu|ac[.]uk)$')",
        "matches(email_domain, '[.](io|ai)$')",
        "country_code in ('DE', 'AT', 'CH')",
        "city in ('Berlin', 'Hamburg')",
        "matches(lower(skills), 'julia|python|ms sql')",
        "starts_with(skills, '62')",
        "contains(lower(company_name), 'robert bosch')",
        "matches(lower(industry), 'software|internet|technology|telecom|manufactur|health')",
        "lower(hobby) <> 'nothing'",
    ],
)
def test_what_is_asked_of_a_post_a_firm_or_a_region_is_no_disguise(tmp_path: Path, condition: str) -> None:
    assert refuse_disguises(ruleset(tmp_path, condition)) is None


@pytest.mark.parametrize(
    "path",
    [
        *sorted((CHECKOUT / "include" / "config" / "rulesets").glob("*.yaml")),
        *sorted((CHECKOUT / "include" / "examples").glob("*/ruleset.yaml")),
    ],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_shipped_rulesets_tell_nobody_apart_by_looks_in_disguise(path: Path) -> None:
    assert refuse_disguises(load_ruleset(path)) is None


def test_every_fault_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    text = TEXTS.replace(
        "rules:\n",
        "gates:\n  - {id: out, out_when: \"ends_with(domain, '.ng')\", because: b}\n"
        "rules:\n  - {id: planted, dimension: need, points: 1, because: b, when: \"wants and job_title = 'Waiter'\"}\n",
    )
    path = rulesets.write(tmp_path, text)
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(number for number, each in enumerate(lines, 1) if "'.ng'" in each)

    with pytest.raises(RuleError) as refused:
        prove_blind(load_ruleset(path), invent_people(load_ruleset(path), NOW), [], NOW)

    assert (refused.value.file, refused.value.line, refused.value.column) == (str(path), line, str(lines[line - 1].index("domain") + 1))
    assert "gate 'out'" in str(refused.value)
    assert "country_code" in str(refused.value)
    assert f"{path}:{line + 2}" in str(refused.value)
    assert "rule 'planted'" in str(refused.value)


def test_a_decision_once_made_can_be_made_again_whatever_is_refused_today(tmp_path: Path) -> None:
    """The table of disguises grows; a ruleset that decided before it did must still be read as it was."""
    old = ruleset(tmp_path, "matches(job_title, 'stewardess')")

    assert restore_ruleset(old.content) == old


def test_no_pair_of_the_table_is_one_text_twice() -> None:
    table = load_disguises()
    pairs = [pair for kind in (table.forms, table.marked, table.words, table.names) for pair in kind.pairs]

    assert all(one != other for one, other in pairs)
    assert len({tuple(sorted(pair)) for pair in pairs}) == len(pairs)
    assert not set(table.countries.tried) & set(table.countries.worldwide)
