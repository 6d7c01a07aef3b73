"""How well persons were found, against a truth that is known: pairs of records, said together and rightly so."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from leadmill import engine
from leadmill.errors import StateError

_PAIRS = """
with shared as (select f.cluster as found, t.cluster as truth from found f join truth t using (record)),
pairs as (select * from (select 'found' as what, count(*) as n from shared group by found)
    union all (select 'truth', count(*) from shared group by truth)
    union all (select 'right', count(*) from shared group by found, truth))
select (select count(*) from shared) as records,
    coalesce(sum(n * (n - 1) // 2) filter (what = 'found'), 0)::bigint as found,
    coalesce(sum(n * (n - 1) // 2) filter (what = 'truth'), 0)::bigint as truth,
    coalesce(sum(n * (n - 1) // 2) filter (what = 'right'), 0)::bigint as agreed
from pairs
"""


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairs of records: said to be one person, truly one person, and both."""

    records: int
    found: int
    truth: int
    agreed: int

    @property
    def precision(self) -> float | None:
        """Share of the pairs found that are right; none when none was found."""
        return self.agreed / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Share of the true pairs that were found; none when there are none."""
        return self.agreed / self.truth if self.truth else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall, by pairs: 2 agreed / (found + truth)."""
        return 2 * self.agreed / (self.found + self.truth) if self.found + self.truth else None

    def __str__(self) -> str:
        figures = [("precision", self.precision), ("recall", self.recall), ("F1", self.f1)]
        told = ", ".join(f"{name} {'-' if value is None else format(value, '.4f')}" for name, value in figures)
        return f"{told} ({self.agreed:,} pairs right of {self.found:,} found and {self.truth:,} true, among {self.records:,} records)"


def quality(found: pa.Table, truth: pa.Table) -> Quality:
    """Compare two clusterings of records, by pairs.

    Both tables have the columns `record` and `cluster` (any comparable types). Records that only one of them knows (refused rows,
    say) are left out of both: they were never there to be paired. A null cluster is a record by itself.
    Raises StateError when a table names a record twice.
    """
    for name, table in (("found", found), ("truth", truth)):
        _refuse_twins(name, table)
    with engine.connect({"found_raw": found, "truth_raw": truth}) as con:
        for name in ("found", "truth"):
            alone = "coalesce('c' || cluster::varchar, 'r' || record::varchar)"
            con.execute(f"create temp view {name} as select record, {alone} as cluster from {name}_raw")
        records, said, true, agreed = con.execute(_PAIRS).fetchone() or (0, 0, 0, 0)
    return Quality(records=records, found=said, truth=true, agreed=agreed)


def _refuse_twins(name: str, table: pa.Table) -> None:
    with engine.connect({"given": table}) as con:
        row = con.execute("select count(*) - count(distinct record) from given").fetchone()
    if row and row[0]:
        raise StateError(f"the {name} clusters name {row[0]} records more than once.", hint="Give each record one cluster.")
