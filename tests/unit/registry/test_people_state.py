"""Entities, golden records, suppression, decisions, pushes, answers."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from leadmill.errors import StateError
from leadmill.registry import Registry
from leadmill.registry.human import HumanAnswer
from leadmill.registry.suppression import KEY_VARIABLE


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def keys(*pairs: tuple[str, str | None], **more: list[str]) -> pa.Table:
    kinds, values = zip(*pairs, strict=True)
    return pa.table({"kind": kinds, "value": pa.array(values, pa.string()), **more})


def golden(*rows: tuple[str, str]) -> pa.Table:
    ids, hashes = zip(*rows, strict=True)
    return pa.table(
        {"entity_id": ids, "fields": ['{"city": "Köln"}'] * len(rows), "provenance": ["{}"] * len(rows), "content_hash": hashes}
    )


def test_an_id_keeps_its_first_night(registry: Registry) -> None:
    assert registry.entities.add("person", ["p_2", "p_1", "p_1"], "n1") == 2
    assert registry.entities.add("person", ["p_1", "p_3"], "n2") == 1

    assert registry.entities.table("person").select(["entity_id", "first_night"]).to_pylist() == [
        {"entity_id": "p_1", "first_night": "n1"},
        {"entity_id": "p_2", "first_night": "n1"},
        {"entity_id": "p_3", "first_night": "n2"},
    ]


def test_tombstones_always_name_the_one_alive(registry: Registry) -> None:
    """Merged first into b, then b into c: a's tombstone says c."""
    registry.entities.add("person", ["a", "b", "c", "d"], "n1")

    registry.entities.merge(pa.table({"entity_id": ["a"], "merged_into": ["b"]}))
    registry.entities.merge(pa.table({"entity_id": ["b"], "merged_into": ["c"]}))
    registry.entities.merge(pa.table({"entity_id": ["c"], "merged_into": ["d"]}))

    table = registry.entities.table("person").to_pydict()
    assert dict(zip(table["entity_id"], table["merged_into"], strict=True)) == {"a": "d", "b": "d", "c": "d", "d": None}
    assert registry.entities.tombstones()["entity_id"].to_pylist() == ["a", "b", "c"]


def test_who_was_merged_and_parted_again_is_alive_under_the_first_id(registry: Registry) -> None:
    registry.entities.add("person", ["a", "b", "c"], "n1")
    registry.entities.merge(pa.table({"entity_id": ["b", "c"], "merged_into": ["a", "a"]}))

    assert registry.entities.add("person", ["a", "b"], "n2") == 0

    table = registry.entities.table("person").to_pydict()
    assert dict(zip(table["entity_id"], table["merged_into"], strict=True)) == {"a": None, "b": None, "c": "a"}


def test_a_merge_in_a_circle_is_refused(registry: Registry) -> None:
    registry.entities.add("person", ["a", "b"], "n1")

    with pytest.raises(ValueError, match="circle"):
        registry.entities.merge(pa.table({"entity_id": ["a", "b"], "merged_into": ["b", "a"]}))


def test_a_golden_record_is_written_only_when_it_changed(registry: Registry) -> None:
    assert registry.entities.save_golden("person", golden(("p_1", "h1"), ("p_2", "h2")), "n1") == 2
    assert registry.entities.save_golden("person", golden(("p_1", "h1"), ("p_2", "h9")), "n2") == 1

    stored = registry.entities.golden("person", ["p_1", "p_2", "p_9"]).to_pydict()
    assert (stored["entity_id"], stored["night_id"], stored["content_hash"]) == (["p_1", "p_2"], ["n1", "n2"], ["h1", "h9"])


