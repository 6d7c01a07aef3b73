"""What was asked of providers and paid: intent before the call, result after it, the budget between them.

An intent and its reservation are one transaction: a crash strands at most the calls in flight, which count as spent until somebody
knows better. The reservation is one UPDATE that matches no row once the budget is full, so any number of threads and machines share
it without a lock of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy import Connection, func, select, update

from leadmill.errors import BudgetSpent, StateError
from leadmill.registry.bulk import read, upsert
from leadmill.registry.column_types import TIMESTAMP
from leadmill.registry.database import Database
from leadmill.registry.insert_once import insert_once
from leadmill.registry.schema import provider_answers, provider_budgets, provider_calls

Outcome = Literal["found", "not_found", "failed", "uncertain"]
MICROS = 1_000_000
NO_LIMIT = 2**62


@dataclass(frozen=True, slots=True)
class Call:
    """An intent that was granted: what to name in the call and in `settle`."""

    call_key: str
    attempt: int
    provider: str
    period: str
    cost_micros: int


class ProviderLedger:
    """Calls to providers, what they cost, and the answers bought."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
    ) -> Call:
        """Reserve the cost of one call in the budget of `period` and write down the intent, in one transaction.

        Raises BudgetSpent when the call would exceed either limit; nothing is written then. None is no limit.
        """
        with self._database.write() as con:
            budget = {"provider": provider, "period": period, "currency": currency}
            _reserve(con, budget, cost_micros, limit_micros=limit_micros, limit_calls=limit_calls)
            last = con.execute(select(func.max(provider_calls.c.attempt)).where(provider_calls.c.call_key == call_key)).scalar()
            call = Call(call_key, (last or 0) + 1, provider, period, cost_micros)
            row = {
                "call_key": call_key,
                "attempt": call.attempt,
                "provider": provider,
                "question": question,
                "period": period,
                "night_id": night_id,
                "state": "intended",
                "cost_micros": cost_micros,
                "currency": currency,
                "intended_at": now,
            }
            con.execute(provider_calls.insert().values(row))
        return call

    def settle(
        self,
        call: Call,
        outcome: Outcome,
        now: datetime,
        *,
        cost_micros: int | None = None,
        fields: str | None = None,
        expires_at: datetime | None = None,
        detail: str | None = None,
    ) -> None:
        """Write down how a call ended, give back what it did not cost, and keep its answer, in one transaction.

        `cost_micros` None leaves the reserved cost as spent. `fields` is the answer as JSON; found and not_found are both answers.
        A call already settled stays as it was first told.
        """
        cost = call.cost_micros if cost_micros is None else cost_micros
        same = (provider_calls.c.call_key == call.call_key) & (provider_calls.c.attempt == call.attempt)
        open_ = provider_calls.c.state.in_(("intended", "uncertain"))
        settled = update(provider_calls).where(same, open_).values(state=outcome, cost_micros=cost, detail=detail, settled_at=now)
        with self._database.write() as con:
            if not con.execute(settled).rowcount:
                return
            _give_back(con, call, call.cost_micros - cost)
            if outcome in ("found", "not_found"):
                question = con.execute(select(provider_calls.c.question).where(same)).scalar_one()
                answer = {"found": outcome == "found", "fields": fields, "answered_at": now, "expires_at": expires_at}
                _keep_answer(con, {"provider": call.provider, "question": question, **answer})

    def mark_uncertain(self, now: datetime, *, provider: str, before: datetime) -> int:
        """Turn intents older than `before` that nobody settled (their process died) into uncertain ones; they stay spent."""
        stranded = (
            (provider_calls.c.provider == provider) & (provider_calls.c.state == "intended") & (provider_calls.c.intended_at < before)
        )
        with self._database.write() as con:
            return con.execute(update(provider_calls).where(stranded).values(state="uncertain", settled_at=now)).rowcount

    def answers(self, now: datetime) -> pa.Table:
        """Answers that still hold: provider, question, found, fields (JSON), answered_at, expires_at."""
        holds = provider_answers.c.expires_at.is_(None) | (provider_answers.c.expires_at > now)
        with self._database.read() as con:
            return read(con, select(provider_answers).where(holds).order_by(provider_answers.c.provider, provider_answers.c.question))

    def keep_answers(self, rows: pa.Table, now: datetime) -> None:
        """Keep free answers (provider, question, found, fields, expires_at) in bulk: a reference file's."""
        stamped = rows.append_column("answered_at", pa.repeat(pa.scalar(now, TIMESTAMP), rows.num_rows))
        with self._database.write() as con:
            upsert(con, provider_answers, stamped)

    def calls(self, *, night_id: str | None = None) -> pa.Table:
        """Return calls in the order they were intended; of one night when asked."""
        query = select(provider_calls).order_by(provider_calls.c.intended_at, provider_calls.c.call_key, provider_calls.c.attempt)
        if night_id is not None:
            query = query.where(provider_calls.c.night_id == night_id)
        with self._database.read() as con:
            return read(con, query)

    def spent(self, night_id: str) -> dict[str, float]:
        """Sum what a night's calls cost, per currency; a call in flight or uncertain counts as spent."""
        query = (
            select(provider_calls.c.currency, func.sum(provider_calls.c.cost_micros))
            .where(provider_calls.c.night_id == night_id)
            .group_by(provider_calls.c.currency)
        )
        with self._database.read() as con:
            return {currency: int(micros) / MICROS for currency, micros in con.execute(query)}

    def budget(self, provider: str, period: str) -> tuple[int, int]:
        """Return what is reserved or spent in a period: micro-units and calls."""
        row = select(provider_budgets.c.reserved_micros, provider_budgets.c.calls).where(_budget(provider, period))
        with self._database.read() as con:
            found = con.execute(row).one_or_none()
        return (found[0], found[1]) if found else (0, 0)


