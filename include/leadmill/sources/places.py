"""Object storage and other file systems (s3://, gs://, file://, memory:// ...): what lies there, and copying it here.

Everything goes through fsspec, as Airflow's own ObjectStoragePath does; the library behind a protocol (the extra `s3` for s3://) is
installed where it is needed. Only listing and reading: nothing is ever written, moved or deleted at a vendor's place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from leadmill.errors import ConfigError, LeadmillError, ServiceRefused, ServiceUnavailable, SourceError
from leadmill.sources.deliveries import HIDDEN

EXTRA = "Install Leadmill with its extra `s3`: pip install -c constraints.txt -e '.[s3]'"
_CHUNK = 1 << 20
_UNSAFE = re.compile(r"[^\w.() +=,@-]")


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at a place: where it lies, the name it gets here, and a stamp that changes when the file does."""

    path: str
    name: str
    stamp: str
    size: int


def list_place(uri: str, options: Mapping[str, Any], source: str) -> list[Remote]:
    """List the files of a folder, a glob or one file, by path; `options` are fsspec's (credentials, end point).

    Raises ConfigError when the protocol is not known or its library not installed, SourceError when nothing is there, ServiceUnavailable
    or ServiceRefused when the place cannot be asked.
    """
    system, path = _open(uri, options, source)
    with _explained(source):
        found = _find(system, path)
    files = [(where, info) for where, info in sorted(found.items()) if info["type"] == "file"]
    visible = [(where, info) for where, info in files if not where.rsplit("/", 1)[-1].startswith(HIDDEN)]
    if not visible:
        raise SourceError(f"source {source} has no delivery: nothing matches.", file=uri, hint=f"Correct `deliveries` in {source}.yaml.")
    root = _root(path, [where for where, _ in visible])
    return [Remote(where, safe_name(where[len(root) :]), _stamp(info), int(info["size"] or 0)) for where, info in visible]


def copy_remote(uri: str, options: Mapping[str, Any], source: str, remote: Remote, into: BinaryIO, max_bytes: int) -> None:
    """Copy one listed file into an open local one. Raises SourceError when it is larger than allowed, and as `list_place` does."""
    system, _ = _open(uri, options, source)
    copied = 0
    with _explained(source), system.open(remote.path, "rb") as there:
        while chunk := there.read(_CHUNK):
            copied += into.write(chunk)
            if copied > max_bytes:
                raise SourceError(f"larger than {max_bytes:,} bytes.", file=remote.name, hint="Raise max_megabytes under fetch.")


def safe_name(path: str) -> str:
    """Turn a path at a place into a file's name here; folders become part of it, so that two files never share one."""
    name = _UNSAFE.sub("_", "__".join(part for part in path.split("/") if part))
    return name.lstrip(".") or "delivery"


def _open(uri: str, options: Mapping[str, Any], source: str) -> tuple[Any, str]:
    import fsspec  # type: ignore[import-untyped]  # noqa: PLC0415 - only where something is fetched

    scheme = uri.partition("://")[0]
    try:
        system, path = fsspec.core.url_to_fs(uri, use_listings_cache=False, **options)
    except ImportError as error:
        raise ConfigError(
            f"{scheme}:// needs a library that is not installed: {str(error).rstrip('.')}.",
            file=f"sources/{source}.yaml",
            hint=EXTRA if scheme == "s3" else f"Install what fsspec needs for {scheme}://.",
        ) from None
    except ValueError as error:
        raise ConfigError(f"'deliveries': {error}.", file=f"sources/{source}.yaml") from None
    return system, path


def _find(system: Any, path: str) -> dict[str, Any]:
    if any(sign in path for sign in "*?["):
        return dict(system.glob(path, detail=True))
    if not system.exists(path):
        return {}
    info = system.info(path)
    if info["type"] == "file":
        return {info["name"]: info}
    return {one["name"]: one for one in system.ls(path, detail=True)}


def _root(path: str, found: list[str]) -> str:
    """Return the folder that the names of all files are told from."""
    fixed = re.split(r"[*?\[]", path)[0]
    folder = fixed[: fixed.rfind("/") + 1] if fixed != path or found == [path] else f"{path.rstrip('/')}/"
    return folder if all(where.startswith(folder) for where in found) else ""


def _stamp(info: Mapping[str, Any]) -> str:
    changed = next((info[key] for key in ("ETag", "etag", "mtime", "LastModified", "last_modified", "created") if info.get(key)), "")
    return f"{changed} {info.get('size')}"


@contextmanager
def _explained(source: str) -> Iterator[None]:
    """Turn what a file system raises into our errors: a refusal is not worth a retry, an outage is."""
    try:
        yield
    except LeadmillError:
        raise
    except FileNotFoundError:
        raise SourceError(f"there is nothing at the place of {source}.", hint=f"Correct `deliveries` in {source}.yaml.") from None
    except PermissionError:
        raise ServiceRefused(f"the place of {source} let nobody in.", hint="Check its address and credentials.") from None
    except Exception as error:  # noqa: BLE001 - every file system has exceptions of its own
        raise ServiceUnavailable(f"the place of {source} did not answer: {type(error).__name__}.") from None
