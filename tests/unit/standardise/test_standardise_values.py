"""Numbers, times, truth and countries from text; what cannot be read is unknown."""

from __future__ import annotations

import pytest

from leadmill.config import Format
from leadmill.engine import connect
from leadmill.standardise import load_vocabulary, values
from leadmill.standardise.places import _known, find

VOCABULARY = load_vocabulary()
COUNTRIES = _known(VOCABULARY.countries)


def read(macro: str, text: str, **written: object) -> object:
    with connect() as con:
        values.define(con, VOCABULARY.words, Format.model_validate(written))
        cast = "::varchar" if macro == "moment" else ""
        return con.execute(f"select {macro}(?){cast}", [text]).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1234.5", ".", 1234.5),
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ".", 1234.5),
        ("1,5", ".", 1.5),
        ("1,234", ".", 1234),
        ("1.234", ".", 1.234),
        ("1.234", ",", 1234),
        ("1,234", ",", 1.234),
        ("1.234.567", ".", 1_234_567),
        ("1'234'567.50", ".", 1_234_567.5),
        ("12,34,567", ".", 1_234_567),
        ("1 234 567", ",", 1_234_567),
        ("4.4E+11", ".", 4.4e11),
        ("-3", ".", -3),
        ("1e400", ".", None),
        ("1.2.3", ".", None),
        ("12a", ".", None),
        ("", ".", None),
    ],
)
def test_a_number_is_read_by_the_sources_convention_unless_only_the_other_fits(text: str, decimal: str, number: float | None) -> None:
    assert read("number", text, decimal=decimal) == number


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("$5M", 5e6),
        ("$5M - $10M", 5e6),
        ("$1-5 million", 1e6),
        ("18.3 MM", 18.3e6),
        ("1.2bn", 1.2e9),
        ("500k", 5e5),
        ("5 crore", 5e7),
        ("€ 3 Mio.", 3e6),
        ("2 Mrd. EUR", 2e9),
        ("under $1M", None),
        ("lots", None),
    ],
)
def test_an_amount_of_money_keeps_its_scale_and_of_a_range_its_lower_bound(text: str, quantity: float | None) -> None:
    assert read("quantity", text) == quantity


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("51-200", 51), ("51 – 200 employees", 51), ("10,000+", 10_000), ("10.000", 10_000), (">1000", 1000), ("<15", 1), ("unter 10", 1),
        ("200 Mitarbeiter", 200), ("1.5k", 1500), ("0", 0), ("many", None), ("12.7", 12),
    ],
)  # fmt: skip
def test_a_headcount_is_what_is_certainly_reached(text: str, count: int | None) -> None:
    assert read("headcount", text) == count


@pytest.mark.parametrize(
    ("text", "dates", "moment"),
    [
        ("2026-01-31", [], "2026-01-31 00:00:00+00"),
        ("2026-01-31T10:00:00+01:00", [], "2026-01-31 09:00:00+00"),
        ("2026-01-31 10:00 UTC", [], "2026-01-31 10:00:00+00"),
        ("20260131", [], "2026-01-31 00:00:00+00"),
        ("1769853600", [], "2026-01-31 10:00:00+00"),
        ("1769853600000", [], "2026-01-31 10:00:00+00"),
        ("31.01.2026", ["%d.%m.%Y"], "2026-01-31 00:00:00+00"),
        ("01/31/2026", ["%d.%m.%Y", "%m/%d/%Y"], "2026-01-31 00:00:00+00"),
        ("31.01.2026", [], None),
        ("46053", ["excel"], "2026-01-31 00:00:00+00"),
        ("46053", [], None),
        ("0001-01-01", [], None),
        ("9999-12-31", [], None),
        ("2026-02-30", [], None),
    ],
)
def test_a_time_is_read_as_iso_or_as_the_source_says_never_guessed(text: str, dates: list[str], moment: str | None) -> None:
    assert read("moment", text, dates=dates) == moment


@pytest.mark.parametrize(
    ("text", "truth"), [("yes", True), ("JA", True), ("1", True), ("WAHR", True), ("nein", False), ("0", False), ("perhaps", None)]
)
def test_truth_is_told_in_many_languages(text: str, truth: bool | None) -> None:
    assert read("truth", text) is truth


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"), ("deu", "DE"), ("Deutschland", "DE"), ("Allemagne", "DE"), ("Německo", "DE"), ("ドイツ", "DE"),
        ("Germany (DE)", "DE"),
        ("Berlin, Germany", "DE"), ("UK", "GB"), ("England", "GB"), ("U.S.A.", "US"), ("United States", "US"), ("NO", "NO"), ("NA", "NA"),
        ("Österreich", "AT"), ("Oesterreich", "AT"), ("South Korea", "KR"), ("Türkiye", "TR"), ("Narnia", None), ("Europe", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_codes_and_names_in_many_languages(text: str, code: str | None) -> None:
    assert find(text, COUNTRIES) == code
