"""Deliveries: which files were received, how far each has come, and which night took it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import select, update

from leadmill.errors import StateError
from leadmill.registry.bulk import read
from leadmill.registry.database import Database
from leadmill.registry.insert_once import insert_once
from leadmill.registry.schema import deliveries, nights

STATES = ("landed", "validated", "standardised", "held", "refused", "failed")
READY = "standardised"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file received; `counts` say where its rows ended so far."""

    delivery_id: str
    source: str
    file: str
    state: str
    counts: dict[str, int]
    detail: str | None
    night_id: str | None
    landed_at: datetime
    changed_at: datetime


class Deliveries:
    """Files received, by the hash of their bytes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def land(self, delivery_id: str, source: str, file: str, now: datetime) -> Delivery:
        """Record that a file arrived and return its row: the first one's, when these bytes were received before.

        A row with `state` "landed" whose intake was cut off is taken up again by whoever asks; any other state is already done.
        """
        row = {"delivery_id": delivery_id, "source": source, "file": file, "state": "landed", "landed_at": now, "changed_at": now}
        with self._database.write() as con:
            insert_once(con, deliveries, row)
        return self.get(delivery_id)

    def get(self, delivery_id: str) -> Delivery:
        """Return one delivery. Raises StateError when there is none."""
        with self._database.read() as con:
            row = con.execute(select(deliveries).where(deliveries.c.delivery_id == delivery_id)).mappings().one_or_none()
        if row is None:
            raise StateError(f"no delivery {delivery_id} in the registry.", hint="Land its file first.")
        return Delivery(**{**row, "counts": json.loads(row["counts"] or "{}")})

    def mark(
        self, delivery_id: str, state: str, now: datetime, *, counts: Mapping[str, int] | None = None, detail: str | None = None
    ) -> None:
        """Say how far a delivery has come; `counts` replaces the counts so far, None keeps them."""
        if state not in STATES:
            raise ValueError(f"{state!r} is not a state of a delivery: {', '.join(STATES)}")
        values: dict[str, Any] = {"state": state, "changed_at": now, "detail": detail}
        if counts is not None:
            values["counts"] = json.dumps(dict(counts))
        with self._database.write() as con:
            con.execute(update(deliveries).where(deliveries.c.delivery_id == delivery_id).values(values))

    def table(self, *, night_id: str | None = None, source: str | None = None) -> pa.Table:
        """Deliveries as a table, oldest first; of one night or one source when asked."""
        query = select(deliveries).order_by(deliveries.c.landed_at, deliveries.c.delivery_id)
        if night_id is not None:
            query = query.where(deliveries.c.night_id == night_id)
        if source is not None:
            query = query.where(deliveries.c.source == source)
        with self._database.read() as con:
            return read(con, query)

    def claim(self, night_id: str, now: datetime, *, source: str | None = None, delivery: str | None = None) -> pa.Table:
        """Give a night every standardised delivery that no night has taken, and return all it has.

        Of one `source`, or whose id begins with `delivery`, when asked.

        Once only: a night that asks again gets the same deliveries, whatever arrived meanwhile.
        """
        first = update(nights).where(nights.c.night_id == night_id, nights.c.claimed_at.is_(None)).values(claimed_at=now)
        take = update(deliveries).where(deliveries.c.state == READY, deliveries.c.night_id.is_(None)).values(night_id=night_id)
        if source is not None:
            take = take.where(deliveries.c.source == source)
        if delivery is not None:
            take = take.where(deliveries.c.delivery_id.startswith(delivery, autoescape=True))
        with self._database.write() as con:
            if con.execute(first).rowcount:
                con.execute(take)
        return self.table(night_id=night_id)
