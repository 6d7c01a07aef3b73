"""The waterfall, run: each provider is asked only for what companies still lack after those before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from leadmill.config.provider import HttpProvider, Provider, ReferenceFile, Waterfall
from leadmill.enrich.answer import answer
from leadmill.enrich.ask import Asked, Ledger, Service, ask
from leadmill.enrich.questions import by_company, plan
from leadmill.enrich.reference import NameKeys, look_up


class Answers(Ledger, Protocol):
    """A ledger that can also hand out the answers it holds."""

    def answers(self, now: datetime) -> pa.Table:
        """Return provider, question, found, fields of every answer that still holds."""


@dataclass(frozen=True, slots=True)
class Enriched:
    """What the waterfall found: `table` as `answer` returns it, `asked` per HTTP provider how its questions ended."""

    table: pa.Table
    asked: dict[str, Asked]

    @property
    def deferred(self) -> int:
        """Questions that wait for another night."""
        return sum(asked.deferred for asked in self.asked.values())


@dataclass(frozen=True, slots=True)
class Doors:
    """How the waterfall reaches what lies outside this room."""

    read: Callable[[ReferenceFile], pa.Table]  # the rows of a reference file, all text
    name_keys: NameKeys  # company names -> company_key
    open_service: Callable[[HttpProvider], AbstractContextManager[Service]]
    ledger: Answers
    clock: Callable[[], datetime]


def run(companies: pa.Table, waterfall: Waterfall, providers: Sequence[Provider], doors: Doors, *, night_id: str) -> Enriched:
    """Ask `providers` (in the order of the waterfall) about `companies`: company_id, keys, country_code and facts known already.

    Nobody who is suppressed may be among them: what is in here may cost money and leaves the house. Raises SourceError for a reference
    file that cannot be read; what a service does never raises.
    """
    answers: dict[str, pa.Table] = {}
    asked: dict[str, Asked] = {}
    for provider in providers:
        if isinstance(provider, ReferenceFile):
            answers[provider.name] = look_up(companies, doors.read(provider), provider, doors.name_keys)
            continue
        questions = plan(companies, doors.ledger.answers(doors.clock()), provider, answer(answers, waterfall))
        if questions.num_rows:
            with doors.open_service(provider) as service:
                asked[provider.name] = ask(questions, provider, service, doors.ledger, night_id=night_id, clock=doors.clock)
        answers[provider.name] = by_company(companies, doors.ledger.answers(doors.clock()), provider)
    return Enriched(answer(answers, waterfall), asked)
