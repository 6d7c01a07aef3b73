"""A mapped table becomes typed columns of its kind, row for row."""

from __future__ import annotations

import pyarrow as pa
import pytest

from leadmill.columns import CANONICAL, DEPARTMENTS, INTEREST_SIGNALS, LANDED, SENIORITY, schema_of
from leadmill.config import Attribute, Format, Source
from leadmill.errors import ConfigError
from leadmill.standardise import load_vocabulary, losses, standardise


def source(kind: str = "list", **facts: object) -> Source:
    return Source.model_validate(
        {"name": "demo", "title": "Demo", "kind": kind, "deliveries": "demo.csv", "columns": {CANONICAL[kind][0]: "x"}, **facts}
    )


def mapped(**columns: list[str | None]) -> pa.Table:
    """Rows as the mapping hands them over: landed columns beside text."""
    rows = len(next(iter(columns.values())))
    landed = {
        "record_id": [f"d-{row + 2}" for row in range(rows)],
        "source": ["demo"] * rows,
        "delivery_id": ["d"] * rows,
        "line": pa.array(range(2, rows + 2), pa.int32()),
        "fingerprint": [str(row) for row in range(rows)],
    }
    return pa.table({**landed, **{name: pa.array(cells, pa.string()) for name, cells in columns.items()}})


def one(kind: str = "list", attributes: dict[str, object] | None = None, **cells: str | None) -> dict[str, object]:
    """Standardise one row of a German source with decimal commas; the values that are not null."""
    facts = source(kind, country="DE", format=Format(decimal=",", dates=["%d.%m.%Y"]), attributes=attributes or {})
    row = standardise(mapped(**{name: [cell] for name, cell in cells.items()}), facts).to_pylist()[0]
    return {name: value for name, value in row.items() if value is not None and name not in LANDED.names}


def test_a_lead_gets_typed_columns_and_what_follows_from_them() -> None:
    lead = one(
        first_name=" Dr. HANS-PETER ", last_name="MÜLLER-LÜDENSCHEIDT", job_title="Geschäftsführer",
        email="Hans.Peter+Liste@Mueller-Soehne.de.",
        phone="0171 1234567", company_name="Müller & Söhne GmbH & Co. KG", website="https://www.mueller-soehne.de/impressum",
        employee_count="51-200", annual_revenue="1,5 Mio. €", country="Deutschland", interest_signal="Angebot angefordert",
        created_at="31.12.2025", do_not_contact="nein",
    )  # fmt: skip
    created = lead.pop("created_at")
    assert str(created) == "2025-12-31 00:00:00+00:00"
    assert lead == {
        "first_name": "Hans-Peter", "last_name": "Müller-Lüdenscheidt", "first_key": "hanspeter", "last_key": "muller ludenscheidt",
        "job_title": "Geschäftsführer", "seniority": "c_level", "email": "hans.peter+liste@mueller-soehne.de",
        "email_key": "hans.peter@mueller-soehne.de", "email_domain": "mueller-soehne.de", "email_kind": "personal",
        "phone": "+491711234567", "phone_type": "mobile", "company_name": "Müller & Söhne GmbH & Co. KG", "company_key": "muller sohne",
        "legal_form": "GmbH & Co. KG", "domain": "mueller-soehne.de", "website": "https://www.mueller-soehne.de/impressum",
        "employee_count": 51, "annual_revenue": 1_500_000.0, "revenue_currency": "EUR", "country_code": "DE",
        "interest_signal": "price_request", "do_not_contact": False, "is_test": False,
    }  # fmt: skip


@pytest.mark.parametrize("kind", CANONICAL)
def test_every_kind_has_its_schema_even_when_nothing_is_mapped_or_delivered(kind: str) -> None:
    facts = source(kind, attributes={"minutes": Attribute(column="m", type="number")})
    empty = mapped(minutes=[])
    assert standardise(empty, facts).schema == schema_of(kind, {"minutes": "number"})
    assert standardise(mapped(minutes=["2"]), facts)["minutes"].to_pylist() == [2.0]


def test_rows_keep_their_line_order_and_their_number() -> None:
    table = mapped(email=[f"p{row % 7}@acme.example" for row in range(5000)]).take(list(reversed(range(5000))))
    assert standardise(table, source())["line"].to_pylist() == list(range(2, 5002))


def test_attributes_are_typed_as_the_source_says() -> None:
    types = {"n": "integer", "x": "number", "ok": "boolean", "day": "date", "at": "timestamp", "word": "text"}
    row = one(
        attributes={name: Attribute(column=name, type=kind) for name, kind in types.items()},  # type: ignore[arg-type]
        n="1.200", x="1.200,50", ok="ja", day="01.02.2026", at="2026-02-01T10:00:00+01:00", word="  none ",
    )  # fmt: skip
    assert {name: str(row[name]) for name in types} == {
        "n": "1200", "x": "1200.5", "ok": "True", "day": "2026-02-01", "at": "2026-02-01 09:00:00+00:00", "word": "none",
    }  # fmt: skip


def test_what_cannot_be_read_is_unknown_and_counted() -> None:
    table = mapped(
        email=["a@acme.example", "no mailbox", "n/a", ""],
        employee_count=["5", "several", "Select", None],
        country=["DE", "Narnia", "NA", "-"],
    )
    leads = standardise(table, source())
    assert leads["employee_count"].to_pylist() == [5, None, None, None]
    assert leads["country_code"].to_pylist() == ["DE", None, "NA", None]
    assert losses(table, leads) == {"email": 1, "employee_count": 1, "country": 1}


def test_the_sources_country_stands_in_only_where_none_is_given() -> None:
    table = mapped(country=[None, "France", "Narnia"])
    assert standardise(table, source(country="DE"))["country_code"].to_pylist() == ["DE", "FR", None]


