"""Laws 2, 4 and 5 on sequences nobody thought of."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadmill.config.crm import CrmConfig, CrmField
from leadmill.errors import BudgetSpent
from leadmill.push import EmbeddedCrm, apply, plan
from leadmill.registry import Registry

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
MODEST = settings(max_examples=25, deadline=None)


@contextmanager
def fresh_registry() -> Iterator[tuple[Registry, Path]]:
    """Open an empty registry in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, Registry(f"sqlite:///{folder}/r.sqlite") as registry:
        yield registry, Path(folder)


# --- law 4: the budget ----------------------------------------------------------------------------------------------------------------

ENDING = st.sampled_from(["found", "not_found", "failed", "uncertain", "cut off"])
CALL = st.tuples(st.integers(0, 5), st.integers(0, 40), ENDING, st.booleans())


@MODEST
@given(calls=st.lists(CALL, max_size=25), limit=st.integers(0, 200), turns=st.integers(0, 30))
def test_whatever_calls_end_in_the_budget_is_exact_and_never_exceeded(calls, limit, turns) -> None:
    """Spent is what settled calls cost plus what open ones may: at every step, to the unit."""
    with fresh_registry() as (registry, _):
        ledger, spent, made = registry.provider, 0, 0
        for question, cost, ending, is_free in calls:
            facts = {"provider": "v", "question": f"q{question}", "night_id": "n", "period": "p", "currency": "EUR", "now": NOW}
            fits = spent + cost <= limit and made < turns
            try:
                call = ledger.intend(f"k{question}", cost_micros=cost, limit_micros=limit, limit_calls=turns, **facts)
            except BudgetSpent:
                assert not fits
                continue
            assert fits
            made, spent = made + 1, spent + cost
            if ending != "cut off":
                ledger.settle(call, ending, NOW, cost_micros=0 if is_free else None)
                spent -= cost if is_free else 0
            assert ledger.budget("v", "p") == (spent, made)
        assert spent <= limit
        assert ledger.calls().num_rows == made


@MODEST
@given(endings=st.lists(st.tuples(st.sampled_from(["found", "not_found", "failed"]), st.integers(0, 20)), min_size=1, max_size=6))
def test_the_answer_that_holds_is_the_last_one_given(endings) -> None:
    with fresh_registry() as (registry, _):
        held = None
        for place, (ending, days) in enumerate(endings):
            facts = {"provider": "v", "question": "q", "night_id": "n", "period": "p", "currency": "EUR", "now": NOW}
            call = registry.provider.intend("k", cost_micros=1, limit_micros=None, limit_calls=None, **facts)
            registry.provider.settle(call, ending, NOW, fields=f"{place}", expires_at=NOW + timedelta(days=days))
            held = held if ending == "failed" else (ending == "found", f"{place}", days)

        for day in (0, 10, 20):
            rows = registry.provider.answers(NOW + timedelta(days=day)).to_pylist()
            expected = [held[:2]] if held and held[2] > day else []
            assert [(row["found"], row["fields"]) for row in rows] == expected


# --- laws 2 and 5: the push -----------------------------------------------------------------------------------------------------------

POLICIES = ("fill_empty", "only_if_unchanged", "create_only", "always")
CRM = CrmConfig(name="embedded", title="T", fields={policy: CrmField(field=policy, policy=policy) for policy in POLICIES})
VALUE = st.sampled_from(["a", "b", "c", None])
NIGHT = st.tuples(
    st.dictionaries(st.sampled_from(POLICIES), VALUE, max_size=4),  # what we have tonight
    st.dictionaries(st.sampled_from(POLICIES), VALUE, max_size=2),  # what a person changes next day
)


@MODEST
@given(owned=st.one_of(st.none(), st.dictionaries(st.sampled_from(POLICIES), VALUE)), nights=st.lists(NIGHT, min_size=1, max_size=5))
def test_a_person_always_wins_and_a_second_push_is_nothing(owned, nights) -> None:
    """Until a person undoes a change, no push touches that field again, unless its policy is always; no push ever clears a field."""
    with fresh_registry() as (registry, folder):
        crm = EmbeddedCrm(CRM, folder)
        if owned is not None:
            crm.mirror(pa.Table.from_pylist([{"crm_id": "C1", **dict.fromkeys(POLICIES), **owned}], schema=_schema(("crm_id", *POLICIES))))
        theirs = {field: value for field, value in (owned or {}).items() if value}
        for number, (ours, edits) in enumerate(nights):
            before = _held(crm)
            mine = {"person_id": "p_1", "crm_id": "C1" if owned is not None else None, "reason": "r", **ours}
            candidates = pa.Table.from_pylist([mine], schema=_schema(("person_id", "crm_id", "reason", *POLICIES)))
            planned = plan(candidates, registry.pushes.pushed("embedded"), crm.read(), CRM)
            apply(planned, crm, lambda batch, night=f"n{number}": registry.pushes.record(night, "embedded", batch, NOW))
            held = _held(crm)

            assert crm.read().num_rows == 1
            for field in POLICIES:
                if field in theirs and field != "always":
                    assert held[field] == theirs[field], f"{field}: a person's value was overwritten"
                if before.get(field) is not None:
                    assert held[field] is not None, f"{field}: cleared"
            again = plan(candidates, registry.pushes.pushed("embedded"), crm.read(), CRM)
            assert again["changes"].to_pylist() == [[]], "a second push writes nothing"

            for field, value in edits.items():
                if held[field] != value:
                    _edit(folder, field, value)
                    theirs[field] = value
                if _cannot_tell(registry, field, value):
                    theirs.pop(field, None)


def _schema(names: tuple[str, ...]) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in names])


def _held(crm: EmbeddedCrm) -> dict[str, str | None]:
    rows = crm.read().to_pylist()
    return rows[0] if rows else {}


def _cannot_tell(registry: Registry, field: str, value: str | None) -> bool:
    """Whether an edit leaves no trace: our own last value put back, or a field emptied that was never ours."""
    told = registry.pushes.pushed("embedded")["hashes"].to_pylist()
    ours = json.loads(told[0]).get(field) if told else None
    return ours == (None if value is None else hashlib.sha256(value.encode()).hexdigest())


def _edit(folder: Path, field: str, value: str | None) -> None:
    with sqlite3.connect(folder / CRM.file) as con:
        con.execute(f'update contacts set "{field}" = ?', (value,))


# --- law 3's memory -------------------------------------------------------------------------------------------------------------------

CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "M"])
WORD = st.text(CHARACTERS, min_size=1, max_size=12).filter(lambda text: text.strip() != "")


@pytest.fixture
def one_registry(tmp_path: Path) -> Iterator[Registry]:
    """Open a registry that all examples share: entries only ever add."""
    with Registry(f"sqlite:///{tmp_path / 'r.sqlite'}") as registry:
        yield registry


def test_whoever_is_suppressed_is_found_in_any_case_and_nobody_else(one_registry: Registry) -> None:
    @MODEST
    @given(kind=st.sampled_from(["email", "domain"]), value=WORD)
    def check(kind: str, value: str) -> None:
        one_registry.suppression.add(pa.table({"kind": [kind], "value": [value]}), NOW)
        spellings = [f" {value} ", value.casefold(), unicodedata.normalize("NFD", value), f"{value}.not", f"not.{value}"]
        hits = one_registry.suppression.hits(pa.table({"kind": [kind] * 5, "value": spellings, "row": range(5)}))
        assert sorted(hits["row"].to_pylist()) == [0, 1, 2]

    check()
