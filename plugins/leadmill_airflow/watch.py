"""Watching a folder for deliveries. Airflow's own file triggers delete what they find, or fire while a file is still being written.

This one only looks. It fires once for new files, when everything there stood still over two looks: an intake takes whatever lies there, so
it must not start while a second file is being written. A file that is replaced is new again. What lies there when watching begins is
new too: it may have landed while nobody watched, and an intake skips what it knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from leadmill.config import Project

EVERY = 5.0  # seconds between two looks
Seen = dict[str, tuple[int, int]]  # path -> size, time of last change


class DeliveryTrigger(BaseEventTrigger):
    """Fires when new, complete files lie where `deliveries` (of a source's YAML: file, folder or glob) says. Runs in the triggerer."""

    def __init__(self, deliveries: str, every: float = EVERY) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.deliveries = deliveries
        self.every = every

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Say how to make this trigger again in the triggerer."""
        return "leadmill_airflow.watch.DeliveryTrigger", {"deliveries": self.deliveries, "every": self.every}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, wait, look again; the event tells how many files are new, and no name."""
        told: Seen = {}
        before: Seen = {}
        while True:
            now = await asyncio.to_thread(look, self.deliveries)
            fresh = [path for path, state in now.items() if told.get(path) != state]
            if fresh and now == before:
                told = now
                yield TriggerEvent({"files": len(fresh)})  # type: ignore[no-untyped-call]
            before = now
            await asyncio.sleep(self.every)


def look(deliveries: str) -> Seen:
    """Return size and time of every file there; one that vanishes while we look is not there."""
    from leadmill.sources import list_local  # noqa: PLC0415 - readers of files, which a DAG file need not load

    seen: Seen = {}
    for path in list_local(deliveries, Project.from_environment().root):
        try:
            state = path.stat()
        except FileNotFoundError:
            continue
        seen[str(path)] = (state.st_size, state.st_mtime_ns)
    return seen
