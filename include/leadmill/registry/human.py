"""What people said: answers to our questions, and the terms under which lists were bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from sqlalchemy import select, update

from leadmill.registry.bulk import read
from leadmill.registry.database import Database
from leadmill.registry.insert_once import insert_once
from leadmill.registry.schema import human_answers, list_contracts


@dataclass(frozen=True, slots=True)
class HumanAnswer:
    """What somebody said, and when."""

    answer: str
    answered_by: str
    answered_at: datetime


class HumanAnswers:
    """Answers by people, one per question and subject; the last one holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, question: str, subject: str, answer: str, *, by: str, now: datetime) -> None:
        """Record an answer; a later one to the same question replaces it."""
        row = {"question": question, "subject": subject, "answer": answer, "answered_by": by, "answered_at": now}
        same = (human_answers.c.question == question) & (human_answers.c.subject == subject)
        with self._database.write() as con:
            if not insert_once(con, human_answers, row):
                con.execute(update(human_answers).where(same).values(answer=answer, answered_by=by, answered_at=now))

    def answer(self, question: str, subject: str) -> HumanAnswer | None:
        """Return the answer to one question about one subject; None when nobody has answered yet."""
        said = human_answers.c
        query = select(said.answer, said.answered_by, said.answered_at).where(said.question == question, said.subject == subject)
        with self._database.read() as con:
            row = con.execute(query).mappings().one_or_none()
        return None if row is None else HumanAnswer(**row)

    def table(self, question: str) -> pa.Table:
        """Return every answer to one question: question, subject, answer, answered_by, answered_at."""
        with self._database.read() as con:
            return read(con, select(human_answers).where(human_answers.c.question == question).order_by(human_answers.c.subject))


class ListContracts:
    """Terms of the lists as their sources stated them, every version that was ever in force."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, source: str, terms_hash: str, terms: str, now: datetime) -> bool:
        """Keep the terms (JSON) of a source under their hash; return whether they are new."""
        with self._database.write() as con:
            return insert_once(con, list_contracts, {"source": source, "terms_hash": terms_hash, "terms": terms, "first_seen_at": now})

    def table(self, source: str) -> pa.Table:
        """Terms of one source, oldest first."""
        query = select(list_contracts).where(list_contracts.c.source == source)
        with self._database.read() as con:
            return read(con, query.order_by(list_contracts.c.first_seen_at, list_contracts.c.terms_hash))
