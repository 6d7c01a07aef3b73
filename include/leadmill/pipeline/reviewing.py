"""Pairs only a person can judge: handed out as CSV or shown on a page, answered once, remembered for ever.

An answer wins over every rule and any later model; the next night acts on it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from leadmill import validate as validate_room
from leadmill.engine import connect
from leadmill.errors import SourceError, StateError
from leadmill.match import ANSWERS
from leadmill.pipeline.known import leads_of
from leadmill.pipeline.mill import Mill, open_mill

QUESTION = "same_person"
SHOWN = ("first_name", "last_name", "job_title", "email", "phone", "company_name", "city", "source")
FOUND = pa.schema(
    [
        ("record_id_l", pa.string()),
        ("record_id_r", pa.string()),
        ("probability", pa.float64()),
        ("evidence", pa.string()),  # JSON text: field -> bits
        ("night", pa.string()),
    ]
)
YES, NO = ("yes", "y", "same", "1", "true"), ("no", "n", "different", "0", "false")


def answers(mill: Mill) -> pa.Table:
    """Return what people said of pairs so far: record_id_l, record_id_r, same."""
    said = mill.registry.human.table(QUESTION)
    with connect({"said": said}) as con:
        pair = "split_part(subject, ' ', 1) as record_id_l, split_part(subject, ' ', 2) as record_id_r"
        return con.sql(f"select {pair}, answer = 'yes' as same from said").to_arrow_table().cast(ANSWERS)


def pending(mill: Mill) -> pa.Table:
    """Return every pair that waits: record_id_l, record_id_r, probability, evidence, and what a person compares, left and right.

    A pair found again on a later night is listed once, as found last; who became one person meanwhile is not asked about.
    """
    nights = [_found(mill, night) for night in mill.lake.names("known") if mill.lake.holds("night", night, "review")]
    found = pa.concat_tables([FOUND.empty_table(), *nights])
    columns = ", ".join(f"l.{name} as {name}_l, r.{name} as {name}_r" for name in SHOWN)
    with connect({"found": found, "said": answers(mill), "leads": _leads_in(mill, found)}) as con:
        return con.sql(
            f"""
            with latest as (select record_id_l, record_id_r, arg_max(probability, night) as probability,
                                   arg_max(evidence, night) as evidence from found group by all)
            select record_id_l, record_id_r, probability, evidence, {columns} from latest
            join leads l on l.record_id = record_id_l join leads r on r.record_id = record_id_r
            where l.person_id <> r.person_id and not exists (
                select 1 from said where said.record_id_l = latest.record_id_l and said.record_id_r = latest.record_id_r)
            order by probability desc, record_id_l, record_id_r
            """
        ).to_arrow_table()


def pairs_to_review(start: int = 0, count: int = 20) -> dict[str, Any]:
    """Return how many pairs wait (`total`) and some of them (`pairs`, rows of `pending`), likeliest first. Holds personal data."""
    with open_mill() as mill:
        pairs = pending(mill)
        return {"total": pairs.num_rows, "pairs": pairs.slice(start, count).to_pylist()}


def answer_pairs(said: dict[tuple[str, str], bool], by: str, now: datetime | None = None) -> dict[str, int]:
    """Remember what a person says of pairs of rows: one person, or not. Returns how many yes and no.

    Any two rows may be answered for, also such as a rule has bound. Raises StateError when one of them is no row that a night has matched.
    """
    with open_mill() as mill:
        for pair in said:
            _must_be_two_rows(mill, pair)
        for (one, other), same in said.items():
            subject = " ".join(sorted((one, other)))
            mill.registry.human.give(QUESTION, subject, "yes" if same else "no", by=by, now=now or mill.clock())
    return {"yes": sum(said.values()), "no": len(said) - sum(said.values())}


def export_review(file: Path) -> int:
    """Write the pairs that wait as CSV with an empty column `same`, for a person to fill with yes or no; return how many."""
    with open_mill() as mill:
        pairs = pending(mill)
        cells = {name: pairs[name].cast(pa.string()) for name in pairs.column_names}
        file.parent.mkdir(parents=True, exist_ok=True)
        validate_room.write_csv(pa.table({"same": pa.repeat("", pairs.num_rows), **cells}), file)
        return int(pairs.num_rows)


def import_review(file: Path, by: str, now: datetime | None = None) -> dict[str, int]:
    """Remember the answers of a filled-in review file; an empty cell is no answer. Returns how many yes and no.

    Raises SourceError naming the lines of cells that are neither, or when the file is not a review file: then nothing is remembered.
    """
    rows = _read(file).to_pylist()
    told = [(number, (row["record_id_l"], row["record_id_r"]), (row["same"] or "").strip().lower()) for number, row in enumerate(rows, 2)]
    wrong = [number for number, _, word in told if word not in ("", *YES, *NO)]
    if wrong:
        count = "A pair is" if len(wrong) == 1 else f"{len(wrong)} pairs are neither: a pair is"
        where = "" if len(wrong) == 1 else f" Lines {', '.join(map(str, wrong[:20]))}."
        hint = f"Write yes, no, or nothing.{where}"
        raise SourceError(f"{count} the same person or it is not.", file=str(file), line=wrong[0], column="same", hint=hint)
    return answer_pairs({pair: word in YES for _, pair, word in told if word}, by, now)


def _found(mill: Mill, night: str) -> pa.Table:
    """Pairs one night could not decide."""
    pairs = mill.lake.read("night", night, "review")
    return pa.table([pairs[name] for name in FOUND.names[:-1]] + [pa.repeat(night, pairs.num_rows)], schema=FOUND)


def _leads_in(mill: Mill, found: pa.Table) -> pa.Table:
    """Leads that stand in a pair, with today's ids."""
    wanted = pa.chunked_array([*found["record_id_l"].chunks, *found["record_id_r"].chunks], pa.string())
    ids = mill.registry.records.ids()
    return leads_of(mill, ids.filter(pc.is_in(ids["record_id"], wanted)))


def _must_be_two_rows(mill: Mill, pair: tuple[str, str]) -> None:
    for record in pair:
        found = mill.registry.records.table(record_id=record)
        if not found.num_rows or not found["person_id"][0].is_valid or pair[0] == pair[1]:
            raise StateError(
                "an answer names no two rows that a night has matched.", hint="Export the pairs again: leadmill review export."
            )


def _read(file: Path) -> pa.Table:
    if not file.is_file():
        raise SourceError("there is no such file.", file=str(file), hint="Export the pairs first: leadmill review export FILE.")
    names = ("same", "record_id_l", "record_id_r")
    options = pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), include_columns=list(names))
    try:
        return pa_csv.read_csv(file, parse_options=_dialect(file), convert_options=options)
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        raise SourceError("this is no review file.", file=str(file), line=1, hint=f"It must have the columns {', '.join(names)}.") from None


def _dialect(file: Path) -> pa_csv.ParseOptions:
    """Spreadsheets of half the world save CSV with semicolons; the header holds none otherwise."""
    with file.open("rb") as opened:
        header = opened.readline()
    return pa_csv.ParseOptions(delimiter=";" if b";" in header else ",", newlines_in_values=True)
