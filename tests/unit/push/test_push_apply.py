"""Applying a plan: every row ends in one outcome, twice is once, and the CRM compares before it sets."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from leadmill.errors import ServiceRefused, ServiceUnavailable
from leadmill.push import EmbeddedCrm, Write, Written, apply, plan


class Grudging:
    """A CRM that takes batches of four but refuses any batch with a bad key, and may be away."""

    batch = 4

    def __init__(self, bad: set[str] = frozenset(), away: bool = False) -> None:
        self.bad, self.away, self.taken = bad, away, []

    def write(self, writes: Sequence[Write]) -> list[Written]:
        """Take all or nothing."""
        if self.away:
            raise ServiceUnavailable("the CRM does not answer (HTTP 503).")
        if self.bad & {write.key for write in writes}:
            raise ServiceRefused("HTTP 409.")
        self.taken += [write.key for write in writes]
        return [Written("created", f"C-{write.key}") for write in writes]


@pytest.fixture
def six(crm, candidates, crm_rows, pushed) -> pa.Table:
    """Plan six new persons."""
    return plan(candidates(*({"person_id": f"p_{n}", "score": "70"} for n in range(6))), pushed(), crm_rows(), crm)


def edit(folder: Path, crm_id: str, field: str, value: str | None) -> None:
    """Change a value as a person would."""
    with sqlite3.connect(folder / "crm" / "crm.sqlite") as con:
        con.execute(f"update contacts set {field} = ? where crm_id = ?", (value, crm_id))


def test_a_push_and_again_is_one_push(crm, candidates, pushed, embedded: EmbeddedCrm) -> None:
    """Law 2: the second plan finds nothing to do."""
    given = candidates({"person_id": "p_1", "email": "a@b.example", "score": "70"}, {"person_id": "p_2", "score": "60"})

    first = apply(plan(given, pushed(), embedded.read(), crm), embedded, lambda _: None)
    second = plan(given, first, embedded.read(), crm)

    assert first["outcome"].to_pylist() == ["created", "created"]
    assert second["action"].to_pylist() == ["unchanged", "unchanged"]


def test_every_planned_row_has_one_outcome(six) -> None:
    for settings in ({}, {"limit": 2}, {"limit": 0}, {"done": ["p_0", "p_5"]}):
        told = apply(six, Grudging(bad={"p_3"}), lambda _: None, **settings)
        assert sorted([*told["person_id"].to_pylist(), *settings.get("done", [])]) == [f"p_{n}" for n in range(6)]


def test_outcomes_are_recorded_as_they_happen_and_once(six) -> None:
    recorded: list[str] = []

    told = apply(six, Grudging(), lambda batch: recorded.extend(batch["person_id"].to_pylist()))

    assert sorted(recorded) == sorted(told["person_id"].to_pylist())


def test_a_bad_row_stands_alone(six) -> None:
    crm = Grudging(bad={"p_2"})

    told = apply(six, crm, lambda _: None).to_pylist()

    assert {row["person_id"]: row["outcome"] for row in told} == {f"p_{n}": "rejected" if n == 2 else "created" for n in range(6)}
    assert next(row for row in told if row["outcome"] == "rejected")["detail"] == "HTTP 409."


def test_a_limit_defers_the_rest(six) -> None:
    told = apply(six, Grudging(), lambda _: None, limit=2)

    assert sorted(told["outcome"].to_pylist()) == ["created"] * 2 + ["deferred"] * 4


def test_a_limit_holds_across_a_resumed_push(six) -> None:
    """Two of three were written before the kill: one more may be."""
    crm = Grudging()

    apply(six, crm, lambda _: None, limit=3, done=["p_0", "p_1"])

    assert crm.taken == ["p_2"]


def test_a_crm_that_is_away_is_asked_once_and_everything_waits(six) -> None:
    told = apply(six, Grudging(away=True), lambda _: None)

    assert set(told["outcome"].to_pylist()) == {"deferred"}
    assert told["hashes"].null_count == 6


def test_after_a_merge_the_record_is_the_survivors_for_good(crm, candidates, pushed, embedded: EmbeddedCrm) -> None:
    merged = pa.table({"entity_id": ["p_9", "p_1"], "merged_into": pa.array(["p_1", None])})
    first = apply(plan(candidates({"person_id": "p_9", "score": "70"}), pushed(), embedded.read(), crm), embedded, lambda _: None)
    survivor = candidates({"person_id": "p_1", "score": "70"})

    second = apply(plan(survivor, first, embedded.read(), crm, merged), embedded, lambda _: None)
    third = plan(survivor, pa.concat_tables([first, second]), embedded.read(), crm, merged)

    assert second["outcome"].to_pylist() == ["updated"]
    assert embedded.read()["leadmill_id"].to_pylist() == ["p_1"]
    assert third["action"].to_pylist() == ["unchanged"]


def test_only_what_was_written_is_remembered_as_written(six) -> None:
    told = apply(six, Grudging(bad={"p_0"}), lambda _: None).to_pylist()

    assert {row["person_id"] for row in told if row["hashes"] is None} == {"p_0"}
    assert json.loads(told[-1]["changes"]) == {"Score": {"before": None, "after": "70"}}


def test_what_we_wrote_before_is_still_remembered_after_an_update(crm, candidates, pushed, embedded: EmbeddedCrm) -> None:
    first = apply(
        plan(candidates({"person_id": "p_1", "job_title": "CEO", "score": "70"}), pushed(), embedded.read(), crm), embedded, lambda _: None
    )
    second = apply(
        plan(candidates({"person_id": "p_1", "job_title": "CEO", "score": "80"}), first, embedded.read(), crm), embedded, lambda _: None
    )

    assert set(json.loads(second["hashes"][0].as_py())) == {"Title", "Score"}


def test_a_person_who_edits_between_plan_and_push_wins(crm, candidates, pushed, embedded: EmbeddedCrm, tmp_path: Path) -> None:
    first = apply(plan(candidates({"person_id": "p_1", "job_title": "CEO"}), pushed(), embedded.read(), crm), embedded, lambda _: None)
    planned = plan(candidates({"person_id": "p_1", "job_title": "Chair"}), first, embedded.read(), crm)
    edit(tmp_path, "emb-1", "Title", "Founder")

    told = apply(planned, embedded, lambda _: None)

    assert told["outcome"].to_pylist() == ["conflict"]
    assert embedded.read()["Title"].to_pylist() == ["Founder"]


def test_a_persons_change_stays_for_ever(crm, candidates, pushed, embedded: EmbeddedCrm, tmp_path: Path) -> None:
    """Law 5, night after night, with and without news of ours."""
    last = apply(plan(candidates({"person_id": "p_1", "job_title": "CEO"}), pushed(), embedded.read(), crm), embedded, lambda _: None)
    edit(tmp_path, "emb-1", "Title", "Founder")

    for title, action in (("CEO", "unchanged"), ("Chair", "conflict"), ("Chair", "conflict"), ("Founder", "unchanged")):
        planned = plan(candidates({"person_id": "p_1", "job_title": title}), last, embedded.read(), crm)
        apply(planned, embedded, lambda _: None)
        assert planned["action"].to_pylist() == [action]
        assert embedded.read()["Title"].to_pylist() == ["Founder"]


def test_the_same_plan_applied_twice_makes_one_record(six, embedded: EmbeddedCrm) -> None:
    """A push cut off before it was recorded is simply run again."""
    told = [apply(six, embedded, lambda _: None) for _ in range(2)]

    assert embedded.read().num_rows == 6
    assert told[0].equals(told[1])


def test_mirrored_contacts_are_added_once_and_never_changed(embedded: EmbeddedCrm, tmp_path: Path) -> None:
    export = pa.table(
        {"crm_id": ["C1", None, "C2"], "email": ["a@b.example", "x@y.example", None], "score": pa.array([5, 6, None], pa.int64())}
    )
    assert embedded.mirror(export) == 2
    edit(tmp_path, "C1", "Email", "changed@b.example")

    assert embedded.mirror(export) == 0
    assert embedded.read().select(["crm_id", "Email", "Score"]).to_pylist() == [
        {"crm_id": "C1", "Email": "changed@b.example", "Score": "5"},
        {"crm_id": "C2", "Email": None, "Score": None},
    ]


def test_a_field_new_in_the_configuration_becomes_a_column(crm, embedded: EmbeddedCrm, tmp_path: Path) -> None:
    fewer = crm.model_copy(update={"fields": {"email": crm.fields["email"]}, "file": "old.sqlite"})
    EmbeddedCrm(fewer, tmp_path).mirror(pa.table({"crm_id": ["C1"], "email": ["a@b.example"]}))

    more = EmbeddedCrm(crm.model_copy(update={"file": "old.sqlite"}), tmp_path)

    assert more.read().column_names == ["crm_id", "leadmill_id", "Email", "Title", "Source", "Score"]
