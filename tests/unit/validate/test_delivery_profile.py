"""A delivery in counts: enough to recognise the next one, nothing about anybody."""

from __future__ import annotations

import json
from datetime import date

import pyarrow as pa

from leadmill.config import Source
from leadmill.validate.profile import profile

SOURCE = Source.model_validate(
    {
        "name": "vendor",
        "title": "A vendor",
        "kind": "list",
        "deliveries": "x",
        "format": {"dates": ["%d.%m.%Y"]},
        "columns": {"email": "E-Mail", "country": "Land", "created_at": "Datum"},
        "attributes": {"income": {"column": "Einkommen"}, "note": {"column": "Notiz"}},
        "contract": {
            "rows": [
                {
                    "id": "income",
                    "expectation": "expect_column_values_to_be_in_set",
                    "column": "income",
                    "kwargs": {"value_set": ["high", "low"]},
                }
            ]
        },
    }
)
DAY = date(2026, 11, 21)


def of(**columns: list[str | None]) -> dict:
    size = len(next(iter(columns.values())))
    names = ("email", "country", "created_at", "income", "note")
    return profile(pa.table({name: pa.array(columns.get(name, [None] * size), pa.string()) for name in names}), SOURCE, DAY)


def test_missing_cells_are_counted_for_every_mapped_column():
    counted = of(email=["a@b.example", None, None])
    assert counted["rows"] == 3
    assert counted["shares"]["missing email"] == {"missing": 2, "present": 1}


def test_categories_are_counted_for_columns_that_have_categories_and_no_others():
    shares = of(country=["DE"] * 6 + [None], income=["high"] * 7, note=["x"] * 7)["shares"]
    assert shares["mix country"] == {"DE": 6, "(missing)": 1}
    assert shares["mix income"] == {"high": 7}
    assert {name for name in shares if name.startswith("mix")} == {"mix country", "mix income"}


def test_a_category_of_few_rows_an_address_or_a_number_is_not_remembered_by_name():
    counted = of(country=["DE"] * 6 + ["Jane Roe"] * 4 + ["jane@roe.example"] * 6 + ["0301234567"] * 6 + ["x" * 61] * 6)
    assert counted["shares"]["mix country"] == {"DE": 6, "(other)": 22}


def test_ages_are_read_as_iso_or_by_the_formats_of_the_source():
    ages = of(created_at=["2026-11-01", "2026-11-01T10:00:00", "21.11.2026", "01.06.2026", "2024-01-01", "2027-01-01", "soon", None])
    assert ages["shares"]["age created_at"] == {
        "(missing)": 1,
        "(unreadable)": 1,
        "future": 1,
        "older": 1,
        "up to 180 days": 1,
        "up to 30 days": 3,
    }


def test_every_measure_adds_up_to_the_rows_and_is_json():
    counted = of(country=["DE", None, "XX"], created_at=["2026-11-01", "x", None])
    assert {sum(measure.values()) for measure in json.loads(json.dumps(counted))["shares"].values()} == {3}


def test_an_empty_delivery_has_a_profile_too():
    assert of(country=[])["rows"] == 0
