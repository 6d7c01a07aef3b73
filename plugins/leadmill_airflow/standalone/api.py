"""The few questions and orders the runner has for Airflow's REST API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from leadmill.errors import ServiceRefused, ServiceUnavailable

PATIENCE = 180.0  # seconds for Airflow to come up
POLL = 0.5
OK, BAD = 200, 400


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a run, as far as the runner tells it."""

    dag: str
    name: str
    state: str | None
    seconds: float | None
    attempt: int


class Airflow:
    """A session with the API server at `url`; `alive` is called while waiting and raises when Airflow has ended."""

    def __init__(self, url: str, alive: Callable[[], None]) -> None:
        self.url = url
        self.alive = alive
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy stands between this machine and itself

    def wait_until_up(self) -> None:
        """Wait for the API, and for the part of it that tasks speak to: its first answer takes longer than a task would wait."""
        self.wait(lambda: self._answers("/api/v2/monitor/health"), "Airflow's API server")
        self.wait(lambda: self._answers("/execution/health"), "Airflow's execution API")

    def log_in(self, passwords: Path) -> str:
        """Log in as admin with the password Airflow made; return the password."""
        self.wait(passwords.is_file, "Airflow's password file")
        password = str(json.loads(passwords.read_text(encoding="utf-8"))["admin"])
        token = self._call("POST", "/auth/token", {"username": "admin", "password": password})["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        return password

    def wait_for_dags(self, wanted: Iterable[str]) -> None:
        """Wait until every DAG is known. Raises ServiceRefused with Airflow's words when a DAG file cannot be imported."""
        expected = set(wanted)
        self.wait(lambda: expected <= self._dags(), "the DAGs")

    def pause(self, dag: str, *, paused: bool) -> None:
        """Pause or release one DAG."""
        self._call("PATCH", f"/api/v2/dags/{dag}", {"is_paused": paused})

    def end_leftovers(self) -> None:
        """Fail the runs an Airflow that was killed has left open: they would stand in the way of this one."""
        for run in self._call("GET", "/api/v2/dags/~/dagRuns?state=running&state=queued&limit=1000")["dag_runs"]:
            self._call("PATCH", f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}", {"state": "failed"})

    def trigger(self, dag: str, run: str, conf: dict[str, Any] | None = None) -> None:
        """Start a run under an id we chose."""
        self._call("POST", f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None, "dag_run_id": run, "conf": conf or {}})

    def states(self, run: str) -> dict[str, str]:
        """Return the state of every DAG's run of this id."""
        found = self._call("GET", f"/api/v2/dags/~/dagRuns?run_id_prefix_pattern={run}&limit=1000")["dag_runs"]
        return {one["dag_id"]: one["state"] for one in found}

    def tasks(self, run: str) -> list[Task]:
        """Return the tasks of all runs of this id, in the order in which they started."""
        path = f"/api/v2/dags/~/dagRuns/~/taskInstances?run_id_prefix_pattern={run}&order_by=start_date&limit=1000"
        found = self._call("GET", path)["task_instances"]
        return [Task(one["dag_id"], one["task_id"], one["state"], one["duration"], one["try_number"]) for one in found]

    def result(self, dag: str, run: str, task: str) -> Any:
        """Return what a task handed on."""
        return self._call("GET", f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/xcomEntries/return_value?deserialize=true")[
            "value"
        ]

    def why(self, run: str, task: Task) -> str:
        """Return the last exception in a task's log, as `Type: message`."""
        log = self._call("GET", f"/api/v2/dags/{task.dag}/dagRuns/{run}/taskInstances/{task.name}/logs/{max(task.attempt, 1)}")
        told = [detail for line in log["content"] if isinstance(line, dict) for detail in line.get("error_detail") or []]
        return f"{told[-1]['exc_type']}: {told[-1]['exc_value']}" if told else "its log says no more"

    def wait(self, done: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Poll until `done`. Raises ServiceUnavailable after `patience` seconds, or what `alive` raises."""
        end = time.monotonic() + patience
        while not done():
            self.alive()
            if time.monotonic() > end:
                raise ServiceUnavailable(f"waited {patience:.0f} s for {what} in vain.", hint="The logs are in .airflow/logs.")
            time.sleep(POLL)

    def _dags(self) -> set[str]:
        errors = self._call("GET", "/api/v2/importErrors")["import_errors"]
        if errors:
            raise ServiceRefused("\n".join(f"{error['filename']}: {error['stack_trace'].strip()}" for error in errors))
        return {dag["dag_id"] for dag in self._call("GET", "/api/v2/dags?limit=1000")["dags"]}

    def _answers(self, path: str) -> bool:
        try:
            return self.session.get(self.url + path, timeout=60).status_code == OK
        except requests.RequestException:
            return False

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        try:
            response = self.session.request(method, self.url + path, json=body, timeout=60)
        except requests.RequestException as error:
            raise ServiceUnavailable(f"Airflow's API did not answer {method} {path}: {type(error).__name__}.") from None
        if response.status_code >= BAD:
            raise ServiceRefused(f"Airflow's API answered {response.status_code} to {method} {path}: {response.text[:500]}")
        return response.json()
