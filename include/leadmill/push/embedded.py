"""The embedded CRM: one SQLite file that behaves as a real CRM should, so that a night ends somewhere real on any machine.

It stands in for a foreign system, so it is no part of the registry: plain sqlite3, its own file, its own ids. Contacts have a unique
external key that is ours; people may edit any value (try it with `sqlite3 crm.sqlite`), and a later push respects that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa

from leadmill.config.crm import CrmConfig
from leadmill.engine import quote
from leadmill.push.apply import Write, Written


class EmbeddedCrm:
    """Contacts in a SQLite file, created when missing; fields new in the configuration become columns."""

    def __init__(self, config: CrmConfig, folder: Path) -> None:
        self.batch = config.batch
        self._path = folder / config.file
        self._key = config.external_key
        self._columns = {column: field.field for column, field in config.fields.items()}
        folder.mkdir(parents=True, exist_ok=True)
        with self._transaction() as con:
            key = f"{quote(self._key)} text unique"
            con.execute(f"create table if not exists contacts (number integer primary key autoincrement, crm_id text unique, {key})")
            known = {row[1] for row in con.execute("pragma table_info(contacts)")}
            for field in self._columns.values():
                if field not in known:
                    con.execute(f"alter table contacts add column {quote(field)} text")

    def read(self) -> pa.Table:
        """Return every contact: crm_id, our key, and the configured fields as text."""
        names = ["crm_id", self._key, *self._columns.values()]
        with self._transaction() as con:
            rows = con.execute(f"select {', '.join(quote(name) for name in names)} from contacts order by number").fetchall()
        values = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, values, strict=True)})

    def mirror(self, rows: pa.Table) -> int:
        """Add the contacts of a CRM export (crm_id and any payload columns) that are not there yet; return how many were new.

        This is how the stand-in comes to hold what the company's CRM holds already. Contacts that are there stay as they are.
        """
        known = {column: field for column, field in self._columns.items() if column in rows.column_names}
        fields = ", ".join(quote(name) for name in ["crm_id", *known.values()])
        marks = ", ".join("?" * (len(known) + 1))
        columns = [rows[name].cast(pa.string()).to_pylist() for name in ["crm_id", *known]]
        kept = [values for values in zip(*columns, strict=True) if values[0] is not None]
        with self._transaction() as con:
            before = con.total_changes
            con.executemany(f"insert into contacts ({fields}) values ({marks}) on conflict (crm_id) do nothing", kept)
            return con.total_changes - before

    def write(self, writes: Sequence[Write]) -> list[Written]:
        """Write a batch in one transaction, comparing before setting; see `apply.Crm`."""
        with self._transaction() as con:
            return [self._write_one(con, write) for write in writes]

    def _write_one(self, con: sqlite3.Connection, write: Write) -> Written:
        con.row_factory = sqlite3.Row
        held = con.execute(
            f"select * from contacts where {quote(self._key)} = ? or crm_id = ? order by {quote(self._key)} is null",
            (write.key, write.crm_id),
        ).fetchall()
        if len(held) > 1:
            return Written("conflict", write.crm_id, "two CRM records for one person")
        if not held:
            return (
                self._insert(con, write) if write.crm_id is None else Written("conflict", write.crm_id, "the record is gone from the CRM")
            )
        outcome = "created" if write.crm_id is None else "updated"
        now = {field: held[0][field] or None for field in write.after}
        if now == write.after:  # our own earlier attempt, cut off before it was recorded
            return Written(outcome, held[0]["crm_id"])
        if now != write.before or write.crm_id is None:
            return Written("conflict", held[0]["crm_id"], "changed in the CRM since the plan was made")
        settings = ", ".join(f"{quote(field)} = ?" for field in write.after)
        con.execute(f"update contacts set {settings} where crm_id = ?", (*write.after.values(), write.crm_id))
        return Written(outcome, write.crm_id)

    def _insert(self, con: sqlite3.Connection, write: Write) -> Written:
        values = {self._key: write.key, **write.after}
        fields = ", ".join(quote(field) for field in values)
        number = con.execute(f"insert into contacts ({fields}) values ({', '.join('?' * len(values))})", tuple(values.values())).lastrowid
        crm_id = f"emb-{number}"
        con.execute("update contacts set crm_id = ? where number = ?", (crm_id, number))
        return Written("created", crm_id)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=60, isolation_level=None)) as con:
            con.execute("pragma synchronous=full")
            con.execute("begin immediate")
            try:
                yield con
            except BaseException:
                con.execute("rollback")
                raise
            con.execute("commit")
