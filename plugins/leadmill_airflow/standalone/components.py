"""Airflow's processes: started together, watched, and stopped with every child they made."""

from __future__ import annotations

import ctypes
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from leadmill.errors import StateError

# Airflow's own configuration file holds the key that triggers and connections are encrypted with. Whoever starts first writes it, and who
# starts a moment later reads it half-written: so it is written before anything else starts.
CONFIGURE = "from airflow.configuration import write_default_airflow_configuration_if_needed as write; write()"
INITIALISE = f"{CONFIGURE}; from airflow.utils.db import initdb; initdb()"  # three times as fast as `airflow db migrate`
SCHEDULER = (sys.executable, "-m", "leadmill_airflow.standalone.warm", "scheduler")
GRACE = 5.0  # seconds between asking and killing


class Components:
    """The running parts of one Airflow, by name, each writing to its own log file."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self.logs = home / "logs" / "components"
        self.notes = home / "processes.json"  # of those running: id and moment of start, for the run after a kill -9
        self.env = dict(env)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start one part in its own session, so that Ctrl-C reaches us first."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - we start no threads
            )
        self.notes.write_text(json.dumps([_identity(process.pid) for process in self.processes.values()]), encoding="utf-8")
        return self.processes[name]

    def follow_calendar(self) -> None:
        """Let the scheduler start runs by itself from now on: crons and watched folders, which nothing disturbs a driven night with."""
        self._stop(self.processes.pop("scheduler"))
        self.env["AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE"] = "True"
        self.start("scheduler", SCHEDULER)

    def check(self) -> None:
        """Raise StateError with the end of its log when a part has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise StateError(f"Airflow's {name} ended with code {process.returncode}:\n{self._tail(name)}", file=str(self._log(name)))

    def stop(self) -> None:
        """Stop every part and whatever it started."""
        self._stop(*self.processes.values())
        self.processes.clear()
        self.notes.unlink(missing_ok=True)

    def stop_leftovers(self) -> None:
        """Stop the parts of an earlier run that was killed: two schedulers on one database would fight."""
        noted = json.loads(self.notes.read_text(encoding="utf-8")) if self.notes.is_file() else []
        _stop([psutil.Process(pid) for pid, started in noted if psutil.pid_exists(pid) and _identity(pid) == [pid, started]])

    def _stop(self, *processes: subprocess.Popen[bytes]) -> None:
        _stop([psutil.Process(process.pid) for process in processes if process.poll() is None])
        for process in processes:
            process.wait()

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _tail(self, name: str, lines: int = 20) -> str:
        return "\n".join(self._log(name).read_text(errors="replace").splitlines()[-lines:])


@contextmanager
def running(home: Path, env: Mapping[str, str], *, ui: bool) -> Iterator[Components]:
    """Bring the database up to date, start Airflow, and stop it whatever happens."""
    components = Components(home, env)
    components.stop_leftovers()
    python, airflow = sys.executable, str(Path(sys.executable).with_name("airflow"))
    try:
        database = components.start("database", [python, "-c", INITIALISE])
        if database.wait():
            components.check()
        del components.processes["database"]
        components.start("api-server", [airflow, "api-server"])
        components.start("dag-processor", [airflow, "dag-processor"])
        components.start("scheduler", SCHEDULER if ui else [*SCHEDULER, "--skip-serve-logs"])
        if ui:
            components.start("triggerer", [airflow, "triggerer", "--skip-serve-logs"])
        yield components
    finally:
        components.stop()


def _die_with_parent() -> None:
    """Ask Linux to end this process should ours be killed without a chance to clean up."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _identity(pid: int) -> list[float]:
    """Return what tells a process from a later one that got the same id."""
    return [pid, psutil.Process(pid).create_time()]


def _stop(leaders: list[psutil.Process]) -> None:
    """Ask the parts to end, then kill what is left; children are noted first, because orphans have no parent to be found by."""
    family = [child for leader in leaders for child in _children(leader)]
    for leader in leaders:
        _signal(leader, signal.SIGTERM)
    psutil.wait_procs(leaders, timeout=GRACE)
    for process in [*leaders, *family]:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs([*leaders, *family], timeout=GRACE)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
