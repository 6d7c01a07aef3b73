"""The record of validation, one per delivery: JSON for machines and one HTML page for people, from Great Expectations' results.

Great Expectations' own Data Docs fetch styles, scripts and a logo from public servers: offline they are unstyled, online they tell who
validates what. This page loads nothing and runs nothing; a content security policy names its style by hash and forbids the rest.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from leadmill.validate.drift import Finding

STYLE = """
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1c2733; background: #fff }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem } h1 { font-weight: 600 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums } caption { text-align: left; color: #51606f; padding-bottom: .4rem }
th, td { padding: .25rem .8rem; text-align: right; border-bottom: 1px solid #dfe5eb; vertical-align: top }
th:first-child, td:first-child { text-align: left; padding-left: 0 } td.words { text-align: left }
.gate { display: inline-block; padding: .1rem .8rem; border-radius: 1rem; background: #dff0e2 }
.gate.hold { background: #fdf0d0 } .gate.refuse { background: #fbdedb } .failed, .errored { color: #b3261e } code { font-size: .9em }
"""

TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Contract of {{ delivery.source }}: {{ delivery.file }}</title>
<style>{{ style | safe }}</style>
</head>
<body>
<h1>Contract of {{ delivery.source }}</h1>
<p>{{ delivery.file }}, checked {{ delivery.checked_at }}. Delivery <code>{{ delivery.delivery_id }}</code></p>
<p><span class="gate {{ record.gate }}">{{ record.gate }}</span>
{{ record.rows | count }} rows: {{ record.accepted | count }} accepted, {{ record.refused | count }} refused</p>
{% if record.held %}<h2>Why the list does not go on by itself</h2>
<ul>{% for sentence in record.held %}<li>{{ sentence }}</li>{% endfor %}</ul>{% endif %}
{% if record.get("basis") %}<p>{{ record.basis }}</p>{% endif %}
{% if findings %}<h2>Unlike earlier deliveries</h2>
<ul>{% for finding in findings %}<li>{{ finding.sentence }}</li>{% endfor %}</ul>{% endif %}
<h2>Rules for rows</h2>
<table><caption>Wrong rows are flagged once, in DuckDB, and counted by Great Expectations. Sampled rows met the real expectations: where
these differ from the flags, the list is refused.</caption>
<thead><tr><th>rule</th><th>severity</th><th>expectation</th><th>columns</th><th>wrong</th><th>share</th><th>sampled</th><th>differ</th></tr></thead>
<tbody>{% for id, rule in record.rules.items() %}
<tr><td><code>{{ id }}</code></td><td>{{ rule.severity }}</td><td class="words">{{ rule.expectation | words }}</td>
<td class="words">{{ rule["columns"] | join(", ") }}</td>
<td>{{ rule.wrong | count }}</td><td>{{ rule.wrong | share(record.rows) }}</td>
{% if rule.sample %}<td>{{ rule.sample.rows | count }}</td><td>{{ rule.sample.differ | count }}</td>
{% else %}<td>-</td><td>-</td>{% endif %}</tr>
{% else %}<tr><td>none</td></tr>{% endfor %}</tbody></table>
<h2>Rules for the list</h2>
<table><thead><tr><th>rule</th><th>severity</th><th>expectation</th><th>outcome</th></tr></thead>
<tbody>{% for id, rule in record.lists.items() %}
<tr><td><code>{{ id }}</code></td><td>{{ rule.severity }}</td><td class="words">{{ rule.type | words }}
{{ rule.kwargs.get("column", "") }}</td>
<td class="{{ rule.outcome }}">{{ rule.outcome }}</td></tr>{% endfor %}</tbody></table>
<p>Great Expectations {{ record.great_expectations }}. No cell of the list is stored here.</p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Which delivery a record is about; `checked_at` in ISO 8601."""

    source: str
    file: str
    delivery_id: str
    checked_at: str


def page(record: dict[str, Any], delivery: Delivered, findings: Sequence[Finding] = ()) -> str:
    """Return the record (`Verdict.record`) as a self-contained HTML page."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"count": lambda number: f"{number:,}", "share": _share, "words": _words}
    policy = f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; base-uri 'none'"
    return environment.from_string(TEMPLATE).render(record=record, delivery=delivery, findings=findings, style=STYLE, policy=policy)


def as_json(record: dict[str, Any], delivery: Delivered, findings: Sequence[Finding] = ()) -> str:
    """Return the record as JSON: delivery, drift findings, and `Verdict.record` as it is."""
    return json.dumps({"delivery": asdict(delivery), "drift": [asdict(finding) for finding in findings], **record}, indent=2) + "\n"


def write_record(folder: Path, record: dict[str, Any], delivery: Delivered, findings: Sequence[Finding] = ()) -> Path:
    """Write `<delivery_id>.json` and `.html` into a folder, replacing an earlier record of the delivery; returns the page's path."""
    write_whole(folder / f"{delivery.delivery_id}.json", as_json(record, delivery, findings))
    return write_whole(folder / f"{delivery.delivery_id}.html", page(record, delivery, findings))


def write_whole(target: Path, text: str) -> Path:
    """Write a file so that it is there whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    return draft.replace(target)


def _share(wrong: int, rows: int) -> str:
    return f"{wrong / rows:.2%}" if rows else "-"


def _words(expectation: str) -> str:
    """Read `expect_column_values_to_not_be_null` aloud."""
    return expectation.removeprefix("expect_").replace("_", " ")
