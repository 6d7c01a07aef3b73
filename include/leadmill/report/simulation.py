"""A simulated ruleset as one HTML page: who would enter, who would leave, by which rule, at what cost. Ids only, no names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, StrictUndefined

from leadmill.report.page import STYLE, policy

SHOWN = 500  # moves on the page; the rest is a count

TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulation of {{ ruleset }}</title>
<style>{{ style | safe }}</style>
</head>
<body>
<h1>Simulation of {{ ruleset }}</h1>
<p>{{ told.persons }} decisions looked at again: {{ told.enters }} would become qualified, {{ told.leaves }} would no longer be.
Nothing was written.</p>
<table>
<thead><tr><th>ruleset</th>{% for name in decisions %}<th>{{ name }}</th>{% endfor %}<th>cost of contacts</th></tr></thead>
<tbody>
<tr><td>before, {{ told.before[:12] }}</td>{% for name in decisions %}<td>{{ told.decisions_before.get(name, 0) }}</td>{% endfor %}
<td>{{ "%.2f" | format(told.cost_before) }}</td></tr>
<tr><td>after, {{ told.after[:12] }}</td>{% for name in decisions %}<td>{{ told.decisions_after.get(name, 0) }}</td>{% endfor %}
<td>{{ "%.2f" | format(told.cost_after) }}</td></tr>
</tbody>
</table>
<div class="blocks"><section><h2>by which rule</h2><table>{% for rule, count in told.by_rule.items() %}
<tr><td>{{ rule }}</td><td>{{ count }}</td></tr>{% endfor %}</table></section></div>
<table>
<thead><tr><th>person</th><th>night</th><th>before</th><th>after</th><th>rules</th></tr></thead>
<tbody>{% for move in told.moves[:shown] %}
<tr><td>{{ move.person_id }}</td><td>{{ move.night }}</td><td>{{ move.before }} ({{ move.score_before }})</td>
<td>{{ move.after }} ({{ move.score_after }})</td><td>{{ move.rules | join(", ") }}</td></tr>{% endfor %}
</tbody>
</table>
{% if told.moves | length > shown %}<p>and {{ told.moves | length - shown }} more</p>{% endif %}
</body>
</html>
"""


def simulation(ruleset: str, told: Mapping[str, Any]) -> str:
    """Return the page. `told`: the comparison as plain values (before, after, persons, enters, leaves, by_rule, costs, moves ...)."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    decisions = sorted({*told["decisions_before"], *told["decisions_after"]})
    return environment.from_string(TEMPLATE).render(
        ruleset=ruleset, told=told, decisions=decisions, style=STYLE, policy=policy(), shown=SHOWN
    )
