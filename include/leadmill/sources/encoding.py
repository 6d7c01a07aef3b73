"""From bytes to UTF-8, once, before anything else looks at the file: what a byte means is decided for the file as a whole.

Two habits of real files are known here. Rows pasted from somewhere else, into UTF-8 or as UTF-8: those rows are refused, not the list.
And text that went from Windows-1252 to UTF-8 by way of Latin-1, so that curly quotes and dashes arrive as C1 control characters (U+0080
to U+009F, which nobody types): they are read as the Windows-1252 characters they were, as browsers do, and the encoding says so.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from leadmill.errors import SourceError
from leadmill.sources.alphabets import ALPHABETS, guess_encoding

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BLOCK, SMALL_BLOCK = 1 << 22, 1 << 14
WIDE_SAMPLE = 1 << 12
LOOKED_AT = 1 << 16  # bytes of non-ASCII lines that decide between legacy encodings
SOME, FEW = 1000, 0.02  # broken characters, at most or per line, that a file may have and still be looked at as UTF-8

SHIFTED = re.compile(rb"\x1b\$[@B][!-~]{2}")  # Japanese in seven bits, as mail has it
NOT_ASCII = re.compile(rb"[\x80-\xff]")
LINE_END = re.compile(rb"[\r\n]|\Z")
SEVERAL_BYTES = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
C1_BYTES = re.compile(rb"\xc2[\x80-\x9f]")


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text as UTF-8 without mark, the name of its encoding, and where bytes of another encoding stand in it."""

    body: bytes
    encoding: str
    broken: tuple[int, ...] = ()  # byte offsets in `body`


def to_utf8(data: bytes, stated: str | None = None, file: str = "") -> Text:
    """Decode a file; what is stated is believed. Raises SourceError when the file is not in the stated encoding."""
    if stated is None:
        return _detected(data)
    try:
        return Text(data.decode(stated).encode("utf-8"), stated)
    except LookupError:
        raise SourceError(
            f"there is no encoding {stated!r}.", file=file, hint="Use utf-8, utf-16, cp1252, latin-1, shift_jis ..."
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"not written in {stated}.", file=file, line=line, hint="Correct `encoding` under `format`, or leave it out."
        ) from None


def _detected(data: bytes) -> Text:
    for mark, name in BOMS:
        if data.startswith(mark) and name != "utf-8-sig":
            return _decoded(data, name)
    if wide := is_wide(data):
        return _decoded(data, wide)
    marked = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if marked else data
    if body.isascii():
        return _decoded(body, "iso2022_jp") if SHIFTED.search(body) else Text(body, "utf-8-sig" if marked else "ascii")
    most = max(SOME, int(FEW * body.count(b"\n")))
    broken = _not_utf8(body, most)
    if not broken:
        return _repaired(body, "utf-8-sig" if marked else "utf-8")
    if len(broken) <= most and (marked or _mostly_utf8(body, broken)):
        return Text(body, "utf-8-sig" if marked else "utf-8", tuple(broken))
    return _legacy(body)


def _decoded(data: bytes, encoding: str) -> Text:
    """Decode; what is no character of the encoding is marked as broken where it stands."""
    try:
        return Text(data.decode(encoding).encode(), encoding)
    except UnicodeDecodeError:
        body = data.decode(encoding, errors="replace").encode()
        return Text(body, encoding, tuple(match.start() for match in re.finditer("\ufffd".encode(), body)))


def _legacy(data: bytes) -> Text:
    """Decode what is not UTF-8. Lines of it that are, pasted from somewhere else, are marked as broken where each byte is a character."""
    encoding = guess_encoding(_sample(line for _, line in _lines_with(NOT_ASCII, data) if not _is_utf8(line)))
    whole = _decoded(data, encoding)
    pasted = [begin for begin, line in _lines_with(SEVERAL_BYTES, data) if _is_utf8(line)] if encoding in ALPHABETS else []
    edges = zip([0, *pasted], [*pasted, len(data)], strict=True)
    lengths = [len(data[begin:end].decode(encoding, errors="replace").encode()) for begin, end in edges] if pasted else []
    return Text(whole.body, encoding, tuple(sorted({*whole.broken, *list(accumulate(lengths))[:-1]})))


def _lines_with(mark: re.Pattern[bytes], data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines in which a mark stands, each with where it begins."""
    position = 0
    while match := mark.search(data, position):
        begin = max(data.rfind(b"\n", position, match.start()), data.rfind(b"\r", position, match.start()), position - 1) + 1
        end = LINE_END.search(data, match.end())
        position = end.start() if end else len(data)
        yield begin, data[begin:position]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_wide(data: bytes) -> str | None:
    """Name UTF-16 without mark: by where its zero bytes stand, every other byte of Latin text, or by being text in one order only."""
    sample = data[: BLOCK & ~1]
    if b"\0" not in sample:
        return None
    low, high = sample[::2].count(0), sample[1::2].count(0)
    if max(low, high) >= len(sample) // 5 and min(low, high) <= len(sample) // 50:
        return "utf-16-le" if high > low else "utf-16-be"
    orders = [name for name in ("utf-16-le", "utf-16-be") if _is_text(data[:WIDE_SAMPLE], name)]
    return orders[0] if len(orders) == 1 else None


def _is_text(sample: bytes, encoding: str) -> bool:
    """Say whether bytes are lines of letters, digits and signs in an encoding of two bytes; the last character may be cut."""
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample)
    return "\n" in text and all(letter in "\t\r\n" or unicodedata.category(letter)[0] != "C" for letter in text if letter != "\ufeff")


def _not_utf8(data: bytes, most: int) -> list[int]:
    """Find the offsets that are not UTF-8, at most one more than `most`; block by block, as a whole file decoded is four times its size."""
    broken: list[int] = []
    position, block = 0, BLOCK
    while position < len(data) and len(broken) <= most:
        try:
            _, used = codecs.utf_8_decode(data[position : position + block], "strict", position + block >= len(data))
            position += used
        except UnicodeDecodeError as error:
            broken.append(position + error.start)
            position += error.end
            block = SMALL_BLOCK
    return broken


def _mostly_utf8(data: bytes, broken: list[int]) -> bool:
    """Say whether characters of several bytes outnumber what is broken: they hardly arise by accident."""
    whole = sum(1 for _ in SEVERAL_BYTES.finditer(data, 0, 1 << 24))
    return whole > len(broken)


def _repaired(data: bytes, name: str) -> Text:
    """Read C1 control characters as the Windows-1252 characters they were, when every one of them has a meaning there."""
    found = set(C1_BYTES.findall(data)) if b"\xc2" in data else set()
    if not found or found & {b"\xc2" + bytes([code]) for code in (0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D)}:
        return Text(data, name)
    return Text(C1_BYTES.sub(lambda match: match[0][1:].decode("cp1252").encode(), data), f"{name}, controls as cp1252")


def _sample(lines: Iterable[bytes]) -> bytes:
    found = bytearray()
    for line in lines:
        found += line[:4096] + b"\n"
        if len(found) > LOOKED_AT:
            break
    return bytes(found)
