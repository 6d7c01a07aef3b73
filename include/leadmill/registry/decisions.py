"""Decisions and the rulesets that made them: with the lake, enough to reproduce any past decision."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
from sqlalchemy import func, select

from leadmill.errors import StateError
from leadmill.registry.bulk import read, upsert
from leadmill.registry.database import Database
from leadmill.registry.insert_once import insert_once
from leadmill.registry.schema import decisions, entities, nights, rulesets

_NIGHT = (nights.c.started_at, nights.c.night_id)  # an id does not tell which night came first
_OF_NIGHT = nights.c.night_id == decisions.c.night_id


class Decisions:
    """One decision per person and night, and the text of every ruleset ever used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep_ruleset(self, ruleset_hash: str, name: str, text: str, now: datetime) -> None:
        """Keep a ruleset's text under its content hash, once."""
        with self._database.write() as con:
            insert_once(con, rulesets, {"ruleset_hash": ruleset_hash, "name": name, "text": text, "first_used_at": now})

    def knows_ruleset(self, ruleset_hash: str) -> bool:
        """Tell whether a ruleset was used before."""
        with self._database.read() as con:
            return con.execute(select(rulesets.c.name).where(rulesets.c.ruleset_hash == ruleset_hash)).scalar() is not None

    def ruleset_text(self, ruleset_hash: str) -> str:
        """Return the text of a ruleset once used. Raises StateError when it never was."""
        with self._database.read() as con:
            text = con.execute(select(rulesets.c.text).where(rulesets.c.ruleset_hash == ruleset_hash)).scalar()
        if text is None:
            raise StateError(f"no ruleset {ruleset_hash} in the registry.", hint="It was never used here to decide.")
        return str(text)

    def save(self, night_id: str, rows: pa.Table) -> None:
        """Save a night's decisions: person_id, decision, score, ruleset_hash, reasons, inputs_hash and optional next_check_at.

        A repeated stage replaces its own.
        """
        with self._database.write() as con:
            upsert(con, decisions, rows.append_column("night_id", pa.repeat(night_id, rows.num_rows)))

    def table(self, night_id: str) -> pa.Table:
        """Decisions of one night, by person."""
        with self._database.read() as con:
            return read(con, select(decisions).where(decisions.c.night_id == night_id).order_by(decisions.c.person_id))

    def of_person(self, person_id: str) -> pa.Table:
        """Return every decision ever made about a person, oldest night first."""
        with self._database.read() as con:
            query = select(decisions).join(nights, _OF_NIGHT).where(decisions.c.person_id == person_id).order_by(*_NIGHT)
            return read(con, query)

    def counts(self, night_id: str) -> dict[str, int]:
        """Count the decisions of a night by kind."""
        query = select(decisions.c.decision, func.count()).where(decisions.c.night_id == night_id).group_by(decisions.c.decision)
        with self._database.read() as con:
            return {row[0]: row[1] for row in con.execute(query)}

    def latest(self, decision: str | None = None) -> pa.Table:
        """Newest decision of everybody alive, or of those for whom it is `decision`, by person.

        Returns person_id, night_id, decision, decided_at, next_check_at: not the reasons, which are long.
        """
        newest = func.row_number().over(partition_by=decisions.c.person_id, order_by=[moment.desc() for moment in _NIGHT]).label("place")
        people = decisions.join(entities, entities.c.entity_id == decisions.c.person_id).join(nights, _OF_NIGHT)
        decided_at = nights.c.started_at.label("decided_at")
        told = (decisions.c.person_id, decisions.c.night_id, decisions.c.decision, decisions.c.next_check_at)
        ranked = select(*told, decided_at, newest).select_from(people).where(entities.c.merged_into.is_(None)).subquery()
        columns = [ranked.c[name] for name in ("person_id", "night_id", "decision", "decided_at", "next_check_at")]
        query = select(*columns).where(ranked.c.place == 1).order_by(ranked.c.person_id)
        if decision is not None:
            query = query.where(ranked.c.decision == decision)
        with self._database.read() as con:
            return read(con, query)
