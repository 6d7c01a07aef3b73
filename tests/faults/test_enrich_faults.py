"""Paid enrichment that is killed, slowed and cut: nothing lost, nothing bought twice needlessly, never over budget (law 4; F2, F9, F23)."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from leadmill.registry import ProviderLedger, Registry

THREADS = 32

# Asks everything that is not answered yet, in a process of its own that may be killed at any moment.
ASK = """
import sys
from datetime import UTC, datetime
import pyarrow as pa
from leadmill.config.provider import HttpProvider
from leadmill.enrich import ask, plan
from leadmill.registry import Registry
from leadmill.services import open_service

url, port, count, calls, amount = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
provider = HttpProvider(
    name="vendor", title="Vendor", kind="http", url=f"http://127.0.0.1:{port}/{{domain}}", hosts=["127.0.0.1"], key="domain",
    columns={"employee_count": "/size"}, cost={"amount": amount, "currency": "EUR", "billed": "always"},
    budget={"period": "total", "calls": calls},
    per_second=1000, workers=32, read_seconds=1, idempotency_header="Idempotency-Key",
)
companies = pa.table({"company_id": [f"c_{n}" for n in range(count)], "domain": [f"d{n}.example" for n in range(count)]})
clock = lambda: datetime.now(UTC)
with Registry(url) as registry, open_service(provider) as service:
    questions = plan(companies, registry.provider.answers(clock()), provider)
    print(ask(questions, provider, service, registry.provider, night_id="n1", clock=clock))
"""


class Vendor(ThreadingHTTPServer):
    """Takes twenty milliseconds, counts what it is asked; with a seed it is as bad as providers get."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.lock = threading.Lock()
        self.keys: list[str] = []
        self.mood = random.Random(seed) if seed is not None else None

    def handle_error(self, *_: Any) -> None:
        """Say nothing: clients are killed in the middle."""


class _Desk(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.keys.append(self.headers["Idempotency-Key"])
            mood = self.server.mood.random() if self.server.mood else 1.0
        time.sleep(1.3 if mood < 0.02 else 0.02)
        body = json.dumps({"size": 25}).encode()
        self.send_response(500 if 0.02 <= mood < 0.1 else 429 if 0.1 <= mood < 0.15 else 200)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body) + (5 if 0.15 <= mood < 0.25 else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """Open a patient provider."""
    yield from _open(Vendor())


@pytest.fixture
def bad_vendor() -> Iterator[Vendor]:
    """Open one with slow, cut, failing and refusing answers, from a seed."""
    yield from _open(Vendor(seed=7))


def _open(server: Vendor) -> Iterator[Vendor]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def start(url: str, server: Vendor, *, count: int, calls: int, amount: str = "0.05") -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", ASK, url, str(server.server_port), str(count), str(calls), amount]
    return subprocess.Popen(words, env={"PYTHONPATH": ":".join(sys.path)}, stdout=subprocess.DEVNULL)


def states(ledger: ProviderLedger) -> Counter[str]:
    return Counter(ledger.calls()["state"].to_pylist())


def finish(url: str, server: Vendor, *, count: int, calls: int, until: Callable[[ProviderLedger], bool]) -> None:
    """Run undisturbed, night after night, until everything is done; on a busy machine even a patient provider may time out."""
    for _ in range(20):
        assert start(url, server, count=count, calls=calls).wait(timeout=120) == 0
        with Registry(url) as registry:
            if until(registry.provider):
                return
    pytest.fail("twenty nights were not enough")


def kill_after(process: subprocess.Popen[bytes], server: Vendor, calls: int) -> None:
    """Kill -9 once the provider has been asked `calls` more times; a process that ended before is fine."""
    goal, patience = len(server.keys) + calls, time.monotonic() + 60
    while len(server.keys) < goal and process.poll() is None and time.monotonic() < patience:
        time.sleep(0.002)
    process.kill()
    process.wait()


def test_a_budget_shared_by_32_threads_and_killed_three_times_is_never_exceeded(tmp_path: Path, vendor: Vendor) -> None:
    """Fault F23 in short: the provider itself counts."""
    url = f"sqlite:///{tmp_path / 'r.sqlite'}"
    for calls in (30, 60, 40):
        kill_after(start(url, vendor, count=400, calls=200), vendor, calls)
    finish(url, vendor, count=400, calls=200, until=lambda ledger: ledger.calls().num_rows == 200)

    with Registry(url) as registry:
        told = registry.provider.calls()
        assert len(vendor.keys) <= 200
        assert registry.provider.budget("vendor", "total") == (200 * 50_000, 200)
        assert told.num_rows == 200
        ended = states(registry.provider)
        assert ended["intended"] == 0
        assert registry.provider.answers(told["intended_at"][0].as_py()).num_rows == ended["found"]


def test_killed_three_times_nothing_paid_is_lost_and_repeats_are_those_in_flight(tmp_path: Path, vendor: Vendor) -> None:
    """Fault F2 in short: every repeat is known by its key."""
    url = f"sqlite:///{tmp_path / 'r.sqlite'}"
    for calls in (30, 60, 40):
        kill_after(start(url, vendor, count=200, calls=10_000), vendor, calls)
    finish(url, vendor, count=200, calls=10_000, until=lambda ledger: states(ledger)["found"] == 200)

    with Registry(url) as registry:
        calls = registry.provider.calls()
        assert len(set(vendor.keys)) == 200
        stranded = sum(row["state"] == "uncertain" and row["detail"] is None for row in calls.to_pylist())
        assert stranded <= 3 * THREADS, "only what was in flight at a kill"
        assert len(vendor.keys) - 200 <= calls.num_rows - 200, "every repeat follows a call that is written down"
        assert set(vendor.keys) <= set(calls["call_key"].to_pylist()), "no call without its intent"


def test_a_bad_provider_is_asked_until_everything_is_known(tmp_path: Path, bad_vendor: Vendor) -> None:
    """Fault F9: slow, cut, failing and refusing answers delay the end and do not change it."""
    url = f"sqlite:///{tmp_path / 'r.sqlite'}"
    finish(url, bad_vendor, count=60, calls=10_000, until=lambda ledger: states(ledger)["found"] == 60)

    with Registry(url) as registry:
        calls = registry.provider.calls()
        answers = registry.provider.answers(calls["intended_at"][0].as_py())
        assert answers.num_rows == 60
        assert set(answers["fields"].to_pylist()) == {'{"employee_count": 25}'}
        assert calls.num_rows == len(bad_vendor.keys)
