"""Hold a delivery whose header is not the one the source was written for, or cannot be trusted: suggest what happened, never guess."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

import pyarrow.compute as pc

from leadmill.config import Source
from leadmill.errors import SourceError
from leadmill.sources.reading import Reading


def hold_unclear(reading: Reading, file: str) -> None:
    """Raise SourceError for a file without a header, or whose rows are wider than it: which cell belongs to which name would be a guess."""
    if not reading.columns:
        what = "no row of the file can be read." if reading.refused else "the file is empty."
        raise SourceError(what, file=file, hint="Ask the vendor to deliver it again.")
    surplus = reading.rows.columns[len(reading.columns) :]
    if any(pc.any(pc.not_equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), "")).as_py() for column in surplus):
        raise SourceError(
            f"the header names {len(reading.columns)} columns, the rows have {reading.rows.num_columns} cells.",
            file=file,
            hint="Name every column in the file, or state `header_rows: 0` under `format` and map the columns as col_0, col_1 ...",
        )


def hold_ambiguous(columns: Sequence[str], source: Source, file: str) -> None:
    """Raise SourceError when a mapped header stands in the file more than once, unless the source states the whole header."""
    mapped = [*source.columns.values(), *(attribute.column for attribute in source.attributes.values())]
    wanted = {header for headers in mapped for header in ([headers] if isinstance(headers, str) else headers)}
    repeated = [header for header, count in Counter(columns).items() if count > 1 and header in wanted]
    if repeated and not source.headers:
        raise SourceError(
            f"the mapped header {_named(repeated)} stands there more than once.",
            file=file,
            column=repeated[0],
            hint=f"State the whole header under `headers` in {source.name}.yaml; the second is then mapped as {repeated[0] + '.2'!r}.",
        )


def hold_drifted(columns: Sequence[str], source: Source, file: str) -> None:
    """Compare a file's headers with those stated in the source (`headers`); stated nothing, nothing is held.

    Raises SourceError listing lost, new and moved headers and the likely renaming.
    """
    stated = source.headers
    if not stated or list(columns) == stated:
        return
    lost = list((Counter(stated) - Counter(columns)).elements())
    new = list((Counter(columns) - Counter(stated)).elements())
    found = []
    if lost:
        found.append(f"lost {_named(lost)}")
    if new:
        found.append(f"new {_named(new)}")
    if not found:
        found.append("the same columns in another order")
    renamed = [likeness for name in new if (likeness := _likeness(name, lost, columns, stated))]
    likely = f"{'; '.join(renamed)}. " if renamed else ""
    raise SourceError(
        f"the header is not the one {source.name} was written for: {'; '.join(found)}.",
        file=file,
        line=1,
        hint=f"{likely}The delivery is held. Ask the vendor, or change `headers` and `columns` in {source.name}.yaml.",
    )


def _likeness(name: str, lost: Sequence[str], columns: Sequence[str], stated: Sequence[str]) -> str:
    """Say which lost header a new one may be: the one it reads like, or the one whose place it took in a header otherwise the same."""
    if near := nearest(name, lost):
        return f"{name!r} looks like the lost {near[0]!r}"
    before = stated[columns.index(name)] if len(columns) == len(stated) else ""
    return f"{name!r} stands where the lost {before!r} stood" if before in lost else ""


def nearest(name: str, candidates: Sequence[str]) -> list[str]:
    """Find the candidate most like a name, ignoring case and punctuation; at most one."""
    plain = {_plain(candidate): candidate for candidate in reversed(candidates)}
    return [plain[match] for match in difflib.get_close_matches(_plain(name), list(plain), n=1, cutoff=0.6)]


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _named(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
