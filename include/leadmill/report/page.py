"""The funnel as one HTML file: opens from a disk, a mail or the Airflow UI, loads nothing, runs nothing.

The content security policy names the style sheet by its hash and forbids everything else, so text that slipped through
escaping could still not act.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import astuple, dataclass

from jinja2 import Environment, StrictUndefined

from leadmill.report.funnel import ENDS, Funnel, Step

WIDTH, BAR, GAP = 560, 34, 6  # of the picture, in pixels

STYLE = """
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1c2733; background: #fff }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-weight: 600 } h2 { font-size: 1rem; margin: 0 0 .3rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .8rem; text-align: right; border-bottom: 1px solid #dfe5eb }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
tfoot td { font-weight: 600; border-bottom: 0 }
.blocks { display: flex; flex-wrap: wrap; gap: 1.5rem 3rem; margin: 2rem 0 }
.failed { border-left: 4px solid #b3261e; padding: .2rem 1rem; background: #fdf1f0 }
svg { max-width: 100%; height: auto; margin: 1rem 0 } svg text { font-size: 14px; fill: #1c2733 } svg polygon { fill: #8db8d9 }
"""

TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Night {{ funnel.night }}</title>
<style>{{ style | safe }}</style>
</head>
<body>
<h1>Night {{ funnel.night }}</h1>
{% if funnel.failed %}
<div class="failed"><h2>Failed</h2><ul>{% for name, reason in funnel.failed %}
<li><b>{{ name }}</b>: {{ reason }}</li>{% endfor %}</ul></div>
{% endif %}
<svg viewBox="0 0 {{ width }} {{ bands | length * pitch }}" width="{{ width }}" role="img" aria-label="Funnel of the night">
{% for band in bands %}<polygon points="{{ band.points }}"/><text x="370" y="{{ band.middle }}">{{ band.text }}</text>
{% endfor %}</svg>
<table>
<thead><tr><th>source</th>{% for end in ends %}<th>{{ end }}</th>{% endfor %}</tr></thead>
<tbody>{% for name, tally in funnel.sources %}
<tr><td>{{ name }}</td>{% for count in tally | astuple %}<td>{{ "{:,}".format(count) }}</td>{% endfor %}</tr>{% endfor %}
</tbody>
<tfoot><tr><td>total</td>{% for count in funnel.total | astuple %}<td>{{ "{:,}".format(count) }}</td>{% endfor %}</tr></tfoot>
</table>
<div class="blocks">{% for block in funnel.blocks %}
<section><h2>{{ block.title }}</h2><table>{% for label, count in block.lines %}
<tr><td>{{ label }}</td><td>{{ count }}</td></tr>{% endfor %}</table></section>{% endfor %}
</div>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class _Band:
    points: str
    middle: int
    text: str


def page(funnel: Funnel) -> str:
    """Return the report as a self-contained HTML page."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["astuple"] = astuple
    return environment.from_string(TEMPLATE).render(
        funnel=funnel, ends=ENDS, style=STYLE, policy=policy(), bands=_bands(funnel.steps), width=WIDTH, pitch=BAR + GAP
    )


def policy() -> str:
    """Return the page's content security policy: its own style sheet, nothing else."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _bands(steps: tuple[Step, ...]) -> list[_Band]:
    """Draw each step as a trapezium from its own width to the next one's, centred, the widest 360 pixels."""
    widest = max((step.count for step in steps), default=0) or 1
    widths = [max(2, round(360 * step.count / widest)) for step in steps]
    below = [*widths[1:], *widths[-1:]]
    return [_band(number, step, widths[number], below[number]) for number, step in enumerate(steps)]


def _band(number: int, step: Step, width: int, below: int) -> _Band:
    top, bottom, centre = number * (BAR + GAP), number * (BAR + GAP) + BAR, 180
    corners = [(centre - width // 2, top), (centre + width // 2, top), (centre + below // 2, bottom), (centre - below // 2, bottom)]
    points = " ".join(f"{x},{y}" for x, y in corners)
    return _Band(points, top + BAR // 2 + 5, f"{step.count:,} {step.label}")