def test_suppression_finds_whoever_asked_under_any_spelling(registry: Registry, now) -> None:
    registry.suppression.add(keys(("email", "Ann@Example.com"), ("phone", None), reason=["asked", "asked"]), now)

    hits = registry.suppression.hits(
        keys(("email", " ann@example.COM "), ("email", "bob@example.com"), ("phone", "ann@example.com"), record_id=["r1", "r2", "r3"])
    )

    assert hits.select(["record_id", "kind", "reason"]).to_pylist() == [{"record_id": "r1", "kind": "email", "reason": "asked"}]


def test_suppressing_twice_keeps_the_first_reason(registry: Registry, now) -> None:
    assert registry.suppression.add(keys(("domain", "a.example"), ("domain", "A.example"), reason=["first", "second"]), now) == 1
    assert registry.suppression.add(keys(("domain", "a.example"), reason=["third"]), now) == 0

    assert registry.suppression.hits(keys(("domain", "a.example")))["reason"].to_pylist() == ["first"]


def test_no_suppressed_value_is_in_the_database(registry: Registry, tmp_path: Path, now) -> None:
    registry.suppression.add(keys(("email", "canary@example.com")), now)

    with registry.database.read() as con:
        stored = con.exec_driver_sql("select * from suppression").fetchall()

    assert "canary" not in repr(stored)


def test_the_key_is_made_once_and_its_owners_alone(registry: Registry, tmp_path: Path, now) -> None:
    registry.suppression.add(keys(("email", "ann@example.com")), now)
    path = tmp_path / "suppression.key"
    before = path.read_bytes()

    registry.suppression.add(keys(("email", "bob@example.com")), now)

    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.glob(".suppression*")) == []


def test_a_lost_key_stops_instead_of_forgetting_everyone(registry: Registry, tmp_path: Path, now) -> None:
    registry.suppression.add(keys(("email", "ann@example.com")), now)
    (tmp_path / "suppression.key").unlink()

    with pytest.raises(StateError, match="key of the suppression list is gone") as caught:
        registry.suppression.hits(keys(("email", "ann@example.com")))

    assert KEY_VARIABLE in str(caught.value)


def test_machines_that_share_the_key_recognise_the_same_people(registry: Registry, now, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "one secret")
    registry.suppression.add(keys(("email", "ann@example.com")), now)

    assert registry.suppression.hits(keys(("email", "ann@example.com"))).num_rows == 1
    monkeypatch.setenv(KEY_VARIABLE, "another")
    assert registry.suppression.hits(keys(("email", "ann@example.com"))).num_rows == 0


def test_an_empty_suppression_list_asks_for_no_key(registry: Registry, tmp_path: Path) -> None:
    assert registry.suppression.hits(keys(("email", "ann@example.com"))).num_rows == 0
    assert not (tmp_path / "suppression.key").exists()


def decisions(*rows: tuple[str, str, float | None]) -> pa.Table:
    ids, kinds, scores = zip(*rows, strict=True)
    same = {name: [name] * len(rows) for name in ("ruleset_hash", "reasons", "inputs_hash")}
    return pa.table({"person_id": ids, "decision": kinds, "score": pa.array(scores, pa.float64()), **same})


def test_a_repeated_stage_replaces_its_own_decisions_and_no_others(registry: Registry, now) -> None:
    for night in ("n1", "n2"):
        registry.nights.start(night, {}, now)
    registry.decisions.save("n1", decisions(("p_1", "qualified", 70.5), ("p_2", "suppressed", None)))
    registry.decisions.save("n2", decisions(("p_1", "nurture", 40.0)))
    registry.decisions.save("n2", decisions(("p_1", "disqualified", 10.0)))

    assert registry.decisions.counts("n1") == {"qualified": 1, "suppressed": 1}
    assert registry.decisions.of_person("p_1")["decision"].to_pylist() == ["qualified", "disqualified"]
    assert registry.decisions.table("n1")["score"].to_pylist() == [70.5, None]


