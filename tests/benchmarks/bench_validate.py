"""The contract against Great Expectations alone: 1M rows x 25 columns, 20 rules, quarantine with reasons.

`python tests/benchmarks/bench_validate.py [--rows N] [--results FILE]` prints a table and appends one line of JSON to FILE. Each contestant
runs in its own process over the same file, after its imports; CPU is of all its threads. Peak memory is what it needed above the loaded
data. Exit code 1 when ours costs more CPU than Great Expectations alone.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

TEXTS = ("first_name", "last_name", "job_title", "company_name", "website", "industry", "street", "city", "region", "interest_signal")
COLUMNS = (
    *TEXTS,
    "email",
    "phone",
    "postcode",
    "country",
    "employee_count",
    "annual_revenue",
    "created_at",
    "revenue_currency",
    "full_name",
)
MOST = 1.0  # our CPU, in Great Expectations'
WRONG = 0.0025  # per rule, so that about 5 % of the rows break one of twenty


def _rules() -> list[dict[str, Any]]:
    def rule(expectation: str, column: str, **kwargs: Any) -> dict[str, Any]:
        return {"expectation": expectation, "column": column, "kwargs": kwargs}

    not_null = [rule("expect_column_values_to_not_be_null", name) for name in ("email", "phone", "company_name", "last_name", "country")]
    lengths = [
        rule("expect_column_value_lengths_to_be_between", name, min_value=1, max_value=60)
        for name in ("first_name", "last_name", "city", "job_title")
    ]
    patterns = [
        rule("expect_column_values_to_match_regex", "email", regex=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
        rule("expect_column_values_to_match_regex", "phone", regex=r"^\+?[0-9 ()/.-]{6,25}$"),
        rule("expect_column_values_to_match_regex", "postcode", regex=r"^[0-9A-Z -]{3,10}$"),
        rule("expect_column_values_to_match_regex", "created_at", regex=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        rule("expect_column_values_to_match_regex", "employee_count", regex=r"^[0-9]+$"),
        rule("expect_column_values_to_not_match_regex", "company_name", regex=r"(?i)^(test|asdf|n/a)$"),
        rule("expect_column_values_to_not_match_regex", "last_name", regex=r"^[=@+]"),
        rule("expect_column_values_to_not_match_regex", "street", regex=r"@"),
    ]
    sets = [
        rule("expect_column_values_to_be_in_set", "country", value_set=["DE", "AT", "CH", "FR", "US"]),
        rule("expect_column_values_to_be_in_set", "revenue_currency", value_set=["EUR", "USD", "CHF"]),
    ]
    unique = [rule("expect_column_values_to_be_unique", "email")]
    return [{"id": f"rule_{number:02}", **each} for number, each in enumerate([*not_null, *lengths, *patterns, *sets, *unique])]


def make_list(rows: int, path: Path) -> None:
    """Write a list of invented people as a mapped table (25 columns), some cells of it wrong."""
    rng = np.random.default_rng(20261121)
    numbers = np.arange(rows).astype("U7")
    words = np.array([f"{a}{b}{c}" for a in "BDFGKLMNPRST" for b in ("a", "ei", "o", "u") for c in ("ller", "nn", "rth", "schmidt", "ton")])
    columns: dict[str, Any] = {name: rng.choice(words, rows) for name in (*TEXTS, "full_name")}
    columns["email"] = np.char.add(np.char.add(numbers, "."), np.char.add(columns["last_name"], "@firm.example"))
    columns["phone"] = np.char.add("+49 30 ", numbers)
    columns["phone"] = np.char.add(columns["phone"], "00")
    columns["postcode"] = rng.integers(10000, 99999, rows).astype("U5")
    columns["country"] = rng.choice(["DE", "AT", "CH", "FR", "US"], rows)
    columns["employee_count"] = rng.integers(1, 5000, rows).astype("U5")
    columns["annual_revenue"] = rng.integers(1, 10**8, rows).astype("U9")
    columns["created_at"] = rng.choice(["2026-01-01", "2026-05-17", "2026-11-30"], rows)
    columns["revenue_currency"] = rng.choice(["EUR", "USD", "CHF"], rows)
    landed = {
        "record_id": np.char.add("0123456789abcdef-", numbers),
        "source": np.full(rows, "bench"),
        "delivery_id": np.full(rows, "0" * 16),
        "line": np.arange(2, rows + 2, dtype=np.int32),
        "fingerprint": numbers,
    }
    spoiled = {name: _spoil(columns[name], rng) for name in COLUMNS}
    people = {name: pa.array(column, pa.string()) for name, column in spoiled.items()}
    pq.write_table(pa.table({**landed, **people, "lei": pa.nulls(rows, pa.string())}), path)


def _spoil(column: Any, rng: np.random.Generator) -> list[str | None]:
    """Make a few cells missing and a few wrong."""
    cells: list[str | None] = column.tolist()
    for position in rng.choice(len(cells), int(len(cells) * WRONG), replace=False):
        cells[position] = None
    for position in rng.choice(len(cells), int(len(cells) * WRONG), replace=False):
        cells[position] = "=@ #" + "x" * 70
    return cells


def ours(table: pa.Table) -> Callable[[], dict[str, Any]]:
    """Leadmill's check with everything on: flags, quarantine with reasons, counts, and the real suite on its sample."""
    import great_expectations  # noqa: F401, PLC0415 - imports are not what is measured

    import leadmill.validate.re2  # noqa: F401, PLC0415
    from leadmill.config import Source  # noqa: PLC0415
    from leadmill.validate import check  # noqa: PLC0415

    facts = {"name": "bench", "title": "Bench", "kind": "list", "deliveries": "x", "columns": {name: name for name in COLUMNS}}
    source = Source.model_validate({**facts, "contract": {"rows": _rules()}})

    def run() -> dict[str, Any]:
        verdict = check(table, source)
        assert verdict.held == []
        assert len(verdict.accepted) + len(verdict.reasons) == len(table)
        return {rule: facts["wrong"] for rule, facts in verdict.record["rules"].items()} | {"refused": len(verdict.reasons)}

    return run


