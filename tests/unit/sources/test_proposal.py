"""A source is proposed from a file: by what its headers are called in many languages, and by what its cells look like."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pyarrow as pa
import pytest

from leadmill.columns import CANONICAL
from leadmill.config import CHECKOUT, Format, load_source
from leadmill.config.source import source_schema
from leadmill.errors import ConfigError
from leadmill.sources import load_header_words, mapped_sample, propose, read, write_golden
from leadmill.sources.golden import scrambled
from leadmill.sources.look import look_at

CONFIG = CHECKOUT / "include" / "config"
WORDS = load_header_words(CONFIG)
PERSON = ["Ann", "Lee", "Director", "ann@x.example", "+44 1904 555 123", "Acme Ltd", "York", "YO1 7HH", "United Kingdom"]


def proposed(tmp_path: Path, header: list[str], *rows: list[str], kind: str = "list", delimiter: str = ",") -> dict[str, str | list[str]]:
    """Propose a source from a list, and load what was proposed."""
    file = tmp_path / "list.csv"
    file.write_text("\n".join(delimiter.join(row) for row in [header, *rows]), encoding="utf-8")
    path = tmp_path / "acme.yaml"
    path.write_text(propose("acme", kind, "list*.csv", read(file, Format()), WORDS), encoding="utf-8")
    return load_source(path).columns


@pytest.mark.parametrize(
    "header",
    [
        ["First Name", "Surname", "Job Title", "E-mail Address", "Phone", "Company", "Town", "Post Code", "Country"],
        ["Vorname", "Nachname", "Funktion", "E-Mail-Adresse", "Telefonnummer", "Firma", "Ort", "PLZ", "Land"],
        ["Prénom", "Nom", "Fonction", "Courriel", "Téléphone", "Raison sociale", "Ville", "Code postal", "Pays"],
        ["Nombre", "Apellidos", "Cargo", "Correo electrónico", "Teléfono", "Empresa", "Ciudad", "Código postal", "País"],
        ["Nome", "Cognome", "Ruolo", "Posta elettronica", "Telefono", "Azienda", "Città", "CAP", "Paese"],
        ["Voornaam", "Achternaam", "Functie", "E-mailadres", "Telefoonnummer", "Bedrijfsnaam", "Plaats", "Postcode", "Land"],
        ["Imię", "Nazwisko", "Stanowisko", "Adres e-mail", "Telefon", "Nazwa firmy", "Miasto", "Kod pocztowy", "Kraj"],
        ["FIRST_NAME", "LAST_NAME", "TITLE", "EMAIL", "PHONE_NUMBER", "COMPANY_NAME", "CITY", "ZIP", "COUNTRY"],
    ],
    ids=["English", "German", "French", "Spanish", "Italian", "Dutch", "Polish", "shouted"],
)
def test_headers_are_known_in_many_languages(tmp_path: Path, header: list[str]) -> None:
    canonical = ["first_name", "last_name", "job_title", "email", "phone", "company_name", "city", "postcode", "country"]

    assert proposed(tmp_path, header, PERSON, PERSON) == dict(zip(canonical, header, strict=True))


def test_a_column_with_a_meaningless_header_is_known_by_its_cells(tmp_path: Path) -> None:
    columns = proposed(tmp_path, ["x1", "x2", "x3"], ["ann@x.example", "www.x.example", "France"], ["bob@x.example", "y.example", "Spain"])

    assert columns == {"email": "x1", "website": "x2", "country": "x3"}


def test_a_header_is_not_believed_against_its_cells(tmp_path: Path) -> None:
    columns = proposed(tmp_path, ["Email", "Contact"], ["yes", "ann@x.example"], ["no", "bob@x.example"])

    assert columns == {"email": "Contact"}


@pytest.mark.parametrize("header", ["account_id", "Account ID", "accountId", "id"])
def test_a_key_is_not_taken_for_the_name_it_resembles(tmp_path: Path, header: str) -> None:
    assert "company_name" not in proposed(tmp_path, ["E-mail", header], ["ann@x.example", "acme"], ["bob@x.example", "beta"])


def test_a_proposal_loads_and_pins_how_the_file_is_written(tmp_path: Path) -> None:
    proposed(tmp_path, ["Firma", "Umsatz", "Stand"], ["Acme", "1.250,50", "31.12.2025"], ["Beta", "90,00", "24.01.2026"], delimiter=";")
    source = load_source(tmp_path / "acme.yaml")

    assert (source.format.delimiter, source.format.decimal, source.format.dates) == (";", ",", ["%d.%m.%Y"])
    assert source.headers == ["Firma", "Umsatz", "Stand"]
    assert source.contract.required == ["company_name"]


@pytest.mark.parametrize("kind", sorted(CANONICAL))
def test_every_kind_can_be_proposed_from_its_own_column_names(tmp_path: Path, kind: str) -> None:
    header = [name.replace("_", " ") for name in CANONICAL[kind]]
    row = ["ann@x.example" if name == "email" else "www.x.example" if name in ("website", "domain") else "word" for name in CANONICAL[kind]]

    assert list(proposed(tmp_path, header, row, row, kind=kind)) == list(CANONICAL[kind])


def test_a_proposal_quotes_no_cell(tmp_path: Path) -> None:
    proposed(tmp_path, ["Name", "E-mail", "Note"], ["Zebulon Quux", "zq@x.example", "secret remark"], ["A", "b@x.example", "c"])

    text = (tmp_path / "acme.yaml").read_text(encoding="utf-8")
    assert not any(word in text for word in ("Zebulon", "zq@x", "secret"))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["a@x.example", "b@y.example"], "email"),
        (["www.x.example", "https://y.example/z"], "website"),
        (["02.Medium", "01.High"], "text"),
        (["+49 221 4710-123", "0221/ 4710-123"], "phone"),
        (["1", "0", "1"], "boolean"),
        (["ja", "nein"], "boolean"),
        (["12", "1,250"], "integer"),
        (["12.5", "1.250,75", "$3"], "number"),
        (["31.12.2025", "01.02.2026"], "date"),
        (["2026-03-01 14:30", "2026-03-02 09:15"], "timestamp"),
        (["Germany", "FR", "Spain"], "country"),
        (["", " "], "empty"),
        (["word", "12"], "text"),
    ],
)
def test_cells_are_looked_at_for_what_they_are(cells: list[str], kind: str) -> None:
    assert look_at("x", pa.chunked_array([cells])).kind == kind


def test_the_share_of_filled_cells_counts_white_space_as_nothing() -> None:
    assert look_at("x", pa.chunked_array([["a", "", " ", "b"]])).filled == 0.5


def test_a_wrong_word_in_the_vocabulary_is_named(tmp_path: Path) -> None:
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "headers.yaml").write_text("emial: [mail]\n")

    with pytest.raises(ConfigError, match="'emial' is no canonical column"):
        load_header_words(tmp_path)


def test_the_golden_sample_holds_nothing_of_any_person_and_still_maps(tmp_path: Path) -> None:
    proposed(tmp_path, ["Name", "E-mail", "Phone"], *[[f"Zebulon Quux {n}", f"zebulon{n}@quux.example", f"+4412345{n}"] for n in range(30)])
    source = load_source(tmp_path / "acme.yaml")

    sample, expected = write_golden(tmp_path / "golden", source, read(tmp_path / "list.csv", source.format), random.Random(1))

    assert "ebulon" not in sample.read_text() + expected.read_text()
    assert mapped_sample(sample, source).num_rows == 20


def test_scrambling_keeps_shape_and_reserves_addresses() -> None:
    rng = random.Random(1)

    word, mail, site = (scrambled(cell, rng) for cell in ("Dr. Ann-Lee 42", "ann@acme.com", "https://acme.com/x"))

    assert [kind(letter) for letter in word] == [kind(letter) for letter in "Dr. Ann-Lee 42"]
    assert mail.endswith("@list.example")
    assert site.endswith(".example")


def kind(letter: str) -> str:
    return "A" if letter.isupper() else "a" if letter.islower() else "9" if letter.isdigit() else letter


def test_the_schema_for_editors_is_the_one_of_the_code() -> None:
    """Otherwise: leadmill source schema."""
    assert json.loads((CONFIG / "schemas" / "source.schema.json").read_text(encoding="utf-8")) == source_schema()
