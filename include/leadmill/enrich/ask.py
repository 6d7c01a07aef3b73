"""Asking a paid provider: intent, call, result; and never one unit over the budget.

Every call has a row in the ledger before it leaves. What was cut off in flight is uncertain and stays spent. A turn refused (429) is asked
again under the same key; any other failure is asked again at once only where calls are free, else another night.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from urllib.parse import quote as quote_url

import pyarrow as pa

from leadmill.config.provider import HttpProvider
from leadmill.enrich.verdict import Reply, Verdict, judge
from leadmill.errors import BudgetSpent, NeverSent, ServiceRefused, ServiceUnavailable

Outcome = Literal["found", "not_found", "failed", "uncertain"]


class Service(Protocol):
    """Asks over HTTP; see `leadmill.services.HttpService`."""

    @property
    def is_down(self) -> bool:
        """Whether asking is pointless for now."""

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Return any complete answer. Raises NeverSent, ServiceUnavailable, ServiceRefused."""


class Ledger(Protocol):
    """Writes calls down; see `leadmill.registry.ProviderLedger`."""

    def intend(
        self,
        call_key: str,
        *,
        provider: str,
        question: str,
        night_id: str,
        period: str,
        cost_micros: int,
        currency: str,
        limit_micros: int | None,
        limit_calls: int | None,
        now: datetime,
    ) -> Any:
        """Reserve the cost and write the intent, in one transaction; return what `settle` names it by. Raises BudgetSpent."""

    def settle(
        self,
        call: Any,
        outcome: Outcome,
        now: datetime,
        *,
        cost_micros: int | None = None,
        fields: str | None = None,
        expires_at: datetime | None = None,
        detail: str | None = None,
    ) -> None:
        """Write how the call ended, give back what it did not cost, keep its answer."""

    def mark_uncertain(self, now: datetime, *, provider: str, before: datetime) -> int:
        """Turn intents whose process died into uncertain ones."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How the questions of one provider ended, in questions; `detail` says why the deferred ones wait."""

    found: int = 0
    not_found: int = 0
    deferred: int = 0
    calls: int = 0
    detail: str | None = None


def ask(
    questions: pa.Table, provider: HttpProvider, service: Service, ledger: Ledger, *, night_id: str, clock: Callable[[], datetime]
) -> Asked:
    """Ask every question (`questions.QUESTIONS`), in their order and in as many threads as the provider allows.

    Answers are in the ledger afterwards. Whatever the provider did, this returns: what was not answered is deferred.
    """
    ledger.mark_uncertain(clock(), provider=provider.name, before=clock())
    asking = _Asking(provider, service, ledger, night_id, clock)
    rows = questions.to_pylist()
    with ThreadPoolExecutor(max_workers=min(provider.workers, max(len(rows), 1))) as pool:
        ended = list(pool.map(asking.ask, rows))
    return Asked(
        found=ended.count("found"),
        not_found=ended.count("not_found"),
        deferred=ended.count("deferred"),
        calls=asking.calls,
        detail=asking.stopped,
    )


def period_of(provider: HttpProvider, night_id: str, now: datetime) -> str:
    """Name the period whose budget a call of now is charged to."""
    return {"night": night_id, "day": f"{now:%Y-%m-%d}", "month": f"{now:%Y-%m}", "total": "total"}[provider.budget.period]


class _Asking:
    """The state the threads share: why to stop, and how many calls were intended."""

    def __init__(self, provider: HttpProvider, service: Service, ledger: Ledger, night_id: str, clock: Callable[[], datetime]) -> None:
        self._provider, self._service, self._ledger, self._night_id, self._clock = provider, service, ledger, night_id, clock
        self._lock = threading.Lock()
        self.stopped: str | None = None
        self.calls = 0

    def ask(self, row: Mapping[str, Any]) -> str:
        """Ask one question until it is answered or not worth asking; return found, not_found or deferred."""
        for _ in range(self._provider.attempts):
            if self._service.is_down:
                self._stop("the provider is down")
            if self.stopped:
                break
            try:
                verdict = self._call(row)
            except BudgetSpent as error:
                self._stop(error.message)
                break
            if verdict.outcome in ("found", "not_found"):
                return verdict.outcome
            if verdict.stop:
                self._stop(verdict.detail or "refused")
            if not verdict.again:
                break
        return "deferred"

    def _call(self, row: Mapping[str, Any]) -> Verdict:
        provider, now = self._provider, self._clock()
        key = call_key(provider, row["question"])
        call = self._ledger.intend(
            key,
            provider=provider.name,
            question=row["question"],
            night_id=self._night_id,
            period=period_of(provider, self._night_id, now),
            cost_micros=provider.cost.micros,
            currency=provider.cost.currency,
            limit_micros=provider.budget_micros,
            limit_calls=provider.budget.calls,
            now=now,
        )
        with self._lock:
            self.calls += 1
        headers = {provider.idempotency_header: key} if provider.idempotency_header else {}
        verdict = self._answer(url_of(provider, row), headers)
        self._settle(call, verdict)
        return verdict

    def _answer(self, url: str, headers: Mapping[str, str]) -> Verdict:
        free = self._provider.cost.micros == 0
        try:
            return judge(self._service.get(url, headers), self._provider)
        except NeverSent as error:
            return Verdict("failed", 0, detail=error.message, again=free)
        except ServiceUnavailable as error:
            return Verdict("uncertain", self._provider.cost.micros, detail=error.message, again=free)
        except ServiceRefused as error:
            return Verdict("uncertain", self._provider.cost.micros, detail=error.message)

    def _settle(self, call: Any, verdict: Verdict) -> None:
        now, days = self._clock(), self._provider.keep_days if verdict.outcome == "found" else self._provider.keep_not_found_days
        fields = json.dumps(verdict.fields, ensure_ascii=False) if verdict.outcome == "found" else None
        self._ledger.settle(
            call,
            verdict.outcome,
            now,
            cost_micros=verdict.cost_micros,
            fields=fields,
            expires_at=now + timedelta(days=days),
            detail=verdict.detail,
        )

    def _stop(self, why: str) -> None:
        with self._lock:
            self.stopped = self.stopped or why


def call_key(provider: HttpProvider, question: str) -> str:
    """Make the idempotency key: the same for every attempt at one question, another once the request changes."""
    return hashlib.sha256(f"{provider.name}\0{provider.url}\0{question}".encode()).hexdigest()


def url_of(provider: HttpProvider, row: Mapping[str, Any]) -> str:
    """Fill the template; every value is quoted, so that none of them can change the path."""
    values = {provider.key: row["value"], "country_code": row["country_code"] or ""}
    url = provider.url
    for name, value in values.items():
        url = url.replace(f"{{{name}}}", quote_url(value, safe=""))
    return url
