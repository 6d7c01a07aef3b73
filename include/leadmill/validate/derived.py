"""Columns made of columns: the number a text holds, the first of several that has a value.

Each is computed twice on purpose, in SQL for all rows and in Python for the sample that proves the SQL: one parser's mistake shows as a
disagreement instead of agreeing with itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.engine import quote, quote_text

_IGNORED = " \u00a0\u202f'’$€£¥"  # stand around or inside a number without changing it


class NumberOf(str):
    """The name of the numbers in a text column."""

    __slots__ = ("column",)

    column: str

    def __new__(cls, column: str) -> Self:
        """Name the numbers of `column`."""
        made = super().__new__(cls, f"number of {column}")
        made.column = column
        return made


class FirstOf(str):
    """The name of the first present value of several columns."""

    __slots__ = ("columns",)

    columns: tuple[str, ...]

    def __new__(cls, columns: list[str]) -> Self:
        """Name the first present value of `columns`."""
        made = super().__new__(cls, f"first of {', '.join(columns)}")
        made.columns = tuple(columns)
        return made


def sources_of(name: str) -> tuple[str, ...]:
    """Columns of the mapped table behind a name."""
    if isinstance(name, FirstOf):
        return name.columns
    return (name.column,) if isinstance(name, NumberOf) else (name,)


@dataclass(frozen=True, slots=True)
class Derive:
    """How this source writes numbers (`decimal`: point or comma), applied in SQL and in Python."""

    decimal: str

    @property
    def pattern(self) -> str:
        """RE2 pattern of a number: sign, thousands in groups of three or none, decimals, exponent; currency signs around it."""
        group = "," if self.decimal == "." else "."
        space, sign = r"[ \x{a0}\x{202f}]", "[$€£¥]"
        whole = rf"(?:[0-9]{{1,3}}(?:[{group} \x{{a0}}\x{{202f}}'’][0-9]{{3}}){{1,8}}|[0-9]{{1,24}})"
        tail = rf"(?:[{self.decimal}][0-9]{{0,24}})?(?:[eE][+-]?[0-9]{{1,2}})?"
        return rf"^{space}*(?:{sign}{space}?)?[+-]?{whole}{tail}(?:{space}?{sign})?{space}*$"

    def sql(self, name: str) -> str:
        """Write the SQL of a column: double for NumberOf (null when the text is no number), text otherwise."""
        if isinstance(name, FirstOf):
            return f"coalesce({', '.join(quote(column) for column in name.columns)})"
        if not isinstance(name, NumberOf):
            return quote(name)
        text, group = quote(name.column), "," if self.decimal == "." else "."
        plain = f"replace(translate({text}, {quote_text(_IGNORED + group)}, ''), {quote_text(self.decimal)}, '.')"
        return f"case when regexp_matches({text}, {quote_text(self.pattern)}) then try_cast({plain} as double) end"

    def column(self, name: str, table: pa.Table) -> pa.Array | pa.ChunkedArray:
        """Compute the same column in Python, over a sample."""
        if isinstance(name, FirstOf):
            return pc.coalesce(*(table.column(column) for column in name.columns))
        if isinstance(name, NumberOf):
            text = table.column(name.column)
            numbers = pc.if_else(pc.match_substring_regex(text, self.pattern), text, None)
            return pa.array([self._number(cell) for cell in numbers.to_pylist()], pa.float64())
        return table.column(name)

    def _number(self, text: str | None) -> float | None:
        """Read a text that is a number."""
        if text is None:
            return None
        return float("".join("." if sign == self.decimal else sign for sign in text if sign in f"0123456789+-eE{self.decimal}"))
