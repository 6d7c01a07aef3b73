"""Never faster than allowed; a pause is for everybody and never longer than a minute."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from leadmill.services import HttpService, Limits
from leadmill.services.http import _seconds
from leadmill.services.pace import Breaker, Pace


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Read the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


def test_turns_come_evenly_and_below_the_quota() -> None:
    clock = Clock()
    pace = Pace(10, clock, clock.sleep)
    turns = []
    for _ in range(50):
        pace.wait()
        turns.append(clock.now)

    assert all(later - earlier >= 0.1 for earlier, later in pairwise(turns))
    assert turns[-1] == pytest.approx(49 / 9.7)


def test_threads_share_the_quota() -> None:
    """Fault F7 in short: at most 1.03 of the quota in any second, and it is used; on a busy machine each thread may be late by one turn."""
    pace = Pace(200, time.monotonic, time.sleep)
    turns: list[float] = []
    stop = time.monotonic() + 1.5

    def ask() -> None:
        while time.monotonic() < stop:
            pace.wait()
            turns.append(time.monotonic())

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    turns.sort()
    assert len(turns) >= 100
    assert max(sum(start <= turn < start + 1 for turn in turns) for start in turns) <= 206 + len(threads)


WAITS = [
    ("1", 1), ("30", 30), ("36000", 60), ("-5", 0), ("0.5", 0.5), ("inf", 60), ("nan", 5), ("soon", 5), ("", 5), (None, 5),
    (format_datetime(datetime.now(UTC) + timedelta(hours=10), usegmt=True), 60),
    (format_datetime(datetime.now(UTC) - timedelta(hours=10), usegmt=True), 0),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "waited"), WAITS, ids=[*(repr(asked) for asked, _ in WAITS[:-2]), "in ten hours", "ten hours ago"])
def test_a_retry_after_of_any_kind_is_at_most_a_minute(asked, waited) -> None:
    """Fault F6."""
    assert _seconds(asked) == pytest.approx(waited)


@pytest.mark.parametrize(("asked", "waited"), [("1", 1), ("36000", 60)])
def test_a_429_pauses_the_provider_for_everybody(provider, asked, waited) -> None:
    clock = Clock()
    with HttpService(["127.0.0.1"], Limits(per_second=1000), clock=clock, sleep=clock.sleep) as service:
        assert service.get(f"{provider.url}/wait/{asked}").status == 429
        service.get(f"{provider.url}/ok")

    assert clock.now == pytest.approx(waited, abs=0.01)


def test_half_of_twenty_failing_opens_the_circuit() -> None:
    breaker = Breaker(Clock())
    for number in range(20):
        assert breaker.admit()
        breaker.succeeded() if number % 2 else breaker.failed(connection=False)

    assert [breaker.is_open, breaker.admit()] == [False, True], "closed by the last success"
    breaker.failed(connection=False)
    assert [breaker.is_open, breaker.admit()] == [True, False]


def test_one_probe_at_a_time_each_after_twice_the_wait() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(5):
        breaker.failed(connection=True)
    probes = []
    while clock.now < 2000:
        clock.now += 1
        if breaker.admit():
            probes.append(clock.now)
            assert not breaker.admit()
            breaker.failed(connection=True)

    waits = [later - earlier for earlier, later in zip([0, *probes], probes, strict=False)]
    assert waits[:6] == [30, 60, 120, 240, 480, 600]


def test_a_good_probe_closes_the_circuit() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(5):
        breaker.failed(connection=True)
    clock.now = 31
    assert breaker.admit()
    breaker.succeeded()

    assert [breaker.admit(), breaker.is_open] == [True, False]
