"""How contestants are timed: each in a process of its own, over the same rows, with the same table at the end."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from leadmill.match import measure


def timed(work: Callable[[], Any], truth: Sequence[Any] | None) -> dict[str, Any]:
    """Run and judge: CPU of all threads and wall in seconds, peak memory of the process with its rows and libraries in GB."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    spent = {"cpu": round(time.process_time() - cpu, 1), "wall": round(time.perf_counter() - wall, 1)}
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2)
    return {**spent, "gb": memory, **({} if truth is None else measure(found, truth).as_json())}


def alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run in a fresh process, so that memory and warm caches are nobody else's. The peak of its parent counts: keep that one small."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def show(results: list[dict[str, Any]]) -> str:
    """Lay the results out as a table."""
    names = ("precision", "recall", "f1", "bcubed_f1", "cpu", "wall", "gb")
    head = f"{'set':38}{'contestant':26}" + "".join(f"{name:>11}" for name in names)
    lines = [f"{row['set']:38}{row['contestant']:26}" + "".join(f"{_cell(row.get(name)):>11}" for name in names) for row in results]
    return "\n".join([head, *lines])


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}" if value <= 1 else f"{value:.1f}"
