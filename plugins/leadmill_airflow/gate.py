"""The list gate as a task: a person decides whether a list that its contract holds may go on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator

APPROVE, REJECT = "Approve", "Reject"
PATIENCE = timedelta(hours=22)  # a daily intake is never kept from running by yesterday's question; it asks again


class ListGate(HITLOperator):
    """Waits for a person without holding a worker when `steps` (what validate handed on) holds a list; else passes straight through.

    Approve lets the held lists go on, Reject refuses them; the other deliveries go on either way. The answer is kept with its giver, so
    neither a retry nor a later run asks again. No answer within `response_timeout` fails the task, and the lists stay held.
    """

    template_fields = ("steps",)

    def __init__(self, *, steps: Any, task_id: str = "gate", response_timeout: timedelta = PATIENCE, **options: Any) -> None:
        super().__init__(task_id=task_id, subject="A list is held", options=[APPROVE, REJECT], response_timeout=response_timeout, **options)
        self.steps = steps

    def execute(self, context: Any) -> Any:
        """Ask, if there is anything to ask."""
        held = _pipeline().waiting(self.steps)
        if not held:
            return None
        self.subject = f"{held[0]['source']}: take in {len(held)} held {'list' if len(held) == 1 else 'lists'}?"
        self.body = body(held)
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Keep the answer, and who gave it."""
        told = super().execute_complete(context, event)
        answer = "release" if told["chosen_options"] == [APPROVE] else "refuse"
        _pipeline().answer_waiting(self.steps, answer, who(told["responded_by_user"]))
        return told


def body(held: Iterable[dict[str, Any]]) -> str:
    """Write the question as Markdown: counts and sentences, no cell of a list."""
    way_out = "**Approve** takes the lists in, **Reject** refuses them as a whole. Other deliveries go on either way."
    alone = "To answer for one of several lists alone: `leadmill source release` or `leadmill source refuse`."
    return "\n\n".join([*(_about(step) for step in held), way_out, alone])


def _about(step: dict[str, Any]) -> str:
    counts = f"{step['received']:,} rows received, {step['accepted']:,} pass the contract, {step['refused']:,} are refused by it."
    record = f"The record of validation: `records/{step['source']}/{step['delivery_id']}.html` in the state folder."
    why = "\n".join(f"- {_plain(sentence)}" for sentence in step["why"])
    return f"### {_plain(step['file'])}\n\n{counts}\n\n{why}\n\n{record}"


def _plain(text: str) -> str:
    """Let a vendor's text be text: a file's name or a category must not become a link or a heading."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~])", r"\\\1", " ".join(text.split()))


def who(user: dict[str, Any] | None) -> str:
    """Name the person who answered; Airflow itself when nobody did."""
    return str((user or {}).get("name") or (user or {}).get("id") or "Airflow")


def _pipeline() -> Any:
    return import_module("leadmill.pipeline")
