"""A CRM's list endpoint as a source: every page once, later only what changed, and no address but its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tiny_house import person
from vendor_server import Answer, Vendor, inbox, landed, place

from leadmill.errors import ServiceRefused, ServiceUnavailable


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
