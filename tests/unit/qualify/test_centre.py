"""The buying centre: roles with evidence, the roles nobody holds, and the company read as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from leadmill.qualify import find_roles, read_centres

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NOTHING = pa.table({})


def people(*rows: tuple[str, str | None, str | None, str | None]) -> pa.Table:
    names = ("person_id", "company_id", "seniority", "department")
    return pa.table({name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)})


def acts(*rows: tuple[str, str, str | None]) -> pa.Table:
    return pa.table(
        {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(("person_id", "activity_type", "outcome"))}
    )


def deals(*rows: tuple[str, bool | None]) -> pa.Table:
    closed = [None if won is None else NOW for _, won in rows]
    return pa.table(
        {
            "person_id": [person for person, _ in rows],
            "is_won": pa.array([won for _, won in rows], pa.bool_()),
            "closed_at": pa.array(closed, pa.timestamp("us", tz="UTC")),
        }
    )


def roles_of(profiles: pa.Table, activities: pa.Table = NOTHING, opportunities: pa.Table = NOTHING) -> dict[tuple[str, str], float]:
    rows = find_roles(profiles, activities, opportunities).to_pylist()
    return {(row["person_id"], row["role"]): row["confidence"] for row in rows}


@pytest.mark.parametrize(
    ("seniority", "department", "role", "confidence"),
    [
        ("owner", None, "decider", 0.8),
        ("vp", "sales", "decider", 0.7),
        ("director", "it", "decider", 0.5),
        ("manager", "it", "influencer", 0.65),
        ("staff", None, "user", 0.5),
        ("staff", "administration", "gatekeeper", 0.6),
        (None, "procurement", "gatekeeper", 0.5),
    ],
)
def test_titles_speak_for_roles(seniority: str | None, department: str | None, role: str, confidence: float) -> None:
    assert roles_of(people(("p", "c", seniority, department)))["p", role] == confidence


def test_independent_evidence_adds_up_and_is_told_strongest_first() -> None:
    found = find_roles(people(("p", "c", "owner", None)), NOTHING, deals(("p", True))).to_pylist()[0]

    assert (found["role"], found["confidence"]) == ("decider", 0.9)
    assert found["evidence"] == ["The title says owner or managing director", "Stood behind an opportunity we won"]


def test_whoever_said_no_and_lost_us_a_deal_works_against_us() -> None:
    said_no = acts(("p", "call", "not_interested"))

    assert roles_of(people(("p", "c", None, None)), said_no)["p", "saboteur"] == 0.3
    assert roles_of(people(("p", "c", None, None)), said_no, deals(("p", False)))["p", "saboteur"] == 0.51


def test_people_without_a_company_or_evidence_have_no_role() -> None:
    assert roles_of(people(("p", None, "owner", None), ("q", "c", None, None))) == {}


def decisions(*rows: tuple[str, str]) -> pa.Table:
    """Verdicts written as four letters: t, f, u."""
    word = {"t": "true", "f": "false", "u": "unknown"}
    columns: dict[str, list[Any]] = {"person_id": [person for person, _ in rows]}
    for place, name in enumerate(("interest", "ability", "authority", "need")):
        columns[name] = [word[verdicts[place]] for _, verdicts in rows]
    return pa.table(columns)


@pytest.mark.parametrize(
    ("verdicts", "readiness"),
    [(("ttff", "fftt"), "ready"), (("tttt", "ffff"), "ready"), (("tttu", "tttf"), "open"), (("ffff", "ffff"), "open")],
    ids=["together", "one_alone", "need_unknown", "nothing"],
)
def test_what_one_person_lacks_a_colleague_may_have(verdicts: tuple[str, str], readiness: str) -> None:
    both = people(("p", "c", None, None), ("q", "c", None, None))
    roles = find_roles(both, NOTHING, NOTHING)

    found = read_centres(both, decisions(("p", verdicts[0]), ("q", verdicts[1])), roles).to_pylist()

    assert [(row["persons"], row["readiness"]) for row in found] == [(2, readiness)]


def test_a_saboteur_blocks_a_company_that_would_be_ready() -> None:
    both = people(("p", "c", "owner", None), ("q", "c", None, None))
    roles = find_roles(both, acts(("q", "call", "prefers_competitor")), NOTHING)

    found = read_centres(both, decisions(("p", "tttt"), ("q", "uuuu")), roles).to_pylist()[0]

    assert (found["readiness"], found["roles"]) == ("blocked", ["decider", "saboteur"])


def test_roles_nobody_surely_holds_are_reported_missing() -> None:
    """Evidence of 0.3 is a hint, not a holder."""
    both = people(("p", "c", "owner", None), ("q", "c", None, "finance"), ("r", "d", None, None))
    roles = find_roles(both, NOTHING, NOTHING)

    found = read_centres(both, decisions(("p", "tttt"), ("q", "uuuu"), ("r", "uuuu")), roles).to_pylist()

    assert [row["missing_roles"] for row in found] == [["influencer", "user"], ["decider", "influencer", "user"]]
