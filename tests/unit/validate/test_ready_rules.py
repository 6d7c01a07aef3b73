"""Ready rules: what they refuse, and above all what they leave alone."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadmill.config import Rule
from leadmill.validate import ready


def is_wrong(expectations: list[ready.Expectation], column: str, cell: str) -> bool:
    """Read the plain expectations a ready rule is made of, as RE2 reads them."""
    found = [
        pc.match_substring_regex(pa.scalar(cell), each.kwargs["regex"]).as_py() == (each.type == "expect_column_values_to_not_match_regex")
        for each in expectations
        if each.kwargs["column"] == column
    ]
    return any(found)


EMAILS = {
    "jane@roe.example": False,
    "  jane.o'neil+list@mail.roe.example ": False,
    "Jane Roe <jane@roe.example>": False,
    "MAILTO:jane@roe.example": False,
    "müller@straße.example": False,
    "佐藤@例え.テスト": False,
    "jane@xn--strae-oqa.example": False,
    "jane": True,
    "jane@roe": True,
    "jane@@roe.example": True,
    "jane roe@roe.example": True,
    "jane@roe..example": True,
    "jane@.example": True,
    "jane@ro_e.example": True,
    "a@b.example;c@d.example": True,
    "@roe.example": True,
    "www.roe.example": True,
    "j" * 65 + "@roe.example": True,
}
PHONES = {
    "+49 30 1234567": False,
    "0049(0)30/1234-567": False,
    "(555) 010-0199": False,
    "555.010.0199 x12": False,
    "030 1234567 Durchwahl 5": False,
    "Tel. 030 1234567": False,
    "441234567890": False,
    "110": True,
    "call me": True,
    "jane@roe.example": True,
    "030 12345 or 030 6789": True,
    "4.4E+11": True,
    "1" * 25: True,
}
FORMULAS = {
    "=1+1": True,
    '=HYPERLINK("http://evil.example")': True,
    "@SUM(A1)": True,
    "+cmd|' /C calc'!A0": True,
    "-2+3+cmd|' /C calc'!A0": True,
    "+1-A1": True,
    "-A1": True,
    "\t=1+1": True,
    "\r=1": True,
    "＝1+1": True,
    "+49 30 1234567": False,
    "+1 555 010 0199 ext 5": False,
    "-12,50": False,
    "-": False,
    "--": False,
    "- called twice": False,
    "jane@roe.example": False,
    "A+ Cleaning": False,
    "1=1": False,
}
PLACEHOLDERS = {
    "n/a": True,
    "N/A": True,
    "#N/A": True,
    "Select": True,
    "-- Select --": True,
    "asdf": True,
    "ASDFFF": True,
    "unknown": True,
    "k.A.": True,
    "keine Angabe": True,
    "null": True,
    "NaN": True,
    "---": True,
    "?": True,
    "xxx": True,
    "tbd": True,
    "NA": False,
    "Na": False,
    "Ka": False,
    "Null": False,
    "None": False,
    "Nan": False,
    "Selecta GmbH": False,
    "Unknown Pleasures Ltd": False,
    "X": False,
    "Jane": False,
}
TEST_NAMES = {
    "test": True,
    "Test User": True,
    "TEST123": True,
    "testlead 4": True,
    "Max Mustermann": True,
    "asdf": True,
    "lorem ipsum": True,
    "Tester": False,
    "Testo SE": False,
    "Foo": False,
    "Bar": False,
    "Testa": False,
    "Contest Ltd": False,
}
TEST_EMAILS = {
    "test@roe.example": True,
    "test12@roe.example": True,
    "asdf@roe.example": True,
    "jane@example.com": True,
    "jane@mail.example.org": True,
    "jane@test.com": True,
    "jane@host.invalid": True,
    "jane@roe.example": False,
    "contest@roe.example": False,
    "testimonials@roe.example": False,
    "jane@latest.com": False,
    "jane@counterexample.com": False,
    "noreply@roe.example": False,
}
TEST_PHONES = {
    "000000": True,
    "+1 111 111 1111": True,
    "999-999-9999": True,
    "123456": True,
    "1234567890": True,
    "0123456789": True,
    "+49 30 1234567": False,
    "+1 555 010 0199": False,
    "111 222 3333": False,
    "030 000000": False,
}


@pytest.mark.parametrize(("cell", "wrong"), EMAILS.items())
def test_an_address_is_refused_only_when_no_mailbox_could_have_it(cell, wrong):
    assert is_wrong(ready.email("email"), "email", cell) is wrong


@pytest.mark.parametrize(("cell", "wrong"), PHONES.items())
def test_a_phone_is_refused_only_when_nobody_could_dial_it(cell, wrong):
    assert is_wrong(ready.phone("phone"), "phone", cell) is wrong


@pytest.mark.parametrize(("cell", "wrong"), FORMULAS.items())
def test_a_formula_is_refused_and_a_phone_a_number_or_a_note_is_not(cell, wrong):
    assert is_wrong(ready.formula("street"), "street", cell) is wrong


@pytest.mark.parametrize(("cell", "wrong"), PLACEHOLDERS.items())
def test_a_placeholder_is_refused_and_a_name_that_looks_like_one_is_not(cell, wrong):
    assert is_wrong(ready.placeholder("last_name"), "last_name", cell) is wrong


@pytest.mark.parametrize(
    ("column", "cell", "wrong"),
    [
        (column, cell, wrong)
        for column, table in (("last_name", TEST_NAMES), ("email", TEST_EMAILS), ("phone", TEST_PHONES))
        for cell, wrong in table.items()
    ],
)
def test_a_test_lead_is_recognised_by_name_mailbox_or_phone(column, cell, wrong):
    assert is_wrong(ready.test(column), column, cell) is wrong


SHIFTED = {
    ("last_name", "jane@roe.example"): True,
    ("phone", "jane@roe.example"): True,
    ("city", "10115"): True,
    ("job_title", "+49 30 1234567"): True,
    ("email", "0301234567"): True,
    ("country", "276"): False,
    ("region", "75"): False,
    ("postcode", "10115"): False,
    ("first_name", "7 of Nine"): False,
    ("email", "jane@roe.example"): False,
    ("phone", "0301234567"): False,
    ("employee_count", "jane@roe.example"): True,
    ("job_title", "Head of Sales @ Roe"): False,
}


@pytest.mark.parametrize(("place", "wrong"), SHIFTED.items(), ids=lambda value: value[0] if isinstance(value, tuple) else "")
def test_a_row_slid_sideways_shows_addresses_or_digits_where_words_belong(place, wrong):
    column, cell = place
    assert is_wrong(ready.shifted(column), column, cell) is wrong


def test_every_ready_rule_is_in_the_vocabulary_of_the_contract():
    for name in ready.BY_CELLS:
        assert Rule(id="ready", expectation=name).expectation == name
    for name in ready.BY_COLUMN:
        assert Rule(id="ready", expectation=name, column="email").expectation == name


MAPPED = ("first_name", "email", "phone", "street", "postcode", "favourite_colour")
LOOKED_AT = {
    "expect_rows_not_to_be_shifted": {"first_name", "email", "phone", "postcode"},
    "expect_cells_not_to_be_formulas": set(MAPPED),
    "expect_cells_not_to_be_placeholders": {"first_name", "email", "phone", "street"},
    "expect_leads_not_to_be_tests": {"first_name", "email", "phone"},
}


@pytest.mark.parametrize(("name", "columns"), LOOKED_AT.items())
def test_unless_told_a_ready_rule_looks_at_the_columns_it_makes_sense_for(name, columns):
    assert {each.kwargs["column"] for each in ready.BY_CELLS[name].expectations(MAPPED, None)} == columns


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_column_that_was_named_is_looked_at_whatever_it_is(name):
    assert {each.kwargs["column"] for each in ready.BY_CELLS[name].expectations(MAPPED, ["favourite_colour"])} == {"favourite_colour"}
