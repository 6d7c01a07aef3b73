"""Nights: one run of the whole pipeline, with the result of every stage so that a resumed run skips what is done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from leadmill.errors import StateError
from leadmill.registry.database import Database
from leadmill.registry.insert_once import insert_once
from leadmill.registry.schema import night_stages, nights


@dataclass(frozen=True, slots=True)
class Night:
    """One run: its parameters as given, and what each finished stage returned."""

    night_id: str
    state: str
    params: dict[str, Any]
    started_at: datetime
    finished_at: datetime | None
    results: dict[str, Any]


class Nights:
    """Runs of the pipeline."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, night_id: str, params: Mapping[str, Any], now: datetime) -> Night:
        """Begin a night, or take it up again: the first parameters and start time stay."""
        row = {"night_id": night_id, "state": "running", "params": json.dumps(dict(params)), "started_at": now}
        with self._database.write() as con:
            if not insert_once(con, nights, row):
                con.execute(update(nights).where(nights.c.night_id == night_id, nights.c.state == "failed").values(state="running"))
        return self.get(night_id)

    def get(self, night_id: str) -> Night:
        """Return one night. Raises StateError when there is none."""
        with self._database.read() as con:
            row = con.execute(select(nights).where(nights.c.night_id == night_id)).mappings().one_or_none()
            stages = con.execute(select(night_stages.c.stage, night_stages.c.result).where(night_stages.c.night_id == night_id)).all()
        if row is None:
            raise StateError(f"no night {night_id!r} in the registry.", hint="Start it first.")
        return Night(
            night_id=night_id,
            state=row["state"],
            params=json.loads(row["params"]),
            started_at=row["started_at"],
            finished_at=row["finished_at"],
            results={stage: json.loads(result) for stage, result in stages},
        )

    def latest(self) -> Night | None:
        """Return the night started last, or None before the first."""
        with self._database.read() as con:
            night_id = con.execute(
                select(nights.c.night_id).order_by(nights.c.started_at.desc(), nights.c.night_id.desc()).limit(1)
            ).scalar()
        return None if night_id is None else self.get(night_id)

    def record_stage(self, night_id: str, stage: str, result: Mapping[str, Any], now: datetime) -> None:
        """Keep what a stage returned (paths and counts, never rows); the last telling holds."""
        row = {"night_id": night_id, "stage": stage, "result": json.dumps(dict(result)), "at": now}
        same = (night_stages.c.night_id == night_id) & (night_stages.c.stage == stage)
        with self._database.write() as con:
            if not insert_once(con, night_stages, row):
                con.execute(update(night_stages).where(same).values(result=row["result"], at=now))

    def finish(self, night_id: str, state: str, now: datetime) -> None:
        """End a night as `done` or `failed`."""
        with self._database.write() as con:
            con.execute(update(nights).where(nights.c.night_id == night_id).values(state=state, finished_at=now))
