"""Holding a vendor to what was bought: every row and promise is met, broken or unproven, on evidence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leadmill.config.list_contract import ListContract, load_list_contract
from leadmill.errors import ConfigError, StateError
from leadmill.validate.claim_pack import letter, verify, write_pack
from leadmill.validate.claims import Claim, Evidence, claim, judge

DAY = date(2026, 11, 21)


def contract(*criteria: dict[str, Any], **more: Any) -> ListContract:
    facts = {
        "source": "vendor",
        "vendor": "Vendor Ltd",
        "purchased": "2026-11-01",
        "price_per_row": "0.45",
        "currency": "EUR",
        "return_window_days": 30,
    }
    return ListContract.model_validate({**facts, "criteria": list(criteria), **more})


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


EVIDENCE = Evidence(
    delivered=pa.table(
        {
            "record_id": [f"d-{line}" for line in range(2, 8)],
            "delivery_id": ["abc"] * 6,
            "file": ["list.csv"] * 6,
            "line": pa.array(range(2, 8), pa.int32()),
        }
    ),
    facts=pa.table(
        {
            "record_id": ["d-2", "d-3", "d-4", "d-5", "d-6"],
            "line": pa.array(range(2, 7), pa.int32()),  # facts are standardised rows: they carry what every row carries
            "file": ["list.csv"] * 5,
            "income": ["high", "low", None, "high", "middle"],
            "verified.income": [None, None, None, "low", None],
            "employee_count": pa.array([10, 500, None, 50, 51], pa.int64()),
            "created_at": pa.array(
                [moment("2026-10-25"), moment("2026-06-01"), None, moment("2026-11-05"), moment("2026-10-02")], pa.timestamp("us", tz="UTC")
            ),
        }
    ),
    refused=pa.table({"record_id": ["d-7"], "reasons": [["email_syntax", "formula"]]}),
    duplicates=pa.table({"record_id": ["d-6"], "duplicate_of": ["d-2"]}),
    owned=pa.table(
        {
            "record_id": ["d-2", "d-2", "d-3"],
            "owned_since": pa.array([moment("2025-03-01"), moment("2024-01-01"), moment("2026-11-10")], pa.timestamp("us", tz="UTC")),
        }
    ),
    elsewhere=pa.table({"record_id": ["d-5", "d-5", "d-5"], "source": ["other", "another", "other"]}),
)

INCOME = {"id": "income", "promise": "Household income middle or high", "kind": "values", "column": "income", "values": ["middle", "high"]}
SIZE = {"id": "size", "promise": "At most 50 employees", "kind": "range", "column": "employee_count", "max_value": 50}
FRESH = {"id": "fresh", "promise": "Not older than 30 days", "kind": "fresh", "column": "created_at", "max_age_days": 30}
USABLE = {"id": "usable", "promise": "Deliverable addresses", "kind": "usable", "reasons": ["email_syntax"]}
UNIQUE = {"id": "unique", "promise": "No duplicates", "kind": "unique"}
NEW = {"id": "new", "promise": "None we own already", "kind": "not_owned"}
ALONE = {"id": "alone", "promise": "Sold to us only", "kind": "exclusive"}

# criterion, verdicts of the rows on lines 2 to 7
CASES = [
    (INCOME, "met broken unproven broken met unproven"),
    (SIZE, "met broken unproven met broken unproven"),
    (SIZE | {"min_value": 20}, "broken broken unproven met broken unproven"),
    (FRESH, "met broken unproven unproven met unproven"),
    (USABLE, "met met met met met broken"),
    (USABLE | {"reasons": []}, "met met met met met broken"),
    (USABLE | {"reasons": ["other"]}, "met met met met met met"),
    (UNIQUE, "met met met met broken met"),
    (NEW, "broken met met met met unproven"),
    (ALONE, "unproven unproven unproven broken unproven unproven"),
]


@pytest.mark.parametrize(("criterion", "expected"), CASES, ids=lambda value: value["id"] if isinstance(value, dict) else "")
def test_every_row_meets_breaks_or_leaves_a_promise_unproven(criterion, expected):
    assert judge(contract(criterion), EVIDENCE)["verdict"].to_pylist() == expected.split()


def test_the_evidence_says_what_was_found_and_who_says_so():
    evidence = judge(contract(INCOME), EVIDENCE)["evidence"].to_pylist()
    assert evidence[0] == "income is high, as delivered"
    assert evidence[2] == "income is not stated"
    assert evidence[3] == "income is low, as checked elsewhere"


def test_what_we_own_counts_only_when_we_owned_it_before_the_purchase():
    assert judge(contract(NEW), EVIDENCE)["evidence"].to_pylist()[:2] == ["in our CRM since 2024-01-01", "not in our CRM"]


def test_every_other_vendor_is_named_once():
    assert judge(contract(ALONE), EVIDENCE)["evidence"].to_pylist()[3] == "also delivered by another, other"


def test_a_criterion_about_a_column_the_rows_lack_is_an_error_that_names_both():
    with pytest.raises(ConfigError, match="'income' is about 'wages'"):
        judge(contract(INCOME | {"column": "wages"}), EVIDENCE)


def test_a_row_is_paid_back_once_by_the_promise_worth_most():
    made = claim(contract(INCOME | {"refund": 0.5}, SIZE, UNIQUE), EVIDENCE)
    rows = {row["line"]: (row["criteria"], row["amount"]) for row in made.rows.to_pylist()}
    assert rows == {
        3: (["income", "size"], Decimal("0.4500")),
        5: (["income"], Decimal("0.2250")),
        6: (["size", "unique"], Decimal("0.4500")),
    }
    assert made.amount == Decimal("1.1250")


def test_a_promise_broken_within_its_tolerance_is_not_claimed():
    within, beyond = (claim(contract(INCOME | {"tolerance": tolerance}), EVIDENCE) for tolerance in (0.34, 0.33))
    assert (within.claimed, len(within.rows), within.amount) == ({"income": False}, 0, 0)
    assert (beyond.claimed, len(beyond.rows), beyond.amount) == ({"income": True}, 2, Decimal("0.90"))


def made() -> Claim:
    return claim(contract(INCOME, SIZE, FRESH, USABLE, UNIQUE, NEW, ALONE), EVIDENCE)


def test_the_counts_of_every_promise_add_up_to_the_rows_delivered():
    assert {sum(counts.values()) for counts in made().counts.values()} == {6}


def test_a_pack_verifies_and_names_no_person(tmp_path):
    write_pack(made(), tmp_path / "pack", DAY)
    assert sorted(path.name for path in (tmp_path / "pack").iterdir()) == ["claim.md", "manifest.json", "rows.csv", "verdicts.csv"]
    assert verify(tmp_path / "pack") == []


def test_the_letter_says_money_deadline_and_what_cannot_be_proved():
    text = letter(made(), DAY)
    assert "**Claimed: 5 rows, 2.25 EUR.**" in text
    assert "Claims until **2026-12-01** (10 days left)" in text
    assert "| Not older than 30 days (`fresh`) | 2 | 1 | 3 | 0.0% | yes |" in text
    assert "- Sold to us only: 5 rows, not seen from another vendor; that they were sold to nobody else cannot be proved." in text


def test_a_claim_after_the_window_says_that_it_is_late():
    assert "closed 3 days ago: this claim is late" in letter(made(), date(2026, 12, 4))


def tamper_amount(pack: Path) -> None:
    text = (pack / "rows.csv").read_text(encoding="utf-8")
    (pack / "rows.csv").write_text(text.replace("0.4500", "9.4500", 1), encoding="utf-8")


TAMPERED = {
    "an amount raised": (tamper_amount, ["rows.csv: changed since the pack was written"]),
    "a file lost": (lambda pack: (pack / "verdicts.csv").unlink(), ["verdicts.csv: missing"]),
    "a file added": (lambda pack: (pack / "more.csv").write_text("x"), ["more.csv: not part of the pack"]),
    "the total raised": (
        lambda pack: (pack / "manifest.json").write_text((pack / "manifest.json").read_text().replace('"2.2500"', '"9.2500"')),
        ["rows.csv: rows and amounts do not add up to the claim"],
    ),
}


@pytest.mark.parametrize("case", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_pack_that_was_changed_says_where(tmp_path, case):
    spoil, faults = case
    write_pack(made(), tmp_path / "pack", DAY)
    spoil(tmp_path / "pack")
    assert verify(tmp_path / "pack") == faults


def test_a_pack_is_never_written_over_another(tmp_path):
    write_pack(made(), tmp_path / "pack", DAY)
    with pytest.raises(StateError, match="not empty"):
        write_pack(made(), tmp_path / "pack", DAY)


def test_a_folder_that_is_no_pack_is_an_error_not_a_traceback(tmp_path):
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(StateError, match="no manifest"):
        verify(tmp_path)


def test_nothing_delivered_is_nothing_claimed(tmp_path):
    empty = Evidence(
        *(getattr(EVIDENCE, name).slice(0, 0) for name in ("delivered", "facts", "refused", "duplicates", "owned", "elsewhere"))
    )
    nothing = claim(contract(INCOME, ALONE), empty)
    write_pack(nothing, tmp_path / "pack", DAY)
    assert (len(nothing.rows), nothing.amount, verify(tmp_path / "pack")) == (0, 0, [])


YAML = """\
vendor: Vendor Ltd
purchased: 2026-11-01
price_per_row: 0.45
currency: EUR
return_window_days: 30
criteria:
  - id: income
    promise: Household income middle or high
    kind: values
    column: income
    values: [middle, high]
