"""Read parquet: typed columns become the text a person would write."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from leadmill.errors import SourceError
from leadmill.sources.reading import Reading, unique_names

MAX_CELLS = 2_000_000_000
FREE_CELLS, CELLS_PER_BYTE = 10_000_000, 100  # a column of one value takes next to nothing, however long it claims to be
MAX_BYTES = 8 << 30


def read_parquet(data: bytes, file: str) -> Reading:
    """Read a parquet file whose footer claims no more than a list has. Raises SourceError."""
    try:
        parquet = pa.parquet.ParquetFile(io.BytesIO(data))
        facts = parquet.metadata
        size = sum(facts.row_group(group).total_byte_size for group in range(facts.num_row_groups))
        cells = facts.num_rows * max(facts.num_columns, 1)
        if size > MAX_BYTES or cells > max(FREE_CELLS, min(MAX_CELLS, CELLS_PER_BYTE * len(data))):
            raise SourceError("claims more cells than a list has.", file=file, hint="Deliver it in parts.")
        table = parquet.read()
    except (pa.ArrowException, OSError):
        raise SourceError("the parquet file is damaged.", file=file, hint="Fetch it again.") from None
    names = unique_names(table.column_names)
    return Reading(
        encoding=None,
        dialect={"format": "parquet"},
        columns=tuple(table.column_names),
        rows=pa.table(dict(zip(names, (_text(column) for column in table.columns), strict=True))),
        lines=pa.array(range(1, table.num_rows + 1), pa.int32()),
    )


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write a column as text, null as an empty cell; what Arrow cannot write (lists, structs) as JSON."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        text = column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        text = pa.chunked_array([[None if cell is None else json.dumps(cell, default=str) for cell in column.to_pylist()]], pa.string())
    return pc.fill_null(text, "")
