"""Carry out a plan: safe to stop anywhere and to run again.

Each batch is written, then recorded. What was written and not recorded is found again by our external key, and the CRM compares
before it sets: a record that already holds what we planned counts as done, one a person touched since the plan is left as a conflict.
One bad row never sinks a batch: a refused batch is halved until the bad row stands alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from leadmill.errors import ServiceRefused, ServiceUnavailable

OUTCOMES = pa.schema(
    [
        ("person_id", pa.string()),
        ("crm_id", pa.string()),
        ("action", pa.string()),  # what the plan said
        ("outcome", pa.string()),  # created, updated, unchanged, conflict, rejected, deferred
        ("detail", pa.string()),
        ("changes", pa.string()),  # JSON {field: {before, after}} of what was written
        ("hashes", pa.string()),  # JSON {field: sha256} the CRM now holds from us; null when nothing was written
    ]
)


@dataclass(frozen=True, slots=True)
class Write:
    """One record to create or change: `before` is what the CRM held when planned, `after` what it shall hold, by field."""

    key: str  # ours, opaque, the same on every attempt: the person's id
    crm_id: str | None
    before: dict[str, str | None]
    after: dict[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """How one write ended: created, updated, conflict or rejected; `crm_id` where the CRM has the record."""

    outcome: str
    crm_id: str | None = None
    detail: str | None = None


class Crm(Protocol):
    """What a push needs of a CRM."""

    batch: int

    def write(self, writes: Sequence[Write]) -> list[Written]:
        """Write a batch and say per row, in order, how it ended.

        Must be idempotent by key and compare before it sets. Raises ServiceUnavailable when the CRM did not answer, ServiceRefused when
        it refused the batch as a whole and wrote none of it.
        """


Record = Callable[[pa.Table], None]


def apply(plan: pa.Table, crm: Crm, record: Record, *, limit: int | None = None, done: Collection[str] = ()) -> pa.Table:
    """Write what the plan says and return `OUTCOMES`, one row per planned row that is not among the persons `done`.

    `record` gets the outcomes batch by batch, right after each is written. At most `limit` records are written; more, and what an
    unavailable CRM did not take, are deferred: the next plan finds them again.
    """
    finished = set(done)
    rows = plan.to_pylist()
    planned = [row for row in rows if row["action"] in ("create", "update")]
    allowed = [row for row in planned[:limit] if row["person_id"] not in finished]
    over = [row for row in planned[len(planned[:limit]) :] if row["person_id"] not in finished]
    settled = [row for row in rows if row["action"] not in ("create", "update") and row["person_id"] not in finished]
    told = _recorded(record, [_told(row, Written(row["action"])) for row in settled])
    for start in range(0, len(allowed), crm.batch):
        batch = allowed[start : start + crm.batch]
        ended = [_told(row, written) for row, written in zip(batch, _write(crm, batch), strict=True)]
        told += _recorded(record, ended)
        if all(row["outcome"] == "deferred" for row in ended):
            over = allowed[start + len(batch) :] + over  # the CRM is down: nobody sleeps in a worker
            break
    told += _recorded(record, [_told(row, Written("deferred", detail="waits for the next push")) for row in over])
    return _table(told)


def _recorded(record: Record, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if rows:
        record(_table(rows))
    return rows


def _write(crm: Crm, rows: list[dict[str, Any]]) -> list[Written]:
    """Write rows, halving a refused batch until the bad row stands alone."""
    try:
        return crm.write([_as_write(row) for row in rows])
    except ServiceUnavailable as error:
        return [Written("deferred", row["crm_id"], error.message) for row in rows]
    except ServiceRefused as error:
        if len(rows) == 1:
            return [Written("rejected", rows[0]["crm_id"], error.message)]
        middle = len(rows) // 2
        return _write(crm, rows[:middle]) + _write(crm, rows[middle:])


def _as_write(row: dict[str, Any]) -> Write:
    return Write(
        key=row["person_id"],
        crm_id=row["crm_id"],
        before={change["field"]: change["before"] for change in row["changes"]},
        after={change["field"]: change["after"] for change in row["changes"]},
    )


def _told(row: dict[str, Any], written: Written) -> dict[str, Any]:
    """Make one row of OUTCOMES."""
    done = written.outcome in ("created", "updated")
    changes = {change["field"]: {"before": change["before"], "after": change["after"]} for change in row["changes"]}
    hashes = json.loads(row["hashes"] or "{}") | {field: _hash(change["after"]) for field, change in changes.items()}
    return {
        "person_id": row["person_id"],
        "crm_id": written.crm_id or row["crm_id"],
        "action": row["action"],
        "outcome": written.outcome,
        "detail": written.detail or row["detail"],
        "changes": json.dumps(changes, ensure_ascii=False) if done else None,
        "hashes": json.dumps(hashes) if done else None,
    }


def _hash(value: str) -> str:
    """SHA-256 of a text as DuckDB's `sha256` makes it, so that plans compare in SQL."""
    return hashlib.sha256(value.encode()).hexdigest()


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=OUTCOMES)
