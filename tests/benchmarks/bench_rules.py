"""Fifteen rules on a million leads: our ruleset against the same expressions written by hand in DuckDB.

`python tests/benchmarks/bench_rules.py [--rows N] [--results FILE]` prints a table and appends one line of JSON to FILE. Both sides read
the same Arrow table and make of it the same Arrow table: decision, score, four dimensions and every rule's verdict and points, as lists.
Ours also finds the stage, the day of the next check, the missing facts of every near miss and what would re-open the decision: that is in
its time, the handwritten has nothing of it. Out on both sides: making the profiles, and storing what was decided. What the rules saw is
not copied by a night but told from its profiles when somebody asks; telling it of everybody is its own line. The last pair has points
that fade with time, so that people differ in more than their answers.
CPU is of all threads, best of three, taken in turns. Exit code 1 when ours costs more than 1.3 times the handwritten, 4 where points fade.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from leadmill.engine import connect
from leadmill.qualify import decide, load_ruleset, see

MOST = 1.3  # our CPU, in the handwritten's
MOST_FADING = 4.0  # with points that fade nearly every near miss is of a kind of its own, and each kind's missing facts are searched for
HAND, RULED = "by hand", "rules, all that a night keeps"
FADING = ", fading"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
RULES = (
    ("interest", 10, "interest_signal = 'general_question'"),
    ("interest", 15, "interest_signal = 'visit'"),
    ("interest", 25, "interest_signal in ('price_request', 'trial')"),
    ("interest", 30, "interest_signal = 'comparison'"),
    ("interest", 5, "email_kind = 'personal' and email_domain is_here"),
    ("ability", 15, "employee_count >= 20"),
    ("ability", 10, "employee_count >= 200"),
    ("ability", 15, "annual_revenue >= 2000000"),
    ("ability", 5, "annual_revenue / employee_count > 100000"),
    ("authority", 25, "seniority in ('owner', 'c_level', 'vp')"),
    ("authority", 20, "seniority = 'director'"),
    ("authority", 10, "seniority in ('manager', 'senior') or department = 'procurement'"),
    ("need", 15, "matches(lower(industry), 'software|telecom|logistic|retail|health')"),
    ("need", 10, "country_code in ('DE', 'AT', 'CH')"),
    ("need", -5, "job_title like '%intern%'"),
)
MINIMUM = 10
QUALIFIED = 50
HALF_LIFE = 180  # days


def make_leads(rows: int) -> pa.Table:
    """Invent profiles, a tenth of every fact unknown."""
    rng = np.random.default_rng(20261121)

    def text(*values: str) -> pa.Array:
        return pa.array(rng.choice(np.array(values), rows), mask=rng.random(rows) < 0.1)

    return pa.table(
        {
            "person_id": pa.array(np.char.add("p_", np.arange(rows).astype("U7"))),
            "interest_signal": text("general_question", "visit", "price_request", "trial", "comparison", "newsletter"),
            "email_kind": text("personal", "free", "shared"),
            "email_domain": text("firm.example", "works.example", "mill.example"),
            "employee_count": pa.array(rng.integers(1, 2000, rows), pa.int64(), mask=rng.random(rows) < 0.1),
            "annual_revenue": pa.array(rng.integers(1, 10**8, rows).astype(float), mask=rng.random(rows) < 0.1),
            "seniority": text("owner", "c_level", "vp", "director", "manager", "senior", "staff"),
            "department": text("procurement", "it", "sales"),
            "industry": text("Software", "Telecommunications", "Retail", "Healthcare", "Farming", "Mining"),
            "country_code": text("DE", "AT", "CH", "FR", "US"),
            "job_title": text("Head of IT", "Sales intern", "Owner", "Buyer"),
            "interest_at": pa.array((int(NOW.timestamp()) - rng.integers(0, 400 * 86_400, rows)) * 1_000_000, pa.timestamp("us", tz="UTC")),
        }
    )


def write_ruleset(folder: Path, *, fading: bool = False) -> Path:
    """Write the rules as a data engineer would; with `fading`, points for interest halve every half year."""
    asked = f"{{minimum: {MINIMUM}, if_false: nurture}}"
    dimensions = "\n".join(f"  {name}: {asked}" for name in ("interest", "ability", "authority", "need"))
    decay = f", decay: {{since: interest_at, half_life_days: {HALF_LIFE}}}"
    rules = "\n".join(
        f'  - {{id: rule_{number}, dimension: {dimension}, points: {points}, because: rule {number}, when: "{ours(condition)}"'
        f"{decay if fading and dimension == 'interest' else ''}}}"
        for number, (dimension, points, condition) in enumerate(RULES)
    )
    path = folder / "bench.yaml"
    path.write_text(
        f"title: bench\ndimensions:\n{dimensions}\nrules:\n{rules}\nstages: {{prospect: {{score: {QUALIFIED}}}}}\n", encoding="utf-8"
    )
    return path


def ours(condition: str) -> str:
    """Write a condition in the rules' language."""
    return condition.replace("email_domain is_here", "known(email_domain)")


