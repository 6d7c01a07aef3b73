"""Pushes that are killed, refused and left without an answer end like an undisturbed one (laws 8 and 9; faults F3, F5, F14)."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from leadmill.config.crm import CrmConfig, CrmField
from leadmill.errors import ServiceRefused, ServiceUnavailable
from leadmill.push import EmbeddedCrm, Write, Written, apply, plan
from leadmill.registry import Registry

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
CRM = CrmConfig(
    name="embedded",
    title="Test",
    batch=7,
    fields={"email": CrmField(field="email", policy="only_if_unchanged"), "score": CrmField(field="score", policy="always")},
)
PEOPLE = 40

# Runs the push of one night in a process of its own, and dies between the CRM's effect and the ledger's commit of batch number `fatal`.
PUSH = f"""
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import pyarrow.parquet as pq
from leadmill.config.crm import CrmConfig
from leadmill.push import EmbeddedCrm, apply
from leadmill.registry import Registry

folder, fatal = Path(sys.argv[1]), int(sys.argv[2])
crm = CrmConfig.model_validate_json({CRM.model_dump_json()!r})
with Registry(f"sqlite:///{{folder / 'r.sqlite'}}") as registry:
    told = []
    def record(batch):
        if len(told) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        told.append(batch)
        registry.pushes.record("n1", crm.name, batch, datetime(2026, 11, 21, tzinfo=UTC))
    done = registry.pushes.entries(night_id="n1")["person_id"].to_pylist()
    apply(pq.read_table(folder / "plan.parquet"), EmbeddedCrm(crm, folder), record, done=done)
"""


def candidates(score: int = 70, order: Sequence[int] = range(PEOPLE)) -> pa.Table:
    """Forty people, one with nothing to say."""
    ids = [f"p_{number:02}" for number in order]
    nothing = pa.nulls(len(ids), pa.string())
    return pa.table(
        {
            "person_id": ids,
            "crm_id": nothing,
            "reason": nothing,
            "email": [f"{name}@b.example" for name in ids],
            "score": [str(score)] * len(ids),
        }
    )


def contacts(crm: EmbeddedCrm) -> list[tuple[str, str, str]]:
    """Read what the CRM holds in the end, but for the ids it gave itself."""
    rows = crm.read().select(["leadmill_id", "email", "score"])
    return sorted(zip(*(column.to_pylist() for column in rows.columns), strict=True))


EXPECTED = [(f"p_{number:02}", f"p_{number:02}@b.example", "70") for number in range(PEOPLE)]


@pytest.mark.parametrize("kills", [[0], [5], [2, 0, 1, 0]], ids=["at the first batch", "at the last", "again and again"])
def test_a_push_killed_between_effect_and_ledger_ends_like_an_undisturbed_one(tmp_path: Path, kills: list[int]) -> None:
    crm = EmbeddedCrm(CRM, tmp_path)
    with Registry(f"sqlite:///{tmp_path / 'r.sqlite'}") as registry:
        pq.write_table(plan(candidates(), registry.pushes.pushed(CRM.name), crm.read(), CRM), tmp_path / "plan.parquet")

        for fatal in kills:
            killed = subprocess.run([sys.executable, "-c", PUSH, str(tmp_path), str(fatal)], check=False, env=_path(), timeout=120)
            assert killed.returncode == -signal.SIGKILL
        subprocess.run([sys.executable, "-c", PUSH, str(tmp_path), "-1"], check=True, env=_path(), timeout=120)

        assert contacts(crm) == EXPECTED
        assert registry.pushes.counts("n1") == {"created": PEOPLE}
        assert set(plan(candidates(), registry.pushes.pushed(CRM.name), crm.read(), CRM)["action"].to_pylist()) == {"unchanged"}


def test_a_night_abandoned_after_a_kill_makes_no_second_record(tmp_path: Path) -> None:
    """The next night plans anew: what was written and never recorded is found by our key."""
    crm = EmbeddedCrm(CRM, tmp_path)
    with Registry(f"sqlite:///{tmp_path / 'r.sqlite'}") as registry:
        pq.write_table(plan(candidates(), registry.pushes.pushed(CRM.name), crm.read(), CRM), tmp_path / "plan.parquet")
        subprocess.run([sys.executable, "-c", PUSH, str(tmp_path), "3"], check=False, env=_path(), timeout=120)

        planned = plan(candidates(score=80), registry.pushes.pushed(CRM.name), crm.read(), CRM)
        apply(planned, crm, lambda batch: registry.pushes.record("n2", CRM.name, batch, NOW))

        assert Counter(planned["action"].to_pylist()) == {"update": 28, "create": 12}
        assert contacts(crm) == [(name, email, "80") for name, email, _ in EXPECTED]


def _path() -> dict[str, str]:
    """Let the process find the package as this one does."""
    return {"PYTHONPATH": ":".join(sys.path)}


class Moody:
    """A CRM behind a bad line: refuses whole batches, is away, or does the work and loses the answer; one time in five each."""

    def __init__(self, crm: EmbeddedCrm, seed: int) -> None:
        self.batch, self._crm, self._mood = crm.batch, crm, random.Random(seed)

    def write(self, writes: Sequence[Write]) -> list[Written]:
        """Write, perhaps, and tell, perhaps."""
        mood = self._mood.random()
        if mood < 0.2:
            raise ServiceRefused("HTTP 409.")
        if mood < 0.4:
            raise ServiceUnavailable("HTTP 429.")
        written = self._crm.write(writes)
        if mood < 0.6:
            raise ServiceUnavailable("the answer did not arrive whole.")
        return written


@pytest.mark.parametrize("seed", range(5))
def test_behind_a_bad_line_every_row_is_told_and_tried_again_until_it_is_there_once(tmp_path: Path, seed: int) -> None:
    crm = EmbeddedCrm(CRM, tmp_path)
    line = Moody(crm, seed)
    with Registry(f"sqlite:///{tmp_path / 'r.sqlite'}") as registry:
        for night in range(60):
            planned = plan(candidates(), registry.pushes.pushed(CRM.name), crm.read(), CRM)
            told = apply(planned, line, lambda batch, night=night: registry.pushes.record(f"n{night}", CRM.name, batch, NOW))
            assert sorted(told["person_id"].to_pylist()) == sorted(planned["person_id"].to_pylist()), "nothing is lost (law 8)"
            if pc.all(pc.equal(told["outcome"], "unchanged")).as_py():
                break

        assert contacts(crm) == EXPECTED
        assert night < 59


@pytest.mark.parametrize("order", [list(range(PEOPLE))[::-1], random.Random(1).sample(range(PEOPLE), PEOPLE), [0, 5, 39]])
def test_the_same_people_in_any_order_or_part_push_nothing(tmp_path: Path, order: list[int]) -> None:
    """Fault F14, law 2."""
    crm = EmbeddedCrm(CRM, tmp_path)
    first = apply(plan(candidates(), pa.table({"person_id": [], "crm_id": [], "hashes": []}), crm.read(), CRM), crm, lambda _: None)

    again = plan(candidates(order=order), first, crm.read(), CRM)

    assert set(again["action"].to_pylist()) == {"unchanged"}
