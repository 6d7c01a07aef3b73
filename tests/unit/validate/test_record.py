"""The record people open: offline, inert, and the same numbers as the quarantine."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pyarrow as pa
import pytest

from leadmill.columns import LANDED
from leadmill.config import Source
from leadmill.validate import check
from leadmill.validate.drift import Finding
from leadmill.validate.record import Delivered, as_json, page, write_record

DELIVERY = Delivered("vendor", "<img src=x onerror=alert(1)>.csv", "abc", "2026-11-21T20:00:00+00:00")
FINDING = Finding("volume", "3 rows; earlier deliveries had about 900.", 0.003, None, 0.0001)
SOURCE = Source.model_validate(
    {
        "name": "vendor",
        "title": "A vendor",
        "kind": "list",
        "deliveries": "x",
        "columns": {"email": "E-Mail"},
        "contract": {
            "rows": [{"id": "no_email", "expectation": "expect_column_values_to_not_be_null", "column": "email"}],
            "lists": [
                {"id": "enough", "expectation": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 10}, "severity": "warning"}
            ],
        },
    }
)


@pytest.fixture(scope="module")
def verdict():
    rows = [
        {"record_id": f"d-{n}", "source": "v", "delivery_id": "d", "line": n, "fingerprint": "", "email": mail}
        for n, mail in enumerate(["secret@roe.example", None, None])
    ]
    return check(pa.Table.from_pylist(rows, schema=pa.schema([*LANDED, ("email", pa.string())])), SOURCE)


class Links(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what this tag loads or runs."""
        self.found += [f"{tag} {name}" for name, _ in attrs if name in {"src", "href"} or name.startswith("on")]
        self.found += [tag] if tag in {"script", "link", "img", "iframe"} else []


def test_the_page_loads_and_runs_nothing_whatever_the_file_is_called(verdict):
    links = Links()
    links.feed(page(verdict.record, DELIVERY, [FINDING]))
    assert links.found == []


def test_the_page_tells_the_gate_the_counts_and_the_drift(verdict):
    text = re.sub(r"<[^>]+>", " ", page(verdict.record, DELIVERY, [FINDING]))
    assert "3 rows: 1 accepted, 2 refused" in text
    assert "66.67%" in text
    assert "list rule &#39;enough&#39; (expect_table_row_count_to_be_between: min_value 10): found 3." in text
    assert "earlier deliveries had about 900" in text


def test_json_and_quarantine_say_the_same(verdict):
    told = json.loads(as_json(verdict.record, DELIVERY, [FINDING]))
    assert told["refused"] == len(verdict.reasons) == told["rules"]["no_email"]["wrong"]
    assert told["delivery"]["delivery_id"] == "abc"
    assert told["drift"][0]["measure"] == "volume"


def test_page_and_json_lie_beside_each_other_and_hold_no_cell(verdict, tmp_path):
    written = write_record(tmp_path / "records", verdict.record, DELIVERY)
    assert sorted(path.name for path in written.parent.iterdir()) == ["abc.html", "abc.json"]
    assert not [path for path in written.parent.iterdir() if "secret" in path.read_text(encoding="utf-8")]


def test_a_contract_without_rules_has_a_page_too():
    bare = SOURCE.model_copy(update={"contract": type(SOURCE.contract)()})
    record = check(pa.schema([*LANDED, ("email", pa.string())]).empty_table(), bare).record
    assert "none" in page(record, DELIVERY)