def test_the_newest_decision_is_that_of_the_latest_night_whatever_its_name(registry: Registry, now) -> None:
    """The night n10 comes after n9, and a merged person is decided under the survivor's id."""
    registry.entities.add("person", ["p_1", "p_2", "p_3"], "n9")
    for hour, night in enumerate(("n9", "n10")):
        registry.nights.start(night, {}, now + timedelta(hours=hour))
    registry.decisions.save("n9", decisions(("p_1", "qualified", 70.0), ("p_2", "qualified", 60.0), ("p_3", "qualified", 60.0)))
    registry.decisions.save("n10", decisions(("p_1", "nurture", 40.0)))
    registry.entities.merge(pa.table({"entity_id": ["p_3"], "merged_into": ["p_1"]}))

    assert registry.decisions.latest("qualified")["person_id"].to_pylist() == ["p_2"]
    assert registry.decisions.latest("nurture")["person_id"].to_pylist() == ["p_1"]
    assert registry.decisions.of_person("p_1")["night_id"].to_pylist() == ["n9", "n10"]


def test_a_ruleset_once_used_can_be_read_for_ever(registry: Registry, now) -> None:
    registry.decisions.keep_ruleset("h1", "b2b", "gates: []", now)
    registry.decisions.keep_ruleset("h1", "b2b", "something else", now)

    assert registry.decisions.ruleset_text("h1") == "gates: []"
    with pytest.raises(StateError, match="no ruleset h2"):
        registry.decisions.ruleset_text("h2")


def outcomes(*rows: tuple[str, str, str | None]) -> pa.Table:
    ids, results, hashes = zip(*rows, strict=True)
    size = len(rows)
    return pa.table(
        {
            "person_id": ids,
            "crm_id": pa.array([f"crm-{name}" for name in ids]),
            "action": ["create"] * size,
            "outcome": results,
            "detail": pa.nulls(size, pa.string()),
            "changes": ["{}"] * size,
            "hashes": pa.array(hashes, pa.string()),
        }
    )


def test_the_push_ledger_only_grows(registry: Registry, now) -> None:
    registry.pushes.record("n1", "embedded", outcomes(("p_1", "rejected", None), ("p_2", "created", '{"city": "h"}')), now)
    registry.pushes.record("n1", "embedded", outcomes(("p_1", "created", '{"city": "g"}')), now)

    assert registry.pushes.entries(person_id="p_1")["outcome"].to_pylist() == ["rejected", "created"]
    assert registry.pushes.counts("n1") == {"created": 2}


def test_only_what_was_written_counts_as_pushed(registry: Registry, now) -> None:
    registry.pushes.record("n1", "embedded", outcomes(("p_1", "rejected", None), ("p_2", "created", '{"city": "h"}')), now)

    pushed = registry.pushes.pushed("embedded").select(["person_id", "crm_id", "hashes"]).to_pylist()

    assert pushed == [{"person_id": "p_2", "crm_id": "crm-p_2", "hashes": '{"city": "h"}'}]
    assert registry.pushes.pushed("other").num_rows == 0


def test_the_last_human_answer_holds(registry: Registry, now) -> None:
    for answer in ("no", "yes"):
        registry.human.give("same_person", "p_1|p_2", answer, by="ann", now=now)

    assert registry.human.table("same_person")["answer"].to_pylist() == ["yes"]
    assert registry.human.answer("same_person", "p_1|p_2") == HumanAnswer("yes", "ann", now)


def test_a_question_nobody_answered_has_no_answer(registry: Registry, now) -> None:
    registry.human.give("same_person", "p_1|p_2", "yes", by="ann", now=now)

    assert registry.human.answer("held_list", "p_1|p_2") is None


def test_terms_of_a_list_are_kept_by_version(registry: Registry, now) -> None:
    assert [registry.list_contracts.keep("fairs", terms, "{}", now) for terms in ("t1", "t1", "t2")] == [True, False, True]

    assert registry.list_contracts.table("fairs")["terms_hash"].to_pylist() == ["t1", "t2"]
