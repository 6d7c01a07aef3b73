"""The enrichment plan: distinct, lacking, not answered."""

from __future__ import annotations

import pyarrow as pa
import pytest

from leadmill.enrich import QUESTIONS, by_company, plan
from leadmill.enrich.ask import call_key, url_of

NOTHING = pa.table({"provider": pa.array([], pa.string()), "question": pa.array([], pa.string())})


def answered(*questions: str, provider: str = "vendor") -> pa.Table:
    return pa.table({"provider": [provider] * len(questions), "question": list(questions)})


def test_companies_that_share_a_domain_are_one_question(companies, vendor) -> None:
    given = companies({"domain": "b.example"}, {"domain": "A.example"}, {"domain": "www.a.example"})

    planned = plan(given, NOTHING, vendor())

    assert planned.schema == QUESTIONS
    assert planned.select(["question", "value", "companies", "cost_micros"]).to_pylist() == [
        {"question": "domain:a.example", "value": "a.example", "companies": 2, "cost_micros": 50_000},
        {"question": "domain:b.example", "value": "b.example", "companies": 1, "cost_micros": 50_000},
    ]


def test_what_is_answered_is_never_asked_again(companies, vendor) -> None:
    given = companies({"domain": "a.example"}, {"domain": "b.example"})

    planned = plan(given, answered("domain:a.example"), vendor())

    assert planned["question"].to_pylist() == ["domain:b.example"]


def test_another_providers_answer_is_not_this_ones(companies, vendor) -> None:
    assert plan(companies({"domain": "a.example"}), answered("domain:a.example", provider="other"), vendor()).num_rows == 1


def test_a_company_that_lacks_nothing_is_not_asked_about(companies, vendor) -> None:
    given = companies({"domain": "a.example", "industry": "Steel", "employee_count": 5}, {"domain": "b.example", "industry": "Steel"})
    known = pa.table({"company_id": ["c_0", "c_1"], "legal_name": ["A GmbH", "B GmbH"]})

    assert plan(given, NOTHING, vendor(), known)["question"].to_pylist() == ["domain:b.example"]
    assert plan(given, NOTHING, vendor()).num_rows == 2, "without the earlier provider the legal name is lacking"


@pytest.mark.parametrize("domain", [None, "", "  ", "..", "/", "-"])
def test_a_company_without_the_key_is_not_asked_about(companies, vendor, domain) -> None:
    assert plan(companies({"domain": domain}), NOTHING, vendor()).num_rows == 0


def test_a_national_question_names_the_country_or_is_not_asked(companies, vendor) -> None:
    national = vendor(url="https://api.example.com/{country_code}/{registration_number}", key="registration_number")
    given = companies({"registration_number": "HRB 1/2", "country_code": "de"}, {"registration_number": "3"})

    planned = plan(given, NOTHING, national).to_pylist()

    assert [row["question"] for row in planned] == ["registration_number:HRB12|DE"]
    assert url_of(national, planned[0]) == "https://api.example.com/DE/HRB12"


def test_no_value_can_change_the_path(vendor) -> None:
    row = {"value": "../admin?x=1#{country_code}&ä", "country_code": None}

    assert url_of(vendor(), row) == "https://api.example.com/v1/companies?domain=..%2Fadmin%3Fx%3D1%23%7Bcountry_code%7D%26%C3%A4"


def test_the_key_of_a_call_changes_with_the_question_and_the_request_only(vendor) -> None:
    keys = [
        call_key(vendor(), "domain:a.example"),
        call_key(vendor(workers=1), "domain:a.example"),
        call_key(vendor(), "domain:b.example"),
        call_key(vendor(url="https://api.example.com/v2?d={domain}"), "domain:a.example"),
    ]

    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_every_company_behind_a_question_gets_its_answer(companies, vendor) -> None:
    given = companies({"domain": "a.example"}, {"domain": "www.a.example"}, {"domain": "b.example"}, {"domain": "c.example"})
    answers = pa.table(
        {
            "provider": ["vendor", "vendor", "other"],
            "question": ["domain:a.example", "domain:b.example", "domain:c.example"],
            "found": [True, False, True],
            "fields": ['{"employee_count": 5, "industry": "\\"Steel\\""}', None, "{}"],
        }
    )

    assert by_company(given, answers, vendor()).to_pylist() == [
        {"company_id": "c_0", "legal_name": None, "employee_count": "5", "industry": '"Steel"'},
        {"company_id": "c_1", "legal_name": None, "employee_count": "5", "industry": '"Steel"'},
    ]
