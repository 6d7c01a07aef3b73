"""The report stage: count the night from what it left behind, check that every row is accounted for, write the funnel."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from leadmill import report as report_room
from leadmill.engine import connect
from leadmill.pipeline.mill import Mill, open_mill
from leadmill.pipeline.truth import quality_of
from leadmill.tally import CRM_OUTCOMES, DECISIONS, NightTally, Tally


def report(night: str) -> dict[str, Any]:
    """Write the funnel as HTML, Markdown and JSON under report/<night>/ and end the night.

    Returns the night in the shape of `leadmill run --json`, with `reports` (paths) and `quality` where the sample's truth is there. Written
    for a failed night too: it then tells how far it came. Raises TallyUnbalanced when rows are missing.
    """
    with open_mill() as mill:
        counted = _count(mill, night).as_json()
        quality = quality_of(mill, night)
        if quality is not None:
            counted["quality"] = quality
        folder = mill.project.state / "report" / night
        folder.mkdir(parents=True, exist_ok=True)
        funnel = report_room.funnel(counted)
        (folder / "funnel.html").write_text(report_room.page(funnel), encoding="utf-8")
        (folder / "funnel.md").write_text(report_room.markdown(funnel), encoding="utf-8")
        (folder / "night.json").write_text(json.dumps(counted, indent=2), encoding="utf-8")
        mill.registry.nights.finish(night, "done" if "push" in mill.registry.nights.get(night).results else "failed", mill.clock())
        return {**counted, "reports": {form: str(folder / name) for form, name in FILES.items()}}


FILES = {"html": "funnel.html", "markdown": "funnel.md", "json": "night.json"}


def _count(mill: Mill, night: str) -> NightTally:
    results = mill.registry.nights.get(night).results
    enriched, pushed = results.get("enrich", {}), results.get("push", {})
    decisions = mill.registry.decisions.counts(night)
    return NightTally(
        night=night,
        sources=_tallies(mill, night),
        **_persons(mill, night),
        enriched=enriched.get("enriched", 0),
        deferred=enriched.get("deferred", 0),
        decisions={decision: decisions.get(decision, 0) for decision in DECISIONS},
        provider_calls=mill.registry.provider.calls(night_id=night).num_rows,
        spent=mill.registry.provider.spent(night),
        crm={outcome: pushed.get(outcome, 0) for outcome in CRM_OUTCOMES},
        failed=_refused(mill),
    )


def _tallies(mill: Mill, night: str) -> dict[str, Tally]:
    """Rows by source: received as the reader counted them, the four ends as the registry holds them. Two counts, made apart, must agree."""
    ended = mill.registry.records.tallies(night)
    received = dict.fromkeys(mill.sources, 0)
    for row in mill.registry.deliveries.table(night_id=night).to_pylist():
        received[row["source"]] = received.get(row["source"], 0) + json.loads(row["counts"] or "{}").get("received", 0)
    return {
        source: Tally(count, ends.accepted, ends.quarantined, ends.suppressed, ends.duplicate).check(source)
        for source, count in sorted(received.items())
        for ends in [ended.get(source, Tally())]
    }


def _persons(mill: Mill, night: str) -> dict[str, int]:
    """Count the persons and companies tonight's accepted rows are about."""
    ids = mill.registry.deliveries.table(night_id=night)["delivery_id"].to_pylist()
    tables = [mill.registry.records.table(delivery_id=delivery, status="accepted") for delivery in ids]
    if not tables:
        return {"persons": 0, "companies": 0}
    with connect({"accepted": pa.concat_tables(tables)}) as con:
        found = con.execute("select count(distinct person_id), count(distinct company_id) from accepted").fetchone() or (0, 0)
    return {"persons": found[0], "companies": found[1]}


def _refused(mill: Mill) -> dict[str, str]:
    """Deliveries that were not taken and wait for somebody, by source and file."""
    rows = mill.registry.deliveries.table().to_pylist()
    return {f"{row['source']}: {row['file']}": row["detail"] or row["state"] for row in rows if row["state"] in ("failed", "held")}
