"""Deliveries with known outcomes, for `leadmill rules backtest`: rows read as a source delivers them, and who was won."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.columns import RAW_PREFIX
from leadmill.config import Format, Source
from leadmill.engine import connect
from leadmill.errors import SourceError
from leadmill.sources import Landing, land, map_columns, read
from leadmill.standardise import standardise

# What people write in an outcome column for "not won"; an empty cell too. Everything else is a win: a date of conversion, 1, yes.
NOT_WON = ("", "0", "0.0", "no", "n", "false", "f", "lost", "none", "null", "na", "n/a", "nan", "open", "closed lost")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Profiles of a delivery in its order; `rows` their 0-based data rows in the file; `won` true or false per row."""

    profiles: pa.Table
    rows: list[int]
    won: pa.Array


def read_outcomes(file: Path, source: Source, outcome: str | None, won: Path | None, key: str | None) -> Outcomes:
    """Read a delivery and its outcomes: from its own column, or from a second file that lists the won by a key.

    `key` is a column of both files, or `COLUMN=OTHER` when the second file calls it otherwise. Raises SourceError when a column is missing.
    """
    landing = land(file, source)
    _hold_foreign(landing, source)
    profiles = standardise(map_columns(landing.table, source), source)
    if outcome:
        result = _from_column(landing, outcome)
    else:
        own, _, other = (key or "").partition("=")
        result = _from_file(landing, own, won or file, other or own)
    by_record = dict(zip(landing.table["record_id"].to_pylist(), result.to_pylist(), strict=True))
    records = profiles["record_id"].to_pylist()
    places = _places(landing)
    persons = profiles.append_column("person_id", profiles["record_id"])
    return Outcomes(persons, [places[record] for record in records], pa.array([by_record[record] for record in records], pa.bool_()))


def _hold_foreign(landing: Landing, source: Source) -> None:
    """Refuse a file of another source: with nothing mapped every score is zero, which would read as `no signal`. Raises SourceError."""
    mapped = [*source.columns.values(), *(attribute.column for attribute in source.attributes.values())]
    wanted = {header for headers in mapped for header in ([headers] if isinstance(headers, str) else headers)}
    if not wanted & {name.removeprefix(RAW_PREFIX) for name in landing.table.column_names}:
        found = f"Found: {', '.join(landing.columns)}."
        raise SourceError(f"the file has none of the columns that {source.name} maps.", file=landing.file, hint=found)


def _from_column(landing: Landing, outcome: str) -> pa.ChunkedArray:
    cells = _cells(landing.table, outcome, landing)
    return pc.invert(pc.is_in(_plain(cells), value_set=pa.array(NOT_WON)))


def _from_file(landing: Landing, own: str, won: Path, other: str) -> pa.ChunkedArray:
    reading = read(won, Format())
    if other not in reading.rows.column_names:
        raise SourceError(f"there is no column {other!r}.", file=won.name, column=other, hint=f"Found: {', '.join(reading.columns)}.")
    keys = pc.drop_null(_plain(reading.rows[other]))
    cells = _plain(_cells(landing.table, own, landing))
    return pc.and_(pc.is_in(cells, value_set=keys.combine_chunks()), pc.not_equal(cells, ""))


def _cells(table: pa.Table, header: str, landing: Landing) -> pa.ChunkedArray:
    if RAW_PREFIX + header not in table.column_names:
        raise SourceError(f"there is no column {header!r}.", file=landing.file, column=header, hint=f"Found: {', '.join(landing.columns)}.")
    return table[RAW_PREFIX + header]


def _plain(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(cells, "")))


def _places(landing: Landing) -> dict[str, int]:
    """0-based data row of every record; a refused row keeps its place."""
    with connect({"landed": landing.table.select(["record_id", "line"]), "refused": landing.refused.select(["record_id", "line"])}) as con:
        rows = con.sql("""
            select record_id, row_number() over (order by line, record_id) - 1 as place
            from (select record_id, line, true as read from landed union all select record_id, line, false from refused)
        """).fetchall()
    return dict(rows)
