"""From bytes to UTF-8, once, before anything else looks at the file: what a byte means is decided for the file as a whole.

Two habits of real files are known here. A few rows of a UTF-8 list pasted from somewhere else: those rows are refused, not the list.
And text that went from Windows-1252 to UTF-8 by way of Latin-1, so that curly quotes and dashes arrive as C1 control characters (U+0080
to U+009F, which nobody types): they are read as the Windows-1252 characters they were, as browsers do, and the encoding says so.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from leadmill.errors import SourceError

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BLOCK, SMALL_BLOCK = 1 << 22, 1 << 14
LOOKED_AT = 1 << 16  # bytes of non-ASCII lines that decide between legacy encodings
SOME, FEW = 1000, 0.02  # broken characters, at most or per line, that a file may have and still be looked at as UTF-8

C1 = re.compile("[\x80-\x9f]")
C1_BYTES = re.compile(rb"\xc2[\x80-\x9f]")
KANA = re.compile("[\u3040-\u30ff]")
ALPHABETS = ("cp1252", "cp1250", "iso8859_2", "cp1251", "koi8_r", "cp1253", "mac_roman", "cp850")  # the usual first: ties go to it
SEPARATED = re.compile(r"""[\s,;|"]+""")
JOINERS = "’‘´·–\xad\xa0"
ASCII, LATIN = "\x7f", "\u024f"  # the last characters of each
VOWELS = "αεηιουωаеиоуыэюяіє"
FEWEST_VOWELS = 0.25
LONGEST_FOREIGN = 2  # letters of a Latin word without one of a to z
SENSIBLE = 0.6  # share of words


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
            return Text(_decode(data, name), name)
    if wide := is_wide(data):
        return Text(_decode(data, wide), wide)
    marked = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if marked else data
    if body.isascii():
        return Text(body, "utf-8-sig" if marked else "ascii")
    most = max(SOME, int(FEW * body.count(b"\n")))
    broken = _not_utf8(body, most)
    if not broken:
        return _repaired(body, "utf-8-sig" if marked else "utf-8")
    if len(broken) <= most and (marked or _mostly_utf8(body, broken)):
        return Text(body, "utf-8-sig" if marked else "utf-8", tuple(broken))
    encoding = _legacy(_non_ascii_lines(body))
    return Text(_decode(body, encoding), encoding)


def _decode(data: bytes, encoding: str) -> bytes:
    return data.decode(encoding, errors="replace").encode("utf-8")


def is_wide(data: bytes) -> str | None:
    """Name UTF-16 without mark by where its zero bytes stand: every other byte of Latin text."""
    sample = data[: BLOCK & ~1]
    if b"\0" not in sample:
        return None
    low, high = sample[::2].count(0), sample[1::2].count(0)
    if max(low, high) < len(sample) // 5 or min(low, high) > len(sample) // 50:
        return None
    return "utf-16-le" if high > low else "utf-16-be"


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
    whole = sum(1 for _ in re.finditer(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", data[: 1 << 24]))
    return whole > len(broken)


def _repaired(data: bytes, name: str) -> Text:
    """Read C1 control characters as the Windows-1252 characters they were, when every one of them has a meaning there."""
    found = set(C1_BYTES.findall(data)) if b"\xc2" in data else set()
    if not found or found & {b"\xc2" + bytes([code]) for code in (0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D)}:
        return Text(data, name)
    return Text(C1_BYTES.sub(lambda match: match[0][1:].decode("cp1252").encode(), data), f"{name}, controls as cp1252")


def _non_ascii_lines(data: bytes) -> bytes:
    found = bytearray()
    for match in re.finditer(rb"[^\r\n]*[\x80-\xff][^\r\n]*", data):
        found += match[0][:4096] + b"\n"
        if len(found) > LOOKED_AT:
            break
    return bytes(found)


def _legacy(lines: bytes) -> str:
    """Choose between the encodings of before UTF-8: Japanese by its kana, alphabets by their words, else by statistics."""
    for name in ("shift_jis", "cp932", "euc_jp"):
        text = _decoded(lines, name)
        if text and len(KANA.findall(text)) > 0.2 * sum(1 for letter in text if letter > ASCII):
            return name
    scores = {name: _sense(text) for name in ALPHABETS if (text := _decoded(lines, name))}
    best = max(scores, key=lambda name: scores[name], default="")
    return best if best and scores[best] >= SENSIBLE else _by_statistics(lines)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _sense(text: str) -> float:
    """Say which share of the words with non-ASCII characters looks like words of one script, with its vowels."""
    words = [word for word in (_bare(word) for word in SEPARATED.split(text)) if not word.isascii()]
    if not words:
        return 1.0
    sense = sum(1 for word in words if _is_word(word)) / len(words)
    foreign = [letter for word in words for letter in word.lower() if letter > LATIN and letter.isalpha()]
    vowels = sum(1 for letter in foreign if unicodedata.normalize("NFD", letter)[0] in VOWELS)
    return sense if vowels >= FEWEST_VOWELS * len(foreign) else sense / 2


def _bare(word: str) -> str:
    """Take the punctuation and signs off the edges of a word."""
    inner = [place for place, letter in enumerate(word) if letter.isalnum()]
    return word[inner[0] : inner[-1] + 1] if inner else ""


def _is_word(word: str) -> bool:
    """Say whether a word has letters of one script, no signs among them, and no capital between small letters."""
    foreign = [letter for letter in word if letter > ASCII and letter not in JOINERS]
    if len(foreign) == len(word) > LONGEST_FOREIGN and word[0] < LATIN:
        return False
    scripts = {unicodedata.name(letter, "NONE").split()[0] for letter in word if letter.isalpha()}
    inner_capital = any(
        letter > ASCII and letter.isupper() and before.isalpha() and (before.islower() or after.islower())
        for before, letter, after in zip(word, word[1:], f"{word[2:]} ", strict=False)
    )
    return all(letter.isalpha() for letter in foreign) and len(scripts) <= 1 and not inner_capital


def _by_statistics(lines: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - heavy, and seldom asked

    best = from_bytes(lines).best()
    return best.encoding if best is not None else "latin-1"
