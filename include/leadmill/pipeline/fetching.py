"""Deliveries that lie elsewhere are fetched into `inbox/<source>/` below the state folder; from there on they are local files.

A file is written under a hidden name and renamed last, then its stamp is noted in `.fetched.json`: what did not change is left where it
is, and a fetch cut off anywhere is done again. Should the same rows arrive twice, they are duplicates, as with any delivery.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from leadmill import services, sources
from leadmill.config import Project, Source
from leadmill.config.fetch import MEGABYTE, Since, place_of
from leadmill.errors import ServiceRefused
from leadmill.pipeline.mill import Mill

Credentials = Mapping[str, Any]  # object storage: fsspec's options; https://: {"secret": text}. Empty: the environment's
INDEX = ".fetched.json"
SINCE = "since"


def fetched(mill: Mill, source: Source, credentials: Credentials) -> Source:
    """Fetch what is new at the place of a source; return the source as it is read then: from the inbox. A local one is returned as it is.

    Raises ConfigError, SourceError, ServiceRefused, or ServiceUnavailable where trying again may help.
    """
    here = from_inbox(mill.project, source)
    if here is source:
        return source
    inbox = Path(here.deliveries)
    inbox.mkdir(parents=True, exist_ok=True)
    if place_of(source.deliveries) == "storage":
        _fetch_storage(source, credentials, inbox)
    elif source.fetch.api is None:
        _fetch_file(source, credentials, inbox)
    else:
        _fetch_rows(mill, source, credentials, inbox)
    return here


def from_inbox(project: Project, source: Source) -> Source:
    """Return the source as it is read: from its inbox when its deliveries lie elsewhere. Nothing is fetched."""
    if place_of(source.deliveries) == "local":
        return source
    return source.model_copy(update={"deliveries": str(project.state / "inbox" / source.name)})


def _fetch_storage(source: Source, credentials: Credentials, inbox: Path) -> None:
    known = _index(inbox)
    for remote in sources.list_place(source.deliveries, credentials, source.name):
        if known.get(remote.name) == remote.stamp and (inbox / remote.name).is_file():
            continue
        with _whole(inbox / remote.name) as file:
            sources.copy_remote(source.deliveries, credentials, source.name, remote, file, source.fetch.max_megabytes * MEGABYTE)
        _note(inbox, remote.name, remote.stamp)


def _fetch_file(source: Source, credentials: Credentials, inbox: Path) -> None:
    name = sources.safe_name(unquote(urlsplit(source.deliveries).path).rsplit("/", 1)[-1])
    known = _index(inbox).get(name) if (inbox / name).is_file() else None
    with _service(source, credentials) as service, _whole(inbox / name) as file:
        stamp = services.download(service, source.deliveries, file, known)
        if stamp is None:
            raise _Unchanged
    if stamp is not None:
        _note(inbox, name, stamp)


def _fetch_rows(mill: Mill, source: Source, credentials: Credentials, inbox: Path) -> None:
    """Write the rows of a list endpoint as one JSONL delivery; no rows, no file."""
    api = source.fetch.api
    if api is None:
        return
    now, latest, rows = mill.clock(), _index(inbox).get(SINCE), 0
    with _service(source, credentials) as service, _whole(inbox / f"{source.name}-{now:%Y%m%dT%H%M%S%f}.jsonl") as file:
        for page in services.pages(service, source.deliveries, api, _overlapped(api.since, latest)):
            rows += len(page)
            file.writelines(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in page)
            latest = _latest(api.since, latest, page)
        if not rows:
            raise _Unchanged
    if latest is not None:
        _note(inbox, SINCE, latest)


def _latest(since: Since | None, latest: str | None, page: list[dict[str, Any]]) -> str | None:
    """Return when the newest row seen so far was changed. Raises ServiceRefused when a row does not say."""
    if since is None:
        return None
    moments = [services.at(row, since.pointer) for row in page]
    try:
        return max([*([latest] if latest else []), *(str(moment) for moment in moments)], key=lambda text: _moment(since, text))
    except (ValueError, OverflowError):
        raise ServiceRefused(
            f"a row does not say at {since.pointer!r} when it was changed.", hint="Correct `since` under fetch.api."
        ) from None


def _overlapped(since: Since | None, latest: str | None) -> str | None:
    """Return the moment to ask from, in the form the endpoint takes; None at the first time."""
    if since is None or latest is None:
        return None
    start = _moment(since, latest) - timedelta(minutes=since.overlap_minutes)
    return str(int(start.timestamp() * 1000)) if since.form == "epoch_ms" else start.isoformat().replace("+00:00", "Z")


def _moment(since: Since, text: str) -> datetime:
    if since.form == "epoch_ms":
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _service(source: Source, credentials: Credentials) -> services.HttpService:
    given = credentials.get("secret")
    secret = services.secret_from_environment if given is None else lambda _name: str(given)
    return services.open_place(source.deliveries, source.fetch, source.name, secret)


class _Unchanged(Exception):
    """There is nothing new."""


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    """Open a hidden draft that takes its name when all of it is written, and is gone otherwise."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except _Unchanged:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _index(inbox: Path) -> dict[str, str]:
    path = inbox / INDEX
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _note(inbox: Path, name: str, stamp: str) -> None:
    with _whole(inbox / INDEX) as file:
        file.write(json.dumps({**_index(inbox), name: stamp}, indent=1).encode())
