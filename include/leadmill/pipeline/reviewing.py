"""Pairs only a person can judge: handed out as CSV, answered once, remembered for ever. An answer wins over any later model."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from leadmill import validate as validate_room
from leadmill.engine import connect
from leadmill.errors import SourceError
from leadmill.match import ANSWERS
from leadmill.pipeline.known import known_leads
from leadmill.pipeline.mill import Mill, open_mill

QUESTION = "same_person"
SHOWN = ("first_name", "last_name", "job_title", "email", "phone", "company_name", "city")
FOUND = pa.schema([("record_id_l", pa.string()), ("record_id_r", pa.string()), ("probability", pa.float64()), ("night", pa.string())])
YES, NO = ("yes", "y", "same", "1", "true"), ("no", "n", "different", "0", "false")


def answers(mill: Mill) -> pa.Table:
    """Return what people said of pairs so far: record_id_l, record_id_r, same."""
    said = mill.registry.human.table(QUESTION)
    with connect({"said": said}) as con:
        pair = "split_part(subject, ' ', 1) as record_id_l, split_part(subject, ' ', 2) as record_id_r"
        return con.sql(f"select {pair}, answer = 'yes' as same from said").to_arrow_table().cast(ANSWERS)


def pending(mill: Mill) -> pa.Table:
    """Return every pair that waits: record_id_l, record_id_r, probability, and what a person compares, left and right.

    A pair found again on a later night is listed once, with its latest probability; who became one person meanwhile is not asked about.
    """
    found = [_found(mill, night) for night in mill.lake.names("known") if mill.lake.holds("night", night, "review")]
    columns = ", ".join(f"l.{name} as {name}_l, r.{name} as {name}_r" for name in SHOWN)
    with connect({"found": pa.concat_tables([FOUND.empty_table(), *found]), "said": answers(mill), "leads": known_leads(mill, "")}) as con:
        return con.sql(
            f"""
            with latest as (select record_id_l, record_id_r, arg_max(probability, night) as probability from found group by all)
            select record_id_l, record_id_r, probability, {columns} from latest
            join leads l on l.record_id = record_id_l join leads r on r.record_id = record_id_r
            where l.person_id <> r.person_id and not exists (
                select 1 from said where said.record_id_l = latest.record_id_l and said.record_id_r = latest.record_id_r)
            order by probability desc, record_id_l, record_id_r
            """
        ).to_arrow_table()


def _found(mill: Mill, night: str) -> pa.Table:
    """Pairs one night could not decide."""
    pairs = mill.lake.read("night", night, "review")
    return pa.table([pairs[name] for name in FOUND.names[:3]] + [pa.repeat(night, pairs.num_rows)], schema=FOUND)


def export_review(file: Path) -> int:
    """Write the pairs that wait as CSV with an empty column `same`, for a person to fill with yes or no; return how many."""
    with open_mill() as mill:
        pairs = pending(mill)
        cells = {name: pairs[name].cast(pa.string()) for name in pairs.column_names}
        text = pa.table({"same": pa.repeat("", pairs.num_rows), **cells})
        validate_room.write_csv(text, file)
        return int(pairs.num_rows)


def import_review(file: Path, by: str, now: datetime | None = None) -> dict[str, Any]:
    """Remember the answers of a filled-in review file; an empty cell is no answer. Returns how many yes and no.

    Raises SourceError naming the line of a cell that is neither, or when the file is not a review file.
    """
    rows = _read(file)
    told = {"yes": 0, "no": 0}
    spoken = [(number, row, (row["same"] or "").strip().lower()) for number, row in enumerate(rows.to_pylist(), 2)]
    for number, _, word in spoken:
        if word and word not in (*YES, *NO):
            raise SourceError(
                "a pair is the same or it is not.", file=str(file), line=number, column="same", hint="Write yes, no, or nothing."
            )
    with open_mill() as mill:
        for _, row, word in spoken:
            if word:
                answer = "yes" if word in YES else "no"
                mill.registry.human.give(QUESTION, f"{row['record_id_l']} {row['record_id_r']}", answer, by=by, now=now or mill.clock())
                told[answer] += 1
    return told


def _read(file: Path) -> pa.Table:
    if not file.is_file():
        raise SourceError("there is no such file.", file=str(file), hint="Export the pairs first: leadmill review export FILE.")
    names = ("same", "record_id_l", "record_id_r")
    options = pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), include_columns=list(names))
    try:
        return pa_csv.read_csv(file, convert_options=options)
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        raise SourceError("this is no review file.", file=str(file), line=1, hint=f"It must have the columns {', '.join(names)}.") from None
