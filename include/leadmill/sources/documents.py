"""Read JSON (a list of objects, a list of lists, or an object that holds one) and JSON lines. Numbers keep their digits as written."""

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
from leadmill.sources.reading import RAW_SHOWN, Reading, Refusal, text_table, unique_names

MAX_JSON = 256 << 20  # bytes; a larger list comes as JSON lines
Entry = tuple[int, Any, str]  # line or number, value, raw text


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
        return read_grid([[_text(cell) or "" for cell in entry] for _, entry, _ in entries], stated, {"format": "json"})
    return _of_objects(entries, [], text.encoding, "json")


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
    return _of_objects(entries, refused, text.encoding, "jsonl")


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
    """Yield the entries of the list, numbered: the document itself, the one list it holds, or its objects under their keys."""
    if isinstance(tree, dict):
        lists = [value for value in tree.values() if isinstance(value, list)]
        if len(lists) > 1:
            raise SourceError("the document holds several lists.", file=file, hint="Deliver each as a file of its own.")
        keyed = list(tree.values()) if tree and all(isinstance(value, dict) for value in tree.values()) else [tree]
        tree = lists[0] if lists else keyed
    if not isinstance(tree, list):
        raise SourceError("the document is not a list.", file=file, hint="A list is a list of objects.")
    for number, entry in enumerate(tree, start=1):
        yield number, entry, ""


def _of_objects(entries: Iterable[Entry], refused: list[Refusal], encoding: str, kind: str) -> Reading:
    """Make a reading of objects: the columns are all keys in the order they first appear, a key an object lacks is an empty cell."""
    objects = []
    for line, entry, raw in entries:
        if isinstance(entry, dict):
            objects.append((line, entry))
        else:
            refused.append(Refusal(line, raw or json.dumps(entry)[:RAW_SHOWN], "not_an_object"))
    columns = list(dict.fromkeys(key for _, entry in objects for key in entry))
    rows = text_table(unique_names(columns), [[_text(entry.get(key)) for _, entry in objects] for key in columns])
    return Reading(
        encoding=encoding,
        dialect={"format": kind},
        columns=tuple(columns),
        rows=rows,
        lines=pa.array([line for line, _ in objects], pa.int32()),
        refused=tuple(sorted(refused, key=lambda refusal: refusal.line)),
    )


def _text(value: Any) -> str:
    """Write a value as text: as it was written, truth as true and false, nothing as an empty cell, nested values as JSON."""
    if value is None:
        return ""
    return str(value) if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_json(key)}: {_json(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_json(inner) for inner in value) + "]"
    return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)
