"""Whether trying again can help is told by the exception's type; this is where types become Airflow's behaviour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from leadmill.errors import LeadmillError, ServiceUnavailable

# The first rule that matches wins. What no rule names (a killed worker, a full disk) gets the normal retries.
RETRY_OUTAGES = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception=ServiceUnavailable, retry_delay=timedelta(minutes=5), reason="a remote service did not answer"),
        RetryRule(exception=LeadmillError, action=RetryAction.FAIL, reason="trying again will not help; the message says what will"),
        RetryRule(
            exception="airflow.providers.standard.exceptions.HITLTimeoutError",
            action=RetryAction.FAIL,
            reason="nobody answered; the plan can be pushed by another run",
        ),
    ]
)

# Every task of every DAG starts from these.
DEFAULTS: dict[str, Any] = {
    "owner": "leadmill",
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_policy": RETRY_OUTAGES,
}
