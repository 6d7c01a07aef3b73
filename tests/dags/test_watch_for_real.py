"""A file lands in a watched folder of a running Airflow, triggerer and all: its intake starts by itself, and the file stays."""

import os
import shutil

import pytest
from airflow_home import ROOT

from leadmill.config import Project
from leadmill.pipeline import open_mill
from leadmill_airflow.standalone.api import Airflow
from leadmill_airflow.standalone.components import running
from leadmill_airflow.standalone.environment import environment, free_port

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

WATCHED = "title: V\nkind: list\ndeliveries: %s\nwatch: true\ncolumns: {full_name: Name, email: Mail, company_name: Firm}\n"


def deliveries(folder) -> dict[str, str]:
    """Return how far each file has come; nothing while there is no registry."""
    state = folder / "state"
    if not (state / "registry.sqlite").is_file():
        return {}
    place = Project(root=ROOT, config=folder / "config", state=state, registry=f"sqlite:///{state / 'registry.sqlite'}")
    with open_mill(place) as mill:
        return {row["file"]: row["state"] for row in mill.registry.deliveries.table().to_pylist()}


def test_a_landed_file_is_taken_in_by_itself_and_stays(tmp_path):
    shutil.copytree(ROOT / "include" / "config", tmp_path / "config", ignore=shutil.ignore_patterns("sources"))
    (tmp_path / "config" / "sources").mkdir()
    (tmp_path / "config" / "sources" / "fleet.yaml").write_text(WATCHED % (tmp_path / "fleet*.csv"), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "LEADMILL"))}
    places = {"LEADMILL_ROOT": str(ROOT), "LEADMILL_CONFIG": str(tmp_path / "config"), "LEADMILL_STATE": str(tmp_path / "state")}
    home = tmp_path / "airflow"
    env = environment(ROOT, home, free_port(), free_port(), kept | places)

    with running(home, env, ui=True) as components:
        airflow = Airflow(env["AIRFLOW__API__BASE_URL"], components.check)
        airflow.wait_until_up()
        airflow.log_in(home / "simple_auth_manager_passwords.json.generated")
        airflow.wait_for_dags(["intake_fleet"])
        components.follow_calendar()
        airflow.pause("intake_fleet", paused=False)
        for name, person in (
            ("fleet-1.csv", "Ann Lee,ann@leepaper.example,Lee Paper"),
            ("fleet-2.csv", "Bob Ray,bob@raysteel.example,Ray"),
        ):
            (tmp_path / name).write_text(f"Name,Mail,Firm\n{person}\n", encoding="utf-8")
            airflow.wait(lambda wanted=name: deliveries(tmp_path).get(wanted) == "standardised", f"the intake of {name}")

    assert sorted(path.name for path in tmp_path.glob("fleet*")) == ["fleet-1.csv", "fleet-2.csv"]
