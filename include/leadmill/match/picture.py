"""Why two records are one person, as a picture: a waterfall from the prior through every field to the total."""

from __future__ import annotations

import json
from pathlib import Path


def draw_evidence(evidence: str, out: Path, title: str = "") -> None:
    """Draw the evidence of one pair (JSON text of `Resolution.pairs` or `review`: field -> bits) to a PNG or SVG file.

    Bars to the right speak for the same person, bars to the left against; the last bar is the total. No personal data is drawn.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy, and seldom needed
    from matplotlib.figure import Figure  # noqa: PLC0415

    steps = waterfall(evidence)
    figure = Figure(figsize=(8, 0.4 * len(steps) + 1.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for place, (_, start, bits) in enumerate(steps):
        axes.barh(place, bits, left=start, color="#2f7d4f" if bits >= 0 else "#b5473c")
        axes.annotate(f"{bits:+.1f}", (start + bits, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(range(len(steps)), [name for name, _, _ in steps])
    axes.invert_yaxis()
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlabel("bits of evidence: each doubles the odds")
    axes.set_title(title)
    figure.savefig(out)


def waterfall(evidence: str) -> list[tuple[str, float, float]]:
    """List the steps (name, start, bits), fields that say nothing left out; the last step is the total, from zero."""
    start, steps = 0.0, []
    for name, bits in json.loads(evidence).items():
        if bits:
            steps.append((name.replace("_", " "), start, float(bits)))
            start += bits
    return [*steps, ("total", 0.0, start)]
