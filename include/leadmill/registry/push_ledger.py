"""What was written to a CRM: an append-only ledger, and per person the hashes of the values we wrote last."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
from sqlalchemy import func, select

from leadmill.registry.bulk import append, read, upsert
from leadmill.registry.column_types import TIMESTAMP
from leadmill.registry.database import Database
from leadmill.registry.schema import push_ledger, pushed


class PushLedger:
    """Outcomes of pushes and the state they left."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, night_id: str, crm: str, outcomes: pa.Table, now: datetime) -> None:
        """Append outcomes (person_id, crm_id, action, outcome, detail, changes, hashes) and remember what was written, in one transaction.

        `hashes` is JSON {field: hash} where the CRM now holds what we wrote, null where nothing was written.
        """
        size = outcomes.num_rows
        stamp = {
            "night_id": pa.repeat(night_id, size),
            "crm": pa.repeat(crm, size),
            "at": pa.repeat(pa.scalar(now, TIMESTAMP), size),
        }
        told = outcomes.select(["person_id", "crm_id", "action", "outcome", "detail", "changes"])
        entries = pa.table({**{name: told[name] for name in told.column_names}, **stamp})
        written = outcomes.select(["person_id", "crm_id", "hashes"])
        state = pa.table({**{name: written[name] for name in written.column_names}, "crm": stamp["crm"], "pushed_at": stamp["at"]})
        with self._database.write() as con:
            append(con, push_ledger, entries)
            upsert(con, pushed, state.filter(state["hashes"].is_valid()))

    def pushed(self, crm: str) -> pa.Table:
        """Return the state we left in a CRM, per person: crm, person_id, crm_id, hashes (JSON {field: hash}), pushed_at."""
        with self._database.read() as con:
            return read(con, select(pushed).where(pushed.c.crm == crm).order_by(pushed.c.person_id))

    def entries(self, *, night_id: str | None = None, person_id: str | None = None) -> pa.Table:
        """Ledger entries in the order they were written; of one night or person when asked."""
        query = select(push_ledger).order_by(push_ledger.c.entry_id)
        if night_id is not None:
            query = query.where(push_ledger.c.night_id == night_id)
        if person_id is not None:
            query = query.where(push_ledger.c.person_id == person_id)
        with self._database.read() as con:
            return read(con, query)

    def counts(self, night_id: str) -> dict[str, int]:
        """Count a night's persons by their last outcome."""
        last = (
            select(func.max(push_ledger.c.entry_id))
            .where(push_ledger.c.night_id == night_id)
            .group_by(push_ledger.c.crm, push_ledger.c.person_id)
        )
        query = select(push_ledger.c.outcome, func.count()).where(push_ledger.c.entry_id.in_(last)).group_by(push_ledger.c.outcome)
        with self._database.read() as con:
            return {row[0]: row[1] for row in con.execute(query)}
