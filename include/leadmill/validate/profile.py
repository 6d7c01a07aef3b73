"""A delivery in counts: what is remembered of it to recognise the next one. No personal data, ready for JSON.

Shape: `{"rows": int, "shares": {measure: {category: rows}}}`. A measure is `missing <column>` (missing, present), `mix <column>` (its
categories) or `age <column>` (how old the rows' dates are on the day of delivery); its counts add up to `rows`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from leadmill import engine
from leadmill.config import Source
from leadmill.engine import quote

CATEGORICAL = ("country", "region", "industry", "interest_signal", "revenue_currency", "do_not_contact")
DATED = ("created_at", "interest_at")
OTHER, MISSING, UNREADABLE = "(other)", "(missing)", "(unreadable)"
AGES = ((0, "future"), (31, "up to 30 days"), (91, "up to 90 days"), (181, "up to 180 days"), (366, "up to a year"), (None, "older"))

_MOST = 50  # categories kept by name
_ENOUGH = 5  # rows a category needs to be named; in a shifted row a column of categories may hold a name or an address
_NAMEABLE = "length(cell) <= 60 and not regexp_matches(cell, '@|[0-9]{5}')"


def profile(mapped: pa.Table, source: Source, delivered: date) -> dict[str, Any]:
    """Count a delivery (a mapped table: canonical columns and attributes as text): missing cells, categories, ages.

    Categories are counted for `CATEGORICAL` columns and those a contract rule gives a set of values; dates are read as ISO 8601 or by the
    source's own formats.
    """
    names = [name for name in (*source.columns, *source.attributes) if name in mapped.column_names]
    shares = {f"missing {name}": {"missing": mapped[name].null_count, "present": len(mapped) - mapped[name].null_count} for name in names}
    with engine.connect({"mapped": mapped.select(names)}) as con:
        for name in _categorical(source, names):
            counted = con.sql(_category_counts(name)).fetchall()
            shares[f"mix {name}"] = _named(counted)
        for name in (name for name in names if name in DATED):
            found = con.sql(_age_counts(name), params=[source.format.dates or ["%Y-%m-%d"], delivered.isoformat()]).fetchall()
            shares[f"age {name}"] = dict(found)
    return {"rows": len(mapped), "shares": shares}


def _categorical(source: Source, names: list[str]) -> list[str]:
    listed = {rule.column for rule in source.contract.rows if "value_set" in rule.kwargs}
    return [name for name in names if name in CATEGORICAL or name in listed]


def _category_counts(name: str) -> str:
    return f"""
        select case when cell is null then '{MISSING}' when {_NAMEABLE} then trim(cell) else '{OTHER}' end as category, count(*) as counted
        from (select {quote(name)} as cell from mapped) group by 1 order by counted desc, category"""


def _named(counted: list[tuple[str, int]]) -> dict[str, int]:
    """Keep the largest categories by name, fold the rest."""
    kept: dict[str, int] = {}
    for place, (category, rows) in enumerate(counted):
        name = category if category == MISSING or (place < _MOST and rows >= _ENOUGH) else OTHER
        kept[name] = kept.get(name, 0) + rows
    return kept


def _age_counts(name: str) -> str:
    steps = " ".join(f"when age < {limit} then '{label}'" for limit, label in AGES if limit is not None)
    return f"""
        select case when cell is null then '{MISSING}' when age is null then '{UNREADABLE}' {steps} else '{AGES[-1][1]}' end, count(*)
        from (select cell, date_diff('day', coalesce(try_cast(cell as timestamp), try_strptime(cell, ?))::date, ?::date) as age
              from (select {quote(name)} as cell from mapped))
        group by 1 order by 1"""
