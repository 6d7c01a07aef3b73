"""Fix and replay: hand refused rows to a person, take back what they corrected, and let exactly those rows go in again.

`handout` -> a person edits the file -> `replay` -> mapping and contract as for any delivery. A corrected row keeps the id of the row it
corrects with a number behind it (`<record_id>.1`, `.2` ...), so that both attempts stay visible; what was not changed does not move.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from leadmill import engine
from leadmill.columns import LANDED, QUARANTINE, RAW_PREFIX
from leadmill.engine import quote, quote_text
from leadmill.errors import SourceError
from leadmill.validate.export import unguard

ID = "leadmill_record_id"
OURS = (ID, "leadmill_file", "leadmill_line", "leadmill_reasons", "leadmill_raw")  # beside the vendor's columns; only the id is read back
LINEAGE = pa.schema([("record_id", pa.string()), ("replay_of", pa.string()), ("changed", pa.list_(pa.string()))])


@dataclass(frozen=True, slots=True)
class Replay:
    """What came back corrected.

    rows: landed shape (LANDED + `raw.<header>`), one per corrected row, under its new record_id. lineage: record_id, replay_of, changed
    (headers). unchanged: rows handed back as they were. stale: ids that are not in quarantine (any more), so that nothing moves twice.
    """

    rows: pa.Table
    lineage: pa.Table
    unchanged: int
    stale: list[str]


def handout(quarantine: pa.Table, landed: pa.Table) -> pa.Table:
    """Lay refused rows out for a person: `OURS`, then the columns as delivered (`raw.<header>`), all text.

    quarantine: columns.QUARANTINE; landed: LANDED + `raw.<header>` of the same deliveries. A row the reader could not split has its raw
    text and empty cells, to be filled in.
    """
    cells = [name for name in landed.column_names if name.startswith(RAW_PREFIX)]
    ours = f"""quarantine.record_id as {ID}, quarantine.file as leadmill_file, quarantine.line::text as leadmill_line,
        array_to_string(quarantine.reasons, ' ') as leadmill_reasons, quarantine.raw as leadmill_raw"""
    columns = "".join(f", nullif(landed.{quote(name)}, '') as {quote(name)}" for name in cells)
    with engine.connect({"quarantine": quarantine, "landed": landed}) as con:
        query = f"select {ours}{columns} from quarantine left join landed using (record_id)"
        return con.sql(f"{query} order by quarantine.delivery_id, quarantine.line, quarantine.record_id").to_arrow_table()


def replay(
    returned: pa.Table,
    quarantine: pa.Table,
    landed: pa.Table,
    *,
    delivery_id: str,
    fingerprint: Callable[[pa.Table], pa.ChunkedArray],
) -> Replay:
    """Find the rows a person corrected in a returned `handout` and make them rows to land again.

    returned: the file as read, text columns. quarantine: the rows still refused. landed: as for `handout`. delivery_id: of the returned
    file, which is a delivery like any other. fingerprint: hashes a table of `<header>` cells, as at landing. Raises SourceError when
    columns are missing or new, or an id stands twice.
    """
    handed = handout(quarantine, landed)
    cells = [name for name in handed.column_names if name.startswith(RAW_PREFIX)]
    _check_header(returned, handed.column_names)
    returned = unguard(returned.select([ID, *cells]))
    _check_ids(returned, handed)
    with engine.connect({"returned": returned, "handed": handed, "quarantine": quarantine.select(["record_id", "source", "line"])}) as con:
        stale = con.sql(f"select {ID} from returned anti join handed using ({ID}) order by 1").to_arrow_table()[ID].to_pylist()
        con.execute(f"create temp table compared as {_comparison(cells)}")
        compared = con.sql("select record_id, replay_of, changed from compared order by line, record_id").to_arrow_table()
        rows = con.sql(f"{_corrected(cells, delivery_id)} order by line, record_id").to_arrow_table()
    lineage = compared.filter(pc.greater(pc.list_value_length(compared["changed"]), 0)).cast(LINEAGE)
    return Replay(_landed(rows, cells, fingerprint), lineage, len(compared) - len(lineage), stale)


def _check_header(returned: pa.Table, wanted: Sequence[str]) -> None:
    missing = [name for name in wanted if name not in returned.column_names and (name == ID or name not in OURS)]
    new = [name for name in returned.column_names if name not in wanted]
    if missing or new:
        told = [f"lacks {', '.join(missing)}"] if missing else []
        told += [f"has the unknown {', '.join(new)}"] if new else []
        raise SourceError(
            f"the corrected file {' and '.join(told)}.",
            column=(missing or new)[0],
            hint="Correct cells only; leave the header as it was exported.",
        )


def _check_ids(returned: pa.Table, handed: pa.Table) -> None:
    ids = returned[ID]
    if ids.null_count:
        raise SourceError(
            f"{ids.null_count} rows have no {ID}.", column=ID, hint="Only exported rows can be corrected; deliver new ones as a list."
        )
    counted = ids.value_counts()
    twice = {each["values"].as_py() for each in counted if each["counts"].as_py() > 1}
    if twice:
        ours = sorted(twice & set(handed[ID].to_pylist()))  # anything else in this column is a cell and is not quoted
        raise SourceError(f"{len(twice)} rows stand twice: {', '.join(ours[:5])}.", column=ID, hint="Keep one row per id.")


def _comparison(cells: Sequence[str]) -> str:
    """Rows returned and still refused, with the headers whose cell differs and the id of the next attempt."""
    cases = ", ".join(
        f"case when returned.{quote(name)} is distinct from handed.{quote(name)} then {quote_text(name.removeprefix(RAW_PREFIX))} end"
        for name in cells
    )
    attempt = r"coalesce(nullif(regexp_extract(replay_of, '\.([0-9]+)$', 1), '')::int, 0) + 1"
    return f"""
        select *, regexp_replace(replay_of, '\\.[0-9]+$', '') || '.' || ({attempt}) as record_id
        from (
            select returned.* exclude ({ID}), quarantine.source, quarantine.line, {ID} as replay_of,
                   list_filter([{cases or "null"}], lambda each: each is not null) as changed
            from returned join handed using ({ID}) join quarantine on quarantine.record_id = {ID}
        )"""


def _corrected(cells: Sequence[str], delivery_id: str) -> str:
    columns = "".join(f", coalesce({quote(name)}, '') as {quote(name)}" for name in cells)
    return f"select record_id, source, {quote_text(delivery_id)} as delivery_id, line{columns} from compared where len(changed) > 0"


def _landed(rows: pa.Table, cells: Sequence[str], fingerprint: Callable[[pa.Table], pa.ChunkedArray]) -> pa.Table:
    texts = rows.select(cells)
    hashes = fingerprint(texts.rename_columns([name.removeprefix(RAW_PREFIX) for name in cells]))
    schema = pa.schema([*LANDED, *(pa.field(name, pa.string()) for name in cells)])
    ours = [hashes if name == "fingerprint" else rows[name] for name in LANDED.names]
    return pa.Table.from_arrays([*ours, *texts.columns], names=schema.names).cast(schema)


def still_refused(quarantine: pa.Table, lineage: pa.Table) -> pa.Table:
    """Quarantine without the rows that were corrected: their next attempt stands for them."""
    with engine.connect({"quarantine": quarantine, "lineage": lineage}) as con:
        kept = con.sql(
            "select * from quarantine anti join lineage on quarantine.record_id = lineage.replay_of order by delivery_id, line, record_id"
        )
        return kept.to_arrow_table().cast(QUARANTINE)
