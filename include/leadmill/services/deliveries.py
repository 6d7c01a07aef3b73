"""Deliveries that are fetched over HTTPS: one file at an address, or the pages of a CRM's list endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import requests

from leadmill.config.fetch import MEGABYTE, Api, Fetch, Paging
from leadmill.errors import ServiceRefused, ServiceUnavailable
from leadmill.services.http import HttpService, Limits, Reply
from leadmill.services.provider import Secrets, prove, secret_from_environment

_SILENCE = 120.0  # seconds without a byte; a whole file may take three times as long
_TEMPORARY = (requests.codes.request_timeout, requests.codes.too_many_requests)


def open_place(url: str, fetch: Fetch, source: str, secret: Secrets = secret_from_environment) -> HttpService:
    """Open the one host an address names, and no other. Raises ConfigError when its secret is not to be had."""
    headers, basic = prove(fetch.auth, secret, f"sources/{source}.yaml")
    limits = Limits(per_second=fetch.api.per_second if fetch.api else 1.0, read_seconds=_SILENCE, max_bytes=fetch.max_megabytes * MEGABYTE)
    return HttpService([urlsplit(url).hostname or ""], limits, headers=headers, auth=basic)


def download(service: HttpService, url: str, into: BinaryIO, stamp: str | None) -> str | None:
    """Write the file at an address into `into`; return its stamp (ETag, or date and size), None when it is still the one of `stamp`.

    Raises ServiceUnavailable when trying again may help, ServiceRefused when it will not.
    """
    known = {"If-None-Match": stamp} if stamp and stamp.startswith(('"', "W/")) else {}
    reply = service.download(url, into, known)
    if reply.status == requests.codes.not_modified:
        return None
    _check(reply)
    found = _stamp({name.lower(): value for name, value in reply.headers.items()})
    return None if found and found == stamp else found


def pages(service: HttpService, url: str, api: Api, since: str | None) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a list endpoint, page by page; `since` in the form the endpoint takes.

    Raises ServiceUnavailable or ServiceRefused as `download` does, and ServiceRefused for an answer that is not as described.
    """
    first = {**api.params, **({api.since.param: since} if api.since and since else {})}
    asked: str | None = _with(url, {**first, **_counted(api.paging, 0, 0)})
    skipped = 0
    for number in range(api.max_pages):
        reply = service.get(asked or "")
        _check(reply)
        rows = at(reply.body, api.rows)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ServiceRefused(f"the answer has no list of rows at {api.rows or 'its top'!r}.", hint="Correct `rows` under fetch.api.")
        yield rows
        skipped += len(rows)
        asked = _next(asked or "", reply.body, api.paging, number + 1, skipped) if rows else None
        if asked is None:
            return
    raise ServiceRefused(f"there are more than {api.max_pages} pages.", hint="Raise max_pages under fetch.api, or ask for larger pages.")


def at(tree: Any, pointer: str) -> Any:
    """Return what a JSON pointer leads to; None when it leads nowhere."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(tree, list) and key.isdecimal():
            tree = tree[int(key)] if int(key) < len(tree) else None
        else:
            tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _next(asked: str, body: Any, paging: Paging | None, number: int, skipped: int) -> str | None:
    if paging is None:
        return None
    if paging.pointer is None:
        return _with(asked, _counted(paging, number, skipped))
    told = at(body, paging.pointer)
    if told is None or told == "":
        return None
    following = urljoin(asked, str(told)) if paging.kind == "next_url" else _with(asked, {paging.param or "": str(told)})
    if following == asked:
        raise ServiceRefused("the answer names itself as the next page.", hint="Correct `paging` under fetch.api.")
    return following


def _counted(paging: Paging | None, number: int, skipped: int) -> dict[str, str]:
    if paging is None or paging.pointer is not None:
        return {}
    return {paging.param or "": str(number + 1 if paging.kind == "page" else skipped)}


def _with(url: str, params: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode({**dict(parse_qsl(parts.query, keep_blank_values=True)), **params})))


def _check(reply: Reply) -> None:
    if reply.status >= requests.codes.server_error or reply.status in _TEMPORARY:
        raise ServiceUnavailable(f"HTTP {reply.status}.", hint="It is asked again later.")
    if reply.status != requests.codes.ok:
        raise ServiceRefused(f"HTTP {reply.status}.", hint="Correct `deliveries` in the source's YAML, or its credentials.")


def _stamp(headers: Mapping[str, str]) -> str:
    told = headers.get("last-modified")
    return headers.get("etag") or (f"{told} {headers.get('content-length')}" if told else "")
