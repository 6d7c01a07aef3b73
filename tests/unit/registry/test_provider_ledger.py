"""The provider ledger: paid once, never over budget, uncertain counts as spent."""

from __future__ import annotations

import threading
from datetime import timedelta

import pyarrow as pa
import pytest

from leadmill.errors import BudgetSpent, StateError
from leadmill.registry import Call, Registry

CENT = 10_000


def intend(registry: Registry, now, key: str = "k1", **changes) -> Call:
    given = {
        "provider": "acme_data",
        "question": f"domain:{key}.example",
        "night_id": "n1",
        "period": "2026-11",
        "cost_micros": 5 * CENT,
        "currency": "EUR",
        "limit_micros": 10 * CENT,
        "limit_calls": None,
        "now": now,
    }
    return registry.provider.intend(key, **{**given, **changes})


def test_an_intent_reserves_its_cost(registry: Registry, now) -> None:
    intend(registry, now)

    assert registry.provider.budget("acme_data", "2026-11") == (5 * CENT, 1)
    assert registry.provider.spent("n1") == {"EUR": 0.05}


def test_the_call_that_would_exceed_the_budget_is_refused_and_leaves_no_trace(registry: Registry, now) -> None:
    intend(registry, now, "k1")
    intend(registry, now, "k2")

    with pytest.raises(BudgetSpent, match="acme_data for 2026-11"):
        intend(registry, now, "k3")

    assert registry.provider.calls()["call_key"].to_pylist() == ["k1", "k2"]


@pytest.mark.parametrize(
    ("limits", "granted"), [({"limit_calls": 1}, 1), ({"limit_calls": 0}, 0), ({"limit_micros": 0}, 0), ({"limit_micros": 9 * CENT}, 1)]
)
def test_either_limit_holds(registry: Registry, now, limits, granted) -> None:
    for number in range(granted):
        intend(registry, now, f"k{number}", **limits)

    with pytest.raises(BudgetSpent):
        intend(registry, now, "last", **limits)


def test_another_period_has_its_own_budget(registry: Registry, now) -> None:
    for period in ("2026-11", "2026-12"):
        for number in range(2):
            intend(registry, now, f"{period}-{number}", period=period)

    assert registry.provider.calls().num_rows == 4


def test_one_budget_has_one_currency(registry: Registry, now) -> None:
    intend(registry, now)

    with pytest.raises(StateError, match="in EUR, the call costs USD"):
        intend(registry, now, "k2", currency="USD")


def test_what_a_call_did_not_cost_is_given_back(registry: Registry, now) -> None:
    call = intend(registry, now)

    registry.provider.settle(call, "not_found", now, cost_micros=0)

    assert registry.provider.budget("acme_data", "2026-11") == (0, 1)
    assert registry.provider.spent("n1") == {"EUR": 0.0}


def test_settling_twice_gives_back_once(registry: Registry, now) -> None:
    call = intend(registry, now)

    for _ in range(2):
        registry.provider.settle(call, "not_found", now, cost_micros=0)

    assert registry.provider.budget("acme_data", "2026-11") == (0, 1)


def test_an_answer_holds_until_it_expires(registry: Registry, now) -> None:
    registry.provider.settle(intend(registry, now, "k1"), "found", now, fields='{"employee_count": 5}', expires_at=now + timedelta(days=90))
    registry.provider.settle(intend(registry, now, "k2"), "not_found", now, expires_at=now + timedelta(days=30))

    def holding(after: int) -> list[tuple[str, bool, str | None]]:
        table = registry.provider.answers(now + timedelta(days=after))
        return list(zip(*(table[name].to_pylist() for name in ("question", "found", "fields")), strict=True))

    assert holding(0) == [("domain:k1.example", True, '{"employee_count": 5}'), ("domain:k2.example", False, None)]
    assert holding(30) == [("domain:k1.example", True, '{"employee_count": 5}')]
    assert holding(90) == []


def test_a_failed_call_is_no_answer(registry: Registry, now) -> None:
    registry.provider.settle(intend(registry, now), "failed", now, cost_micros=0, detail="HTTP 500")

    assert registry.provider.answers(now).num_rows == 0


def test_a_call_cut_off_is_uncertain_and_stays_spent(registry: Registry, now) -> None:
    """The provider may have charged for it: only a person can say it did not."""
    intend(registry, now)

    assert registry.provider.mark_uncertain(now, provider="acme_data", before=now + timedelta(seconds=1)) == 1

    assert registry.provider.calls()["state"].to_pylist() == ["uncertain"]
    assert registry.provider.budget("acme_data", "2026-11") == (5 * CENT, 1)


def test_a_call_in_flight_now_is_not_called_uncertain(registry: Registry, now) -> None:
    intend(registry, now)

    assert registry.provider.mark_uncertain(now, provider="acme_data", before=now) == 0


def test_a_repeated_question_keeps_its_key_and_counts_its_attempts(registry: Registry, now) -> None:
    calls = [intend(registry, now), intend(registry, now)]

    assert [(call.call_key, call.attempt) for call in calls] == [("k1", 1), ("k1", 2)]


def test_free_answers_are_kept_in_bulk(registry: Registry, now) -> None:
    rows = pa.table(
        {
            "provider": ["ref"],
            "question": ["domain:a.example"],
            "found": [True],
            "fields": ["{}"],
            "expires_at": pa.nulls(1, pa.timestamp("us", "UTC")),
        }
    )

    registry.provider.keep_answers(rows, now)
    registry.provider.keep_answers(rows, now)

    assert registry.provider.answers(now).select(["question", "found", "answered_at"]).to_pylist() == [
        {"question": "domain:a.example", "found": True, "answered_at": now}
    ]


def test_thirty_two_threads_share_one_budget_to_the_unit(registry: Registry, now) -> None:
    """Law 4: never exceeded by one unit, and never left unused either."""
    granted, refused = [], []

    def ask(thread: int) -> None:
        for number in range(5):
            try:
                granted.append(intend(registry, now, f"{thread}-{number}", cost_micros=1, limit_micros=100, limit_calls=None))
            except BudgetSpent:
                refused.append(1)

    threads = [threading.Thread(target=ask, args=(thread,)) for thread in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(granted), len(refused)) == (100, 60)
    assert registry.provider.budget("acme_data", "2026-11") == (100, 100)
