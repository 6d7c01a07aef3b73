"""The parts of the runner: settings that nothing outside can bend, processes that never stay behind."""

import socket
import sys
import time
from pathlib import Path

import psutil
import pytest

from leadmill.errors import StateError
from leadmill_airflow.standalone.api import Task
from leadmill_airflow.standalone.components import Components
from leadmill_airflow.standalone.environment import environment, free_port
from leadmill_airflow.standalone.night import waiting

PARENT = "import subprocess, sys; print('begun', flush=True); subprocess.Popen(['sleep', '600']).wait()"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('begun', flush=True); time.sleep(600)"


@pytest.fixture
def components(tmp_path):
    made = Components(tmp_path, {"PATH": "/usr/bin:/bin"})
    yield made
    made.stop()


def begun(components: Components, name: str, script: str) -> psutil.Process:
    process = psutil.Process(components.start(name, [sys.executable, "-c", script]).pid)
    wait_until(lambda: "begun" in (components.logs / f"{name}.log").read_text())
    return process


def wait_until(true) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_stopping_a_part_stops_what_it_started(components):
    parent = begun(components, "part", PARENT)
    wait_until(parent.children)
    (child,) = parent.children()

    components.stop()

    assert not parent.is_running()
    assert not child.is_running()


def test_a_part_that_will_not_end_is_killed(components, monkeypatch):
    monkeypatch.setattr("leadmill_airflow.standalone.components.GRACE", 0.2)
    stubborn = begun(components, "part", STUBBORN)

    components.stop()

    assert not stubborn.is_running()


def test_what_a_killed_run_left_behind_is_stopped_by_the_next(components, tmp_path):
    left = begun(components, "part", PARENT)

    Components(tmp_path, {}).stop_leftovers()

    wait_until(lambda: not left.is_running() or left.status() == psutil.STATUS_ZOMBIE)


def test_a_stranger_under_the_same_id_is_left_alone(components, tmp_path):
    stranger = begun(components, "part", PARENT)
    components.notes.write_text(f"[[{stranger.pid}, {stranger.create_time() - 100}]]")

    Components(tmp_path, {}).stop_leftovers()

    assert stranger.is_running()


def test_a_part_that_ends_by_itself_is_told_with_the_end_of_its_log(components):
    components.start("scheduler", [sys.executable, "-c", "print('out of memory'); raise SystemExit(3)"]).wait()

    with pytest.raises(StateError, match="Airflow's scheduler ended with code 3:\nout of memory"):
        components.check()


def test_nothing_of_an_airflow_around_us_leaks_in():
    inherited = {"AIRFLOW__CORE__EXECUTOR": "CeleryExecutor", "AIRFLOW_HOME": "/else", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
    made = environment(Path("/leadmill"), Path("/leadmill/.airflow"), 1234, 1235, inherited)

    assert made["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert made["AIRFLOW_HOME"] == "/leadmill/.airflow"
    assert made["LANG"] == "C.UTF-8"
    assert "PYTHONDONTWRITEBYTECODE" not in made
    assert made["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:1234/execution/"


def test_every_start_has_secrets_of_its_own():
    first, second = (environment(Path("/l"), Path("/l/a"), 1, 2, {}) for _ in range(2))

    assert first["AIRFLOW__API_AUTH__JWT_SECRET"] != second["AIRFLOW__API_AUTH__JWT_SECRET"]


def test_a_port_in_use_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert free_port(port) > port


def test_a_run_that_waits_for_a_person_is_not_waited_for():
    tasks = [Task("held", "gate", "awaiting_input", None, 1), Task("sound", "land", "success", 1.0, 1)]

    assert waiting(tasks) == {"held"}
