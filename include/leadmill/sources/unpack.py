"""Archives and workbooks before anyone parses them: what is inside, how large it would become, and what is refused unopened.

Everything is judged by the archive's own directory first; unpacking stops at the limit whatever the directory claims.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import PurePath

from leadmill.errors import SourceError

MAX_UNPACKED = 512 << 20  # bytes
MAX_RATIO = 100  # unpacked to packed, beyond SMALL; lists reach 30
SMALL = 4 << 20
STEP = 1 << 20
MAX_MEMBERS = 2000
ARCHIVES = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst")
MACROS = ("vbaproject.bin", "basic/")
LINKS = "xl/externallinks/"

# What zipfile raises over a damaged archive: its own error, and whatever its parts do with bytes that make no sense.
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError, IndexError)
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"


def gunzip(data: bytes, file: str) -> bytes:
    """Unpack gzip, all its members. Raises SourceError when it is damaged or a bomb."""
    unpacked = bytearray()
    limit = min(MAX_UNPACKED, max(SMALL, MAX_RATIO * len(data)))
    try:
        while data.startswith(GZIP):
            stream = zlib.decompressobj(wbits=31)
            while data and not stream.eof:
                unpacked += stream.decompress(data, STEP)
                data = stream.unconsumed_tail
                if len(unpacked) > limit:
                    raise _bomb(file)
            if not stream.eof:
                raise SourceError("the gzip file is cut off.", file=file, hint="Fetch it again.")
            data = stream.unused_data
    except zlib.error:
        raise SourceError("the gzip file is damaged.", file=file, hint="Fetch it again.") from None
    return bytes(unpacked)


def open_archive(data: bytes, file: str) -> zipfile.ZipFile:
    """Open a zip (or a workbook, which is one) whose directory is within limits. Raises SourceError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGE:
        raise SourceError("the zip file is damaged.", file=file, hint="Fetch it again, or save the workbook again.") from None
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or size > min(MAX_UNPACKED, max(SMALL, MAX_RATIO * len(data))):
        raise _bomb(file)
    if any(member.flag_bits & 1 for member in members):
        raise SourceError("protected by a password.", file=file, hint="Ask for it without one, over a protected channel.")
    return archive


def is_workbook(archive: zipfile.ZipFile) -> str | None:
    """Name the kind of workbook a zip is: xlsx, ods, or none."""
    names = set(archive.namelist())
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx"
    return "ods" if {"mimetype", "content.xml"} <= names else None


def check_workbook(archive: zipfile.ZipFile, file: str) -> int:
    """Refuse macros, links to other workbooks and XML that declares entities; return the unpacked size in bytes. Raises SourceError."""
    names = [name.lower() for name in archive.namelist()]
    if any(name.endswith(MACROS[0]) or name.startswith(MACROS[1]) for name in names):
        raise SourceError("the workbook carries macros.", file=file, hint="Ask for it saved as plain XLSX or CSV.")
    if any(name.startswith(LINKS) for name in names):
        raise SourceError("the workbook draws on other workbooks.", file=file, hint="Ask for it saved with values only.")
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels")) and b"<!" in (head := _head(archive, member, file)) and _declares(head):
            raise SourceError("the workbook's XML declares entities, as attacks do.", file=file, hint="Ask the vendor where it comes from.")
        if b"encryption-data" in (_head(archive, member, file) if member.filename == "META-INF/manifest.xml" else b""):
            raise SourceError("protected by a password.", file=file, hint="Ask for it without one, over a protected channel.")
    return sum(member.file_size for member in archive.infolist())


def only_member(archive: zipfile.ZipFile, file: str) -> tuple[str, bytes]:
    """Name and bytes of the one list in a zip. Raises SourceError when there are several, or an archive again."""
    members = [member for member in archive.infolist() if not member.is_dir() and not _is_litter(member.filename)]
    if len(members) != 1:
        names = ", ".join(repr(member.filename) for member in members[:10])
        raise SourceError(
            f"the zip holds {len(members)} files, not one: {names}.", file=file, hint="Deliver each list as a file of its own."
        )
    member = members[0]
    if PurePath(member.filename).suffix.lower() in ARCHIVES:
        raise SourceError("an archive within an archive.", file=file, hint="Unpack it once.")
    data = _content(archive, member, file, MAX_UNPACKED)
    if data.startswith(GZIP) or (data.startswith(ZIP) and not is_workbook(open_archive(data, file))):
        raise SourceError("an archive within an archive.", file=file, hint="Unpack it once.")
    return PurePath(member.filename).name, data


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePath(name).name in (".DS_Store", "Thumbs.db")


def _head(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> bytes:
    return _content(archive, member, file, 1 << 14)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str, limit: int) -> bytes:
    try:
        with archive.open(member) as stream:
            return stream.read(limit)
    except DAMAGE:
        raise SourceError("the zip file is damaged.", file=file, hint="Fetch it again.") from None


def _declares(head: bytes) -> bool:
    text = head.replace(b"\0", b"").upper()
    return b"<!DOCTYPE" in text or b"<!ENTITY" in text


def _bomb(file: str) -> SourceError:
    return SourceError(
        f"unpacks to more than {MAX_UNPACKED >> 20} MB or more than {MAX_RATIO} times its size: it may be a bomb.",
        file=file,
        hint="If it is honest, unpack it yourself and deliver the list as it is.",
    )
