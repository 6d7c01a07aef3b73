"""Laws of standardising: twice is once, rows are independent, nothing raises, and the fast ways agree with the slow ones."""

from __future__ import annotations

import datetime as dt
import re

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadmill.columns import ATTRIBUTE_TYPES, CANONICAL, LANDED
from leadmill.config import Attribute, Format, Source
from leadmill.engine import connect
from leadmill.standardise import companies, load_vocabulary, mailboxes, names, phone_plans, phones, standardise, text
from leadmill.standardise.distinct import encode

COLUMNS = CANONICAL["list"]
TYPES = {"an_integer": "integer", "a_number": "number", "a_yes": "boolean", "a_day": "date", "a_moment": "timestamp", "a_text": "text"}

# What lists are made of, broken in the ways lists are broken, beside anything at all.
WORDS = """Dr. Hans-Peter MÜLLER|o'brien|VAN DER BERG|McDONALD|DUPONT Jean|Smith, John Jr.|山田 太郎|Иван Петров
Prof.|Mr & Mrs Doe|JD Smith|CEO|Assistant to the CEO|Geschäftsführerin|info@acme.example
Jane <Jane.Doe+x@GMAIL.com>|mailto:a@b.example|jane@müller.example|anna de la Cruz
+49 (0)171 1234567|0171/1234567|4.4E+11|00441632960123|Müller & Söhne GmbH & Co. KG
Société Générale S.A.|OOO Ромашка|Inc.|J.P. MORGAN CHASE & CO.|https://www.acme.example/x?y=1
acme.github.io|co.uk|51-200|10,000+|1.234,56|1,5 Mio. €|<15|-3|0|1e400|31.12.2025|$5M - $10M|12.5
2026-01-31T10:00:00+01:00|0001-01-01|yes|nein|Deutschland|UK|Berlin, Germany|Angebot|\u200b\ufeff
e\u0301|\u00a0a\u2003b\t|=1+1|'; drop table lead; --|529900T8BM49AURSDO55""".replace("\n", "|").split("|")
EMPTY = ["Select", "N/A", "NA", "-", "", "n/a"]
CELLS = st.one_of(
    st.none(),
    st.sampled_from(WORDS + EMPTY),
    st.text(max_size=40),
    st.builds("{} {}".format, st.sampled_from(WORDS), st.sampled_from(WORDS)),
)
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys((*COLUMNS, *TYPES), CELLS)), min_size=60, max_size=60)
# A run costs the same for one row as for a thousand: few examples of many rows, shown as they are.
MANY_ROWS = settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
SOURCES = st.builds(
    lambda country, decimal, dates: Source(
        name="demo", title="Demo", kind="list", deliveries="x", columns={"email": "e"}, country=country,
        format=Format(decimal=decimal, dates=dates),
        attributes={name: Attribute(column=name, type=kind) for name, kind in TYPES.items()},  # type: ignore[arg-type]
    ),
    st.sampled_from([None, "DE", "US", "GB"]), st.sampled_from([".", ","]), st.sampled_from([[], ["%d.%m.%Y"], ["%m/%d/%Y", "excel"]]),
)  # fmt: skip


def mapped(rows: list[dict[str, str | None]]) -> pa.Table:
    count = len(rows)
    landed = {
        "record_id": [f"d-{row:03}" for row in range(count)], "source": ["demo"] * count, "delivery_id": ["d"] * count,
        "line": pa.array(range(count), pa.int32()), "fingerprint": [str(row) for row in range(count)],
    }  # fmt: skip
    return pa.table({**landed, **{name: pa.array([row.get(name) for row in rows], pa.string()) for name in (*COLUMNS, *TYPES)}})