def by_hand(condition: str) -> str:
    """Write a condition as somebody who knows DuckDB would."""
    return condition.replace("email_domain is_here", "(email_domain is not null or null)").replace("matches(", "regexp_matches(")


def handwritten(*, fading: bool = False) -> str:
    """Write the same decisions as one would without Leadmill."""
    word = "case {} when true then 'true' when false then 'false' else 'unknown' end"
    verdicts = ", ".join(f"{by_hand(condition)} as v{number}" for number, (_, _, condition) in enumerate(RULES))
    faded = f"pow(0.5, greatest(0, ({NOW.timestamp()} - epoch(interest_at)) / 86400) / {HALF_LIFE})"
    worth = [f"round({points} * faded)::bigint" if fading and dimension == "interest" else str(points) for dimension, points, _ in RULES]
    known, possible = {}, {}
    for name in ("interest", "ability", "authority", "need"):
        mine = [number for number, (dimension, _, _) in enumerate(RULES) if dimension == name]
        known[name] = " + ".join(f"case when v{number} then {worth[number]} else 0 end" for number in mine)
        possible[name] = " + ".join(
            f"case when v{number} is null then {worth[number]} else 0 end" for number in mine if RULES[number][1] > 0
        )
    dimensions = ", ".join(
        f"case when {known[name]} >= {MINIMUM} then true when {known[name]} + {possible[name]} < {MINIMUM} then false end as {name}"
        for name in known
    )
    score = " + ".join(known.values())
    words = ", ".join(f"{word.format(name)} as {name}" for name in known)
    reasons = ", ".join(
        f"{{'rule': 'rule_{number}', 'dimension': '{dimension}', 'verdict': {word.format(f'v{number}')}, "
        f"'points': case when v{number} then {worth[number]} else 0 end}}"
        for number, (dimension, _, _) in enumerate(RULES)
    )
    return f"""
        with verdicts as (select person_id, {faded if fading else "1"} as faded, {verdicts} from profiles),
        dimensions as (select *, {dimensions}, {score} as score from verdicts)
        select person_id, score, {words}, [{reasons}] as reasons,
               case when interest and ability and authority and need and score >= {QUALIFIED} then 'qualified' else 'nurture'
               end as decision
        from dimensions
    """


def run_by_hand(leads: pa.Table, *, fading: bool = False) -> pa.Table:
    """Decide by the handwritten statement."""
    with connect({"profiles": leads}) as con:
        return con.sql(handwritten(fading=fading)).to_arrow_table()


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one run, all threads."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(rows: int, folder: Path, rounds: int = 3) -> dict[str, float]:
    """Best CPU seconds of each contestant, taken in turns."""
    leads = make_leads(rows)
    ruleset = load_ruleset(write_ruleset(folder))
    fading = load_ruleset(write_ruleset(folder, fading=True))
    contestants: dict[str, Callable[[], object]] = {
        HAND: lambda: run_by_hand(leads),
        RULED: lambda: decide(leads, ruleset, NOW),
        "telling of everybody what was seen": lambda: see(leads, ruleset),
        HAND + FADING: lambda: run_by_hand(leads, fading=True),
        RULED + FADING: lambda: decide(leads, fading, NOW),
    }
    best = dict.fromkeys(contestants, float("inf"))
    for _ in range(rounds):
        for name, work in contestants.items():
            best[name] = min(best[name], cpu_seconds(work))
    return best


def same_decisions(rows: int, folder: Path, *, fading: bool) -> bool:
    """Whether both sides decide alike, reasons included."""
    leads = make_leads(rows)
    columns = ["person_id", "decision", "score", "interest", "ability", "authority", "need", "reasons"]
    mine = decide(leads, load_ruleset(write_ruleset(folder, fading=fading)), NOW).select(columns).to_pylist()
    return mine == run_by_hand(leads, fading=fading).select(columns).to_pylist()


@pytest.mark.bench
def test_rules_cost_at_most_a_third_more_than_handwritten_sql(tmp_path: Path) -> None:
    assert same_decisions(5_000, tmp_path, fading=False)
    assert same_decisions(5_000, tmp_path, fading=True)

    best = measure(1_000_000, tmp_path)

    sys.stdout.write(json.dumps(best))
    assert best[RULED] <= MOST * best[HAND]
    assert best[RULED + FADING] <= MOST_FADING * best[HAND + FADING]


def main() -> int:
    """Print the table and keep the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--results", type=Path)
    asked = parser.parse_args()
    import tempfile  # noqa: PLC0415 - only as a program

    with tempfile.TemporaryDirectory() as folder:
        best = measure(asked.rows, Path(folder))
    for name, seconds in best.items():
        peer = HAND + FADING if name.endswith(FADING) else HAND
        sys.stdout.write(f"{name:48}{seconds:8.2f} s CPU{seconds / best[peer]:8.2f} x\n")
    if asked.results:
        line = {"at": datetime.now(UTC).isoformat(), "rows": asked.rows, **best}
        with asked.results.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(line) + "\n")
    return int(any(best[RULED + kind] > most * best[HAND + kind] for kind, most in (("", MOST), (FADING, MOST_FADING))))


if __name__ == "__main__":
    sys.exit(main())
