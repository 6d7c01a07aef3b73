"""Faces: one value of a key under one name. A value that a thousand rows share costs a thousand rows, not a million pairs.

What equal names say, and which faces are worth a comparison, is found by sorting hashes; names themselves are compared by `names`.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from leadmill.config.matching import Key
from leadmill.match.cluster import Ints
from leadmill.match.groups import Hashes, both, distinct, group

MAX_NAMES = 50  # names on one value beyond which only equal names are compared


@dataclass(frozen=True, slots=True)
class Holders:
    """The nodes that have a value for a key: node, hash of the value, name (`node.w`), and whether the name is whole."""

    i: Ints
    v: Hashes
    w: Ints
    whole: np.ndarray


@dataclass(frozen=True, slots=True)
class Faces:
    """Names on values that have several: hash of the value, the first node of that name there."""

    v: Hashes
    i: Ints

    def __getitem__(self, which: np.ndarray) -> Faces:
        return Faces(self.v[which], self.i[which])


@dataclass(frozen=True, slots=True)
class Words:
    """The words of numbered names: name n has `counts[n]` of them, which begin at `starts[n]` of `words`."""

    starts: Ints
    counts: Ints
    words: Hashes


def share(held: Holders, key: Key) -> tuple[tuple[Ints, Ints, Hashes], Faces]:
    """Tie each node to the first with the same value and name (first, node, value); return the faces that are left to compare too.

    Where names must agree, the name must be whole. A value that more than `shared_by` names share ties nobody.
    """
    named = group(both(held.v, held.w.astype(np.uint64)))
    faces = Faces(named.one(held.v), named.least(held.i))
    valued = group(faces.v)
    names = valued.spread(valued.sizes)
    counts = np.ones(len(names), dtype=np.bool_) if key.shared_by is None else names <= key.shared_by
    first = valued.spread(valued.least(faces.i)) if key.name == "any" else faces.i
    tied = counts if key.name in ("any", "open") else counts & named.one(held.whole)
    firsts = named.spread(np.where(tied, first, -1))
    later = (firsts >= 0) & (firsts < held.i)
    return (firsts[later], held.i[later], held.v[later]), faces[counts & (names > 1)]


def worth_comparing(faces: Faces, numbers: Ints, words: Words, key: Key) -> tuple[Ints, Ints]:
    """List the pairs of faces that share a value and a word of their names; where a name may be missing, all pairs on one value.

    `numbers`: of every face the number of its name in `words`.
    """
    if key.name == "open":
        return group(faces.v).pairs(MAX_NAMES)
    counts = words.counts[numbers]
    face = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(face)) + np.repeat(words.starts[numbers] - (np.cumsum(counts) - counts), counts)
    one, other = group(both(faces.v[face], words.words[place])).pairs(MAX_NAMES)
    low, high = np.minimum(face[one], face[other]), np.maximum(face[one], face[other])
    twice = low == high  # Ali Ali
    one, other = np.divmod(distinct((low * len(counts) + high)[~twice]), max(len(counts), 1))
    return one, other


def words_of(con: duckdb.DuckDBPyConnection, names: Ints, numbers: Ints) -> Words:
    """Look up the words of more than one letter of those of `names` that `numbers` name, in `who(w, first, last)`."""
    asked = np.zeros(len(names), dtype=np.bool_)
    asked[numbers] = True
    con.register("asked", pa.table({"n": np.flatnonzero(asked), "w": names[asked]}))
    said = con.execute(
        """
        with part as (select n, unnest([first, last]) as part from asked join who using (w)),
        word as (select n, part as word from part where not contains(part, ' ')
                 union all select n, unnest(string_split(part, ' ')) from part where contains(part, ' '))
        select n, hash(word) as word from word where length(word) > 1
        """
    ).fetchnumpy()
    con.unregister("asked")
    counts = np.bincount(said["n"], minlength=len(names))
    return Words(np.cumsum(counts) - counts, counts, said["word"][np.argsort(said["n"])])
