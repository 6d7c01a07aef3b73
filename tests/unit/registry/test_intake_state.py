"""Deliveries, records and nights: what is said twice is said once."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest

from leadmill.errors import StateError
from leadmill.registry import Registry
from leadmill.tally import Tally


def rows(*cells: tuple[str, str, str], delivery_id: str = "d1", source: str = "fairs") -> pa.Table:
    """Make records from (record_id, fingerprint, status)."""
    ids, prints, statuses = zip(*cells, strict=True)
    size = len(cells)
    return pa.table(
        {
            "record_id": ids,
            "source": pa.repeat(source, size),
            "delivery_id": pa.repeat(delivery_id, size),
            "line": pa.array(range(2, size + 2), pa.int32()),
            "fingerprint": prints,
            "status": statuses,
            "email": pa.repeat("never.stored@example.com", size),
        }
    )


def test_a_delivery_is_landed_once(registry: Registry, now) -> None:
    registry.deliveries.land("d1", "fairs", "may.csv", now)
    registry.deliveries.mark("d1", "standardised", now, counts={"received": 3})

    again = registry.deliveries.land("d1", "fairs", "may (copy).csv", now + timedelta(days=1))

    assert (again.file, again.state, again.counts, again.landed_at) == ("may.csv", "standardised", {"received": 3}, now)


def test_an_unknown_delivery_is_an_error(registry: Registry) -> None:
    with pytest.raises(StateError, match="no delivery d9"):
        registry.deliveries.get("d9")


def test_a_state_outside_the_vocabulary_is_refused(registry: Registry, now) -> None:
    with pytest.raises(ValueError, match="not a state"):
        registry.deliveries.mark("d1", "finished", now)


def test_marking_without_counts_keeps_them(registry: Registry, now) -> None:
    registry.deliveries.land("d1", "fairs", "may.csv", now)
    registry.deliveries.mark("d1", "validated", now, counts={"received": 3})
    registry.deliveries.mark("d1", "held", now, detail="required_columns")

    delivery = registry.deliveries.get("d1")

    assert (delivery.state, delivery.counts, delivery.detail) == ("held", {"received": 3}, "required_columns")


def test_a_night_takes_what_is_ready_and_only_once(registry: Registry, now) -> None:
    """A resumed night works on the same deliveries, whatever arrived meanwhile."""
    for name, state in (("d1", "standardised"), ("d2", "held"), ("d3", "landed")):
        registry.deliveries.land(name, "fairs", f"{name}.csv", now)
        registry.deliveries.mark(name, state, now)
    registry.nights.start("n1", {}, now)

    first = registry.deliveries.claim("n1", now)
    registry.deliveries.mark("d3", "standardised", now)
    again = registry.deliveries.claim("n1", now)
    registry.nights.start("n2", {}, now)
    next_night = registry.deliveries.claim("n2", now)

    assert [first["delivery_id"].to_pylist(), again["delivery_id"].to_pylist()] == [["d1"], ["d1"]]
    assert next_night["delivery_id"].to_pylist() == ["d3"]


def test_a_night_that_found_nothing_stays_empty(registry: Registry, now) -> None:
    registry.nights.start("n1", {}, now)
    registry.deliveries.claim("n1", now)
    registry.deliveries.land("d1", "fairs", "late.csv", now)
    registry.deliveries.mark("d1", "standardised", now)

    assert registry.deliveries.claim("n1", now).num_rows == 0


def test_a_night_may_be_limited_to_some_sources(registry: Registry, now) -> None:
    for name, source in (("d1", "fairs"), ("d2", "webinar")):
        registry.deliveries.land(name, source, f"{name}.csv", now)
        registry.deliveries.mark(name, "standardised", now)
    registry.nights.start("n1", {}, now)

    assert registry.deliveries.claim("n1", now, source="webinar")["delivery_id"].to_pylist() == ["d2"]


def test_saving_records_twice_is_saving_them_once(registry: Registry) -> None:
    table = rows(("d1-2", "f1", "accepted"), ("d1-3", "f2", "quarantined"))

    registry.records.save(table)
    registry.records.save(table)

    assert registry.records.table()["record_id"].to_pylist() == ["d1-2", "d1-3"]


def test_records_come_back_as_they_went_in(registry: Registry) -> None:
    table = rows(("d1-2", "f1", "quarantined"), ("d1-3", "f2", "accepted"))
    table = table.append_column("reasons", pa.array([["bad_email", 'quote "'], None], pa.list_(pa.string())))

    registry.records.save(table)

    stored = registry.records.table()
    assert stored.select(["record_id", "line", "status", "reasons", "person_id"]).to_pylist() == [
        {"record_id": "d1-2", "line": 2, "status": "quarantined", "reasons": ["bad_email", 'quote "'], "person_id": None},
        {"record_id": "d1-3", "line": 3, "status": "accepted", "reasons": None, "person_id": None},
    ]
    assert stored.schema.field("reasons").type == pa.list_(pa.string())


def test_a_row_delivered_before_is_known_by_its_cells(registry: Registry) -> None:
    registry.records.save(rows(("d1-2", "f1", "accepted"), ("d1-3", "f2", "accepted")))

    known = registry.records.known_fingerprints("fairs", rows(("d2-2", "f2", "accepted"), ("d2-3", "f3", "accepted"), delivery_id="d2"))

    assert known.to_pylist() == [{"record_id": "d2-2", "duplicate_of": "d1-3"}]


def test_a_resumed_delivery_does_not_find_itself(registry: Registry) -> None:
    table = rows(("d1-2", "f1", "accepted"))
    registry.records.save(table)

    assert registry.records.known_fingerprints("fairs", table).num_rows == 0


def test_the_same_cells_from_another_source_are_news(registry: Registry) -> None:
    registry.records.save(rows(("d1-2", "f1", "accepted")))

    assert registry.records.known_fingerprints("webinar", rows(("d2-2", "f1", "accepted"), source="webinar")).num_rows == 0


def test_a_duplicate_never_owns_its_cells(registry: Registry) -> None:
    registry.records.save(rows(("d1-3", "f1", "duplicate"), ("d1-2", "f1", "accepted")))

    known = registry.records.known_fingerprints("fairs", rows(("d2-2", "f1", "accepted")))

    assert known["duplicate_of"].to_pylist() == ["d1-2"]


def test_marking_changes_only_what_is_given(registry: Registry) -> None:
    registry.records.save(rows(("d1-2", "f1", "accepted"), ("d1-3", "f2", "accepted")))

    changed = registry.records.mark(pa.table({"record_id": ["d1-3", "d9-9"], "person_id": ["p_1", "p_9"]}))

    assert changed == 1
    assert registry.records.ids()["record_id"].to_pylist() == ["d1-3"]
    assert registry.records.table(person_ids=["p_1"])["status"].to_pylist() == ["accepted"]


def test_an_unknown_column_is_refused_by_name(registry: Registry) -> None:
    with pytest.raises(ValueError, match="no column 'persn_id'"):
        registry.records.mark(pa.table({"record_id": ["d1-2"], "persn_id": ["p_1"]}))


def test_an_empty_table_is_nothing(registry: Registry) -> None:
    registry.records.save(rows(("d1-2", "f1", "accepted")).slice(0, 0))

    assert registry.records.table().num_rows == 0
    assert registry.records.table().schema.field("line").type == pa.int64()


def test_the_tally_of_a_night_counts_every_record_of_its_deliveries(registry: Registry, now) -> None:
    registry.deliveries.land("d1", "fairs", "may.csv", now)
    registry.deliveries.mark("d1", "standardised", now)
    registry.records.save(rows(("d1-2", "f1", "accepted"), ("d1-3", "f2", "quarantined"), ("d1-4", "f1", "duplicate")))
    registry.nights.start("n1", {}, now)
    registry.deliveries.claim("n1", now)

    assert registry.records.tallies("n1") == {"fairs": Tally(received=3, accepted=1, quarantined=1, duplicate=1)}


def test_a_night_begun_again_keeps_its_first_parameters(registry: Registry, now) -> None:
    registry.nights.start("n1", {"limit": 5}, now)
    registry.nights.record_stage("n1", "match", {"persons": 3}, now)
    registry.nights.finish("n1", "failed", now)

    night = registry.nights.start("n1", {"limit": 9}, now + timedelta(hours=1))

    assert (night.params, night.state, night.started_at, night.results) == ({"limit": 5}, "running", now, {"match": {"persons": 3}})


def test_a_finished_night_stays_finished(registry: Registry, now) -> None:
    registry.nights.start("n1", {}, now)
    registry.nights.finish("n1", "done", now)

    assert registry.nights.start("n1", {}, now).state == "done"


def test_the_last_telling_of_a_stage_holds(registry: Registry, now) -> None:
    registry.nights.start("n1", {}, now)
    for count in (1, 2):
        registry.nights.record_stage("n1", "match", {"persons": count}, now)

    assert registry.nights.latest().results == {"match": {"persons": 2}}
