"""The waterfall: field by field, and who said it."""

from __future__ import annotations

import json

import pyarrow as pa

from leadmill.config.provider import Waterfall
from leadmill.enrich import answer


def told(**columns: list[object]) -> pa.Table:
    return pa.table({"company_id": ["c_1"], **columns})


def merged(answers: dict[str, pa.Table], waterfall: Waterfall) -> dict[str, object]:
    row = answer(answers, waterfall).to_pylist()[0]
    return {**row, "provenance": json.loads(row["provenance"])}


def test_the_first_provider_that_knows_a_fact_gives_it() -> None:
    row = merged(
        {"free": told(industry=["Steel"], employee_count=[None]), "paid": told(industry=["Metals"], employee_count=["25"])},
        Waterfall(ask=["free", "paid"]),
    )

    assert (row["industry"], row["employee_count"]) == ("Steel", 25)
    assert row["provenance"] == {"industry": "free", "employee_count": "paid"}


def test_a_fact_may_have_an_order_of_its_own() -> None:
    answers = {"free": told(industry=["Steel"], city=["Köln"]), "paid": told(industry=["Metals"], city=["Cologne"])}

    row = merged(answers, Waterfall(ask=["free", "paid"], fields={"industry": ["paid"]}))

    assert (row["industry"], row["city"]) == ("Metals", "Köln")


def test_an_amount_travels_with_its_own_currency() -> None:
    """Revenue from one and currency from another would be a number nobody ever said."""
    answers = {
        "free": told(annual_revenue=[None], revenue_currency=["EUR"]),
        "paid": told(annual_revenue=["5e6"], revenue_currency=["USD"]),
    }
    without = {"free": told(annual_revenue=[7.0]), "paid": told(annual_revenue=["5e6"], revenue_currency=["USD"])}
    order = Waterfall(ask=["free", "paid"])

    assert [(row["annual_revenue"], row["revenue_currency"]) for row in (merged(answers, order), merged(without, order))] == [
        (5e6, "USD"),
        (7.0, None),
    ]
    assert merged(without, order)["provenance"] == {"annual_revenue": "free"}


def test_nonsense_from_the_first_lets_the_second_speak() -> None:
    row = merged({"free": told(employee_count=["many"]), "paid": told(employee_count=["25"])}, Waterfall(ask=["free", "paid"]))

    assert row["provenance"] == {"employee_count": "paid"}


def test_companies_known_to_any_provider_are_there_once() -> None:
    answers = {
        "a": pa.table({"company_id": ["c_2", "c_1"], "city": ["B", "A"]}),
        "b": pa.table({"company_id": ["c_3", "c_1"], "lei": ["L3", "L1"]}),
    }

    table = answer(answers, Waterfall(ask=["a", "b"]))

    assert table.select(["company_id", "city", "lei"]).to_pylist() == [
        {"company_id": "c_1", "city": "A", "lei": "L1"},
        {"company_id": "c_2", "city": "B", "lei": None},
        {"company_id": "c_3", "city": None, "lei": "L3"},
    ]


def test_nobody_asked_is_an_empty_answer() -> None:
    table = answer({}, Waterfall())

    assert (table.column_names, table.num_rows) == (["company_id", "provenance"], 0)
