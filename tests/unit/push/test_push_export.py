"""A plan as files: readable before anything is written, harmless in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from leadmill.push import describe, plan, write_plan, write_upsert


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", "＝1+1", "＠A1", "+49 30 / =1", "-"]
HARMLESS = ["+4930123456", "-5", "12.50", "+1.5", "Ann-Marie", "a=b", "'quoted", "Müller, Söhne"]


@pytest.mark.parametrize("text", FORMULAS)
def test_nothing_in_the_export_runs_in_a_spreadsheet(crm, candidates, crm_rows, pushed, tmp_path, text) -> None:
    planned = plan(candidates({"person_id": "p_1", "job_title": text}), pushed(), crm_rows(), crm)

    write_upsert(planned, crm, tmp_path / "upsert.csv")

    assert cells(tmp_path / "upsert.csv")[0]["Title"] == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_phone_numbers_and_ordinary_text_survive_unspoiled(crm, candidates, crm_rows, pushed, tmp_path, text) -> None:
    planned = plan(candidates({"person_id": "p_1", "job_title": text}), pushed(), crm_rows(), crm)

    write_upsert(planned, crm, tmp_path / "upsert.csv")

    assert cells(tmp_path / "upsert.csv")[0]["Title"] == text


def test_the_upsert_file_holds_what_changes_and_nothing_else(crm, candidates, crm_rows, pushed, tmp_path) -> None:
    planned = plan(
        candidates(
            {"person_id": "p_1", "score": "80", "job_title": "CEO"}, {"person_id": "p_2", "score": "60"}, {"person_id": "p_3", "score": "1"}
        ),
        pushed({"p_1": {"Score": "70"}}),
        crm_rows(
            {"crm_id": "C1", "leadmill_id": "p_1", "Score": "70", "Title": "CEO"}, {"crm_id": "C3", "leadmill_id": "p_3", "Score": "1"}
        ),
        crm,
    )

    assert write_upsert(planned, crm, tmp_path / "night" / "upsert.csv") == 2
    assert cells(tmp_path / "night" / "upsert.csv") == [
        {"leadmill_id": "p_1", "crm_id": "C1", "Email": "", "Title": "", "Source": "", "Score": "80"},
        {"leadmill_id": "p_2", "crm_id": "", "Email": "", "Title": "", "Source": "", "Score": "60"},
    ]
    assert [path.name for path in (tmp_path / "night").iterdir()] == ["upsert.csv"]


def test_the_plan_tells_before_and_after_and_why(crm, candidates, crm_rows, pushed, tmp_path) -> None:
    planned = plan(
        candidates({"person_id": "p_1", "score": "80", "reason": "above 75"}, {"person_id": "p_2", "crm_id": "C9", "reason": "near miss"}),
        pushed({"p_1": {"Score": "70"}}),
        crm_rows({"crm_id": "C1", "leadmill_id": "p_1", "Score": "70"}),
        crm,
    )

    write_plan(planned, tmp_path)

    assert cells(tmp_path / "plan.csv") == [
        {
            "action": "conflict",
            "person_id": "p_2",
            "crm_id": "",
            "field": "",
            "before": "",
            "after": "",
            "detail": "the record is gone from the CRM",
            "reason": "near miss",
        },
        {
            "action": "update",
            "person_id": "p_1",
            "crm_id": "C1",
            "field": "Score",
            "before": "70",
            "after": "80",
            "detail": "",
            "reason": "above 75",
        },
    ]
    page = (tmp_path / "plan.md").read_text(encoding="utf-8")
    assert "| update | 1 |" in page
    assert "| p_1 | C1 | Score | 70 | 80 | above 75 |" in page
    assert "| p_2 |  |  |  |  | the record is gone from the CRM |" in page


def test_hostile_text_stays_text_on_the_page(crm, candidates, crm_rows, pushed) -> None:
    nasty = "<img onerror=x>|[a](javascript:b)`c`\nd"

    page = describe(plan(candidates({"person_id": "p_1", "job_title": nasty}), pushed(), crm_rows(), crm))

    assert "<img" not in page
    assert "&lt;img onerror=x>&#124;&#91;a](javascript:b)&#96;c&#96; d" in page


def test_a_long_plan_shows_its_beginning_and_its_size(crm, candidates, crm_rows, pushed) -> None:
    page = describe(plan(candidates(*({"person_id": f"p_{n:02}", "score": "1"} for n in range(30))), pushed(), crm_rows(), crm))

    assert "## create (first 20 of 30)" in page
    assert "p_19" in page
    assert "p_20" not in page


def test_an_empty_plan_is_still_a_page_and_a_file(crm, candidates, crm_rows, pushed, tmp_path) -> None:
    planned = plan(candidates(), pushed(), crm_rows(), crm)

    write_plan(planned, tmp_path)

    assert write_upsert(planned, crm, tmp_path / "upsert.csv") == 0
    assert "| create | 0 |" in (tmp_path / "plan.md").read_text(encoding="utf-8")
    assert cells(tmp_path / "upsert.csv") == []
