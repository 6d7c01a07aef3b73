"""Somebody at Airflow's required actions, over its REST API: what a task that waits for a person needs to go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Self

PATIENCE = 60.0  # seconds until the question must stand


class Person:
    """Ann, in a thread of her own: waits for an open question, does `before` (given the states of the run's tasks), then answers.

    Use as a context around the run; `question` is what she was asked last, `seen` what `before` returned then. With `options` she answers
    as many questions, each by the word of its headline that is a key.
    """

    def __init__(self, option: str | dict[str, str], before: Callable[[dict[str, str]], Any] = lambda _tasks: None) -> None:
        self.options = option if isinstance(option, dict) else {"": option}
        self.before = before
        self.question: dict[str, Any] = {}
        self.seen: Any = None
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(PATIENCE)

    def _work(self) -> None:
        from airflow.api_fastapi.app import create_app, get_auth_manager  # noqa: PLC0415 - after the environment is set
        from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser  # noqa: PLC0415
        from fastapi.testclient import TestClient  # noqa: PLC0415

        client = TestClient(create_app())
        token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="ann", role="admin"))
        client.headers["Authorization"] = f"Bearer {token}"
        for _ in self.options:
            self._answer(client)

    def _answer(self, client: Any) -> None:
        self.question = self._wait(client)
        task = self.question["task_instance"]
        place = f"/api/v2/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances"
        tasks = client.get(place).json()["task_instances"]
        self.seen = self.before({one["task_id"]: one["state"] for one in tasks})
        option = next((option for word, option in self.options.items() if word in self.question["subject"]), "Reject")
        answer = {"chosen_options": [option], "params_input": {}}
        assert client.patch(f"{place}/{task['task_id']}/{task['map_index']}/hitlDetails", json=answer).status_code == 200

    @staticmethod
    def _wait(client: Any) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            time.sleep(0.5)
            found = client.get("/api/v2/dags/~/dagRuns/~/hitlDetails").json()["hitl_details"]
            if asked := [one for one in found if not one["response_received"]]:
                return asked[0]
        raise AssertionError("nobody was asked anything")