def test_crm_kinds_are_typed_too() -> None:
    won = one("crm_opportunities", crm_opportunity_id="0061", is_won="WAHR", amount="1.234,50 €", closed_at="2026-01-31", stage="Won")
    assert (won["is_won"], won["amount"], won["opportunity_currency"]) == (True, 1234.5, "EUR")
    account = one("crm_accounts", crm_account_id="0012", company_name="Acme AG", website="acme.de", phone="030/23125-0", country="DE")
    assert (account["company_key"], account["domain"], account["phone"]) == ("acme", "acme.de", "+4930231250")
    activity = one("crm_activities", crm_activity_id="1", occurred_at="2026-01-31 08:30", activity_type="Call")
    assert str(activity["occurred_at"]) == "2026-01-31 08:30:00+00:00"


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("ann.lee@acme.de", "acme.de"),
        ("info@acme.de", "acme.de"),
        ("ann.lee@mail.acme.de", "acme.de"),
        ("ann.lee@gmail.com", None),
        ("info@gmail.com", None),
        ("sales@web.de", None),
        ("office@yahoo.co.uk", None),
        ("info@mailinator.com", None),
    ],
)
def test_a_mail_provider_is_nobodys_company_whoever_shares_the_mailbox(email: str, domain: str | None) -> None:
    assert one("list", email=email).get("domain") == domain


@pytest.mark.parametrize(
    ("cells", "domain"),
    [
        ({"domain": "acme.de"}, "acme.de"),
        ({"domain": "https://www.acme.de/"}, "acme.de"),
        ({"email": "@acme.de"}, "acme.de"),
        ({"email": "*@acme.de"}, "acme.de"),
        ({"domain": "gmail.com"}, None),
    ],
)
def test_an_opt_out_may_be_a_whole_domain_but_never_a_free_provider(cells: dict[str, str], domain: str | None) -> None:
    assert one("opt_out", **cells).get("domain") == domain


def test_a_date_format_that_is_none_is_a_clear_error() -> None:
    with pytest.raises(ConfigError, match=r"format\.dates"):
        standardise(mapped(created_at=["x"]), source(format=Format(dates=["%Q nonsense"])))


TITLES = {
    "CEO": ("c_level", None), "Chief Financial Officer": ("c_level", "finance"), "Geschäftsführerin": ("c_level", None),
    "Geschaeftsfuehrer": ("c_level", None), "Assistant to the CEO": ("staff", "administration"), "Vice President Sales": ("vp", "sales"),
    "President": ("c_level", None), "Owner": ("owner", None), "Product Owner": ("senior", "product"), "Inhaber": ("owner", None),
    "Internal Sales": ("staff", "sales"), "Intern": ("staff", None), "International Account Director": ("director", None),
    "Head of IT": ("director", "it"), "Leiter Einkauf": ("director", "procurement"), "Vertriebsleiterin": ("director", "sales"),
    "Directeur commercial": ("director", "sales"), "Gerente de Ventas": ("manager", "sales"), "Fleet Manager": ("manager", "logistics"),
    "Account Executive": ("staff", "sales"), "Senior Software Engineer": ("senior", "it"),
    "Sachbearbeiter Buchhaltung": ("staff", "finance"),
    "Prezes Zarządu": ("c_level", None), "Responsabile Acquisti": ("manager", "procurement"), "Zauberer": (None, None),
    "Student": (None, "education"),
}  # fmt: skip


def test_seniority_and_department_follow_from_whole_words_of_the_title() -> None:
    leads = standardise(mapped(job_title=list(TITLES)), source())
    found = dict(zip(TITLES, zip(leads["seniority"].to_pylist(), leads["department"].to_pylist(), strict=True), strict=True))
    assert {title: verdict for title, verdict in found.items() if verdict != TITLES[title]} == {}


SIGNALS = {
    "Price request": "price_request", "Preisanfrage": "price_request", "Demande de devis": "price_request", "Webinar attended": "event",
    "Downloaded whitepaper": "download", "Newsletter": "newsletter", "Unsubscribed": None, "Live demo requested": "demo_request",
    "Vergleich mit Wettbewerber": "comparison", "Trade Show": "event", "Organic Search": "visit",
    "Mortgage pre-qualification": "purchase_intent",
    "Allgemeine Anfrage": "general_question", "Rückruf erbeten": "callback_request", "price_request": "price_request", "SMS Sent": None,
}  # fmt: skip


def test_the_kind_of_interest_is_one_of_a_fixed_vocabulary() -> None:
    leads = standardise(mapped(interest_signal=list(SIGNALS)), source())
    found = dict(zip(SIGNALS, leads["interest_signal"].to_pylist(), strict=True))
    assert {text: signal for text, signal in found.items() if signal != SIGNALS[text]} == {}


def test_the_vocabulary_gives_only_verdicts_the_columns_know() -> None:
    ladders = load_vocabulary().ladders
    assert {step.verdict for step in ladders.seniority} == set(SENIORITY)
    assert {step.verdict for step in ladders.department} == set(DEPARTMENTS)
    assert {step.verdict for step in ladders.interest_signal} == set(INTEREST_SIGNALS)


@pytest.mark.parametrize(
    ("phone", "email", "is_test"),
    [
        (None, None, True),
        ("+12025550123", None, False),
        (None, "jane.doe@acme.example", False),
        ("+12025550123", "asdf@asdf.com", True),
    ],
    ids=["nothing but the name", "a phone", "a mailbox at a company", "a mailbox nobody has"],
)
def test_an_invented_name_alone_throws_nobody_away(phone: str | None, email: str | None, is_test: bool) -> None:
    assert one(first_name="Jane", last_name="Doe", phone=phone, email=email)["is_test"] is is_test
