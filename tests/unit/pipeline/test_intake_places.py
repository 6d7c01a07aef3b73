"""Deliveries from elsewhere: object storage, an address, a CRM's API. Fetched whole into the inbox, once, then read as any file."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import fsspec
import pytest
from tiny_house import LIST, person
from typer.testing import CliRunner

from leadmill import pipeline
from leadmill.cli import app
from leadmill.errors import ConfigError, ServiceRefused, ServiceUnavailable, SourceError

Answer = tuple[int, bytes, dict[str, str]]


class Vendor(ThreadingHTTPServer):
    """A web server that answers as the test says, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str, dict[str, str]], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.headers.append(dict(self.headers))
        status, body, headers = self.server.answer(self.path, dict(self.headers))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def vendor() -> Iterator[Callable[..., Vendor]]:
    running: list[Vendor] = []

    def start(answer: Callable[[str, dict[str, str]], Answer]) -> Vendor:
        server = Vendor(answer)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def place(house, deliveries: str, fetch: str = "") -> None:
    house.source("acme", LIST.replace("lists/acme*.csv", deliveries) + (f"\nfetch: {fetch}\n" if fetch else ""))


def csv_of(house, *numbers: int) -> bytes:
    """Return a delivery as bytes; it lies nowhere."""
    path = house.deliver("elsewhere.csv", [person(number) for number in numbers])
    text = path.read_bytes()
    path.unlink()
    return text


def landed(**options: Any) -> dict[str, int]:
    return {step["file"]: step.get("received", 0) for step in pipeline.land("acme", credentials=options or None)}


def inbox(house) -> list[str]:
    return sorted(path.name for path in (house.root / "state" / "inbox" / "acme").iterdir() if not path.name.startswith(".fetched"))


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


def crm_row(number: int, hour: int = 0) -> dict[str, Any]:
    return {**person(number), "changed": f"2026-11-20T{hour:02d}:00:00Z"}


def paged(rows: list[dict[str, Any]], form: str) -> Callable[[str, dict[str, str]], Answer]:
    """Answer as a CRM does that pages in one of the four ways, two rows a page, and knows `since`."""

    def answer(path: str, _: dict[str, str]) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        wanted = [row for row in rows if row["changed"] >= asked.get("since", "")]
        start = {"page": (int(asked.get("at", 1)) - 1) * 2, "offset": int(asked.get("at", 0))}.get(form, int(asked.get("at", 0)))
        more = start + 2 if start + 2 < len(wanted) else None
        query = "".join(f"&{name}={value}" for name, value in asked.items() if name != "at")
        following = {"next_url": f"/contacts?at={more}{query}", "cursor": str(more)}.get(form) if more else None
        return 200, json.dumps({"results": wanted[start : start + 2], "paging": {"next": following}}).encode(), {}

    return answer


PAGING = {
    "next_url": "{kind: next_url, pointer: /paging/next}",
    "cursor": "{kind: cursor, pointer: /paging/next, param: at}",
    "page": "{kind: page, param: at}",
    "offset": "{kind: offset, param: at}",
}


@pytest.mark.parametrize("form", PAGING)
def test_every_page_of_a_list_endpoint_becomes_one_delivery(house, vendor, form):
    server = vendor(paged([crm_row(number) for number in range(5)], form))
    place(house, f"{server.url}/contacts", f"{{api: {{rows: /results, paging: {PAGING[form]}, params: {{limit: '2'}}, per_second: 900}}}}")
    house.source(
        "acme", (house.root / "config/sources/acme.yaml").read_text().replace('format: {type: csv, encoding: utf-8, delimiter: ","}', "")
    )

    assert list(landed().values()) == [5]
    assert all("limit=2" in asked for asked in server.asked)
    assert house.night()["sources"]["acme"]["accepted"] == 5


def incremental(house, server: Vendor) -> None:
    since = "{param: since, pointer: /changed, overlap_minutes: 90}"
    place(house, f"{server.url}/contacts", f"{{api: {{rows: /results, paging: {PAGING['offset']}, since: {since}, per_second: 900}}}}")
    house.source(
        "acme", (house.root / "config/sources/acme.yaml").read_text().replace('format: {type: csv, encoding: utf-8, delimiter: ","}', "")
    )


def test_later_only_what_changed_is_asked_for_with_an_overlap(house, vendor):
    rows = [crm_row(number, hour=number) for number in range(5)]
    server = vendor(paged(rows, "offset"))
    incremental(house, server)
    assert house.night()["sources"]["acme"]["accepted"] == 5
    asked = len(server.asked)
    rows.append(crm_row(9, hour=3))  # written late

    night = house.night()

    assert parse_qs(urlsplit(server.asked[asked]).query)["since"] == ["2026-11-20T02:30:00Z"]
    assert (night["sources"]["acme"]["accepted"], night["sources"]["acme"]["duplicate"]) == (1, 2)


def test_a_fetch_without_rows_is_no_delivery(house, vendor):
    rows = [crm_row(1, hour=1)]
    server = vendor(paged(rows, "offset"))
    incremental(house, server)
    landed()
    rows.clear()

    assert len(landed()) == 1


def test_an_outage_between_two_pages_leaves_nothing_and_asks_for_all_again(house, vendor):
    rows, down = paged([crm_row(number) for number in range(5)], "offset"), [True]
    server = vendor(lambda path, headers: (503, b"", {}) if "at=4" in path and down[0] else rows(path, headers))
    incremental(house, server)
    with pytest.raises(ServiceUnavailable):
        landed()
    assert inbox(house) == []

    down[0] = False

    assert list(landed().values()) == [5]


ANSWERS_THAT_ARE_NONE = {
    "no list": ({"results": {}}, "no list of rows at '/results'"),
    "rows that are no objects": ({"results": [1]}, "no list of rows"),
    "rows without a date": ({"results": [{"Email": "x"}]}, "does not say at '/changed'"),
}


@pytest.mark.parametrize(("body", "told"), ANSWERS_THAT_ARE_NONE.values(), ids=ANSWERS_THAT_ARE_NONE)
def test_an_answer_that_is_not_as_described_is_refused(house, vendor, body, told):
    incremental(house, vendor(lambda *_: (200, json.dumps(body).encode(), {})))

    with pytest.raises(ServiceRefused, match=told):
        landed()


def test_an_endpoint_that_names_itself_as_the_next_page_is_not_asked_for_ever(house, vendor):
    server = vendor(lambda *_: (200, json.dumps({"results": [crm_row(1)], "next": "/contacts"}).encode(), {}))
    place(house, f"{server.url}/contacts", "{api: {rows: /results, paging: {kind: next_url, pointer: /next}, per_second: 900}}")

    with pytest.raises(ServiceRefused, match="names itself"):
        landed()


def test_the_next_page_may_not_lie_on_another_host(house, vendor):
    server = vendor(lambda *_: (200, json.dumps({"results": [crm_row(1)], "next": "https://evil.example/"}).encode(), {}))
    place(house, f"{server.url}/contacts", "{api: {rows: /results, paging: {kind: next_url, pointer: /next}, per_second: 900}}")

    with pytest.raises(ServiceRefused, match=r"'evil\.example' is not on the list"):
        landed()


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
