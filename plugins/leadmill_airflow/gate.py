"""The list gate as a task: a person decides whether a list that its contract holds may go on."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator

APPROVE, REJECT = "Approve", "Reject"
NO_NAME = re.compile(r"[^\w .-]")  # a headline needs no sign that could be markup
PATIENCE = timedelta(hours=22)  # a daily intake is never kept from running by yesterday's question; it asks again


class ListGate(HITLOperator):
    """Waits for a person without holding a worker when `step` (one delivery that validate handed on) holds a list; else passes through.

    Expanded over the deliveries of an intake: each held list is a question of its own. Approve lets it go on, Reject refuses it; the other
    deliveries go on either way, once every question has its answer. The answer is kept with its giver, so neither a retry nor a later run
    asks again. No answer within `response_timeout` fails the task, and the list stays held.
    """

    template_fields = ("step",)

    def __init__(self, *, step: Any, task_id: str = "gate", response_timeout: timedelta = PATIENCE, **options: Any) -> None:
        super().__init__(task_id=task_id, subject="A list is held", options=[APPROVE, REJECT], response_timeout=response_timeout, **options)
        self.step = step

    def execute(self, context: Any) -> Any:
        """Ask, if there is anything to ask."""
        if not _pipeline().waiting([self.step]):
            return None
        self.subject = f"{self.step['source']}: take in the held list {NO_NAME.sub('_', self.step['file'])}?"
        self.body = body(self.step)
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Keep the answer, and who gave it."""
        told = super().execute_complete(context, event)
        answer = "release" if told["chosen_options"] == [APPROVE] else "refuse"
        _pipeline().answer_waiting([self.step], answer, who(told["responded_by_user"]))
        return told


def body(step: dict[str, Any]) -> str:
    """Write the question as Markdown: counts and sentences, no cell of a list."""
    counts = f"{step['received']:,} rows received, {step['accepted']:,} pass the contract, {step['refused']:,} are refused by it."
    why = "\n".join(f"- {_plain(sentence)}" for sentence in step["why"])
    record = f"The record of validation: `records/{step['source']}/{step['delivery_id']}.html` in the state folder."
    way_out = "**Approve** takes the list in, **Reject** refuses it as a whole. Other deliveries go on either way."
    return "\n\n".join([f"### {_plain(step['file'])}", counts, why, record, way_out])


def _plain(text: str) -> str:
    """Let a vendor's text be text: a file's name or a category must not become a link or a heading."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~])", r"\\\1", " ".join(text.split()))


def who(user: dict[str, Any] | None) -> str:
    """Name the person who answered; Airflow itself when nobody did."""
    return str((user or {}).get("name") or (user or {}).get("id") or "Airflow")


def _pipeline() -> Any:
    return import_module("leadmill.pipeline")
