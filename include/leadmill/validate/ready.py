"""Ready rules: what goes wrong in every purchased list, as plain expectations over the columns where it makes sense.

A ready rule is nothing new: it expands into Great Expectations types, so that the same proof covers it. A row is wrong when any of the
expectations is. Patterns are deliberately narrow: Null, Na, Foo and Tester are people's names, +49 is a phone, "- called twice" is a note.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple


class Expectation(NamedTuple):
    """One expectation in Great Expectations' words: its type and its arguments (`column` among them)."""

    type: str
    kwargs: dict[str, Any]


_LABEL = r"[^\s@,;:<>()\[\]\\\"/_\x00-\x1f.]+"
# Impossible addresses only; letters of any script are allowed (RFC 6531), and so are `Jane <jane@firm.example>` and `mailto:`, which
# standardise unwraps.
EMAIL = rf"^\s*(?:[^@<>]*<)?(?i:mailto:)?[^\s@,;:<>()\[\]\\\"\x00-\x1f]{{1,64}}@{_LABEL}(?:\.{_LABEL})+>?\s*$"
# Five digits or more, signs people write between them, an extension. How many digits a country wants is for standardise.
PHONE = (
    r"(?i)^\s*(?:tel[.:]? ?)?[+(]*[0-9](?:[ ()./\-–\x{a0}]*[0-9]){4,19}[ )]*"
    r"(?:[ ,;/]*(?:ext\.?|extension|x|#|dw|durchwahl|app\.?) *[0-9]{1,6})?\s*$"
)
# What a spreadsheet would run: = and @ always; + and - before a name, a call, a pipe or a cell, not before a number or words.
FORMULA = (
    r"^[=@\t\r\x{ff1d}\x{ff20}]"
    r"|^[+\-\x{ff0b}\x{ff0d}][A-Za-z$(@=]"
    r"|^[+\-\x{ff0b}\x{ff0d}].*[A-Za-z] *[(!|]"
    r"|^[+\-\x{ff0b}\x{ff0d}][0-9. ]*[*/^&+\-] *\$?[A-Z]{1,3}\$?[0-9]"
)
PLACEHOLDER = (
    r"^\s*(?i:n/a|n\.a\.?|#n/?a|not (?:available|applicable|provided|known|specified)|unknown|unbekannt|k\. ?a\.?|keine angaben?|"
    r"inconnu|(?:please )?select|(?:bitte )?(?:aus)?wählen|-+ ?(?:select|none|please choose|choose) ?-+|tbd|tba|undefined|"
    r"asdf+|qwerty?|x{3,}|[.?_\-]+)\s*$"
    r"|^\s*(?:none|NONE|null|NULL|nan|NaN)\s*$"
)
TEST_NAME = (
    r"(?i)^\s*(?:test+|testing|test[ _\-]?(?:person|user|lead|account|kunde|name|company|firma)?[ _\-]?[0-9]*|asdf+|qwerty?|x{3,}|"
    r"lorem(?: ipsum)?|dummy|fake|do not use|mickey mouse|max mustermann|erika mustermann)\s*$"
)
TEST_EMAIL = (
    r"(?i)^\s*(?:test+|testing|testuser|asdf+|qwerty?|foo|bar|dummy|fake|x{3,})[._\-+]?[0-9]*@"
    r"|@(?:.*\.)?(?:example\.(?:com|net|org|edu)|test|invalid|localhost|test\.(?:com|de|net)|asdf\.[a-z]+)\s*$"
)
TEST_PHONE = (
    r"^[^0-9]*(?:(?:0[^0-9]*){6,}|(?:1[^0-9]*){7,}|(?:9[^0-9]*){7,})$"
    r"|^[^0-9]*(?:0[^0-9]*)?1[^0-9]*2[^0-9]*3[^0-9]*4[^0-9]*5[^0-9]*6[^0-9]*(?:7[^0-9]*(?:8[^0-9]*(?:9[^0-9]*0?)?)?)?$"
)
_ADDRESS = r"^[^\s@]+@[^\s@]+\.[^\s@]+$"
_DIGITS = r"^[+(]*[0-9](?:[ ()./\-]*[0-9]){3,}[ )]*$"  # four or more: region and country codes are shorter

_NAMES = ("first_name", "last_name", "full_name")
_WORDS = (*_NAMES, "job_title", "city", "region", "country")
_NUMBERS = ("phone", "postcode", "employee_count", "annual_revenue")
_FILLED = (*_NAMES, "job_title", "email", "phone", "company_name", "website", "street", "city")


def _match(column: str, pattern: str) -> Expectation:
    return Expectation("expect_column_values_to_match_regex", {"column": column, "regex": pattern})


def _not_match(column: str, pattern: str) -> Expectation:
    return Expectation("expect_column_values_to_not_match_regex", {"column": column, "regex": pattern})


def email(column: str) -> list[Expectation]:
    """Expect addresses that could exist."""
    return [_match(column, EMAIL)]


def phone(column: str) -> list[Expectation]:
    """Expect texts a telephone could dial."""
    return [_match(column, PHONE)]


def shifted(column: str) -> list[Expectation]:
    """Expect no cell to have slid sideways: an address, or bare digits, where words belong."""
    address = [] if column == "email" else [_not_match(column, _ADDRESS)]
    return address if column in _NUMBERS else [*address, _not_match(column, _DIGITS)]


def formula(column: str) -> list[Expectation]:
    """Expect no cell that a spreadsheet would run when a person opens an export."""
    return [_not_match(column, FORMULA)]


def placeholder(column: str) -> list[Expectation]:
    """Expect no text that stands where nothing is known."""
    return [_not_match(column, PLACEHOLDER)]


def test(column: str) -> list[Expectation]:
    """Expect nothing somebody typed to try a form: test names, reserved domains, keyboard rolls, repeated digits."""
    return [_not_match(column, {"email": TEST_EMAIL, "phone": TEST_PHONE}.get(column, TEST_NAME))]


class Cells(NamedTuple):
    """A ready rule about many columns: what it expects of each, and which it looks at unless told (none: all)."""

    expect: Callable[[str], list[Expectation]]
    columns: tuple[str, ...] | None

    def expectations(self, mapped: Sequence[str], chosen: Sequence[str] | None) -> list[Expectation]:
        """Expand over the chosen columns, whatever they are, else over those of the mapped ones that suit."""
        suiting = [name for name in mapped if self.columns is None or name in self.columns]
        return [each for name in (suiting if chosen is None else chosen) for each in self.expect(name)]


BY_COLUMN: Mapping[str, Callable[[str], list[Expectation]]] = MappingProxyType(
    {"expect_column_values_to_look_like_email": email, "expect_column_values_to_look_like_phone": phone}
)
BY_CELLS: Mapping[str, Cells] = MappingProxyType(
    {
        "expect_rows_not_to_be_shifted": Cells(shifted, (*_WORDS, *_NUMBERS, "email")),
        "expect_cells_not_to_be_formulas": Cells(formula, None),
        "expect_cells_not_to_be_placeholders": Cells(placeholder, _FILLED),
        "expect_leads_not_to_be_tests": Cells(test, (*_NAMES, "company_name", "email", "phone")),
    }
)
