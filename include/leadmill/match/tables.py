"""Any table, unknown until now: deduplicate it, or find which of its rows another table already has.

(align ->) profile -> block -> compare -> weigh -> consensus, all fitted to the table itself. Nothing is configured, and no truth is
looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import duckdb
import numpy as np
import pyarrow as pa

from leadmill.engine import connect
from leadmill.match import compare as ladder
from leadmill.match.align import Meanings, align, changing, fill_whole_names
from leadmill.match.block import block, sample
from leadmill.match.cluster import Ints, components
from leadmill.match.compare import MISSING, compare, label
from leadmill.match.consensus import agree
from leadmill.match.depend import Dependence
from leadmill.match.figures import of_the_row
from leadmill.match.profile import Field, profile
from leadmill.match.weigh import Floats, Model, Pairs, evidence, fit, probability

CERTAIN_ENOUGH = 0.5
SEED = 1
PILOT = 500_000  # candidates compared in every field, to see which fields are worth it
MEMORY = "1GB"  # DuckDB spills beyond; the pairs themselves take as much again
Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Scored:
    """Candidate pairs of a table with their evidence: bits (pairs, fields), which with `model.prior` add up to `total`."""

    fields: tuple[Field, ...]
    model: Model
    left: Ints
    right: Ints
    levels: np.ndarray
    bits: Floats
    total: Floats
    left_out: dict[str, str] = field(default_factory=dict)

    def explain(self, pair: int) -> list[dict[str, str | float]]:
        """Say why one pair is likely or not: the prior and every field with its level in words and its bits."""
        fields: list[dict[str, str | float]] = [
            {"field": field.name, "level": label(field, int(self.levels[pair, k])), "bits": float(self.bits[pair, k])}
            for k, field in enumerate(self.fields)
        ]
        return [{"field": "prior", "level": "two rows at random", "bits": self.model.prior}, *fields]


@dataclass(frozen=True, slots=True)
class Clustering:
    """`cluster` has the smallest row of each row's cluster; `pairs` counts the pairs of rows that share one."""

    cluster: Ints
    scored: Scored

    @property
    def pairs(self) -> int:
        """Number of pairs of rows in one cluster."""
        _, sizes = np.unique(self.cluster, return_counts=True)
        return int((sizes * (sizes - 1) // 2).sum())

    @property
    def clusters(self) -> int:
        """Number of clusters, single rows included."""
        return len(np.unique(self.cluster))


def deduplicate(table: pa.Table, ignore: Sequence[str] = (), tell: Tell = str, meanings: Meanings | None = None) -> Clustering:
    """Find the rows of a table that are about the same thing; columns in `ignore` are not looked at.

    Rows that are equal in every column are the same, whatever the model makes of them. `tell` hears what is being done, `meanings` say what
    headers mean, as far as that is known.
    """
    scored = _score(fill_whole_names(table, meanings), ignore, None, tell, changing(meanings))
    tell("putting rows together")
    agreed = agree(table.num_rows, scored.left, scored.right, scored.total)
    first = _first_equal(table.drop_columns([name for name in ignore if name in table.column_names]))
    rows = np.arange(table.num_rows)
    return Clustering(components(table.num_rows, np.append(rows, rows), np.append(agreed, first)), scored)


@dataclass(frozen=True, slots=True)
class Linking:
    """`links`: columns row, match (row of the other table, null when none), probability. `scored`: rows of the other follow the first's."""

    links: pa.Table
    scored: Scored


def link_tables(
    table: pa.Table,
    other: pa.Table,
    ignore: Sequence[str] = (),
    meanings: Meanings | None = None,
    other_meanings: Meanings | None = None,
    tell: Tell = str,
) -> Linking:
    """Find for each row of `table` the row of `other` it most likely is.

    Columns meet as `align` says; `meanings` tell what headers mean. Rows that are equal in all common columns are linked, whatever the
    model makes of them. Raises SourceError when the tables have no column in common.
    """
    kept, others = (
        fill_whole_names(given.drop_columns([name for name in ignore if name in given.column_names]), said)
        for given, said in ((table, meanings), (other, other_meanings))
    )
    stacked = align(kept, others, meanings, other_meanings)
    rows = table.num_rows
    scored = _score(stacked, (), rows, tell, changing(meanings))
    left, right, chance = _with_equal(stacked, rows, scored)
    found = pa.table({"row": left, "match": right - rows, "probability": chance})
    with connect({"found": found, "every": pa.table({"row": np.arange(rows)})}) as con:
        links = con.sql(
            f"select row, match, coalesce(probability, 0) as probability from every left join ("
            f"select row, arg_max(match, (probability, -match)) as match, max(probability) as probability "
            f"from found where probability >= {CERTAIN_ENOUGH} group by row) using (row) order by row"
        ).to_arrow_table()
    return Linking(links, scored)


def _with_equal(stacked: pa.Table, rows: int, scored: Scored) -> tuple[Ints, Ints, Floats]:
    """Candidate pairs with their probability, and pairs of equal rows with certainty."""
    first = _first_equal(stacked)
    partner = np.full(len(first), -1)
    partner[first[rows:][::-1]] = np.arange(len(first) - 1, rows - 1, -1)  # the first row of the other that is equal
    equal = np.flatnonzero(partner[first[:rows]] >= 0)
    return (
        np.append(scored.left, equal),
        np.append(scored.right, partner[first[equal]]),
        np.append(probability(scored.total), np.ones(len(equal))),
    )


def _first_equal(table: pa.Table) -> Ints:
    """First row that is equal in every column, for every row; empty rows are equal to none."""
    texts = pa.table({f"c{place}": column.cast(pa.string()) for place, column in enumerate(table.columns)})
    if not texts.num_columns:
        return np.arange(table.num_rows)
    said = " or ".join(f"coalesce(trim({name}), '') <> ''" for name in texts.column_names)
    with connect({"given": texts.append_column("i", pa.array(range(table.num_rows), pa.int64()))}) as con:
        equal = con.execute(
            f"select if({said}, min(i) over (partition by {', '.join(texts.column_names)}), i) as first from given order by i"
        ).fetchnumpy()
    return np.asarray(equal["first"], dtype=np.int64)


NOTHING_TO_COMPARE = Scored(
    fields=(),
    model=Model(0.0, (), Dependence.none(())),
    left=np.empty(0, np.int64),
    right=np.empty(0, np.int64),
    levels=np.empty((0, 0), np.int8),
    bits=np.empty((0, 0)),
    total=np.empty(0),
)


def _score(table: pa.Table, ignore: Sequence[str], first_of_other: int | None, tell: Tell, may_change: Sequence[str]) -> Scored:
    """Profile, block, compare and weigh a table."""
    rows = table.num_rows
    with connect(memory_limit=MEMORY) as con:
        ladder.prepare(con)
        tell("looking at the columns")
        seen = profile(con, table, ignore, first_of_other)
        fields = seen.fields
        if not fields:
            return replace(NOTHING_TO_COMPARE, left_out=seen.left_out)
        tell("looking for rows that have something rare in common")
        ladder.weigh_words(con, fields)
        passed_over = block(con, fields, rows, first_of_other)
        sample(con, rows, SEED, first_of_other)
        ends = con.execute("select l, r from candidate order by l, r").fetchnumpy()
        tell(f"comparing {len(ends['l']):,} pairs of rows")
        drawn = max(len(ends["l"]) // PILOT, 1)
        con.execute(f"create or replace temp table pilot as select l, r from candidate where hash(l, r) % {drawn} = 0")
        levels, passed, strangers = (compare(con, fields, pairs) for pairs in ("pilot", "passed", "stranger"))
        pairs = Pairs(levels, strangers, _pairs_in_all(rows, first_of_other), passed, passed_over, len(ends["l"]))
        beside = of_the_row(fields, pairs, may_change)
        left_out = seen.left_out | {fields[place].name: "rows about the same differ in it" for place in beside}
        telling = [place for place in range(len(fields)) if place not in beside]
        fields, pairs = tuple(fields[place] for place in telling), pairs.of(telling)
        if drawn > 1:
            pairs = replace(pairs, candidates=compare(con, fields, "candidate"))
        tell("learning what agreement is worth")
        model = fit(fields, pairs)
        bits = evidence(model, pairs.candidates, ends["l"], _values(con, fields))
    return Scored(fields, model, ends["l"], ends["r"], pairs.candidates, bits, model.prior + bits.sum(axis=1), left_out)


def _pairs_in_all(rows: int, first_of_other: int | None) -> int:
    return max(first_of_other * (rows - first_of_other) if first_of_other is not None else rows * (rows - 1) // 2, 1)


def _values(con: duckdb.DuckDBPyConnection, fields: Sequence[Field]) -> list[Ints]:
    """Return the numbers of each field's values: one array per field, a number per row, MISSING for none."""
    numbers = ", ".join(f"coalesce({field.column}_v, {MISSING}) as {field.column}" for field in fields)
    found = con.execute(f"select {numbers} from cell order by i").fetchnumpy()
    return [np.asarray(found[field.column], dtype=np.int64) for field in fields]
