"""A ruleset is tried on past nights by a form: the page is written, the counts are handed on, nothing is decided anew."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.airflow

PEOPLE = ["Ann Lee,ann@leepaper.example,Lee Paper Ltd", "Bob Ray,bob@raysteel.example,Ray Steel Ltd"]
CANARY = "leepaper"


@pytest.fixture
def dags(project, airflow_db):
    """Lay a night behind us that the shipped ruleset decided, and write one that wants nobody."""
    project.source("fleet", PEOPLE)
    text = (project.sources / "fleet.yaml").read_text(encoding="utf-8")
    project.yaml("fleet", text + "ruleset: b2b_software\n")
    rulesets = project.sources.parent / "rulesets"
    nobody = "gates:\n  - {id: nobody, out_when: known(company_name), because: We want nobody}\n"
    shipped = (rulesets / "b2b_software.yaml").read_text(encoding="utf-8")
    (rulesets / "nobody.yaml").write_text(shipped.replace("gates:\n", nobody, 1), encoding="utf-8")
    found = project.dags()
    assert [found[name].test().state for name in ("intake_fleet", "nightly")] == ["success", "success"]
    return found


def test_the_form_writes_the_page_and_hands_on_counts(dags, project):
    run = dags["simulate_ruleset"].test(run_conf={"ruleset": "nobody", "against": "b2b_software", "cost": 5})

    told = run.get_task_instance("simulate").xcom_pull(task_ids="simulate")
    page = Path(told["page"]).read_text(encoding="utf-8")
    assert (run.state, told["persons"], told["enters"], told["leaves"]) == ("success", 2, 0, 0)
    assert project.state in Path(told["page"]).parents
    assert page.count("disqualified (") == 2
    assert CANARY not in page + json.dumps(told)


def test_a_ruleset_that_decided_nothing_fails_at_once_and_says_why(dags):
    run = dags["simulate_ruleset"].test(run_conf={"ruleset": "nobody"})

    (task,) = run.get_task_instances()
    assert (run.state, task.state, task.try_number) == ("failed", "failed", 1)
