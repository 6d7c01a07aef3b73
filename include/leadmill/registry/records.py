"""Records: where every row ever received ended, and whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import func, select

from leadmill.registry.bulk import change, read, read_matching, upsert
from leadmill.registry.database import Database
from leadmill.registry.schema import deliveries, fingerprints, records
from leadmill.tally import Tally

STATUSES = ("accepted", "quarantined", "suppressed", "duplicate")
NAMES = tuple(column.name for column in records.columns)


class Records:
    """Rows received, by `record_id`. Tables hold columns of the `records` table; more columns are ignored where said."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, rows: pa.Table) -> None:
        """Insert or replace records and let each accepted one own its fingerprint, if nobody does yet.

        Takes record_id, source, delivery_id, line, fingerprint, status; optional reasons, duplicate_of, person_id, company_id; other
        columns are ignored. Saying the same twice changes nothing.
        """
        kept = rows.select([name for name in rows.column_names if name in NAMES])
        owners = kept.filter(pc.equal(kept["status"], "accepted")).select(["source", "fingerprint", "record_id"])
        with self._database.write() as con:
            upsert(con, records, kept)
            upsert(con, fingerprints, owners, change=())

    def known_fingerprints(self, source: str, rows: pa.Table) -> pa.Table:
        """Find the rows (fingerprint, record_id) whose cells this source has delivered before, as another record.

        Returns record_id (of `rows`) and duplicate_of (the record that owns the fingerprint).
        """
        wanted = pa.table({"fingerprint": pc.unique(rows["fingerprint"])})
        wanted = wanted.append_column("source", pa.repeat(source, wanted.num_rows))
        with self._database.read() as con:
            owned = read_matching(con, fingerprints, wanted, [fingerprints.c.fingerprint, fingerprints.c.record_id])
        owned = owned.rename_columns(["fingerprint", "duplicate_of"])
        joined = rows.select(["fingerprint", "record_id"]).join(owned, "fingerprint", join_type="inner")
        return joined.filter(pc.not_equal(joined["record_id"], joined["duplicate_of"])).select(["record_id", "duplicate_of"])

    def mark(self, rows: pa.Table) -> int:
        """Change what is given beside record_id (status, reasons, duplicate_of, person_id, company_id); return how many there were."""
        with self._database.write() as con:
            return change(con, records, rows)

    def table(
        self,
        *,
        record_id: str | None = None,
        delivery_id: str | None = None,
        person_ids: Sequence[str] | None = None,
        status: str | None = None,
    ) -> pa.Table:
        """Return records, by id; one, those of one delivery, of some persons, of one status."""
        query = select(records).order_by(records.c.record_id)
        if record_id is not None:
            query = query.where(records.c.record_id == record_id)
        if delivery_id is not None:
            query = query.where(records.c.delivery_id == delivery_id)
        if status is not None:
            query = query.where(records.c.status == status)
        if person_ids is not None:
            return self._of_persons(person_ids)
        with self._database.read() as con:
            return read(con, query)

    def ids(self) -> pa.Table:
        """Return record_id, person_id, company_id of every record that has one of them: what a night reads of all the nights before."""
        resolved = records.c.person_id.isnot(None) | records.c.company_id.isnot(None)
        query = select(records.c.record_id, records.c.person_id, records.c.company_id).where(resolved)
        with self._database.read() as con:
            return read(con, query)

    def tallies(self, night_id: str) -> dict[str, Tally]:
        """Count the records of a night's deliveries per source by status, as a Tally each."""
        query = (
            select(records.c.source, records.c.status, func.count())
            .join(deliveries, deliveries.c.delivery_id == records.c.delivery_id)
            .where(deliveries.c.night_id == night_id)
            .group_by(records.c.source, records.c.status)
        )
        counts: dict[str, dict[str, Any]] = {}
        with self._database.read() as con:
            for source, status, count in con.execute(query):
                counts.setdefault(source, {})[status] = count
        return {source: Tally(received=sum(by_status.values()), **by_status) for source, by_status in counts.items()}

    def _of_persons(self, person_ids: Sequence[str]) -> pa.Table:
        wanted = pa.table({"person_id": pa.array(sorted(set(person_ids)), pa.string())})
        with self._database.read() as con:
            return read_matching(con, records, wanted, list(records.columns)).sort_by("record_id")
