"""Deliveries from elsewhere: object storage, an address, a CRM's API. Fetched whole into the inbox, once, then read as any file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import fsspec
import pytest
from tiny_house import LIST, person
from typer.testing import CliRunner
from vendor_server import Answer, csv_of, inbox, landed, place

from leadmill.cli import app
from leadmill.errors import ConfigError, ServiceRefused, ServiceUnavailable, SourceError


@pytest.fixture
def bucket() -> Iterator[Any]:
    store = fsspec.filesystem("memory")
    yield store
    store.rm("/box", recursive=True) if store.exists("/box") else None


def put(bucket, path: str, data: bytes) -> None:
    with bucket.open(path, "wb") as file:
        file.write(data)


@pytest.mark.parametrize(
    ("deliveries", "files"),
    [
        ("memory://box", {"acme-1.csv": 1, "note.csv": 3}),
        ("memory://box/", {"acme-1.csv": 1, "note.csv": 3}),
        ("memory://box/acme*.csv", {"acme-1.csv": 1}),
        ("memory://box/*/acme*.csv", {"2025__acme-1.csv": 2}),
        ("memory://box/acme-1.csv", {"acme-1.csv": 1}),
    ],
)
def test_a_folder_a_glob_and_a_file_of_object_storage(house, bucket, deliveries, files):
    for path, numbers in (("acme-1.csv", [1]), ("2025/acme-1.csv", [2, 3]), ("note.csv", [4, 5, 6]), (".hidden.csv", [7])):
        put(bucket, f"/box/{path}", csv_of(house, *numbers))
    place(house, deliveries)

    assert landed() == files
    assert inbox(house) == sorted(files)


def test_a_file_address_is_a_place_like_any_other(house):
    house.deliver("acme.csv", [person(1)])
    place(house, f"file://{house.root}/lists")

    assert landed() == {"acme.csv": 1}


def test_what_did_not_change_is_not_fetched_again_and_what_did_is(house, bucket):
    put(bucket, "/box/acme.csv", csv_of(house, 1))
    place(house, "memory://box")
    landed()
    first = (house.root / "state" / "inbox" / "acme" / "acme.csv").stat().st_mtime_ns
    landed()
    assert (house.root / "state" / "inbox" / "acme" / "acme.csv").stat().st_mtime_ns == first

    put(bucket, "/box/acme.csv", csv_of(house, 1, 2))

    assert landed() == {"acme.csv": 2}


def test_a_source_elsewhere_is_checked_on_what_was_fetched_last(house, bucket):
    put(bucket, "/box/acme.csv", csv_of(house, 1, 2))
    place(house, "memory://box")
    landed()

    checked = CliRunner().invoke(app, ["source", "check", "acme", "--json"])

    assert (json.loads(checked.output)["file"], json.loads(checked.output)["received"]) == ("acme.csv", 2)


def test_nothing_is_taken_away_from_the_vendors_place(house, bucket):
    put(bucket, "/box/acme.csv", csv_of(house, 1))
    place(house, "memory://box")
    landed()

    assert bucket.find("/box") == ["/box/acme.csv"]


def test_a_whole_night_runs_on_what_lies_elsewhere(house, bucket):
    put(bucket, "/box/acme.csv", csv_of(house, 1, 2))
    place(house, "memory://box")

    assert house.night()["sources"]["acme"]["accepted"] == 2
    assert house.night()["sources"]["acme"]["received"] == 0


def test_a_file_larger_than_allowed_leaves_nothing_behind(house, bucket):
    put(bucket, "/box/acme.csv", b"x" * 1_000_001)
    place(house, "memory://box", "{max_megabytes: 1}")

    with pytest.raises(SourceError, match="larger than 1,000,000 bytes"):
        landed()
    assert inbox(house) == []


PLACES_THAT_ARE_NONE = {
    "an empty place": ("memory://nothing/here", SourceError, "nothing matches"),
    "no such protocol": ("carrier-pigeon://roof", ConfigError, "carrier-pigeon"),
    "a protocol without its library": ("oss://bucket/acme", ConfigError, "oss:// needs a library"),
}


@pytest.mark.parametrize(("deliveries", "kind", "told"), PLACES_THAT_ARE_NONE.values(), ids=PLACES_THAT_ARE_NONE)
def test_a_place_that_is_none_says_why(house, deliveries, kind, told):
    place(house, deliveries)

    with pytest.raises(kind, match=told):
        landed()


def test_a_file_at_an_address_is_fetched_once_by_its_etag(house, vendor):
    text = csv_of(house, 1, 2)
    server = vendor(lambda _, headers: (304, b"", {}) if headers.get("If-None-Match") == '"v1"' else (200, text, {"ETag": '"v1"'}))
    place(house, f"{server.url}/lists/acme%20leads.csv?key=1")

    assert (landed(), landed()) == ({"acme leads.csv": 2}, {"acme leads.csv": 2})
    assert ["If-None-Match" in headers for headers in server.headers] == [False, True]
    assert inbox(house) == ["acme leads.csv"]


def test_a_name_at_an_address_cannot_leave_the_inbox(house, vendor):
    server = vendor(lambda *_: (200, csv_of(house, 1), {}))
    place(house, f"{server.url}/..%2F..%2Fescaped.csv")

    assert landed() == {"escaped.csv": 1}
    assert inbox(house) == ["escaped.csv"]


REFUSED: dict[str, tuple[Answer, type[Exception], str]] = {
    "not there": ((404, b"", {}), ServiceRefused, "HTTP 404"),
    "another address": ((302, b"", {"Location": "http://127.0.0.1:1/"}), ServiceRefused, "redirects are not followed"),
    "away": ((503, b"", {}), ServiceUnavailable, "HTTP 503"),
    "too often": ((429, b"", {}), ServiceUnavailable, "HTTP 429"),
    "too large": ((200, b"x" * 1_000_001, {}), ServiceRefused, "larger than 1000000 bytes"),
    "cut off": ((200, b"abc", {"Content-Length": "9"}), ServiceUnavailable, "did not arrive whole"),
}


@pytest.mark.parametrize(("answer", "kind", "told"), REFUSED.values(), ids=REFUSED)
def test_an_address_that_does_not_deliver_leaves_nothing_behind(house, vendor, answer, kind, told):
    server = vendor(lambda *_: answer)
    place(house, f"{server.url}/acme.csv", "{max_megabytes: 1}")

    with pytest.raises(kind, match=told):
        landed()
    assert inbox(house) == []


def test_the_secret_of_an_address_comes_from_outside(house, vendor, monkeypatch):
    server = vendor(lambda *_: (200, csv_of(house, 1), {}))
    place(house, f"{server.url}/acme.csv", "{auth: {kind: bearer, secret: ACME}}")
    with pytest.raises(ConfigError, match="'ACME' is not set"):
        landed()

    landed(secret="from a connection")
    monkeypatch.setenv("LEADMILL_SECRET_ACME", "from the environment")
    landed()

    assert [headers["Authorization"] for headers in server.headers] == ["Bearer from a connection", "Bearer from the environment"]


WRONG = {
    "plain http": ("http://lists.example/a.csv", "", "must be https"),
    "a password in the address": ("https://ann:secret@lists.example/a.csv", "", "names its host and no user"),
    "a connection nobody sends": ("https://lists.example/a.csv", "{connection: vendor}", "how the connection's password is sent"),
    "an API in a bucket": ("s3://bucket/a", "{api: {rows: ''}}", "for an https:// address"),
    "something to fetch on this machine": ("lists/a.csv", "{max_megabytes: 3}", "nothing to fetch"),
    "a cursor nobody finds": ("https://crm.example/c", "{api: {rows: '', paging: {kind: cursor, param: after}}}", "pointer says where"),
    "a page without its parameter": ("https://crm.example/c", "{api: {rows: '', paging: {kind: page}}}", "param names the query parameter"),
}


@pytest.mark.parametrize(("deliveries", "fetch", "told"), WRONG.values(), ids=WRONG)
def test_a_place_written_wrongly_is_refused_with_its_line(house, deliveries, fetch, told):
    place(house, deliveries, fetch)

    with pytest.raises(ConfigError, match=told) as refused:
        landed()
    assert refused.value.line
    assert "secret@" not in str(refused.value)


def test_a_place_elsewhere_cannot_be_watched(house):
    house.source("acme", LIST.replace("lists/acme*.csv", "s3://bucket/acme") + "\nwatch: true\n")

    with pytest.raises(ConfigError, match="'watch': only a place on this machine can be watched"):
        landed()
