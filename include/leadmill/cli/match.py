"""`leadmill match FILE`: deduplicate any file, or find which of its rows another file already has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import typer

from leadmill.config import Format, Project
from leadmill.errors import SourceError
from leadmill.match import Scored, deduplicate, doubts, draw_evidence, link_tables, measure
from leadmill.sources import Reading, header_meanings, load_header_words
from leadmill.sources import read as read_file


def match(
    file: Annotated[Path, typer.Argument(help="Any list of people or companies.")],
    out: Annotated[Path, typer.Option(help="Where to write: row and cluster; with --against: row, match, probability.")],
    truth: Annotated[str | None, typer.Option(help="Column that names the true cluster: never looked at, only measured against.")] = None,
    against: Annotated[Path | None, typer.Option(help="Find which rows of FILE are in this file already.")] = None,
    review: Annotated[Path | None, typer.Option(help="Write the nearest calls there, with their evidence, for a person to decide.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the evidence of the nearest call there (.svg or .png).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Counts and measures, for machines.")] = False,
) -> None:
    """Deduplicate any file, or link it to another: columns, keys and weights are learnt from the file itself."""
    reading = read_file(file, Format())
    if truth is not None and truth not in reading.rows.column_names:
        raise SourceError(
            f"there is no column {truth!r}.", file=str(file), column=truth, hint=f"Found: {', '.join(reading.rows.column_names)}."
        )
    ignore = [truth] if truth is not None else []
    with _told() as tell:
        if against:
            said, scored, together, places = _link(reading, read_file(against, Format()), ignore, out, tell)
        else:
            said, scored, together, places = _deduplicate(reading, ignore, out, tell)
    near = doubts(scored, together)
    if review:
        _write(_placed(near, places), review)
    if picture and near.num_rows:
        _draw(scored, near, places, picture)
    said |= {"columns": [field.name for field in scored.fields], "left_out": scored.left_out, "review": near.num_rows}
    said["refused"] = len(reading.refused)
    typer.echo(json.dumps(said) if as_json else "\n".join(_sentences(said, _summary(said, against), out, review)))


Found = tuple[dict[str, Any], Scored, np.ndarray, pa.Array]


def _deduplicate(reading: Reading, ignore: list[str], out: Path, tell: Callable[[str], object]) -> Found:
    """Write row and cluster; return what was found and, with the truth, how well."""
    rows = reading.rows
    found = deduplicate(rows, ignore, tell, header_meanings(reading, load_header_words(Project.from_environment().config)))
    places = data_rows(reading)
    _write(pa.table({"row": places, "cluster": places.take(pa.array(found.cluster))}), out)
    said: dict[str, Any] = {"rows": rows.num_rows, "pairs": found.pairs, "clusters": found.clusters}
    for column in ignore:
        said |= measure(found.cluster, rows[column].to_numpy(zero_copy_only=False).astype(str)).as_json()
    together = found.cluster[found.scored.left] == found.cluster[found.scored.right]
    return said, found.scored, together, places


def _link(reading: Reading, other: Reading, ignore: list[str], out: Path, tell: Callable[[str], object]) -> Found:
    """Write row, match and probability; return how many rows the other file has already."""
    words = load_header_words(Project.from_environment().config)
    meanings, other_meanings = (header_meanings(each, words) for each in (reading, other))
    linking = link_tables(reading.rows, other.rows, ignore, meanings, other_meanings, tell)
    links, scored, rows = linking.links, linking.scored, reading.rows.num_rows
    places, targets = data_rows(reading), data_rows(other)
    matched = targets.take(links["match"].combine_chunks().cast(pa.int64()))
    _write(pa.table({"row": places, "match": matched, "probability": links["probability"]}), out)
    pairs = len(matched) - matched.null_count
    said = {"rows": rows, "pairs": pairs, "clusters": rows + other.rows.num_rows - pairs}
    partner = links["match"].fill_null(-1 - rows).to_numpy() + rows
    return said, scored, partner[scored.left] == scored.right, pa.concat_arrays([places, targets])


def _placed(near: pa.Table, places: pa.Array) -> pa.Table:
    """Say rows by their place in the file."""
    for name in ("row", "other"):
        near = near.set_column(near.column_names.index(name), name, places.take(near[name].combine_chunks()))
    return near


def _draw(scored: Scored, near: pa.Table, places: pa.Array, picture: Path) -> None:
    row, other = near["row"][0].as_py(), near["other"][0].as_py()
    pair = int(np.flatnonzero((scored.left == row) & (scored.right == other))[0])
    bits = {str(step["field"]): step["bits"] for step in scored.explain(pair)}
    draw_evidence(json.dumps(bits), picture, f"the nearest call: rows {places[row]} and {places[other]}")


def _summary(said: dict[str, Any], against: Path | None) -> str:
    """Say in one sentence how many rows are somebody's second."""
    if against:
        return f"{said['pairs']:,} of {said['rows']:,} rows are in {against.name} already."
    return f"{said['rows']:,} rows are about {said['clusters']:,} different ones: {said['rows'] - said['clusters']:,} repeat another row."


def _sentences(said: dict[str, Any], summary: str, out: Path, review: Path | None) -> Iterator[str]:
    """Say what was found as a person reads it."""
    yield summary
    if "f1" in said:
        yield ", ".join(f"{name.replace('_', ' ')} {said[name]:.3f}" for name in ("precision", "recall", "f1", "bcubed_f1"))
    if said["columns"]:
        yield f"Compared: {', '.join(said['columns'])}."
    else:
        yield "There was nothing to compare: only rows that are equal in every column belong together."
    for reason in dict.fromkeys(said["left_out"].values()):
        yield f"Left out, {reason}: {', '.join(name for name, why in said['left_out'].items() if why == reason)}."
    if said["refused"]:
        yield f"{said['refused']:,} rows could not be read: `leadmill read` shows them."
    if said["review"]:
        yield f"{said['review']:,} near calls for a person" + (f": {review}" if review else "; --review FILE lists them.")
    yield f"Written: {out}"


@contextmanager
def _told() -> Iterator[Callable[[str], object]]:
    """Show on a terminal what is being done; elsewhere nothing."""
    from rich.console import Console  # noqa: PLC0415 - heavy

    with Console(stderr=True).status("reading") as status:
        yield status.update


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
