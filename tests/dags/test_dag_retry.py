"""The exception's type says whether another try can help."""

import pytest

from leadmill import errors

pytestmark = pytest.mark.airflow

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.LeadmillError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_only_an_outage_is_tried_again(kind):
    from airflow.sdk import RetryAction  # noqa: PLC0415 - after the environment is set

    from leadmill_airflow.retry import RETRY_OUTAGES  # noqa: PLC0415

    decision = RETRY_OUTAGES.evaluate(kind("said no"), try_number=1, max_tries=3)

    assert decision.action is (RetryAction.RETRY if issubclass(kind, errors.ServiceUnavailable) else RetryAction.FAIL)
    assert decision.reason


@pytest.mark.parametrize("kind", [OSError, MemoryError, KeyError], ids=lambda kind: kind.__name__)
def test_what_nobody_foresaw_gets_the_normal_retries(kind):
    from airflow.sdk import RetryAction  # noqa: PLC0415 - after the environment is set

    from leadmill_airflow.retry import RETRY_OUTAGES  # noqa: PLC0415

    assert RETRY_OUTAGES.evaluate(kind(), try_number=1, max_tries=3).action is RetryAction.DEFAULT


def test_an_approval_nobody_gave_is_not_asked_for_again():
    from airflow.providers.standard.exceptions import HITLTimeoutError  # noqa: PLC0415 - after the environment is set
    from airflow.sdk import RetryAction  # noqa: PLC0415

    from leadmill_airflow.retry import RETRY_OUTAGES  # noqa: PLC0415

    assert RETRY_OUTAGES.evaluate(HITLTimeoutError("late"), try_number=1, max_tries=3).action is RetryAction.FAIL


def test_the_policy_survives_the_way_to_the_worker():
    """The scheduler hands it on as JSON."""
    from airflow.sdk import ExceptionRetryPolicy, RetryAction  # noqa: PLC0415 - after the environment is set

    from leadmill_airflow.retry import RETRY_OUTAGES  # noqa: PLC0415

    arrived = ExceptionRetryPolicy.deserialize(RETRY_OUTAGES.serialize())

    assert arrived.evaluate(errors.ConfigError("no"), 1, 3).action is RetryAction.FAIL
    assert arrived.evaluate(errors.ServiceUnavailable("gone"), 1, 3).action is RetryAction.RETRY
