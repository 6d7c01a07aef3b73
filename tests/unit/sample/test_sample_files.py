"""The sample is what its generator makes: small, complete in its truth, and about nobody."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from openpyxl import load_workbook
from sample_rows import CONTACT_HEADERS, RESHAPED, SAMPLE, Row, read_delivery, read_table

MADE = ("deliveries", "crm", "reference", "truth")
HOMES = {"northwind_prospects": "US", "rheinland_entscheider": "DE", "homeseekers_b2c": "US", "crm_contacts": "US"}
FICTION = re.compile(  # E.164 of every range set aside for fiction that the sample uses
    r"\+1[2-9][0-9]{2}55501[0-9]{2}"
    r"|\+44(?:2079460[0-9]{3}|2920180[0-9]{3}|1(?:13|14|15|16|17|18|21|31|41|51|61)4960[0-9]{3}|1914980[0-9]{3}|7700900[0-9]{3})"
    r"|\+49(?:2214710[0-9]{3}|3023125[0-9]{3}|4066969[0-9]{3}|6990009[0-9]{3}|8999998[0-9]{3}|17604069[0-9]{3})"
    r"|\+33(?:19900|26191|35301|46571|53649)[0-9]{4}"
    r"|\+61[2378]5550[0-9]{4}"
    r"|\+46(?:8465004|3139006|4062804)[0-9]{2}"
)
LEI_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the generator into an empty folder."""
    out = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, SAMPLE / "generate.py", "--out", out], check=True, capture_output=True, timeout=120)
    return out


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for part in MADE for path in (folder / part).rglob("*") if path.is_file())


def test_the_generator_makes_exactly_the_committed_files(remade: Path) -> None:
    assert files_of(remade) == files_of(SAMPLE)


@pytest.mark.parametrize("name", [name for name in files_of(SAMPLE) if not name.endswith(".xlsx")])
def test_a_text_file_is_made_again_byte_for_byte(name: str, remade: Path) -> None:
    assert (remade / name).read_bytes() == (SAMPLE / name).read_bytes()


def test_the_workbook_is_made_again_cell_for_cell(remade: Path) -> None:
    """Bytes would depend on the zlib at hand; cells and their types do not."""

    def cells(folder: Path) -> list[tuple[tuple[str, Any], ...]]:
        sheet = load_workbook(folder / "deliveries" / "homeseekers_b2c.xlsx")["Leads"]
        return [tuple((cell.data_type, cell.value) for cell in row) for row in sheet.iter_rows()]

    assert cells(remade) == cells(SAMPLE)


def test_the_workbook_holds_no_clock_and_no_live_formula() -> None:
    book = load_workbook(SAMPLE / "deliveries" / "homeseekers_b2c.xlsx")
    assert book.properties.modified.year == book.properties.created.year == 1980
    kinds = {cell.data_type for row in book["Leads"].iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n", "d"}, "text, numbers and real dates"


def test_the_sample_and_its_generator_stay_under_three_megabytes() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file() and path.suffix != ".pyc") < 3_000_000


def test_another_seed_makes_another_world_of_the_same_shape(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SAMPLE / "generate.py", "--out", tmp_path, "--seed", "7"], check=True, capture_output=True, timeout=120)
    assert files_of(tmp_path) == files_of(SAMPLE)
    (header, rows), (other_header, other_rows) = (
        read_delivery(folder / "deliveries" / "northwind_prospects.csv") for folder in (SAMPLE, tmp_path)
    )
    assert header == other_header
    assert list(rows.values()) != list(other_rows.values())


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("deliveries/northwind_prospects.csv", 2500),
        ("deliveries/rheinland_entscheider.csv", 1500),
        ("deliveries/homeseekers_b2c.xlsx", 1200),
        ("deliveries/opt_outs.csv", 120),
        ("crm/contacts.csv", 1200),
        ("crm/accounts.csv", 600),
        ("crm/opportunities.csv", 400),
        ("crm/activities.csv", 1500),
        ("reference/companies.csv", 19_000),
    ],
)
def test_every_file_has_about_the_rows_it_is_described_with(name: str, about: int) -> None:
    assert len(read_delivery(SAMPLE / name)[1]) == pytest.approx(about, rel=0.05)


