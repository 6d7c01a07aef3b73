"""What did not survive standardising: a value must not vanish silently."""

from __future__ import annotations

import pyarrow as pa

from leadmill.columns import LANDED
from leadmill.engine import connect, quote
from leadmill.standardise import text
from leadmill.standardise.vocabulary import Vocabulary, load_vocabulary

# Canonical text columns whose value lives on under other names.
_BECAME = {"full_name": ("last_name", "first_name"), "country": ("country_code",)}


def losses(accepted: pa.Table, leads: pa.Table, vocabulary: Vocabulary | None = None) -> dict[str, int]:
    """Count, per column of the mapped table, the rows whose value became null. Columns without loss are left out.

    Empty cells and placeholders ("n/a", "Select") hold no value and are no loss. `leads` is what `standardise` made of `accepted`.
    """
    words = (vocabulary or load_vocabulary()).words
    counted = {name: _kept(name, leads) for name in accepted.schema.names if name not in LANDED.names and _kept(name, leads)}
    if not counted:
        return {}
    with connect({"accepted": accepted.select(["record_id", *counted]), "leads": leads}) as con:
        text.define(con, words)
        counts = ", ".join(
            f"count(*) filter (case when {kept} then not is_blank(tidy(a.{quote(name)})) end) as {quote(name)}"
            for name, kept in counted.items()
        )
        row = con.sql(f"select {counts} from accepted a join leads l using (record_id)").to_arrow_table().to_pylist()[0]
    return {name: count for name, count in row.items() if count}


def _kept(name: str, leads: pa.Table) -> str:
    """Write the SQL that is true when nothing of the column is left; empty when the kind has no such column."""
    targets = [target for target in _BECAME.get(name, (name,)) if target in leads.schema.names]
    return " and ".join(f"l.{quote(target)} is null" for target in targets)