def as_text(value: object, decimal: str) -> str | None:
    """Write a typed value the way its source would."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value).replace(".", decimal)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return None if value is None else str(value)


@MANY_ROWS
@given(ROWS, SOURCES)
def test_standardising_twice_is_standardising_once(rows: list[dict[str, str | None]], source: Source) -> None:
    once = standardise(mapped(rows), source)
    names = {"country": "country_code"}
    again = [
        {name: as_text(lead.get(names.get(name, name)), source.format.decimal) for name in (*COLUMNS, *TYPES)} for lead in once.to_pylist()
    ]
    # What a default filled in, and what another column gave, is not what the column itself says.
    settled = {"country_code", "revenue_currency", "domain", "phone", "phone_type"}
    twice = standardise(mapped(again), source)
    changed = [name for name in once.schema.names if name not in settled and not once[name].equals(twice[name])]
    assert not [
        (name, pair) for name in changed for pair in zip(once[name].to_pylist(), twice[name].to_pylist(), strict=True) if pair[0] != pair[1]
    ]


@MANY_ROWS
@given(ROWS, SOURCES)
def test_a_row_does_not_depend_on_its_neighbours(rows: list[dict[str, str | None]], source: Source) -> None:
    together = standardise(mapped(rows), source).drop_columns(LANDED.names)
    parted = [standardise(mapped(half), source).drop_columns(LANDED.names) for half in (rows[:7], rows[7:])]
    assert together.to_pylist() == [*parted[0].to_pylist(), *parted[1].to_pylist()]


LATIN = st.text(st.characters(max_codepoint=0x17F, categories=["Lu", "Ll", "Nd"], include_characters=" .'&-’"), max_size=30)


@MANY_ROWS
@given(st.lists(LATIN, min_size=300, max_size=300))
def test_folding_in_sql_and_in_python_agree_on_latin_letters(raw: list[str]) -> None:
    with connect({"raw": pa.table({"text": raw})}) as con:
        text.define(con, load_vocabulary().words)
        rows = con.sql("select t, fold(t) from (select tidy(text) as t from raw) where t is not null and not is_foreign(t)").fetchall()
    differing = [(tidied, folded, text.fold(tidied)) for tidied, folded in rows if folded != text.fold(tidied)]
    assert not differing[:5]
    assert not [folded for _, folded in rows if text.fold(folded) != folded][:5]


@pytest.mark.parametrize("kind", ATTRIBUTE_TYPES)
def test_every_attribute_type_is_known_here(kind: str) -> None:
    assert kind in TYPES.values()


REGIONS = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))
FORMS = ("{e164}", "{digits}", "00{digits}", "{national}", "{international}", "0{significant}", "{significant}", "+{code} (0){significant}")


@st.composite
def dialled(draw: st.DrawFn) -> tuple[str, str | None]:
    """Draw a number near one that its country publishes as an example, in one of the ways people write it."""
    region = draw(REGIONS)
    examples = filter(None, (phonenumbers.example_number_for_type(region, kind) for kind in phonenumbers.PhoneNumberType.values()))
    number = draw(st.sampled_from(list(examples)))
    significant = phonenumbers.national_significant_number(number)
    changed = draw(st.integers(0, 4))
    significant = significant[: len(significant) - changed] + "".join(str(draw(st.integers(0, 9))) for _ in range(changed))
    near = phonenumbers.PhoneNumber(country_code=number.country_code, national_number=int(significant or 0))
    forms = {
        "e164": f"+{number.country_code}{significant}", "digits": f"{number.country_code}{significant}", "code": number.country_code,
        "national": phonenumbers.format_number(near, phonenumbers.PhoneNumberFormat.NATIONAL), "significant": significant,
        "international": phonenumbers.format_number(near, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
    }  # fmt: skip
    return draw(st.sampled_from(FORMS)).format(**forms), draw(st.sampled_from([region, region, None]))


@MANY_ROWS
@given(st.lists(dialled(), min_size=100, max_size=200, unique=True))
def test_numbering_plans_in_sql_answer_as_phonenumbers_does(numbers: list[tuple[str, str | None]]) -> None:
    countries = pa.array([country for _, country in numbers], pa.string())
    table = pa.table({"place": range(len(numbers)), "text": [number for number, _ in numbers], "country_code": countries})
    with pytest.MonkeyPatch.context() as patch, connect({"dialled": table}) as con:
        patch.setattr(phone_plans, "WORTH_A_PLAN", 1)
        phone_plans.match(con)
        planned = con.sql("select place, phone, phone_type from planned where phone_type is not null").fetchall()
    assert [(numbers[place], phone, kind) for place, phone, kind in planned if phones.read(*numbers[place]) != (phone, kind)] == []
    assert len(planned) == len({place for place, _, _ in planned})


NAME_WORDS = """Anna|BERGER|berger|Müller|MÜLLER|Hans-Peter|van|de la|Dr.|Prof|Jr|III|MBA|O'Brien|Mc Donald|mcdonald|McDonald|J|J.|ii|S|Ma
Øre|TJ|s|José|Łukasz|Иван|山田|(Bob)|x3|Herr|Don|Ña""".replace("\n", "|").split("|")
WRITTEN_NAMES = st.lists(st.sampled_from(NAME_WORDS), min_size=1, max_size=4).flatmap(
    lambda words: st.sampled_from([" ", ", "]).map(lambda mark: mark.join([" ".join(words[:-1]), words[-1]]).strip(" ,"))
)


@MANY_ROWS
@given(st.lists(WRITTEN_NAMES, min_size=300, max_size=300))
def test_names_in_sql_are_what_the_rules_in_python_make_of_them(written: list[str]) -> None:
    people = load_vocabulary().people
    rules, column = names.Names(people), encode(pa.array(written))
    with connect() as con:
        text.define(con, load_vocabulary().words)
        own = names.facts(con, {"first_name": column, "last_name": column}, people)
        whole = names.facts(con, {"full_name": column}, people)
        keys = {side: shown.spread(names.keys(con, side, shown.texts, people)).to_pylist() for side, shown in own.items()}
    shown = [rules.polish(name) for name in written]
    assert own["first_name"].cells.to_pylist() == own["last_name"].cells.to_pylist() == shown
    assert list(zip(*(whole[side].cells.to_pylist() for side in names.SIDES), strict=True)) == [rules.split(name) for name in written]
    assert keys == {"first_name": [rules.first_key(name) for name in shown], "last_name": [rules.last_key(name) for name in shown]}


MAIL = load_vocabulary().mailboxes
LOCALS = st.lists(st.sampled_from([*MAIL.shared, *MAIL.qualifiers, "acme", "anna", "berger", "j", "7"]), min_size=1, max_size=3).flatmap(
    lambda words: st.sampled_from(["", ".", "-", "_"]).map(lambda sign: sign.join(words))
)
HOSTS = st.sampled_from(
    ["acme.example", "ac-me.example", "mail.acme.co.uk", "GMAIL.com", "-acme.example", "acme-.example", "acme", "müller.example"]
)
MAILS = st.one_of(
    st.builds("{}@{}".format, LOCALS, HOSTS),
    st.builds("{}@{}".format, st.sampled_from(["investor.relations", "human-resources", "customer_care", "no.reply"]), HOSTS),
    st.builds("{}{}@{}".format, LOCALS, st.sampled_from("..+'ü x"), HOSTS),
    st.text("ab.@<> ;+"),
)


@MANY_ROWS
@given(st.lists(MAILS, min_size=300, max_size=300))
def test_mailboxes_in_sql_are_what_the_library_and_the_rules_for_roles_say(written: list[str]) -> None:
    with connect() as con:
        mailboxes.define(con, MAIL)
        found = mailboxes.facts(con, pa.array(written), MAIL).to_pylist()
    roles = mailboxes.Roles(MAIL)
    assert [row["email"] for row in found] == [mailboxes.repair(mail) for mail in written]
    assert [row["email"] for row in found if row["email"] and mailboxes._ask_library(row["email"]) != row["email"]] == []
    told = [(row["email"], row["email_kind"]) for row in found if row["email"] and row["email_kind"] != "free"]
    assert [
        (mail, kind)
        for mail, kind in told
        if (kind == "shared") != roles.is_shared(re.sub("[+].+", "", mail.split("@")[0]), mail.split("@")[1])
    ] == []


def test_domains_in_sql_are_those_of_the_public_suffix_list() -> None:
    suffixes = sorted(suffix.lstrip("*.!") for suffix in companies._extractor().tlds)[::23]
    shapes = ("{}", "acme.{}", "shop.acme.{}", "www.acme.{}", "a.b.acme.{}")
    hosts = [shape.format(suffix) for suffix in ("ck", "bd", "example", "example.com", "test", *suffixes) for shape in shapes]
    with connect() as con:
        found = companies.domains(con, pa.array(hosts)).to_pylist()
    assert [(host, domain) for host, domain in zip(hosts, found, strict=True) if domain != companies.registrable(host)] == []
