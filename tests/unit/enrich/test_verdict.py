"""What an answer means and costs, as the provider's YAML says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from leadmill.enrich.verdict import extract, judge, point

FULL = 50_000
MATCH = {"org": {"name": "A GmbH", "size": 5, "tags": ["steel"]}}


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int
    body: Any = None


# status, body -> outcome, then the cost when billed is found / answered / always
CASES = [
    (200, MATCH, "found", (FULL, FULL, FULL)),
    (200, {"org": None}, "not_found", (0, FULL, FULL)),
    (200, {}, "not_found", (0, FULL, FULL)),
    (200, None, "not_found", (0, FULL, FULL)),
    (404, None, "not_found", (0, FULL, FULL)),
    (202, None, "failed", (0, 0, FULL)),
    (422, None, "failed", (0, 0, FULL)),
    (429, None, "failed", (0, 0, 0)),
    (402, None, "failed", (0, 0, FULL)),
    (500, None, "failed", (0, 0, FULL)),
]


@pytest.mark.parametrize(("status", "body", "outcome", "costs"), CASES)
def test_what_an_answer_means_and_costs(vendor, status, body, outcome, costs) -> None:
    for billed, cost in zip(("found", "answered", "always"), costs, strict=True):
        verdict = judge(Told(status, body), vendor(cost={"amount": "0.05", "billed": billed}))
        assert (verdict.outcome, verdict.cost_micros) == (outcome, cost), billed


# status -> ask again when paid, when free; stop asking this provider
AFTERWARDS = [
    (429, True, True, False),
    (500, False, True, False),
    (503, False, True, False),
    (422, False, False, False),
    (401, False, False, True),
    (402, False, False, True),
    (403, False, False, True),
]


@pytest.mark.parametrize(("status", "again_paid", "again_free", "stop"), AFTERWARDS)
def test_whether_asking_on_may_help(vendor, status, again_paid, again_free, stop) -> None:
    """A paid call that failed is not tried again at once: somebody may have been charged."""
    paid, free = judge(Told(status), vendor()), judge(Told(status), vendor(cost={"amount": "0"}))

    assert (paid.again, free.again, paid.stop) == (again_paid, again_free, stop)


POINTERS = [
    ("/org/name", "A GmbH"),
    ("/org/tags/0", "steel"),
    *((f"/org/tags/{part}", None) for part in ("1", "-1", "x", "²", "")),
    ("/none/at/all", None),
    ("/org/name/deeper", None),
    ("", MATCH),
]


@pytest.mark.parametrize(("pointer", "value"), POINTERS)
def test_a_pointer_leads_somewhere_or_to_nothing(pointer, value) -> None:
    assert point(MATCH, pointer) == value


def test_a_pointer_may_hold_the_signs_of_pointers() -> None:
    assert point({"a/b": {"c~d": 1}}, "/a~1b/c~0d") == 1


def test_only_plain_values_are_facts() -> None:
    body = {"a": "", "b": None, "c": [1], "d": {"x": 1}, "e": 0, "f": "x\x00\ny" + "z" * 2000}

    found = extract(body, {"legal_name": "/a", "lei": "/b", "domain": "/c", "city": "/d", "employee_count": "/e", "industry": "/f"})

    assert found == {"employee_count": 0, "industry": ("xy" + "z" * 2000)[:1000]}
