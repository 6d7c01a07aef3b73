"""Persons and companies: ids that never change once given, who was merged into whom, and their golden records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pyarrow as pa
from sqlalchemy import select

from leadmill.registry.bulk import change, read, read_matching, upsert
from leadmill.registry.database import Database
from leadmill.registry.schema import entities, golden

Kind = Literal["person", "company"]


class Entities:
    """Persons and companies, by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: Kind, ids: Sequence[str], night_id: str) -> int:
        """Give ids their place; ids already known keep their first night. Return how many were new.

        A tombstone among them is lifted: rows that were merged and parted again bear their first id.
        """
        unique = pa.array(sorted(set(ids)), pa.string())
        rows = {"entity_id": unique, "kind": pa.repeat(kind, len(unique)), "first_night": pa.repeat(night_id, len(unique))}
        with self._database.write() as con:
            new = upsert(con, entities, pa.table(rows), change=())
            merged = con.execute(select(entities.c.entity_id).where(entities.c.kind == kind, entities.c.merged_into.isnot(None))).scalars()
            alive = pa.array(sorted(set(merged) & set(ids)), pa.string())
            change(con, entities, pa.table({"entity_id": alive, "merged_into": pa.nulls(len(alive), pa.string())}))
            return new

    def merge(self, pairs: pa.Table) -> None:
        """Leave a tombstone on each `entity_id` that points to its survivor `merged_into`; older tombstones follow.

        A chain (a into b, b into c) is flattened: every tombstone names the one that is still alive.
        """
        target = dict(zip(pairs["entity_id"].to_pylist(), pairs["merged_into"].to_pylist(), strict=True))
        with self._database.write() as con:
            older = read_matching(
                con, entities, pairs.select(["entity_id"]).rename_columns(["merged_into"]), [entities.c.entity_id, entities.c.merged_into]
            )
            target |= dict(zip(older["entity_id"].to_pylist(), older["merged_into"].to_pylist(), strict=True))
            rows = {"entity_id": list(target), "merged_into": [_survivor(target, name) for name in target]}
            change(con, entities, pa.table(rows, schema=pa.schema([("entity_id", pa.string()), ("merged_into", pa.string())])))

    def table(self, kind: Kind) -> pa.Table:
        """Every person or company ever: entity_id, kind, first_night, merged_into (null while alive)."""
        with self._database.read() as con:
            return read(con, select(entities).where(entities.c.kind == kind).order_by(entities.c.entity_id))

    def tombstones(self) -> pa.Table:
        """Persons and companies that were merged: entity_id, merged_into (who is alive)."""
        query = select(entities.c.entity_id, entities.c.merged_into).where(entities.c.merged_into.isnot(None))
        with self._database.read() as con:
            return read(con, query.order_by(entities.c.entity_id))

    def save_golden(self, kind: Kind, rows: pa.Table, night_id: str) -> int:
        """Save golden records (entity_id, fields, provenance, content_hash: text) and return how many are new or changed."""
        whole = rows.append_column("kind", pa.repeat(kind, rows.num_rows)).append_column("night_id", pa.repeat(night_id, rows.num_rows))
        with self._database.write() as con:
            return upsert(con, golden, whole, unless_equal="content_hash")

    def golden(self, kind: Kind, ids: Sequence[str] | None = None) -> pa.Table:
        """Golden records (entity_id, kind, night_id, fields, provenance, content_hash), all or those asked for."""
        if ids is None:
            with self._database.read() as con:
                return read(con, select(golden).where(golden.c.kind == kind).order_by(golden.c.entity_id))
        wanted = pa.table({"entity_id": pa.array(sorted(set(ids)), pa.string())})
        with self._database.read() as con:
            return read_matching(con, golden, wanted, list(golden.columns)).sort_by("entity_id")


def _survivor(target: dict[str, str], name: str) -> str:
    """Follow tombstones to the one alive. Raises ValueError for a circle."""
    seen = {name}
    while name in target:
        name = target[name]
        if name in seen:
            raise ValueError("a merge in a circle: nobody would survive")
        seen.add(name)
    return name