def test_truth_covers_every_row_and_no_other(expected: dict[str, Any], truth: dict[tuple[str, int], tuple[str, str]]) -> None:
    delivered = {(source, line) for source, facts in expected["sources"].items() for line in read_delivery(SAMPLE / facts["file"])[1]}
    assert set(truth) == delivered


def test_defects_are_told_of_existing_rows_and_counted_as_expected(expected: dict[str, Any], defects: dict, truth: dict) -> None:
    assert set(defects) <= set(truth)
    for source, facts in expected["sources"].items():
        counted = {code: sum(code in codes for (name, _), codes in defects.items() if name == source) for code in facts["defects"]}
        assert counted == facts["defects"]
        assert facts["rows"] == sum(name == source for name, _ in truth)


def test_no_mailbox_and_no_web_site_lies_outside_the_reserved_domains(rows: list[Row]) -> None:
    """RFC 2606 and 6761 reserve .example, .test and .invalid: nobody can be written to by accident."""
    named = re.compile(r"(?:@|://|^www\.)((?:[\w-]+\.)+[A-Za-z]{2,})|^((?:[\w-]+\.)+example)$", re.MULTILINE)
    hosts = {first or second for row in rows for cell in row.cells.values() for first, second in named.findall(cell)}
    hosts |= {row["domain"] for row in read_table(SAMPLE / "reference" / "companies.csv") if row["domain"]}
    assert len(hosts) > 1000
    assert {host for host in hosts if host.lower().rsplit(".", 1)[1] not in ("example", "test", "invalid")} == set()


def test_every_dialable_number_is_fictional(rows: list[Row]) -> None:
    seen = 0
    for row in rows:
        if row.source not in CONTACT_HEADERS or row.defects & (RESHAPED | {"bad_phone", "placeholder"}):
            continue
        text = row.cell(1)
        if text:
            number = phonenumbers.parse(text, "GB" if text.startswith("00") else HOMES[row.source])  # 00 dials abroad in Europe only
            assert FICTION.fullmatch(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)), (row.source, row.line)
            seen += 1
    assert seen > 5000


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("+12125550123", True),
        ("+14165550199", True),
        ("+442079460123", True),
        ("+441914980000", True),
        ("+442920180999", True),
        ("+447700900123", False),  # possible only: the drama mobiles lie in no range the library knows
        ("+492214710100", True),
        ("+493023125000", True),
        ("+494066969999", True),
        ("+496990009000", True),
        ("+498999998999", True),
        ("+4917604069000", True),
        ("+33199001234", True),
        ("+33261910000", True),
        ("+61255501234", True),
        ("+46846500412", True),
        ("+46313900600", True),
    ],
)
def test_fictional_numbers_pass_for_numbers(number: str, valid: bool) -> None:
    assert FICTION.fullmatch(number)
    parsed = phonenumbers.parse(number)
    assert phonenumbers.is_possible_number(parsed)
    assert phonenumbers.is_valid_number(parsed) is valid


def test_the_reference_has_lawful_codes_and_parents_that_exist() -> None:
    companies = read_table(SAMPLE / "reference" / "companies.csv")
    numbers = [company["registration_number"] for company in companies]
    assert len(set(numbers)) == len(numbers)
    assert {company["parent_registration_number"] for company in companies} - {""} < set(numbers)
    leis = [company["lei"] for company in companies if company["lei"]]
    assert len(set(leis)) == len(leis) > 300
    for lei in leis:
        assert len(lei) == 20
        assert int("".join(str(LEI_LETTERS.index(letter)) for letter in lei)) % 97 == 1, "ISO 17442"
    assert {company["country_code"] for company in companies} == {"US", "GB", "DE", "FR", "CA", "AU", "SE", "NL", "AT", "CH", "PL"}
    assert any(company["other_names"] for company in companies)
    assert any(company["status"] == "dissolved" for company in companies)
