"""Not faster than allowed, and not at all when it is down: pacing and circuit breaking for one provider, shared by all threads.

Turns are reserved as slots on a time line: no bursts, and no thread holds a lock while it waits. A 429 pauses the provider, not the
thread. The breaker opens at five failed connections in a row or at half of the last twenty calls, and lets one probe through
after 30 seconds, doubling up to ten minutes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

HEADROOM = 0.97  # aim below the quota: measured windows overshoot by up to 2.5 %
LONGEST_PAUSE = 60.0  # seconds; some servers ask for hours
_IN_A_ROW = 5
_WINDOW = 20
_FIRST_PROBE, _LAST_PROBE = 30.0, 600.0


class Pace:
    """Turns at most `per_second`, and pauses the provider asked for."""

    def __init__(self, per_second: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._interval = 1 / (per_second * HEADROOM)
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Reserve the next slot and sleep until it comes."""
        with self._lock:
            slot = max(self._clock(), self._next)
            self._next = slot + self._interval
        while (left := slot - self._clock()) > 0:
            self._sleep(left)

    def pause(self, seconds: float) -> None:
        """Let nobody's next slot come before `seconds` from now, at most a minute."""
        with self._lock:
            self._next = max(self._next, self._clock() + min(max(seconds, 0.0), LONGEST_PAUSE))


class Breaker:
    """Says whether a provider is worth asking."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._recent: deque[bool] = deque(maxlen=_WINDOW)
        self._in_a_row = 0
        self._probe_at: float | None = None  # None while closed
        self._wait = _FIRST_PROBE

    @property
    def is_open(self) -> bool:
        """Whether the provider is taken to be down and no probe is due."""
        with self._lock:
            return self._probe_at is not None and self._clock() < self._probe_at

    def admit(self) -> bool:
        """Return whether a call may go out; while open, one probe at a time does."""
        with self._lock:
            if self._probe_at is None:
                return True
            if self._clock() < self._probe_at:
                return False
            self._probe_at = self._clock() + self._wait
            return True

    def succeeded(self) -> None:
        """Close the circuit."""
        with self._lock:
            self._recent.append(True)
            self._in_a_row, self._probe_at, self._wait = 0, None, _FIRST_PROBE

    def failed(self, *, connection: bool) -> None:
        """Count a failure; open the circuit when there are too many."""
        with self._lock:
            self._recent.append(False)
            self._in_a_row = self._in_a_row + 1 if connection else 0
            if self._probe_at is not None:
                self._wait = min(self._wait * 2, _LAST_PROBE)
                self._probe_at = self._clock() + self._wait
            elif self._in_a_row >= _IN_A_ROW or (len(self._recent) == _WINDOW and self._recent.count(False) * 2 >= _WINDOW):
                self._probe_at = self._clock() + self._wait
                self._recent.clear()
