"""A person between plan and push, when the run asks for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator

BODY = """
{% set plan = ti.xcom_pull(task_ids='plan') or {} %}
| what | rows |
|---|---|
{% for name, count in plan.items() if count is number %}| {{ name }} | {{ count }} |
{% endfor %}
Rejecting leaves the CRM as it is; the next night plans anew.
"""


class PushApproval(ApprovalOperator):
    """Waits for a person's yes without holding a worker; passes straight through when the run's `approve` is off.

    A no skips the push and leaves the night green. No answer within `response_timeout` fails it: nothing is pushed.
    """

    def __init__(self, *, task_id: str = "approve", response_timeout: timedelta = timedelta(hours=10), **options: Any) -> None:
        super().__init__(
            task_id=task_id, subject="Push tonight's plan to the CRM?", body=BODY, response_timeout=response_timeout, **options
        )

    def execute(self, context: Any) -> Any:
        """Wait, or do not."""
        return super().execute(context) if context["params"]["approve"] else None
