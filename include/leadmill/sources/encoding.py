"""From bytes to UTF-8, once, before anything else looks at the file: what a byte means is decided for the file as a whole."""

from __future__ import annotations

import codecs

from leadmill.errors import SourceError

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def to_utf8(data: bytes, stated: str | None = None, file: str = "") -> tuple[bytes, str]:
    """Return the text as UTF-8 without mark, and the encoding it was in. What is stated is believed. Raises SourceError."""
    encoding = stated or detect(data)
    try:
        if encoding in ("ascii", "utf-8"):
            data.decode(encoding)
            return data, encoding
        return data.decode(encoding).encode("utf-8"), encoding
    except (UnicodeDecodeError, LookupError) as error:
        line = data.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else None
        raise SourceError(
            f"not written in {encoding}.", file=file, line=line, hint="State the right `encoding` under `format` in the source's YAML."
        ) from None


def detect(data: bytes) -> str:
    """Name the encoding of a file by its mark, its validity as UTF-8, and its pattern of NULs."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return name
    if data.isascii() and b"\0" not in data[:4096]:
        return "ascii"
    sample = data[:4096]
    if sample.count(b"\0") > len(sample) // 4:
        return "utf-16-le" if sample[1::2].count(b"\0") >= sample[::2].count(b"\0") else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
