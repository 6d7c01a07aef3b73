"""`leadmill match FILE`: deduplicate any file, or find which of its rows another file already has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.csv
import typer

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.match import deduplicate, link_tables, measure
from leadmill.sources import Reading
from leadmill.sources import read as read_file


def match(
    file: Annotated[Path, typer.Argument(help="Any list of people or companies.")],
    out: Annotated[Path, typer.Option(help="Where to write: row and cluster; with --against: row, match, probability.")],
    truth: Annotated[str | None, typer.Option(help="Column that names the true cluster: never looked at, only measured against.")] = None,
    against: Annotated[Path | None, typer.Option(help="Find which rows of FILE are in this file already.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Counts and measures, for machines.")] = False,
) -> None:
    """Deduplicate any file, or link it to another: columns, keys and weights are learnt from the file itself."""
    reading = read_file(file, Format())
    if truth is not None and truth not in reading.rows.column_names:
        raise SourceError(
            f"there is no column {truth!r}.", file=str(file), column=truth, hint=f"Found: {', '.join(reading.rows.column_names)}."
        )
    ignore = [truth] if truth is not None else []
    said = _link(reading, read_file(against, Format()), ignore, out) if against else _deduplicate(reading, ignore, out)
    said["refused"] = len(reading.refused)
    typer.echo(json.dumps(said) if as_json else "\n".join(f"{name}: {value}" for name, value in said.items()))


def _deduplicate(reading: Reading, ignore: list[str], out: Path) -> dict[str, Any]:
    """Write row and cluster; return what was found and, with the truth, how well."""
    rows = reading.rows
    found = deduplicate(rows, ignore)
    places = data_rows(reading)
    _write(pa.table({"row": places, "cluster": places.take(pa.array(found.cluster))}), out)
    said: dict[str, Any] = {
        "rows": rows.num_rows,
        "pairs": found.pairs,
        "clusters": found.clusters,
        "columns": [field.name for field in found.scored.fields],
    }
    for column in ignore:
        said |= measure(found.cluster, rows[column].to_numpy(zero_copy_only=False).astype(str)).as_json()
    return said


def _link(reading: Reading, other: Reading, ignore: list[str], out: Path) -> dict[str, Any]:
    """Write row, match and probability; return how many rows the other file has already."""
    links = link_tables(reading.rows, other.rows, ignore)
    places, targets = data_rows(reading), data_rows(other)
    matched = targets.take(links["match"].combine_chunks().cast(pa.int64()))
    _write(pa.table({"row": places, "match": matched, "probability": links["probability"]}), out)
    pairs = len(matched) - matched.null_count
    return {"rows": reading.rows.num_rows, "pairs": pairs, "clusters": reading.rows.num_rows + other.rows.num_rows - pairs}


def data_rows(reading: Reading) -> pa.Array:
    """0-based data row of every row that was read: a refused row keeps its place."""
    refused = sorted(refusal.line for refusal in reading.refused)
    places, before = [], 0
    for count, line in enumerate(reading.lines.to_pylist()):
        while before < len(refused) and refused[before] < line:
            before += 1
        places.append(count + before)
    return pa.array(places, pa.int64())


def _write(table: pa.Table, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.csv.write_csv(table, out, pyarrow.csv.WriteOptions(quoting_style="needed"))
