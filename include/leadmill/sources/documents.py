"""Read JSON (a list of objects, a list of lists, an API's answer that holds one) and JSON lines. Numbers keep their digits as written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources.encoding import to_utf8
from leadmill.sources.grid import read_grid
from leadmill.sources.reading import RAW_SHOWN, Reading, Refusal, refuse_wide, text_table, unique_names

MAX_JSON = 256 << 20  # bytes; a larger list comes as JSON lines
ENVELOPES, DEEPEST = 4, 8  # levels: of an envelope around the list, of a path; what is nested deeper stays JSON
MOST_EMPTY = 200  # cells per value
Entry = tuple[int, Any, str]  # line or number, value, raw text
Path = tuple[str, ...]  # keys from the object to a value


class _Number(str):
    """A number as its digits: `1.0` stays `1.0`, and an id of twenty digits loses none."""

    __slots__ = ()


class _RepeatedKey(ValueError):
    """An object names a key twice: which value counts is a guess."""


def looks_like_json(body: bytes) -> bool:
    """Say whether text is JSON or JSON lines, by its first line that holds something."""
    found = re.match(rb"[\xef\xbb\xbf\s]*([\[{][^\n]*)", body)
    if found is None:
        return False
    line = found[1].strip()
    return line in (b"{", b"[") or _parses(line) or _parses(body)


def read_json(data: bytes, stated: Format, file: str) -> Reading:
    """Read a JSON document. Raises SourceError when it is not JSON, too deep, or holds no list."""
    if len(data) > MAX_JSON:
        raise SourceError(f"larger than {MAX_JSON >> 20} MB.", file=file, hint="Ask for JSON lines, or CSV.")
    text = to_utf8(data, stated.encoding, file)
    try:
        tree = _load(text.body)
    except json.JSONDecodeError as error:
        raise SourceError(f"not valid JSON: {error.msg}.", file=file, line=error.lineno, hint="Fetch it again.") from None
    except _RepeatedKey:
        raise SourceError("an object names a key twice.", file=file, hint="Ask which of the values counts.") from None
    except (RecursionError, ValueError):
        raise SourceError("nested too deeply, or not text.", file=file, hint="A list is a list of objects.") from None
    entries = list(_entries(tree, file))
    if entries and all(isinstance(entry, list) for _, entry, _ in entries):
        return read_grid([[_text(cell) for cell in entry] for _, entry, _ in entries], stated, {"format": "json"})
    return _of_objects(entries, [], text.encoding, "json", file)


def read_json_lines(data: bytes, stated: Format, file: str) -> Reading:
    """Read JSON lines: one object per line; a line that is not one is refused."""
    text = to_utf8(data, stated.encoding, file)
    entries, refused = [], []
    for line, raw in enumerate(text.body.split(b"\n"), start=1):
        if not raw.strip():
            continue
        shown = raw.decode("utf-8", errors="replace").rstrip("\r")[:RAW_SHOWN]
        try:
            entries.append((line, _load(raw), shown))
        except _RepeatedKey:
            refused.append(Refusal(line, shown, "repeated_key"))
        except (ValueError, RecursionError):
            refused.append(Refusal(line, shown, "not_json"))
    return _of_objects(entries, refused, text.encoding, "jsonl", file)


def _load(text: bytes) -> Any:
    tree = json.loads(text, parse_int=_Number, parse_float=_Number, object_pairs_hook=_object)
    if b"\\u" in text:  # an escape may be half of a pair, which is no text: a ValueError
        json.dumps(tree, ensure_ascii=False).encode()
    return tree


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RepeatedKey
    return found


def _parses(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _entries(tree: Any, file: str) -> Iterator[Entry]:
    """Yield the entries of the list, numbered: the document itself, the one list an envelope holds, or its objects under their keys."""
    if isinstance(tree, dict):
        tree = _unwrapped(tree, file)
    if not isinstance(tree, list):
        raise SourceError("the document is not a list.", file=file, hint="A list is a list of objects.")
    for number, entry in enumerate(tree, start=1):
        yield number, entry, ""


def _unwrapped(tree: dict[str, Any], file: str) -> Any:
    """Find the list in what an API answers, as in `{"data": {"items": [...]}, "next": ...}`. Raises SourceError when there are several."""
    for level in range(ENVELOPES):
        lists = [value for value in tree.values() if isinstance(value, list)]
        if len(lists) > 1:  # of several the one that holds objects
            lists = [value for value in lists if any(isinstance(entry, dict) for entry in value)]
            if len(lists) != 1:
                raise SourceError("the document holds several lists.", file=file, hint="Deliver each as a file of its own.")
        if lists:
            return lists[0]
        inner = [value for value in tree.values() if isinstance(value, dict)]
        holding = [value for value in inner if _holds_list(value, ENVELOPES - level)]
        if len(holding) != 1:
            return inner if tree and len(inner) == len(tree) else [tree]
        tree = holding[0]
    return [tree]


def _holds_list(tree: Any, levels: int) -> bool:
    """Say whether there is a list of objects within so many levels."""
    if isinstance(tree, list):
        return any(isinstance(entry, dict) for entry in tree)
    return isinstance(tree, dict) and levels > 0 and any(_holds_list(value, levels - 1) for value in tree.values())


def _of_objects(entries: Iterable[Entry], refused: list[Refusal], encoding: str, kind: str, file: str) -> Reading:
    """Make a reading of objects: the columns are all keys in the order they first appear, a key an object lacks is an empty cell."""
    objects = []
    for line, entry, raw in entries:
        try:
            if isinstance(entry, dict):
                objects.append((line, flatten(entry)))
            else:
                refused.append(Refusal(line, raw or json.dumps(entry)[:RAW_SHOWN], "not_an_object"))
        except RecursionError:
            refused.append(Refusal(line, raw, "too_deep"))
    paths = _paths([cells for _, cells in objects], file)
    columns = [".".join(path) for path in paths]
    rows = text_table(unique_names(columns), [[cells.get(path, "") for _, cells in objects] for path in paths])
    return Reading(
        encoding=encoding,
        dialect={"format": kind},
        columns=tuple(columns),
        rows=rows,
        lines=pa.array([line for line, _ in objects], pa.int32()),
        refused=tuple(sorted(refused, key=lambda refusal: refusal.line)),
    )


def _paths(objects: list[dict[Path, str]], file: str) -> list[Path]:
    """List the columns; one that is empty everywhere because other objects have more below it is none. Raises SourceError: too many."""
    found = list(dict.fromkeys(path for cells in objects for path in cells))
    refuse_wide(len(found), file, None)
    if len(found) * len(objects) > MOST_EMPTY * (1 + sum(map(len, objects))):
        raise SourceError("the objects have too few keys in common.", file=file, hint="Is it a list? Ask for the same keys in each.")
    upper = {path[:length] for path in found for length in range(1, len(path))}
    return [path for path in found if path not in upper or any(cells.get(path) for cells in objects)]


def flatten(entry: dict[str, Any]) -> dict[Path, str]:
    """Lay an object out as cells by path: `{"address": {"city": "Bonn"}}` has the cell `address.city`.

    A list of simple values is one cell, joined by `; ` where none of them holds a semicolon; any other list is its JSON text.
    """
    cells: dict[Path, str] = {}
    open_paths: list[tuple[Path, Any]] = [((key,), value) for key, value in reversed(entry.items())]
    while open_paths:
        path, value = open_paths.pop()
        if isinstance(value, dict) and value and len(path) < DEEPEST:
            open_paths.extend(((*path, key), inner) for key, inner in reversed(value.items()))
        else:
            cells[path] = _text(value)
    return cells


def _text(value: Any) -> str:
    """Write a value as text: as it was written, truth as true and false, nothing as an empty cell, lists joined, anything else as JSON."""
    if value is None or value in ({}, []):
        return ""
    if isinstance(value, list) and all(isinstance(inner, str) and inner and ";" not in inner for inner in value):
        return "; ".join(map(str, value))
    return str(value) if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_json(key)}: {_json(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_json(inner) for inner in value) + "]"
    return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)
