"""A stage of the pipeline as a task. Rooms and their libraries are imported in the worker, never while a DAG file is parsed.

What a task returns is what it hands on: ids, paths and tallies (law 10). The night's id is read from the run itself, so every task of
a run, and every retry of it, speaks of the same night.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context, task

from leadmill.config import Project, Source
from leadmill.config.matching import load_matching
from leadmill.errors import LeadmillError
from leadmill_airflow.credentials import cluster, credentials
from leadmill_airflow.params import checked

if TYPE_CHECKING:
    from airflow.sdk.definitions.xcom_arg import XComArg


def land(source: Source) -> XComArg:
    """Take in what the source has delivered, or the file the run was asked for; an Airflow connection opens its place."""

    @task(task_id="land")
    def run() -> Any:
        return _pipeline("land", source.name, asked()["delivery"], credentials(source))

    return run()


def then(stage: str, before: XComArg, **task_options: Any) -> XComArg:
    """Hand what the stage before returned to the next stage of an intake."""

    @task(task_id=stage, **task_options)
    def run(handed: Any) -> Any:
        return _pipeline(stage, handed)

    return run(before)


def fail(stage: str, error: LeadmillError) -> XComArg:
    """Stand for a stage that cannot be: the task says why."""

    @task(task_id=stage)
    def run() -> None:
        raise error

    return run()


def open_night() -> XComArg:
    """Refuse a run that asks for the unknown, else claim the deliveries this night is about."""

    @task(task_id="open")
    def run() -> Any:
        now = due()
        return _pipeline("open_night", night_name(now), now, asked())

    return run()


def night(stage: str, **task_options: Any) -> XComArg:
    """Run one stage of tonight."""

    @task(task_id=stage, **task_options)
    def run() -> Any:
        return _pipeline(stage, night_name(due()))

    return run()


def match(**task_options: Any) -> XComArg:
    """Find out who is who; where Spark scores the pairs, an Airflow connection may say where it is."""

    @task(task_id="match", **task_options)
    def run() -> Any:
        settings = load_matching(Project.from_environment().config)
        return _pipeline("match", night_name(due()), cluster(settings.scoring))

    return run()


def night_name(due: str) -> str:
    """Turn the moment a run was due (ISO 8601, UTC) into the night's id: a folder's name that sorts by time."""
    return due.replace("+00:00", "Z").replace(":", "")


def _pipeline(stage: str, *arguments: Any) -> Any:
    return getattr(import_module("leadmill.pipeline"), stage)(*arguments)


def due() -> str:
    """Return the moment this run was due, ISO 8601 in UTC."""
    due: str = get_current_context()["dag_run"].run_after.isoformat()
    return due


def asked() -> dict[str, Any]:
    """Return what this run was asked for. Raises ConfigError for what its form does not know."""
    context = get_current_context()
    declared = context["dag"].params
    return checked(context["dag_run"].conf, {name: context["params"][name] for name in declared})
