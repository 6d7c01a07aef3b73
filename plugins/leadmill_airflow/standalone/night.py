"""One whole night, driven from outside: every intake, then the night, watched until it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from leadmill_airflow.names import NIGHTLY
from leadmill_airflow.standalone.api import Airflow, Task

PATIENCE = 3600.0  # seconds for all intakes, and again for the night
OVER = ("success", "failed")
MARKS = {"success": "[green]done[/]", "failed": "[red]FAILED[/]", "upstream_failed": "[yellow]not run[/]", "skipped": "[yellow]skipped[/]"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a night ended: its counts (the shape of `leadmill run --json`), where they lie, and what failed with its reason."""

    counts: dict[str, Any] | None
    reports: dict[str, str]
    failed: dict[str, str]  # DAG -> stage and exception


def whole_night(airflow: Airflow, intakes: list[str], run: str, console: Console) -> Outcome:
    """Run every intake, then the night over what came in. A failed intake does not stop the others."""
    airflow.end_leftovers()
    airflow.pause(NIGHTLY, paused=True)  # else what the intakes bring would start a night more once the calendar is followed
    failed = _run(airflow, intakes, f"intake{run}", console)
    failed |= _run(airflow, [NIGHTLY], f"night{run}", console)
    told = _told(airflow, f"night{run}")
    reports = told.pop("reports", {})
    return Outcome(told or None, reports, failed)


def _run(airflow: Airflow, dags: list[str], run: str, console: Console) -> dict[str, str]:
    for dag in dags:
        airflow.pause(dag, paused=False)
        airflow.trigger(dag, run)
    watch(airflow, set(dags), run, console)
    asked = dict.fromkeys(waiting(airflow.tasks(run)), "waits for a person: `make ui`, then Required Actions")
    failed = [task for task in airflow.tasks(run) if task.state == "failed"]
    reasons = {task.dag: f"{task.name}: {airflow.why(run, task)}" for task in reversed(failed)}  # the first that failed is the reason
    return asked | {dag: reasons.get(dag, "no task failed, the run did") for dag, state in airflow.states(run).items() if state == "failed"}


def waiting(tasks: Iterable[Task]) -> set[str]:
    """Name the DAGs in which a task waits for a person's answer: no use in waiting with it."""
    return {task.dag for task in tasks if task.state == "awaiting_input"}


def watch(airflow: Airflow, dags: set[str], run: str, console: Console) -> None:
    """Tell every task as it ends, and what runs meanwhile, until all runs are over or wait for a person. Raises what ends Airflow."""
    told: set[tuple[str, str]] = set()
    with console.status("starting") as status:

        def over() -> bool:
            states = airflow.states(run)
            tasks = airflow.tasks(run)
            _tell([task for task in tasks if (task.dag, task.name) not in told and task.state in MARKS], told, console.print)
            status.update(_now(tasks))
            return all(states.get(dag) in OVER for dag in dags - waiting(tasks))

        airflow.wait(over, f"{len(dags)} runs", PATIENCE)


def _tell(tasks: Iterable[Task], told: set[tuple[str, str]], say: Callable[[str], None]) -> None:
    for task in tasks:
        told.add((task.dag, task.name))
        seconds = f"{task.seconds:6.1f} s" if task.seconds else " " * 8
        say(f"  {task.dag:<32} {task.name:<12} {seconds}  {MARKS[str(task.state)]}")


def _now(tasks: Iterable[Task]) -> str:
    running = [f"{task.dag}.{task.name}" for task in tasks if task.state == "running"]
    return ", ".join(running) or "waiting for the scheduler"


def _told(airflow: Airflow, run: str) -> dict[str, Any]:
    """Return what the report handed on: the night's counts and where the reports lie. Nothing when there was no report."""
    reported = [task for task in airflow.tasks(run) if task.name == "report" and task.state == "success"]
    return dict(airflow.result(NIGHTLY, run, "report")) if reported else {}
