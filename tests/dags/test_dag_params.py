"""What a run may be asked for, and what happens to everything else."""

import pytest

from leadmill.errors import ConfigError

pytestmark = pytest.mark.airflow

REFUSED_BY_SCHEMA = {
    "a limit of nothing": ("nightly", {"limit": 0}),
    "a limit in words": ("nightly", {"limit": "ten"}),
    "a source nobody configured": ("nightly", {"source": "nobody"}),
    "a ruleset nobody wrote": ("nightly", {"ruleset": "nobody"}),
    "perhaps a dry run": ("nightly", {"dry_run": "perhaps"}),
    "a delivery that is a number": ("intake", {"delivery": 7}),
}


@pytest.fixture(scope="module")
def dags(bag):
    intake = next(dag for name, dag in sorted(bag.dags.items()) if name.startswith("intake_"))
    return {"nightly": bag.dags["nightly"], "intake": intake}


@pytest.mark.parametrize(("dag", "conf"), REFUSED_BY_SCHEMA.values(), ids=REFUSED_BY_SCHEMA)
def test_a_value_outside_the_schema_is_refused_when_the_run_is_asked_for(dags, airflow_db, dag, conf):
    from airflow.sdk.exceptions import ParamValidationError  # noqa: PLC0415 - after the environment is set

    with pytest.raises(ParamValidationError):
        dags[dag].test(run_conf=conf)


@pytest.mark.parametrize("dag", ["nightly", "intake"])
def test_the_form_explains_every_param(dags, dag):
    assert [name for name in dags[dag].params if not dags[dag].params.get_param(name).description] == []


def test_the_form_offers_the_sources_and_rulesets_there_are(bag):
    params = bag.dags["nightly"].params
    sources = [name.removeprefix("intake_") for name in bag.dags if name.startswith("intake_")]

    assert params.get_param("source").schema["enum"] == [*sorted(sources), None]
    assert None in params.get_param("ruleset").schema["enum"]


def test_every_param_of_the_night_reaches_the_pipeline(bag):
    from leadmill.pipeline.night import PARAMS  # noqa: PLC0415 - imports every room

    assert {name: bag.dags["nightly"].params[name] for name in bag.dags["nightly"].params} == PARAMS


UNKNOWN = {
    "a slip of the finger": ({"dry_rum": True}, "'dry_rum' (did you mean 'dry_run'?)"),
    "two of them": (
        {"dry_rum": True, "limt": 5},
        "unknown keys in the run's conf: 'dry_rum' (did you mean 'dry_run'?), 'limt' (did you mean 'limit'?)",
    ),
    "something else altogether": ({"colour": "red"}, "'colour'. Known: "),
}


@pytest.mark.parametrize(("conf", "told"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_key_is_refused_with_a_suggestion(conf, told):
    """Airflow's REST API accepts such a key, and a night that should have been dry would push."""
    from leadmill_airflow.params import checked  # noqa: PLC0415 - imports Airflow, after the environment is set

    with pytest.raises(ConfigError) as refused:
        checked(conf, {"dry_run": False, "limit": None})

    assert told in str(refused.value)


@pytest.mark.parametrize("dag", ["nightly", "intake_fleet"])
def test_a_run_with_an_unknown_key_ends_red_before_anything_is_done(project, airflow_db, dag):
    project.source("fleet", ["Ann Lee,ann@lee.example,Lee Ltd"])
    run = project.dags()[dag].test(run_conf={"dry_rum": True})

    states = {task.task_id: task.state for task in run.get_task_instances()}
    assert run.state == "failed"
    assert "success" not in {state for name, state in states.items() if name != "report"}
    assert not project.state.exists() or not list(project.state.glob("crm/*"))
