"""Asking against a real ledger and a real server: pay once, never over budget, and whatever happens every question ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest

from leadmill.config.provider import HttpProvider
from leadmill.enrich import Asked, ask, plan
from leadmill.errors import ConfigError
from leadmill.registry import Registry
from leadmill.services import open_service

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


class Vendor(ThreadingHTTPServer):
    """Knows every company but those named otherwise; `script` maps a domain to the statuses it is answered with, in turn."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.script: dict[str, list[int]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []


class _Desk(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self) -> None:
        domain = parse_qs(urlsplit(self.path).query)["domain"][0]
        self.server.asked.append(domain)
        self.server.headers.append(dict(self.headers))
        statuses = self.server.script.get(domain, [])
        status = statuses.pop(0) if statuses else 200
        body = json.dumps({"org": {"name": domain.upper(), "size": 25, "tags": ["steel"]}}).encode() if status == 200 else b""
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body) + (9 if status == 299 else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Vendor]:
    """Open for business."""
    vendor = Vendor()
    thread = threading.Thread(target=vendor.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield vendor
    vendor.shutdown()
    vendor.server_close()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """Open a registry of our own."""
    with Registry(f"sqlite:///{tmp_path / 'r.sqlite'}") as opened:
        yield opened


@pytest.fixture
def local(vendor, server):
    """Describe the server as a provider, changed as asked."""
    here = {"url": f"http://127.0.0.1:{server.server_port}/companies?domain={{domain}}", "hosts": ["127.0.0.1"]}
    return lambda **changes: vendor(**{**here, "read_seconds": 1, "workers": 1, **changes})


def questions(count: int, provider: HttpProvider, registry: Registry, now: datetime = NOW) -> pa.Table:
    """Plan to ask about d00.example, d01.example, ..."""
    names = [f"d{number:02}.example" for number in range(count)]
    companies = pa.table({"company_id": [f"c_{name}" for name in names], "domain": names})
    return plan(companies, registry.provider.answers(now), provider)


def run(provider: HttpProvider, registry: Registry, count: int = 3, now: datetime = NOW) -> Asked:
    """Plan and ask, as a night does."""
    with open_service(provider) as service:
        return ask(questions(count, provider, registry, now), provider, service, registry.provider, night_id="n1", clock=lambda: now)


def states(registry: Registry) -> list[str]:
    return registry.provider.calls()["state"].to_pylist()


def test_answers_are_in_the_ledger_with_what_they_cost(local, server, registry) -> None:
    server.script = {"d01.example": [404]}

    told = run(local(), registry)

    assert told == Asked(found=2, not_found=1, calls=3)
    assert registry.provider.answers(NOW).select(["question", "found"]).to_pylist() == [
        {"question": "domain:d00.example", "found": True},
        {"question": "domain:d01.example", "found": False},
        {"question": "domain:d02.example", "found": True},
    ]
    fields = json.loads(registry.provider.answers(NOW)["fields"][0].as_py())
    assert fields == {"legal_name": "D00.EXAMPLE", "employee_count": 25, "industry": "steel"}
    assert registry.provider.spent("n1") == {"EUR": 0.10}


def test_an_answer_is_never_bought_again_until_it_expires(local, server, registry) -> None:
    """Law 4; a company not found is an answer too, and holds for a shorter time."""
    server.script = {"d01.example": [404]}
    provider = local(keep_days=90, keep_not_found_days=30)
    run(provider, registry)

    later = [run(provider, registry, now=NOW + timedelta(days=days)).calls for days in (1, 29, 31, 91)]

    assert later == [0, 0, 1, 2]


def test_the_budget_is_spent_to_the_unit_and_the_rest_waits(local, server, registry) -> None:
    told = run(local(budget={"period": "month", "amount": "0.17"}), registry, count=8)

    assert (told.found, told.deferred, len(server.asked)) == (3, 5, 3)
    assert "does not cover another call" in told.detail


def test_what_was_not_billed_may_be_spent_on_another(local, server, registry) -> None:
    server.script = {"d00.example": [404], "d01.example": [404]}

    told = run(local(budget={"period": "month", "amount": "0.05"}), registry, count=4)

    assert (told.found, told.not_found, told.deferred) == (1, 2, 1)


@pytest.mark.parametrize(("period", "nights"), [("night", 2), ("day", 2), ("month", 1), ("total", 1)])
def test_the_budget_is_of_its_period(local, server, registry, period, nights) -> None:
    provider = local(budget={"period": period, "calls": 1})
    for day in (0, 1):
        now = NOW + timedelta(days=day)
        with open_service(provider) as service:
            ask(questions(4, provider, registry, now), provider, service, registry.provider, night_id=f"n{day}", clock=lambda now=now: now)

    assert len(server.asked) == nights


def test_a_refused_turn_is_asked_again_under_the_same_key(local, server, registry) -> None:
    server.script = {"d00.example": [429, 429]}

    told = run(local(idempotency_header="Idempotency-Key"), registry, count=1)

    assert (told.found, states(registry)) == (1, ["failed", "failed", "found"])
    assert len({headers["Idempotency-Key"] for headers in server.headers}) == 1
    assert registry.provider.spent("n1") == {"EUR": 0.05}


def test_a_paid_call_that_failed_waits_for_another_night(local, server, registry) -> None:
    server.script = {"d00.example": [500]}

    assert (run(local(), registry, count=1).deferred, states(registry)) == (1, ["failed"])
    assert run(local(), registry, count=1).found == 1


def test_a_free_call_that_failed_is_asked_again_at_once(local, server, registry) -> None:
    server.script = {"d00.example": [500, 503]}

    assert run(local(cost={"amount": "0"}), registry, count=1).found == 1


def test_a_call_cut_off_is_uncertain_and_stays_spent(local, server, registry) -> None:
    server.script = {"d00.example": [299]}  # announces nine bytes that never come

    told = run(local(), registry, count=1)

    assert (told.deferred, states(registry), registry.provider.spent("n1")) == (1, ["uncertain"], {"EUR": 0.05})


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_provider_that_will_not_serve_us_is_asked_once(local, server, registry, status) -> None:
    server.script = {f"d{number:02}.example": [status] for number in range(5)}

    told = run(local(), registry, count=5)

    assert (len(server.asked), told.deferred, told.detail) == (1, 5, f"HTTP {status}")


def test_a_provider_that_is_down_costs_a_few_calls_and_no_money(local, server, registry) -> None:
    """Fault F8."""
    provider = local(url="http://127.0.0.1:9/?domain={domain}")

    told = run(provider, registry, count=40)

    assert (told.deferred, told.calls, told.detail) == (40, 5, "the provider is down")
    assert registry.provider.spent("n1") == {"EUR": 0.0}


def test_an_answer_being_prepared_is_fetched_another_night(local, server, registry) -> None:
    server.script = {"d00.example": [202]}

    assert run(local(), registry, count=1).deferred == 1
    assert run(local(), registry, count=1).found == 1


def test_calls_whose_process_died_are_uncertain_from_then_on(local, server, registry) -> None:
    stranded = {"provider": "vendor", "question": "domain:d00.example", "night_id": "n0", "period": "2026-11", "currency": "EUR"}
    registry.provider.intend("k", **stranded, cost_micros=50_000, limit_micros=None, limit_calls=None, now=NOW - timedelta(hours=1))

    run(local(), registry, count=1)

    assert sorted(states(registry)) == ["found", "uncertain"]
    assert registry.provider.budget("vendor", "2026-11") == (100_000, 2)


def test_a_secret_comes_from_outside(local, server, registry, monkeypatch) -> None:
    provider = local(auth={"kind": "header", "header": "X-Key", "secret": "VENDOR_KEY"})
    with pytest.raises(ConfigError, match=r"'VENDOR_KEY' is not set.*LEADMILL_SECRET_VENDOR_KEY"):
        run(provider, registry)

    monkeypatch.setenv("LEADMILL_SECRET_VENDOR_KEY", "sesame")
    run(provider, registry, count=1)

    assert server.headers[0]["X-Key"] == "sesame"


@pytest.mark.parametrize(("kind", "header"), [("bearer", "Bearer sesame"), ("basic", "Basic c2VzYW1lOg==")])
def test_a_secret_travels_as_the_provider_wants_it(local, server, registry, monkeypatch, kind, header) -> None:
    monkeypatch.setenv("LEADMILL_SECRET_K", "sesame")

    run(local(auth={"kind": kind, "secret": "K"}), registry, count=1)

    assert server.headers[0]["Authorization"] == header


def test_no_questions_are_no_calls(local, server, registry) -> None:
    assert run(local(), registry, count=0) == Asked()
