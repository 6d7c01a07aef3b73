"""What a person asks for by a form: refused rows out, corrected rows in, a claim pack, a simulated ruleset, a trained model.

Like every task, these hand on paths and counts only; what is written lies in the state folder.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context, task

from leadmill.config import Project
from leadmill_airflow.stages import asked, due, night_name

if TYPE_CHECKING:
    from airflow.sdk.definitions.xcom_arg import XComArg


def export() -> XComArg:
    """Write the rows of a source that are still refused into a new workbook, for a person to correct."""

    @task(task_id="export")
    def run() -> Any:
        wanted = asked()
        file = _new("quarantine", wanted["source"], ".xlsx")
        file.parent.mkdir(parents=True, exist_ok=True)
        rows = _pipeline().export_quarantine(wanted["source"], file, wanted["delivery"])
        return {"source": wanted["source"], "rows": rows, "file": str(file)}

    return run()


def replay() -> XComArg:
    """Take the corrected rows in; the next night decides about them."""

    @task(task_id="replay")
    def run() -> Any:
        wanted = asked()
        file = Project.from_environment().resolve(wanted["file"])
        return _pipeline().replay_quarantine(wanted["source"], file, wanted["delivery"])

    return run()


def claims() -> XComArg:
    """Write the claim pack of a source into a folder of this attempt: a pack is never changed."""

    @task(task_id="claims")
    def run() -> Any:
        source = asked()["source"]
        folder = _new("claims", source, f"-{get_current_context()['ti'].try_number}")
        return _pipeline().write_claims(source, folder, datetime.fromisoformat(due()).date())

    return run()


def simulate() -> XComArg:
    """Decide past nights by another ruleset and write the comparison as a page; nothing else changes."""

    @task(task_id="simulate")
    def run() -> Any:
        wanted = asked()
        file = _new("simulations", wanted["ruleset"], ".html")
        return _pipeline().write_simulation(wanted["ruleset"], file, wanted["against"], wanted["nights"], wanted["cost"])

    return run()


def train() -> XComArg:
    """Train the matching model on everybody known; it takes minutes, and is never part of a night."""

    @task(task_id="train")
    def run() -> Any:
        asked()
        return _pipeline().train_matching()

    return run()


def _new(kind: str, source: str, tail: str) -> Path:
    """Name a place in the state folder after the moment the run was due."""
    return Project.from_environment().state / kind / f"{source}-{night_name(due())}{tail}"


def _pipeline() -> Any:
    return import_module("leadmill.pipeline")
