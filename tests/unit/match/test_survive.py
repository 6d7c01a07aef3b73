"""Golden records: the policy decides, field by field, and every value says where it came from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from unit.match.leads import SETTINGS, leads

from leadmill.config.matching import Survival, Survivorship
from leadmill.match import survive


def golden(*rows: dict[str, Any], trust: tuple[int, ...] = (), policy: Survivorship = SETTINGS.survivorship) -> dict[str, Any]:
    table = leads(*rows)
    table = table.append_column("person_id", pa.array(["p"] * len(rows))).append_column("company_id", pa.array(["c"] * len(rows)))
    table = table.append_column("trust", pa.array(trust or (50,) * len(rows)))
    (person,) = survive(table, policy).persons.to_pylist()
    return dict(person)


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


CASES: dict[str, tuple[str, list[Any], str, Any]] = {
    "trusted": ("industry", [("a", 10, 1), ("b", 90, 1)], "trusted", "b"),
    "newest": ("industry", [("a", 50, 2), ("b", 50, 1)], "newest", "a"),
    "longest": ("industry", [("ab", 50, 1), ("abc", 10, 1)], "longest", "abc"),
    "zero is a value": ("employee_count", [(0, 90, 1), (5, 10, 1)], "trusted", 0),
    "false is a value": ("do_not_contact", [(False, 90, 1), (True, 10, 1)], "trusted", False),
    "affirmed": ("do_not_contact", [(False, 90, 1), (True, 10, 1)], "affirmed", True),
    "a missing value never survives": ("industry", [(None, 90, 1), ("b", 10, 1)], "trusted", "b"),
}


@pytest.mark.parametrize(("field", "values", "prefer", "expected"), CASES.values(), ids=CASES.keys())
def test_the_value_that_survives_is_the_policys(field: str, values: list[Any], prefer: Any, expected: Any) -> None:
    policy = Survivorship(otherwise=["trusted"], together=[Survival(fields=[field], prefer=[prefer])])

    found = golden(
        *({field: value, "created_at": day(when)} for value, _, when in values), trust=tuple(t for _, t, _ in values), policy=policy
    )

    assert found[field] == expected


def test_an_address_survives_whole_from_one_record() -> None:
    found = golden({"street": "Ring 1", "city": "Wien"}, {"city": "Graz", "postcode": "8010", "street": "Weg 2"})

    assert (found["street"], found["postcode"], found["city"]) == ("Weg 2", "8010", "Graz")


def test_every_surviving_value_names_its_record_and_source() -> None:
    found = golden({"email": "a@f.example"}, {"phone": "+4311"})
    origin = json.loads(found["provenance"])

    assert origin["email"] == {"record_id": "r01", "source": "list"}
    assert origin["phone"] == {"record_id": "r02", "source": "list"}
    assert origin["lei"] is None


def test_attributes_survive_with_their_type() -> None:
    table = leads({}, {}).append_column("minutes", pa.array([None, 0], pa.int64()))
    table = table.append_column("person_id", pa.array(["p", "p"])).append_column("company_id", pa.array([None, None], pa.string()))
    found = survive(table.append_column("trust", pa.array([50, 50])), SETTINGS.survivorship)

    assert found.persons["minutes"].to_pylist() == [0]
    assert found.persons.schema.field("minutes").type == pa.int64()
    assert found.companies.num_rows == 0


def test_survivors_do_not_depend_on_the_order_of_rows() -> None:
    rows = [{"industry": text, "email": f"{text}@f.example"} for text in ("aa", "bb", "cc")]
    table = leads(*rows).append_column("person_id", pa.array(["p"] * 3)).append_column("company_id", pa.array(["c"] * 3))
    table = table.append_column("trust", pa.array([50] * 3))

    assert survive(table, SETTINGS.survivorship).persons.equals(survive(table.take([2, 0, 1]), SETTINGS.survivorship).persons)
