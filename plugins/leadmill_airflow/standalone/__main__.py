"""`python -m leadmill_airflow.standalone run|ui`: one whole night on this machine, through a real Airflow.

Exit code 0: the night and every intake went through; 1: something failed, and it was named.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from rich.console import Console

from leadmill import report
from leadmill.config import Project, source_files
from leadmill.errors import LeadmillError, StateError
from leadmill_airflow.names import NIGHTLY, intake_id
from leadmill_airflow.standalone.api import Airflow
from leadmill_airflow.standalone.components import Components, running
from leadmill_airflow.standalone.environment import HOST, environment, free_port
from leadmill_airflow.standalone.night import Outcome, whole_night

UI_PORT = 8080


def main() -> int:
    """Run one night, and stay when asked to. Every process started is stopped, whatever ends us."""
    parser = argparse.ArgumentParser(prog="python -m leadmill_airflow.standalone", description=__doc__)
    parser.add_argument("mode", choices=["run", "ui"], help="run: one night, then stop. ui: one night, then stay until Ctrl-C")
    ui = parser.parse_args().mode == "ui"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # the first is ignored by whatever a shell starts with `&`
        signal.signal(number, _as_interrupt)
    console, project = Console(), Project.from_environment()
    home = Path(os.environ.get("LEADMILL_AIRFLOW_HOME") or project.root / ".airflow").resolve()
    try:
        with _alone(home):
            return _night(project, home, console, ui=ui)
    except LeadmillError as error:
        console.print(f"[bold red]{type(error).__name__}[/]", end=": ")
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 0 if ui else 1


def _night(project: Project, home: Path, console: Console, *, ui: bool) -> int:
    began = time.monotonic()
    port = free_port(UI_PORT if ui else None)
    env = environment(project.root, home, port, free_port(), os.environ)
    intakes = [intake_id(path) for path in source_files(project.config)]
    console.print(f"Starting Airflow on {HOST}:{port} (its home: {home}) ...", highlight=False, soft_wrap=True)
    with running(home, env, ui=ui) as components:
        airflow = Airflow(env["AIRFLOW__API__BASE_URL"], components.check)
        with console.status("starting"):
            airflow.wait_until_up()
            password = airflow.log_in(home / "simple_auth_manager_passwords.json.generated")
            airflow.wait_for_dags([NIGHTLY, *intakes])
        console.print(f"Airflow is up after {time.monotonic() - began:.0f} s; {len(intakes)} intakes, then the night:", highlight=False)
        outcome = whole_night(airflow, intakes, f"{datetime.now(UTC):%Y%m%dT%H%M%S}", console)
        _tell(project, outcome, time.monotonic() - began, console)
        if ui:
            components.follow_calendar()
            _stay(components, airflow.url, password, console)
    return 1 if outcome.failed else 0


def _tell(project: Project, outcome: Outcome, seconds: float, console: Console) -> None:
    """Print the funnel and where to look; keep the counts where machines look for them."""
    if outcome.counts:
        console.print(report.terminal(report.funnel(outcome.counts)))
        latest = project.state / "night.json"
        latest.write_text(json.dumps(outcome.counts, indent=2) + "\n", encoding="utf-8")
        places = {
            **outcome.reports,
            "counts": str(latest),
            "quarantine": str(project.lake / "quarantine"),
            "CRM": str(project.state / "crm"),
        }
        for name, path in places.items():
            console.print(f"  {name:<12} {path}", highlight=False, markup=False, soft_wrap=True)
    for dag, why in outcome.failed.items():
        console.print(f"FAILED {dag}: {why}", style="bold red", markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"{'Failed' if outcome.failed else 'Done'} after {seconds:.0f} s. `make ui` shows the same in a browser.", highlight=False
    )


def _stay(components: Components, url: str, password: str, console: Console) -> None:
    console.print(
        f"\nAirflow: {url} (user admin, password {password}); the funnel is under Browse > Leads. Ctrl-C stops it.", highlight=False
    )
    while True:
        components.check()
        time.sleep(1)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the home's lock: two Airflows on one SQLite file would fight."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "standalone.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateError("another `make run` or `make ui` is running here.", file=str(home), hint="Stop it first (Ctrl-C).") from None
        yield


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
