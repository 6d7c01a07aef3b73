"""How well a file covers the canonical columns: as a table with bars, and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.columns import LANDED, RAW_PREFIX
from leadmill.config import Source

BAR = 24  # characters


def coverage(landed: pa.Table, mapped: pa.Table, source: Source) -> list[dict[str, Any]]:
    """Say of every canonical column and attribute which header it comes from and which share of the rows has a value."""
    headers = {name.removeprefix(RAW_PREFIX) for name in landed.column_names if name.startswith(RAW_PREFIX)}
    wanted = {**source.columns, **{name: attribute.column for name, attribute in source.attributes.items()}}
    rows = max(mapped.num_rows, 1)
    found = []
    for name in mapped.column_names[len(LANDED) :]:
        names = [wanted[name]] if isinstance(wanted.get(name), str) else wanted.get(name, [])
        header = next((header for header in names if header in headers), None)
        found.append({"column": name, "header": header, "filled": round(1 - pc.sum(pc.is_null(mapped[name])).as_py() / rows, 4)})
    used = {item["header"] for item in found}
    return found + [{"column": None, "header": header, "filled": None} for header in sorted(headers - used)]


def show(report: dict[str, Any]) -> None:
    """Print the report as tables."""
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console()
    table = Table("column", "header", "filled", "", title=f"{report['source']}: {escape(report['file'])}")
    for item in report["columns"]:
        share = item["filled"] or 0.0
        told = "" if item["filled"] is None or item["header"] is None else f"{share:.0%}"
        table.add_row(item["column"] or "(not mapped)", escape(item["header"] or ""), told, "█" * round(share * BAR))
    console.print(table)
    refused = ", ".join(f"{reason} {count}" for reason, count in report["refused"].items()) or "none"
    console.print(
        f"{report['received']} rows received, {report['unreadable']} unreadable, {report['accepted']} accepted; refused {refused}"
    )
    console.print(f"gate: {report['gate']}" + "".join(f"\n  {escape(sentence)}" for sentence in report["held"]))


def draw(report: dict[str, Any], path: Path) -> None:
    """Draw the share of filled cells per column into a PNG or SVG."""
    import matplotlib as mpl  # noqa: PLC0415 - heavy

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    items = [item for item in report["columns"] if item["column"] and item["header"]][::-1]
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.28 * len(items)))
    axes.barh([item["column"] for item in items], [100 * item["filled"] for item in items], color="#3b6ea5")
    axes.set(xlim=(0, 100), xlabel="% of rows with a value", title=f"{report['source']}: {report['received']} rows")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
