"""How deliveries are fetched that do not lie on this machine: object storage, an https:// address, a CRM's API.

Secrets are never in here: `connection` names an Airflow connection; without Airflow, `auth.secret` names a variable of the environment and
object storage asks its own library (AWS_ACCESS_KEY_ID ...).
"""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from leadmill.config.provider import LOOPBACK, Auth
from leadmill.config.strict_yaml import Misfit, Strict

Place = Literal["local", "storage", "https"]
POINTER = r"^(/[^/]+)*$"
MEGABYTE = 1_000_000


class Paging(Strict):
    """How the next page is asked for: the answer names its address or a cursor, or pages or rows are counted."""

    kind: Literal["next_url", "cursor", "page", "offset"]
    pointer: str | None = Field(default=None, pattern=POINTER)  # where the answer names the next page; missing or null there: the last one
    param: str | None = None  # query parameter: the cursor, the number of the page (from 1), or how many rows to skip

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.kind in ("next_url", "cursor")) != (self.pointer is not None):
            raise Misfit("pointer says where next_url and cursor are found, and stands only there", "kind")
        if (self.kind != "next_url") != (self.param is not None):
            raise Misfit("param names the query parameter of cursor, page and offset, and stands only there", "kind")
        return self


class Since(Strict):
    """Only what changed since the last fetch, with an overlap: clocks differ, and what was written late must not be missed."""

    param: str  # query parameter
    pointer: str = Field(pattern=POINTER)  # of a row: when it was changed
    form: Literal["iso", "epoch_ms"] = "iso"
    overlap_minutes: int = Field(default=60, ge=0)


class Api(Strict):
    """A CRM's list endpoint: JSON pages of rows, written as one JSONL delivery per fetch."""

    rows: str = Field(pattern=POINTER)  # of a page: the list of rows; empty: the page is the list
    paging: Paging | None = None  # none: everything is on one page
    since: Since | None = None  # none: everything, every time; rows that are known are duplicates
    params: dict[str, str] = {}  # further query parameters, such as the page's size
    max_pages: int = Field(default=10_000, ge=1)
    per_second: float = Field(default=5.0, gt=0, le=1000)


class Fetch(Strict):
    """Limits and credentials of one place."""

    connection: str | None = None  # Airflow connection
    auth: Auth = Auth()  # https:// only
    max_megabytes: int = Field(default=1000, ge=1)  # per file, or per page of an API
    api: Api | None = None  # `deliveries` is a list endpoint, not a file


def place_of(deliveries: str) -> Place:
    """Tell where deliveries lie from how they are written."""
    if "://" not in deliveries:
        return "local"
    return "https" if urlsplit(deliveries).scheme in ("http", "https") else "storage"


def check_place(deliveries: str, fetch: Fetch) -> None:
    """Refuse an address that may not be asked, and keys that make no sense where the deliveries lie. Raises Misfit."""
    place, parts = place_of(deliveries), urlsplit(deliveries)
    if place == "https":
        if not parts.hostname or parts.username or parts.password:
            raise Misfit("an address names its host and no user: secrets belong under fetch.auth", "deliveries")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise Misfit("the address must be https", "deliveries")
        if fetch.connection and not fetch.auth.secret:
            raise Misfit(
                "say under auth how the connection's password is sent: bearer, basic or header, and a name for it", "fetch", "connection"
            )
    elif fetch.api or fetch.auth.secret:
        raise Misfit("api and auth are for an https:// address; object storage takes a connection", "fetch")
    if place == "local" and fetch != Fetch():
        raise Misfit("deliveries lie on this machine: there is nothing to fetch", "fetch")
