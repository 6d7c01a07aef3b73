"""Tables that call the same things by different names, or write them in different columns, brought together before they are matched.

Columns of two tables meet by name, whatever its case, spaces and punctuation; then by what their headers mean: `Firma` is a company's name
as `Company` is. A name in one column meets a name in two, also within one table.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.errors import SourceError

FULL_NAME, NAME_PARTS = "full_name", ("first_name", "last_name")
CHANGING = ("job_title", "seniority", "department", "interest_signal")  # what somebody is or wants today: words, and yet no name
Meanings = Mapping[str, str]  # header -> canonical column


def align(table: pa.Table, other: pa.Table, meanings: Meanings | None = None, other_meanings: Meanings | None = None) -> pa.Table:
    """Stack the common columns of two tables as text, under the headers of the first. Raises SourceError when they have none."""
    meanings, other_meanings = _present(table, meanings), _present(other, other_meanings)
    pairs = _by_name(table, other)
    pairs |= _by_meaning(meanings, other_meanings, set(pairs), set(pairs.values()))
    columns = {name: (_text(table, name), _text(other, partner)) for name, partner in pairs.items()}
    columns |= _whole_name(table, other, meanings, other_meanings, set(pairs))
    if not columns:
        raise SourceError(
            "the two files have no column in common.",
            hint=f"Give the columns that say the same thing the same name. Found: {_list(table)} and {_list(other)}.",
        )
    return pa.table({name: pa.concat_arrays([one, two]) for name, (one, two) in columns.items()})


def fill_whole_names(table: pa.Table, meanings: Meanings | None = None) -> pa.Table:
    """Write first and last name into the empty cells of the column of whole names: a list of many lists has some so, some so."""
    headers = {meaning: name for name, meaning in (meanings or {}).items() if name in table.column_names}
    if not all(part in headers for part in (FULL_NAME, *NAME_PARTS)):
        return table
    whole = pc.utf8_trim_whitespace(_text(table, headers[FULL_NAME]))
    empty = pc.fill_null(pc.equal(whole, ""), fill_value=True)
    filled = pc.if_else(empty, _joined(table, [headers[part] for part in NAME_PARTS]), whole)
    return table.set_column(table.column_names.index(headers[FULL_NAME]), headers[FULL_NAME], filled)


def changing(meanings: Meanings | None = None) -> list[str]:
    """Headers of what may have changed since, though it is told in words."""
    return [name for name, meaning in (meanings or {}).items() if meaning in CHANGING]


def _present(table: pa.Table, meanings: Meanings | None) -> dict[str, str]:
    """Leave out what is said of columns that are not looked at."""
    return {name: meaning for name, meaning in (meanings or {}).items() if name in table.column_names}


def _by_name(table: pa.Table, other: pa.Table) -> dict[str, str]:
    names = {_folded(name): name for name in reversed(other.column_names)}
    return {name: names[_folded(name)] for name in table.column_names if _folded(name) in names}


def _by_meaning(meanings: Meanings, others: Meanings, taken: set[str], others_taken: set[str]) -> dict[str, str]:
    headers = {meaning: name for name, meaning in others.items() if name not in others_taken}
    return {name: headers[meaning] for name, meaning in meanings.items() if name not in taken and meaning in headers}


def _whole_name(
    table: pa.Table, other: pa.Table, meanings: Meanings, others: Meanings, paired: set[str]
) -> dict[str, tuple[pa.Array, pa.Array]]:
    """Write first and last name of one table as one, where the other has them so."""
    mine, theirs = ({meaning: name for name, meaning in said.items()} for said in (meanings, others))
    if FULL_NAME in mine and mine[FULL_NAME] not in paired and all(part in theirs for part in NAME_PARTS):
        return {mine[FULL_NAME]: (_text(table, mine[FULL_NAME]), _joined(other, [theirs[part] for part in NAME_PARTS]))}
    if FULL_NAME in theirs and all(part in mine and mine[part] not in paired for part in NAME_PARTS):
        return {theirs[FULL_NAME]: (_joined(table, [mine[part] for part in NAME_PARTS]), _text(other, theirs[FULL_NAME]))}
    return {}


def _joined(table: pa.Table, columns: list[str]) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.binary_join_element_wise(*(pc.fill_null(_text(table, name), "") for name in columns), " "))


def _text(table: pa.Table, name: str) -> pa.Array:
    column = table[name].cast(pa.string()).combine_chunks()
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum()) or name


def _list(table: pa.Table) -> str:
    return ", ".join(table.column_names) or "none"
