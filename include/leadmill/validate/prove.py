"""Is what DuckDB decided what Great Expectations would have decided? The real suite on a sample, compared row by row.

Great Expectations over flags only counts what we computed. So every delivery also meets the real expectations, on a sample: rows picked
by a hash of their id, and rows of every rule that was broken (a rare rule would compare nothing with nothing). Flags are computed anew on
the sample, because uniqueness inside a sample is not uniqueness inside the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from leadmill import engine
from leadmill.engine import quote
from leadmill.validate.compile import Compiled
from leadmill.validate.flag import flag
from leadmill.validate.suite import IDS, Answer, Asked, validate

SAMPLE_ROWS = 5000
ROWS_PER_RULE = 50


@dataclass(frozen=True, slots=True)
class Proof:
    """One rule on the sample: how many rows each reading found wrong, on how many they differ, and what Great Expectations said."""

    rule: str
    rows: int
    ours: int
    theirs: int
    differ: int
    errored: bool
    results: list[dict[str, Any]]


def prove(mapped: pa.Table, flags: pa.Table, rules: Sequence[Compiled], sample_rows: int | None = SAMPLE_ROWS) -> list[Proof]:
    """Run the real suite on a sample of `mapped` (all when `sample_rows` is None) and compare with flags computed on the same rows."""
    if not len(mapped) or not rules:
        return []
    sample = mapped if sample_rows is None or len(mapped) <= sample_rows else mapped.take(_pick(flags, rules, sample_rows))
    ours = flag(sample, rules)
    asked = [Asked(rule.rule.id, rule.rule.severity, each) for rule in rules for each in rule.expectations]
    answers = validate(_frame(sample, rules), asked, IDS)
    return [_compare(rule.rule.id, ours, [answer for answer in answers if answer.rule == rule.rule.id]) for rule in rules]


def _pick(flags: pa.Table, rules: Sequence[Compiled], sample_rows: int) -> pa.Array:
    """Positions of the sampled rows: the smallest hashes of record_id, over all rows and among each rule's wrong rows."""
    numbered = flags.append_column("#row", pa.array(range(len(flags)), pa.int64()))
    hashed = 'select "#row" from flags {where} order by hash(record_id) limit {limit}'
    parts = [hashed.format(where="", limit=sample_rows)]
    parts += [hashed.format(where=f"where {quote(rule.rule.id)}", limit=ROWS_PER_RULE) for rule in rules]
    union = " union ".join(f"({part})" for part in parts)
    with engine.connect({"flags": numbered}) as con:
        return con.sql(f'select "#row" from ({union}) order by all').to_arrow_table().column(0).combine_chunks()


def _frame(sample: pa.Table, rules: Sequence[Compiled]) -> pa.Table:
    """Columns the expectations name, the derived ones computed in Python, beside the record id."""
    derive = rules[0].derive
    names = {str(name): name for rule in rules for name in rule.names()}
    return pa.table({"record_id": sample.column("record_id"), **{text: derive.column(name, sample) for text, name in names.items()}})


def _compare(rule: str, ours: pa.Table, answers: Sequence[Answer]) -> Proof:
    """Compare ids, not percentages: Great Expectations divides by rows that are not null."""
    wrong = set(ours.filter(ours.column(rule)).column("record_id").to_pylist())
    theirs = frozenset[str]().union(*(answer.record_ids for answer in answers))
    return Proof(
        rule=rule,
        rows=len(ours),
        ours=len(wrong),
        theirs=len(theirs),
        differ=len(wrong ^ theirs),
        errored=any(answer.outcome == "errored" for answer in answers),
        results=[answer.result for answer in answers],
    )