def alone(table: pa.Table) -> Callable[[], dict[str, Any]]:
    """Great Expectations by itself in BASIC mode: counts per rule, no row is named, no reason given."""
    import great_expectations as gx  # noqa: PLC0415

    frame = table.select([name for name in table.column_names if name in {rule["column"] for rule in _rules()}]).to_pandas()

    def run() -> dict[str, Any]:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("w")
        expectations = [
            {"type": rule["expectation"], "kwargs": {"column": rule["column"], **rule["kwargs"]}, "meta": {"rule": rule["id"]}}
            for rule in _rules()
        ]
        suite = gx.ExpectationSuite(name="s", expectations=expectations)
        result = batch.get_batch(batch_parameters={"dataframe": frame}).validate(suite, result_format={"result_format": "BASIC"})
        return {each.expectation_config.meta["rule"]: each.result["unexpected_count"] for each in result.results}

    return run


def measure(name: str, path: Path, pipe: Any) -> None:
    """Run one contestant in this process and send back what it cost."""
    table = pq.read_table(path)
    run = {"ours": ours, "alone": alone}[name](table)
    loaded = psutil.Process().memory_info().rss
    with peak_memory() as peak:
        before, wall = time.process_time(), time.perf_counter()
        found = run()
        cpu, wall = time.process_time() - before, time.perf_counter() - wall
    above = (max(peak) - loaded) / 2**20
    pipe.send(
        {"cpu_s": round(cpu, 2), "wall_s": round(wall, 2), "above_mb": round(above), "rss_mb": round(max(peak) / 2**20), "found": found}
    )


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """Look at this process's memory every 20 ms: the peak the system keeps (ru_maxrss) is inherited from the parent."""
    seen, done = [psutil.Process().memory_info().rss], threading.Event()

    def watch() -> None:
        process = psutil.Process()
        while not done.wait(0.02):
            seen.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def in_own_process(name: str, path: Path) -> dict[str, Any]:
    """Start a fresh interpreter for one contestant: memory and imports of one do not count for the other."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=measure, args=(name, path, sender))
    process.start()
    sender.close()
    facts: dict[str, Any] = receiver.recv()
    process.join()
    return facts


def contest(rows: int) -> dict[str, Any]:
    """Run both over the same list; fails when they do not count the same rows wrong."""
    with tempfile.TemporaryDirectory(prefix="leadmill-bench-") as folder:
        path = Path(folder) / "list.parquet"
        make_list(rows, path)
        runs = {name: in_own_process(name, path) for name in ("alone", "ours")}
    counts = {name: run.pop("found") for name, run in runs.items()}
    refused = counts["ours"].pop("refused")
    assert counts["ours"] == counts["alone"], counts
    ratio = round(runs["ours"]["cpu_s"] / runs["alone"]["cpu_s"], 3)
    return {
        "bench": "validate",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows": rows,
        "refused": refused,
        "ratio": ratio,
        **runs,
    }


def table(facts: dict[str, Any]) -> str:
    """Lay the result out for a terminal."""
    lines = [
        f"{facts['rows']:,} rows x 25 columns, {len(_rules())} rules, {facts['refused']:,} rows refused with reasons",
        f"{'':38}{'CPU s':>8}{'wall s':>8}{'MB above data':>15}{'peak RSS MB':>13}",
    ]
    for name, title in (("alone", "Great Expectations alone, BASIC"), ("ours", "Leadmill: quarantine, reasons, proof")):
        run = facts[name]
        lines.append(f"{title:38}{run['cpu_s']:>8}{run['wall_s']:>8}{run['above_mb']:>15}{run['rss_mb']:>13}")
    return "\n".join([*lines, f"CPU ratio {facts['ratio']:.2f} (at most {MOST})"]) + "\n"


@pytest.mark.bench
def test_a_contract_with_quarantine_and_reasons_costs_no_more_than_great_expectations_alone():
    facts = contest(1_000_000)
    sys.stdout.write(table(facts))
    assert facts["ratio"] <= MOST


def main() -> int:
    """Print the table, keep the result, judge it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    facts = contest(options.rows)
    sys.stdout.write(table(facts))
    if options.results:
        with options.results.open("a", encoding="utf-8") as results:
            results.write(json.dumps(facts) + "\n")
    return 0 if facts["ratio"] <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
