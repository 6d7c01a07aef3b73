"""Mapping as data: from a file's headers to the canonical columns of a source, by the headers its YAML names and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.columns import CANONICAL, LANDED, RAW_PREFIX
from leadmill.config import Source
from leadmill.errors import SourceError
from leadmill.sources.drift import nearest


def map_columns(landed: pa.Table, source: Source) -> pa.Table:
    """Give a landed table its canonical names: LANDED + the text columns of the source's kind + its attributes, all text.

    A column mapped to several headers takes the first the file has; a mapped or canonical column the file lacks is null, and so is an empty
    cell. Raises SourceError when the file lacks a column the contract requires: names the headers wanted, found, and nearest.
    """
    headers = [name.removeprefix(RAW_PREFIX) for name in landed.column_names if name.startswith(RAW_PREFIX)]
    mapped = dict(_mapped(source))
    missing = [name for name in source.contract.required if _present(mapped.get(name, []), headers) is None]
    if missing:
        raise _lacking(missing, mapped, headers, source)
    names = [*CANONICAL[source.kind], *source.attributes]
    columns = [_column(landed, _present(mapped.get(name, []), headers)) for name in names]
    return pa.Table.from_arrays(
        [*(landed[name] for name in LANDED.names), *columns],
        schema=pa.schema([*LANDED, *(pa.field(name, pa.string()) for name in names)]),
    )


def _mapped(source: Source) -> Iterator[tuple[str, list[str]]]:
    """Yield canonical column or attribute with the headers it may come from, in order."""
    wanted = {**source.columns, **{name: attribute.column for name, attribute in source.attributes.items()}}
    for name, header in wanted.items():
        yield name, [header] if isinstance(header, str) else header


def _present(wanted: list[str], headers: list[str]) -> str | None:
    return next((header for header in wanted if header in headers), None)


def _column(landed: pa.Table, header: str | None) -> pa.ChunkedArray:
    if header is None:
        return pa.chunked_array([pa.nulls(landed.num_rows, pa.string())])
    cells = landed[RAW_PREFIX + header]
    return pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)


def _lacking(missing: list[str], mapped: dict[str, list[str]], headers: list[str], source: Source) -> SourceError:
    sentences = []
    for name in missing:
        wanted = mapped.get(name, [])
        near = [match for header in wanted for match in nearest(header, headers)]
        what = f"{name} (header {' or '.join(repr(header) for header in wanted)})" if wanted else f"{name} (mapped to no header)"
        sentences.append(f"{what}, nearest found {near[0]!r}" if near else what)
    return SourceError(
        f"a delivery of {source.name} lacks what its contract requires: {'; '.join(sentences)}.",
        file=f"{source.name}.yaml",
        column=missing[0],
        hint=f"Headers found: {', '.join(repr(header) for header in headers)}. Correct `columns` in {source.name}.yaml, or ask the vendor.",
    )
