"""`make run` itself: a real scheduler, API server and DAG processor, on part of the sample. The dearest tests of the house.

One night, the same again, then one with a list that breaks its contract and a person who says no.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from airflow_home import ROOT
from rich.console import Console

from leadmill.tally import CRM_OUTCOMES, DECISIONS
from leadmill_airflow.standalone.api import Airflow
from leadmill_airflow.standalone.components import running
from leadmill_airflow.standalone.environment import environment, free_port
from leadmill_airflow.standalone.night import whole_night

pytestmark = pytest.mark.airflow

SOURCES = ("crm_contacts", "northwind_prospects", "opt_outs")
ADDRESS = re.compile(rb"[\w.+-]+@[\w-]+\.example")  # every mailbox of the sample is in this domain
CANARY = "zanzibar"
EVERY_MINUTE = 'schedule: "* * * * *"\n'  # whatever the clock says, the calendar wants something during these tests


class House:
    """A state, an Airflow and a configuration of the test's own over the checkout's sample."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "airflow"
        self.state = folder / "state"
        self.sources = folder / "config" / "sources"
        shutil.copytree(ROOT / "include" / "config", folder / "config", ignore=shutil.ignore_patterns("sources"))
        self.sources.mkdir()
        for name in SOURCES:
            facts = (ROOT / "include" / "config" / "sources" / f"{name}.yaml").read_text(encoding="utf-8")
            (self.sources / f"{name}.yaml").write_text(f"{facts}{EVERY_MINUTE}", encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "LEADMILL"))}
        places = {"ROOT": ROOT, "CONFIG": folder / "config", "STATE": self.state, "AIRFLOW_HOME": self.home}
        self.env = kept | {f"LEADMILL_{name}": str(path) for name, path in places.items()}
        self.env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "include"), str(ROOT / "plugins")])

    def start(self) -> subprocess.Popen:
        """Start `make run`'s runner."""
        command = [sys.executable, "-m", "leadmill_airflow.standalone", "run"]
        return subprocess.Popen(command, env=self.env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def night(self) -> tuple[int, str, dict]:
        """Run it to its end: exit code, what it said, the night in JSON."""
        runner = self.start()
        told, _ = runner.communicate(timeout=500)
        return runner.returncode, told, json.loads((self.state / "night.json").read_text(encoding="utf-8"))

    def processes(self) -> list[psutil.Process]:
        """Return the processes of this Airflow that are still there."""
        return [process for process in psutil.process_iter() if home_of(process) == str(self.home)]


def home_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("AIRFLOW_HOME")
    except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
        return None


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return House(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def first(house):
    return house.night()


@pytest.fixture(scope="module")
def second(house, first):
    return house.night()


def test_a_night_goes_through_and_says_so(first):
    code, told, _ = first

    assert code == 0, told
    assert "received" in told
    assert "funnel.html" in told


def test_the_night_is_written_in_the_shape_machines_read(first):
    night = first[2]

    assert set(night["sources"]) == set(SOURCES)
    for counts in night["sources"].values():
        assert counts["received"] == counts["accepted"] + counts["quarantined"] + counts["suppressed"] + counts["duplicate"] > 0
    assert set(night["decisions"]) == set(DECISIONS)
    assert set(night["crm"]) == set(CRM_OUTCOMES)
    assert {"night", "persons", "companies", "enriched", "deferred", "provider_calls", "spent"} <= set(night)
    assert night["persons"] > 0
    assert night["crm"]["created"] > 0


def test_the_same_files_again_make_nothing_new(second):
    """Law 2."""
    code, told, night = second

    assert code == 0, told
    assert sum(counts["accepted"] for counts in night["sources"].values()) == 0
    assert (night["persons"], night["provider_calls"], night["crm"]["created"], night["crm"]["updated"]) == (0, 0, 0, 0)


def test_no_process_stays_behind(house, second):
    assert house.processes() == []


def test_nothing_the_calendar_wants_runs_beside_the_night(house, second):
    with sqlite3.connect(house.home / "airflow.db") as database:
        started = dict(database.execute("select run_type, count(*) from dag_run group by run_type").fetchall())

    assert started == {"manual": 2 * (len(SOURCES) + 1)}


def test_a_stop_in_the_middle_leaves_no_process_behind(house, second):
    """Ctrl-C, while Airflow is coming up."""
    runner = house.start()
    end = time.monotonic() + 120
    while len(house.processes()) < 3:
        assert time.monotonic() < end
        time.sleep(0.2)
    runner.send_signal(signal.SIGINT)
    told, _ = runner.communicate(timeout=120)

    assert runner.returncode == 1
    assert told.rstrip().endswith("Stopped.")
    assert house.processes() == []


@pytest.fixture(scope="module")
def third(house, second):
    """Run a night with a list that breaks its contract, then one in which a person rejects the plan."""
    delivery = house.folder / "vendor.csv"
    delivery.write_text(f"Name,Mail\nQuentin {CANARY.title()},quentin@{CANARY}.example\n", encoding="utf-8")
    facts = f"title: V\nkind: list\ndeliveries: {delivery}\ncolumns: {{full_name: Name, email: Mail, phone: Phone}}\n"
    (house.sources / "vendor.yaml").write_text(facts + "contract: {required: [phone]}\n", encoding="utf-8")
    env = environment(ROOT, house.home, free_port(), free_port(), house.env)
    with running(house.home, env, ui=False) as components:
        airflow = Airflow(env["AIRFLOW__API__BASE_URL"], components.check)
        airflow.wait_until_up()
        airflow.log_in(house.home / "simple_auth_manager_passwords.json.generated")
        airflow.wait_for_dags(["nightly", "intake_vendor"])
        outcome = whole_night(airflow, ["intake_vendor", "intake_opt_outs"], "third", Console(quiet=True))
        yield outcome, reject(airflow)


def reject(airflow: Airflow) -> dict[str, str]:
    """Ask for a person's yes, say no, and return the states of the night's tasks."""
    airflow.trigger("nightly", "asked", {"approve": True})
    airflow.wait(lambda: "awaiting_input" in {task.state for task in airflow.tasks("asked")}, "the question")
    airflow.wait(lambda: over_or_answered(airflow), "the night")
    return {"": airflow.states("asked")["nightly"], **{task.name: str(task.state) for task in airflow.tasks("asked")}}


def over_or_answered(airflow: Airflow) -> bool:
    """Say no to a question that stands; tell whether the night is over.

    Airflow takes an answer given before the scheduler has heard that the asking worker is gone for a task that died, and asks again.
    A worker may take up to five seconds to go, and the scheduler hears of it at its next beat. So a program reads as slowly as a
    person does, and answers as often as it is asked.
    """
    question = "/api/v2/dags/nightly/dagRuns/asked/taskInstances/approve/-1/hitlDetails"
    if "awaiting_input" in {task.state for task in airflow.tasks("asked")}:
        time.sleep(15)
        answer = airflow.session.patch(airflow.url + question, json={"chosen_options": ["Reject"], "params_input": {}}, timeout=30)
        assert answer.status_code in (200, 409), answer.text  # 409: it has our answer, and goes on at its next beat
    return airflow.states("asked")["nightly"] in ("success", "failed")


def test_a_list_that_breaks_its_contract_fails_by_itself_and_is_named(third):
    outcome, _ = third

    assert list(outcome.failed) == ["intake_vendor"]
    assert outcome.failed["intake_vendor"].startswith("standardise: ")
    assert "phone" in outcome.failed["intake_vendor"]
    assert outcome.counts is not None


def test_a_no_skips_the_push_and_leaves_the_night_green(third):
    _, states = third

    assert (states[""], states["approve"], states["push"], states["report"], states["gate"]) == (
        "success",
        "success",
        "skipped",
        "success",
        "success",
    )


def test_personal_data_is_in_none_of_airflows_files(house, third):
    """Law 10: database, task logs, logs of every component, after success, after failure and after the person's no."""
    read = {file: file.read_bytes() for file in house.home.rglob("*") if file.is_file()}

    assert len([file for file in read if file.suffix == ".log"]) > 20
    assert [file.name for file, text in read.items() if ADDRESS.search(text)] == []
    assert [file.name for file, text in read.items() if CANARY.encode() in text.lower()] == []
