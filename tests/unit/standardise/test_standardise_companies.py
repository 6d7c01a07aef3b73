"""Companies: one key however the legal form is written, the form beside it, and the domain somebody registered."""

from __future__ import annotations

import pyarrow as pa
import pytest

from leadmill.engine import connect
from leadmill.standardise import company_keys, load_vocabulary, text
from leadmill.standardise.companies import keys, registrable


@pytest.fixture(scope="module")
def forms() -> dict[str, tuple[str | None, str | None]]:
    """Key and legal form of every name in NAMES, asked at once."""
    names = pa.array([name for name, _, _ in NAMES])
    with connect() as con:
        text.define(con, load_vocabulary().words)
        found = keys(con, names, load_vocabulary().legal_forms)
    return dict(zip(names.to_pylist(), zip(*found.to_pydict().values(), strict=True), strict=True))


NAMES: list[tuple[str, str | None, str | None]] = [
    ("Müller & Söhne GmbH & Co. KG", "muller sohne", "GmbH & Co. KG"),
    ("Mueller und Soehne GmbH", "muller sohne", "GmbH"),
    ("Acme G.m.b.H.", "acme", "GmbH"),
    ("Acme UG (haftungsbeschränkt)", "acme", "UG"),
    ("Acme SE & Co. KGaA", "acme", "SE & Co. KGaA"),
    ("Acme GmbH i.L.", "acme", "GmbH"),
    ("Hof Acme e.G.", "hof acme", "eG"),
    ("The Acme Company, Inc.", "acme", "Inc"),
    ("Acme Corp /DE/", "acme", "Corp"),
    ("Acme Inc/ADR", "acme", "Inc"),
    ("AC/DC Merch", "ac dc merch", None),
    ("Acme L.L.C.", "acme", "LLC"),
    ("Acme (Pty) Ltd", "acme", "Pty Ltd"),
    ("Acme Pvt. Ltd.", "acme", "Pvt Ltd"),
    ("Acme Pte Ltd", "acme", "Pte Ltd"),
    ("Acme Sdn. Bhd.", "acme", "Sdn Bhd"),
    ("Acme Co., Ltd.", "acme", "Co., Ltd."),
    ("Acme S.A. de C.V.", "acme", "SA de CV"),
    ("Acme S.A.", "acme", "SA"),
    ("Acme, S.L.U.", "acme", "SLU"),
    ("Acme S.p.A.", "acme", "SpA"),
    ("Acme S.r.l.", "acme", "Srl"),
    ("Acme B.V.", "acme", "BV"),
    ("Acme Sp. z o.o.", "acme", "Sp. z o.o."),
    ("Acme spol. s r.o.", "acme", "s.r.o."),
    ("Acme A/S", "acme", "A/S"),
    ("Oy Acme Ab", "acme", "AB"),
    ("AB Acme", "acme", "AB"),
    ("PT Acme Tbk", "acme", "PT"),
    ("ООО Ромашка", "romashka", "OOO"),
    ("株式会社 Acme", "acme", None),
    ("Acme San. ve Tic. A.Ş.", "acme", "A.Ş."),
    ("Acme Ltda.", "acme", "Ltda"),
    ("Limited Edition Prints", "limited edition prints", None),
    ("Plan A", "plan a", None),
    ("GmbH", None, None),
    ("Inc.", None, None),
    ("S.A.", None, None),
    ("sarl", None, None),
    ("GmbH & Co. KG", None, None),
    ("UG (haftungsbeschränkt)", None, None),
    ("GmbH i.L.", None, None),
    ("Firma", None, None),
    ("株式会社", None, None),
    ("K+S AG", "k s", "AG"),
    ("K+S", "k s", None),
    ("AES", "as", None),
    ("AES Corp", "as", "Corp"),
    ("- . -", None, None),
    ("…", None, None),
    ("®", None, None),
]


@pytest.mark.parametrize(("name", "key", "form"), NAMES)
def test_a_company_has_a_key_without_its_legal_form(
    forms: dict[str, tuple[str | None, str | None]], name: str, key: str | None, form: str | None
) -> None:
    assert forms[name] == (key, form)


def test_a_name_that_is_nothing_but_a_legal_form_or_signs_names_no_company() -> None:
    """Everybody at "GmbH" would else be a colleague of everybody else there."""
    assert company_keys(pa.array(["GmbH", "Inc.", "---", "Acme GmbH"])).to_pylist() == [None, None, None, "acme"]


def test_company_keys_answers_in_the_order_asked_and_keeps_nulls() -> None:
    assert company_keys(pa.array(["Acme AG", None, "Zeta Ltd", "ACME GmbH"])).to_pylist() == ["acme", None, "zeta", "acme"]


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.acme.com", "acme.com"),
        ("shop.acme.co.uk", "acme.co.uk"),
        ("acme.github.io", "acme.github.io"),
        ("co.uk", None),
        ("acme.example", "acme.example"),
        ("mail.acme.example", "acme.example"),
        ("berlin.acme.test", "acme.test"),
        ("acme.example.com", "acme.example.com"),
        ("example.com", "example.com"),
        ("localhost", None),
    ],
)
def test_the_domain_is_what_somebody_registered(host: str, domain: str | None) -> None:
    assert registrable(host) == domain
