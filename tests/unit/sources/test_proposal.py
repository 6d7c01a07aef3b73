"""A source is proposed from a file: by what its headers are called in many languages, and by what its cells look like."""

from __future__ import annotations

import json
import random
from collections import Counter
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
from leadmill.sources.propose import folded

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


FULL = ["first_name", "last_name", "job_title", "email", "phone", "company_name", "website", "registration_number", "lei", "industry",
        "employee_count", "annual_revenue", "revenue_currency", "street", "postcode", "city", "region", "country", "interest_signal",
        "interest_at", "created_at", "do_not_contact"]  # fmt: skip
CELLS = ["Ann", "Lee", "Director", "ann@x.example", "+44 1904 555 123", "Acme Ltd", "www.acme.example", "HRB 1234", "529900T8BM49AURSDO55",
         "Freight", "120", "2500000", "EUR", "Main Street 1", "YO1 7HH", "York", "Yorkshire", "France", "price list", "2026-01-31",
         "2026-01-30", "no"]  # fmt: skip
LANGUAGES = {
    "German": "Vorname;Nachname;Position;E-Mail (geschäftlich);Telefon geschäftlich;Firmierung;Internetadresse;USt-IdNr.;LEI-Code;Branche;"
    "Anzahl der Mitarbeiter;Jahresumsatz in EUR;Währung;Straße und Hausnummer;PLZ;Ort;Bundesland;Land;Anliegen;Datum der Anfrage;"
    "Angelegt am;Werbesperre",
    "French": "Prénom;Nom;Intitulé du poste;Adresse e-mail;N° de téléphone;Nom de la société;Site internet;N° SIRET;Code LEI;"
    "Secteur d'activité;Nombre de salariés;Chiffre d'affaires annuel;Devise;Adresse postale;Code postal;Ville;Région;Pays;"
    "Objet de la demande;Date de la demande;Date de création;Ne pas contacter",
    "Dutch": "Voornaam;Achternaam;Functietitel;Zakelijk e-mailadres;Telefoonnummer;Naam bedrijf;Webadres;KvK-nummer;LEI;Bedrijfstak;"
    "Aantal medewerkers;Jaaromzet;Valuta;Straat en huisnummer;Postcode;Plaats;Provincie;Land;Soort aanvraag;Datum aanvraag;"
    "Aangemaakt op;Niet benaderen",
    "Spanish": "Nombre;Apellidos;Puesto de trabajo;Dirección de correo electrónico;Número de teléfono;Razón social;Página web;NIF;"
    "Código LEI;Sector de actividad;Nº de empleados;Facturación anual;Moneda;Dirección;Código postal;Población;Provincia;País;"
    "Tipo de consulta;Fecha de solicitud;Fecha de alta;No contactar",
    "Italian": "Nome;Cognome;Qualifica;Indirizzo e-mail;Numero di telefono;Ragione sociale;Sito internet;Partita IVA;Codice LEI;"
    "Settore di attività;Numero di dipendenti;Fatturato annuo;Valuta;Indirizzo;CAP;Comune;Provincia;Paese;Tipo di richiesta;"
    "Data della richiesta;Data di creazione;Non contattare",
    "Portuguese": "Primeiro nome;Sobrenome;Cargo;Endereço de e-mail;Telemóvel;Nome da empresa;Site;CNPJ;LEI;Ramo de atividade;"
    "Número de funcionários;Faturamento anual;Moeda;Morada;CEP;Cidade;Distrito;País;Tipo de pedido;Data do pedido;Data de cadastro;"
    "Não contactar",
    "Polish": "Imię;Nazwisko;Stanowisko;Adres e-mail;Numer telefonu;Nazwa firmy;Strona internetowa;NIP;LEI;Branża;Liczba pracowników;"
    "Roczny obrót;Waluta;Ulica i numer;Kod pocztowy;Miejscowość;Województwo;Kraj;Rodzaj zapytania;Data zapytania;Data utworzenia;"
    "Nie kontaktować",
    "CRM": "FirstName;LastName;Title;Email;Phone;Account Name;Website;Tax ID;LEI;Industry;No. of Employees;Annual Revenue;Currency;"
    "Mailing Street;Zip/Postal Code;Mailing City;State/Province;Country/Region;Product Interest;Last Contacted;Created On;DNC",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_a_lead_is_known_in_the_languages_of_our_lists(tmp_path: Path, language: str) -> None:
    header = LANGUAGES[language].split(";")

    assert proposed(tmp_path, header, CELLS, CELLS, delimiter=";") == dict(zip(FULL, header, strict=True))


def test_no_word_means_two_fields_of_one_kind() -> None:
    """Else which of them a header becomes would hang on the order of columns."""
    for kind, columns in CANONICAL.items():
        words = [folded(word) for name in columns for word in {folded(word): word for word in WORDS.get(name, ())}]
        assert not [word for word, count in Counter(words).items() if count > 1], kind


@pytest.mark.parametrize(
    ("kind", "key"), [("crm_accounts", "crm_account_id"), ("crm_contacts", "crm_id"), ("crm_opportunities", "crm_opportunity_id")]
)
def test_a_bare_id_is_the_kind_s_own_key(tmp_path: Path, kind: str, key: str) -> None:
    assert proposed(tmp_path, ["ID", "City"], ["a1", "York"], ["a2", "Bath"], kind=kind)[key] == "ID"


@pytest.mark.parametrize(
    ("header", "cells"),
    [("Last Activity", ["Email Opened", "Page Visited"]), ("Lead Number", ["660737", "660738"]), ("Phone", ["yes", "no"])],
)
def test_a_name_alone_does_not_make_a_moment_a_code_or_a_number(tmp_path: Path, header: str, cells: list[str]) -> None:
    """What the cells show speaks against it."""
    assert proposed(tmp_path, ["E-mail", header], *(["ann@x.example", cell] for cell in cells)) == {"email": "E-mail"}


HALVES = [
    (["Vorname", "Name"], ["Ann", "Lee"], {"first_name": "Vorname", "last_name": "Name"}),
    (["Name", "E-mail"], ["Ann Lee", "ann@x.example"], {"full_name": "Name", "email": "E-mail"}),
    (["lead_first_name", "lead_email"], ["Ann", "ann@x.example"], {"first_name": "lead_first_name", "email": "lead_email"}),
    (["properties.email", "properties.company"], ["ann@x.example", "Acme"],
     {"email": "properties.email", "company_name": "properties.company"}),
    (["Contact First name", "Company Name", "Company City"], ["Ann", "Acme", "York"],
     {"first_name": "Contact First name", "company_name": "Company Name", "city": "Company City"}),
    (["E-mail", "Company Title"], ["ann@x.example", "Ltd"], {"email": "E-mail"}),
    (["E-mail", "LinkedIn URL"], ["ann@x.example", "https://linkedin.example/in/ann"], {"email": "E-mail"}),
]  # fmt: skip


@pytest.mark.parametrize(("header", "cells", "columns"), HALVES)
def test_a_header_is_understood_beside_others_and_without_the_word_whose_it_is(
    tmp_path: Path, header: list[str], cells: list[str], columns: dict[str, str]
) -> None:
    """A name beside a first name is the last one; `lead_email` is an e-mail; a company's city is a city, its title nobody's job."""
    assert proposed(tmp_path, header, cells, cells) == columns


@pytest.mark.parametrize("mark", [", ", "||", "::"])
def test_a_separator_of_several_marks_is_kept_by_proposal_and_sample(tmp_path: Path, mark: str) -> None:
    columns = proposed(
        tmp_path, ["Name", "E-mail", "City"], ["Ann", "ann@x.example", "York"], ["Bob", "b@x.example", "Bath"], delimiter=mark
    )
    source = load_source(tmp_path / "acme.yaml")
    sample, _ = write_golden(tmp_path / "golden", source, read(tmp_path / "list.csv", Format()), random.Random(3))

    assert columns == {"full_name": "Name", "email": "E-mail", "city": "City"}
    assert source.format.delimiter == mark
    assert mapped_sample(sample, source).column_names == ["line", "full_name", "email", "city"]
    assert mapped_sample(sample, source).num_rows == 2


def test_a_header_of_two_rows_is_found_again_in_the_sample(tmp_path: Path) -> None:
    """The sample has one row of joined names: were their number pinned, its first record would be taken for a name."""
    columns = proposed(
        tmp_path, ["Contact", "", "Site"], ["Name", "E-mail", "City"], ["Ann", "ann@x.example", "York"], ["Bob", "b@x.example", "Bath"]
    )
    source = load_source(tmp_path / "acme.yaml")
    sample, _ = write_golden(tmp_path / "golden", source, read(tmp_path / "list.csv", Format()), random.Random(3))

    assert columns["email"] == "Contact E-mail"
    assert mapped_sample(sample, source).num_rows == 2


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
    cells = dict(zip(FULL, CELLS, strict=True)) | {"domain": "x.example", "amount": "12.50"}
    row = [cells.get(name, "2026-01-31" if name.endswith("_at") else "word") for name in CANONICAL[kind]]

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
