"""Reference files: the right company or none."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadmill.enrich import look_up, read_reference
from leadmill.errors import SourceError

COLUMNS = ("name", "others", "number", "lei", "site", "country", "staff", "revenue", "currency")


def rows(*given: dict[str, str]) -> pa.Table:
    return pa.Table.from_pylist(list(given), schema=pa.schema([(name, pa.string()) for name in COLUMNS]))


def keys(names: pa.Array) -> pa.Array:
    """Make keys as the standardise room would, for these tests: lower case, without GmbH."""
    return pa.array([name.lower().removesuffix(" gmbh") for name in names.to_pylist()], pa.string())


REGISTER = rows(
    {"name": "Alpha GmbH", "number": "HRB 0123", "site": "alpha.example", "country": "DE", "staff": "25"},
    {"name": "Alpha GmbH", "number": "77", "site": "alpha.at.example", "country": "AT", "staff": "9"},
    {"name": "Beta Inc", "others": "Beta Labs; Beta Two", "number": "77", "lei": "5493001KJTIIGC8Y1R12", "country": "US", "revenue": "1e6"},
    {"name": "Gamma One", "site": "gamma.example", "country": "FR"},
    {"name": "Gamma Two", "site": "gamma.example", "country": "GB"},
    {"name": "Twin", "country": "DE", "staff": "1"},
    {"name": "Twin GmbH", "country": "DE", "staff": "2"},
)
CASES = [
    ("a number, however written", {"registration_number": "hrb-0123", "country_code": "DE"}, ("Alpha GmbH", "registration_number")),
    ("a leading zero is part of the number", {"registration_number": "HRB 123", "country_code": "DE"}, None),
    ("a number within its country", {"registration_number": "77", "country_code": "AT"}, ("Alpha GmbH", "registration_number")),
    ("a number of two countries and no country decides nothing", {"registration_number": "77"}, None),
    ("a number of another country is another company", {"registration_number": "HRB 0123", "country_code": "FR"}, None),
    ("a LEI is world-wide", {"lei": " 5493001kjtiigc8y1r12 ", "country_code": "DE"}, ("Beta Inc", "lei")),
    ("a domain is world-wide", {"domain": "WWW.alpha.example"}, ("Alpha GmbH", "domain")),
    ("a shared domain decides nothing", {"domain": "gamma.example"}, None),
    ("unless the country does", {"domain": "gamma.example", "country_code": "gb"}, ("Gamma Two", "domain")),
    ("a name within its country", {"company_key": "alpha", "country_code": "AT"}, ("Alpha GmbH", "company_key")),
    ("another name of the company", {"company_key": "beta labs", "country_code": "US"}, ("Beta Inc", "company_key")),
    ("a name without a country decides nothing", {"company_key": "beta inc"}, None),
    ("two companies of one name decide nothing", {"company_key": "twin", "country_code": "DE"}, None),
    ("the better key decides", {"registration_number": "HRB 0123", "domain": "alpha.at.example"}, ("Alpha GmbH", "registration_number")),
    ("a key that fits nothing leaves it to the next", {"registration_number": "X", "domain": "alpha.example"}, ("Alpha GmbH", "domain")),
    ("nothing to look up", {"registration_number": "--", "domain": "..", "company_key": " "}, None),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_looking_up(companies, register, given, expected) -> None:
    found = look_up(companies(given), REGISTER, register, keys).to_pylist()

    assert [(row["legal_name"], row["matched_by"]) for row in found] == ([expected] if expected else [])


def test_facts_come_typed_and_nonsense_is_unknown(companies, register) -> None:
    reference = rows(
        {"name": "A", "site": "a.example", "staff": "0250", "revenue": "1234.50"},
        {"name": "B", "site": "b.example", "staff": "51-200", "revenue": "-1"},
        {"name": "C", "site": "c.example", "staff": "12.0", "revenue": "inf"},
    )

    found = look_up(companies({"domain": "a.example"}, {"domain": "b.example"}, {"domain": "c.example"}), reference, register)

    assert found.select(["employee_count", "annual_revenue"]).to_pylist() == [
        {"employee_count": 250, "annual_revenue": 1234.5},
        {"employee_count": None, "annual_revenue": None},
        {"employee_count": 12, "annual_revenue": None},
    ]
    assert found.schema.field("employee_count").type == pa.int64()


def test_companies_without_any_key_column_are_simply_not_found(register) -> None:
    assert look_up(pa.table({"company_id": ["c_1"]}), REGISTER, register, keys).num_rows == 0


def test_an_empty_reference_finds_nobody(companies, register) -> None:
    assert look_up(companies({"domain": "alpha.example"}), REGISTER.slice(0, 0), register, keys).num_rows == 0


def write_csv(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


HEADER = "name,others,number,lei,site,country,staff,revenue,currency,surplus\n"


def test_a_csv_is_text_as_written(register, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", HEADER + 'NA,,0123,,,NA,5,,,"x\ny"\n')

    row = read_reference(path, register).to_pylist()[0]

    assert (row["name"], row["number"], row["country"], row["lei"]) == ("NA", "0123", "NA", None)
    assert "surplus" not in row


def test_parquet_is_read_alike(register, tmp_path: Path) -> None:
    pq.write_table(REGISTER.append_column("surplus", pa.nulls(REGISTER.num_rows)), tmp_path / "r.parquet")

    assert read_reference(tmp_path / "r.parquet", register).select(["name", "number"]).equals(REGISTER.select(["name", "number"]))


BAD = [
    ("name,others\na,b\n", "no column 'number', 'lei'"),
    (HEADER + "a,b\n", "cannot be read"),
    ("", "cannot be read"),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_a_bad_file_is_a_clear_error(register, tmp_path: Path, text: str, words: str) -> None:
    path = write_csv(tmp_path / "r.csv", text)

    with pytest.raises(SourceError, match=words) as caught:
        read_reference(path, register)

    assert (caught.value.file, bool(caught.value.hint)) == (str(path), True)


def test_a_missing_file_is_a_clear_error(register, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="missing"):
        read_reference(tmp_path / "nothing.csv", register)
