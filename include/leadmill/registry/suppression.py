"""Suppression: people and domains never to be contacted, kept as keyed hashes.

The hash is an HMAC: without the key the table does not tell whom it holds, and a list of all e-mail addresses in the world cannot be
tried against it. The key lies outside the database (LEADMILL_SUPPRESSION_KEY, else a file beside the state). A lost key means a lost
table: nobody in it is recognised again. So a missing file with entries in the table is an error, never a new key.
"""

from __future__ import annotations

import hmac
import os
import secrets
import unicodedata
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import func, select

from leadmill.errors import StateError
from leadmill.registry.bulk import read_matching, upsert
from leadmill.registry.column_types import TIMESTAMP
from leadmill.registry.database import Database
from leadmill.registry.schema import suppression

KINDS = ("email", "phone", "domain", "name_domain")
KEY_VARIABLE = "LEADMILL_SUPPRESSION_KEY"
KEY_FILE = "suppression.key"


class Suppression:
    """Who is never to be contacted. Keys are (kind, value); values are hashed here and never stored."""

    def __init__(self, database: Database, key_folder: Path | None) -> None:
        self._database = database
        self._key_folder = key_folder

    def add(self, keys: pa.Table, now: datetime) -> int:
        """Suppress the keys (kind, value; optional reason, source); return how many are new. The first reason stays."""
        kept = keys.filter(pc.is_valid(keys["value"]))
        rows = {name: kept[name] for name in ("kind", "reason", "source") if name in kept.column_names}
        table = pa.table({**rows, "hash": self._hashes(kept), "added_at": pa.repeat(pa.scalar(now, TIMESTAMP), kept.num_rows)})
        with self._database.write() as con:
            return upsert(con, suppression, _first_of_each(table), change=())

    def hits(self, keys: pa.Table) -> pa.Table:
        """Find the rows of `keys` (kind, value, and any more, such as record_id) that are suppressed.

        Returns them without `value`, with `reason` and `suppressed_by` (the source that asked for it).
        """
        kept = keys.filter(pc.is_valid(keys["value"])) if self.count() else keys.slice(0, 0)
        hashed = kept.drop_columns(["value"]).append_column("hash", self._hashes(kept))
        wanted = hashed.select(["kind", "hash"]).group_by(["kind", "hash"]).aggregate([])
        columns = [suppression.c.kind, suppression.c.hash, suppression.c.reason, suppression.c.source]
        with self._database.read() as con:
            found = read_matching(con, suppression, wanted, columns).rename_columns(["kind", "hash", "reason", "suppressed_by"])
        return hashed.join(found, ["kind", "hash"], join_type="inner").drop_columns(["hash"])

    def count(self) -> int:
        """Count the entries."""
        with self._database.read() as con:
            return con.execute(select(func.count()).select_from(suppression)).scalar_one()

    def _hashes(self, keys: pa.Table) -> pa.Array:
        """HMAC-SHA256 of kind and normal form, on distinct values only."""
        pairs = keys.select(["kind", "value"]).group_by(["kind", "value"]).aggregate([])
        pairs = pairs.to_pydict()
        secret = self._key() if pairs["kind"] else b""
        known = {pair: _hash(secret, *pair) for pair in zip(pairs["kind"], pairs["value"], strict=True)}
        wanted = zip(keys["kind"].to_pylist(), keys["value"].to_pylist(), strict=True)
        return pa.array([known[pair] for pair in wanted], pa.string())

    def _key(self) -> bytes:
        if given := os.environ.get(KEY_VARIABLE):
            return given.encode()
        if self._key_folder is None:
            raise StateError("no key for the suppression list.", hint=f"Set {KEY_VARIABLE} to the secret every machine shares.")
        path = self._key_folder / KEY_FILE
        if not path.exists() and self.count():
            raise StateError(
                "the key of the suppression list is gone, and without it nobody in the list is recognised.",
                file=str(path),
                hint=f"Restore the file, or set {KEY_VARIABLE} to the key it held.",
            )
        return _read_or_create(path)


def _hash(secret: bytes, kind: str, value: str) -> str:
    return hmac.digest(secret, f"{kind}\0{_normal(value)}".encode(), "sha256").hex()


def _normal(value: str) -> str:
    """One spelling for all that differ only in case, width or composition (Unicode's compatibility caseless match)."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", value).casefold())
    return unicodedata.normalize("NFKD", folded.casefold()).strip()


def _read_or_create(path: Path) -> bytes:
    """Read the key; create it once, for its owner alone, complete before it is visible to others."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)  # fails when another process was first: its key holds
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip().encode()


def _first_of_each(rows: pa.Table) -> pa.Table:
    """One row per (kind, hash)."""
    others = [name for name in rows.column_names if name not in ("kind", "hash")]
    grouped = rows.group_by(["kind", "hash"], use_threads=False).aggregate([(name, "first") for name in others])
    return grouped.rename_columns([name.removesuffix("_first") for name in grouped.column_names])
