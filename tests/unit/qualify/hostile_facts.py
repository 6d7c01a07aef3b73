"""Facts and conditions at which two engines may differ: letters, spaces, patterns, numbers at their ends, moments beside days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pyarrow as pa

from leadmill.qualify.grammar import Type

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
COLUMNS: dict[str, Type] = {
    "name": "text", "alias": "text", "size": "number", "revenue": "number", "is_in": "boolean", "seen_at": "time", "day": "time",
}  # fmt: skip
KINDS = {
    "name": pa.string(),
    "alias": pa.string(),
    "size": pa.int64(),
    "revenue": pa.float64(),
    "is_in": pa.bool_(),
    "seen_at": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
}
TEXTS = (
    None, "", "a", "ab", "Müller", "müller", "MÜLLER", "straße", "STRASSE", "STRAẞE", "İstanbul", "istanbul", "Σας", "ΣΑΣ", "σασ", "ﬁ", "ᾳ",
    "40-60k", "0040", "٣٤", "a%b", "a_b", "a\\b", "\\", "%", "x\ny", "  pad  ", "\u00a0nb\u00a0", "\u2003em", "\ttab\t", "日本語", "👩‍👧",
    "e\u0301", "é", "O'Brien", "12345678901234567890",
)  # fmt: skip
SIZES = (None, 0, 1, -1, 50, 49, 2**62, -(2**62))
REVENUES = (None, 0.0, -0.0, 1.5, 1000.0, 0.1, 1e308, -1e308, 1e-300, float("inf"), float("-inf"), float("nan"))
MOMENTS = (
    None, MOMENT, MOMENT - timedelta(days=30), MOMENT - timedelta(days=30, microseconds=1), MOMENT - timedelta(days=30, seconds=-0.5),
    datetime(1969, 12, 31, 23, 59, 59, 500_000, UTC), datetime(2026, 1, 31, 10, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC),
)  # fmt: skip
DAYS = (None, date(2026, 1, 30), date(2026, 1, 31), date(1969, 12, 31), date(1900, 1, 1))
LITERALS = ("a", "A%", "%a%", "_", "a\\%b", "\\%", "%\\", "Müller", "ß", "ss", "İ", "i%", "Σ", "ς", "%\n%", " ", "")


def facts() -> pa.Table:
    """Every text beside every other, every number beside every other, every moment beside every day."""
    rows: list[dict[str, Any]] = [{"name": name, "alias": alias} for name, alias in product(TEXTS, (*TEXTS[:6], "σας", "nb", "em"))]
    rows += [{"name": name, "alias": name} for name in TEXTS]
    rows += [{"size": size, "revenue": revenue} for size, revenue in product(SIZES, REVENUES)]
    rows += [{"seen_at": moment, "day": day, "is_in": flag} for moment, day, flag in product(MOMENTS, DAYS, (None, True, False))]
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in KINDS.items()})


def conditions() -> list[str]:
    """Every function and operator of the grammar but `matches`, which only DuckDB has."""
    quoted = ["'" + text.replace("'", "''") + "'" for text in LITERALS]
    found = [f"{function}(name, {text})" for function in ("starts_with", "ends_with", "contains") for text in quoted]
    found += [f"name {operator} {text}" for operator in ("like", "ilike", "=", "<") for text in quoted]
    found += [f"{function}(name) = alias" for function in ("lower", "upper", "trim")]
    found += [f"length({text}) = {n}" for text in ("name", "trim(name)", "upper(name)", "lower(name)") for n in (0, 1, 2, 3, 6, 7, 8)]
    found += ["name = alias", "name <> alias", "name < alias", "name in ('a', 'Müller')", "coalesce(name, alias) = 'a'", "known(name)"]
    found += [f"first_number(name) {operator} 40" for operator in ("=", "<", ">=")]
    for column in ("size", "revenue"):
        found += [f"{column} {operator} {n}" for operator in ("=", "<>", "<", ">=") for n in ("0", "-1", "0.1", "4611686018427387904")]
        found += [f"{column} {operator} revenue > 5" for operator in ("+", "-", "*", "/")]
        found += [
            f"abs({column}) >= 1",
            f"-{column} < 0",
            f"{column} between -1 and 20",
            f"{column} not in (1, 2.5)",
            f"{column} / size < 1",
        ]
    found += ["size = revenue", "size < revenue", "is_in", "not is_in", "is_in = true", "is_in or size > 1", "is_in and known(day)"]
    for column in ("seen_at", "day"):
        literals = ("2026-01-31", "2026-01-31T12:00:00+02:00", "1969-12-31T23:59:59.5", "1900-01-01")
        found += [f"{column} {operator} '{literal}'" for operator in ("=", "<", ">=") for literal in literals]
        found += [f"days_since({column}) {operator} {n}" for operator in ("<", "=", ">") for n in ("30", "28.5")]
    return [*found, "seen_at < day", "seen_at = day", "coalesce(seen_at, seen_at) between '2026-01-01' and '2026-02-28'"]