"""


def load(folder: Path, text: str) -> ListContract:
    (folder / "contracts").mkdir()
    (folder / "contracts" / "vendor.yaml").write_text(text, encoding="utf-8")
    return load_list_contract(folder, "vendor")


def test_a_contract_of_sale_is_read_exactly(tmp_path):
    read = load(tmp_path, YAML)
    assert (read.source, read.price_per_row, read.deadline) == ("vendor", Decimal("0.45"), date(2026, 12, 1))


WRONG = {
    "no such kind": (YAML.replace("kind: values", "kind: value"), 9),
    "a criterion without its column": (YAML.replace("    column: income\n", ""), 9),
    "an option of another kind": (YAML + "    max_age_days: 3\n", 12),
    "the same criterion twice": (YAML + "  - {id: income, promise: Again, kind: unique}\n", 12),
    "a free list": (YAML.replace("0.45", "0"), 3),
    "no amount": (YAML.replace("0.45", "cheap"), 3),
    "no date": (YAML.replace("2026-11-01", '"1.11.2026"'), 2),
    "an unknown key": (YAML + "currencies: EUR\n", 12),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_contract_of_sale_is_named_by_file_and_line(tmp_path, case):
    text, line = case
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert (Path(caught.value.file or "").name, caught.value.line) == ("vendor.yaml", line)