def _budget(provider: str, period: str) -> Any:
    return (provider_budgets.c.provider == provider) & (provider_budgets.c.period == period)


def _reserve(con: Connection, budget: dict[str, str], cost: int, *, limit_micros: int | None, limit_calls: int | None) -> None:
    provider, period, currency = budget["provider"], budget["period"], budget["currency"]
    insert_once(con, provider_budgets, {**budget, "reserved_micros": 0, "calls": 0})
    fits = (
        (provider_budgets.c.currency == currency)
        & (provider_budgets.c.reserved_micros + cost <= (NO_LIMIT if limit_micros is None else limit_micros))
        & (provider_budgets.c.calls + 1 <= (NO_LIMIT if limit_calls is None else limit_calls))
    )
    more = {"reserved_micros": provider_budgets.c.reserved_micros + cost, "calls": provider_budgets.c.calls + 1}
    if con.execute(update(provider_budgets).where(_budget(provider, period), fits).values(more)).rowcount:
        return
    held = con.execute(select(provider_budgets.c.currency).where(_budget(provider, period))).scalar_one()
    if held != currency:
        raise StateError(
            f"the budget of {provider} for {period} is in {held}, the call costs {currency}.", hint="Use one currency per provider."
        )
    raise BudgetSpent(f"the budget of {provider} for {period} does not cover another call.", hint="What is left waits for another night.")


def _give_back(con: Connection, call: Call, micros: int) -> None:
    if micros:
        less = provider_budgets.c.reserved_micros - micros
        con.execute(update(provider_budgets).where(_budget(call.provider, call.period)).values(reserved_micros=less))


def _keep_answer(con: Connection, row: dict[str, Any]) -> None:
    if not insert_once(con, provider_answers, row):
        same = (provider_answers.c.provider == row["provider"]) & (provider_answers.c.question == row["question"])
        con.execute(update(provider_answers).where(same).values(row))
