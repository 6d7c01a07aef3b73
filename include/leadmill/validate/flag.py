"""Every row against every rule, once, in DuckDB: the flags that decide what is refused and why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadmill import engine
from leadmill.engine import quote, quote_text
from leadmill.errors import SourceError
from leadmill.validate.compile import Compiled

_ROW = "#row"  # no column of ours: canonical names and attributes come with letters

REASONS = pa.schema([("record_id", pa.string()), ("reasons", pa.list_(pa.string()))])


def flag(mapped: pa.Table, rules: Sequence[Compiled]) -> pa.Table:
    """Flag the rows of `mapped`: record_id (string), then one boolean per rule id, true where the row is wrong. Same order.

    Raises SourceError when `mapped` lacks a column a rule is about.
    """
    flags = {rule.rule.id: rule for rule in rules}
    used = sorted({name for rule in rules for name in rule.columns()})
    missing = [name for name in used if name not in mapped.column_names]
    if missing:
        raise SourceError("the contract is about a column the mapped table lacks.", column=missing[0])
    narrow = mapped.select(["record_id", *(name for name in used if name != "record_id")])
    narrow = narrow.append_column(_ROW, pa.array(np.arange(len(mapped), dtype=np.int64)))
    columns = "".join(f", {rule.sql} as {quote(name)}" for name, rule in flags.items())
    values = [value for rule in rules for value in rule.values]
    with engine.connect({"mapped": narrow}) as con:
        found = con.sql(f"select {quote(_ROW)}, record_id{columns} from mapped", params=values).to_arrow_table()
    return _in_order(found)


def _in_order(flags: pa.Table) -> pa.Table:
    """Undo whatever the joins behind uniqueness did to the order."""
    rows = flags.column(_ROW).to_numpy()
    ordered = flags if bool(np.all(rows[:-1] < rows[1:])) else flags.take(np.argsort(rows, kind="stable"))
    return ordered.drop_columns([_ROW])


def refused_mask(flags: pa.Table, rules: Sequence[Compiled]) -> pa.ChunkedArray:
    """Mark the rows a critical rule refuses (boolean, by row)."""
    critical = [flags.column(rule.rule.id) for rule in rules if rule.rule.severity == "critical"]
    return reduce(pc.or_, critical, pa.chunked_array([pa.array(np.zeros(len(flags), dtype=bool))]))


def reasons(flags: pa.Table, rules: Sequence[Compiled], mask: pa.ChunkedArray) -> pa.Table:
    """Reasons of the refused rows: `REASONS`, critical rule ids in the contract's order."""
    refused = flags.filter(mask)
    if not len(refused):
        return REASONS.empty_table()
    ids = [rule.rule.id for rule in rules if rule.rule.severity == "critical"]
    cases = ", ".join(f"case when {quote(name)} then {quote_text(name)} end" for name in ids)
    with engine.connect({"refused": refused}) as con:
        listed = con.sql(f"select record_id, list_filter([{cases}], lambda each: each is not null) as reasons from refused")
        return listed.to_arrow_table().cast(REASONS)
