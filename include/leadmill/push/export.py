"""A plan as files people and importers read: the plan itself, and the upsert CSV a real CRM's importer takes.

Cells that a spreadsheet would run as a formula get a leading apostrophe, on export only: the stored value stays as it is. A phone number
in E.164 (`+4930...`) and a plain number start with such a sign too, but run nothing, and an importer must get them unspoiled: they are
written as they are. Opened in a spreadsheet, `+4930...` shows as a number; import it as text to see the plus.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import csv

from leadmill.config.crm import CrmConfig
from leadmill.engine import connect, quote, quote_text

# Half- and full-width signs that start a formula, and the control characters some importers strip before they look.
_FORMULA = r"^[=+\-@\t\r\n\x00＝＋－＠]"
_HARMLESS = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_SHOWN = 20  # rows of each action in the readable plan


def write_upsert(plan: pa.Table, crm: CrmConfig, path: Path) -> int:
    """Write the rows to create or update as CSV: our key, crm_id, one column per field; return how many.

    An empty cell means: leave the field alone.
    """
    fields = ", ".join(
        f"max(c.after) filter (where c.field = {quote_text(field.field)}) as {quote(field.field)}" for field in crm.fields.values()
    )
    query = f"""
        select person_id as {quote(crm.external_key)}, any_value(crm_id) as crm_id, {fields}
        from (select person_id, crm_id, unnest(changes) as c from plan where action in ('create', 'update'))
        group by person_id order by person_id"""
    with connect({"plan": plan}) as con:
        return _write_csv(con, query, path)


def write_plan(plan: pa.Table, folder: Path) -> None:
    """Write plan.csv (one line per field that changes or is in conflict) and plan.md (counts, and the first rows of each action)."""
    query = """
        select action, person_id, crm_id, c.field, c.before, c.after, detail, reason
        from (select *, unnest(if(len(changes) > 0, changes, if(len(conflicts) > 0, conflicts, [null]))) as c from plan)
        order by action, person_id"""
    with connect({"plan": plan}) as con:
        _write_csv(con, query, folder / "plan.csv")
    (folder / "plan.md").write_text(describe(plan), encoding="utf-8")


def describe(plan: pa.Table) -> str:
    """Describe a plan as Markdown: how many rows of each action, and the first of each with before and after."""
    rows = plan.to_pylist()
    by_action = {
        action: [row for row in rows if row["action"] == action] for action in ("create", "update", "conflict", "rejected", "unchanged")
    }
    lines = [
        "# Plan of the push",
        "",
        "| action | rows |",
        "|---|---:|",
        *(f"| {action} | {len(found)} |" for action, found in by_action.items()),
    ]
    for action, found in by_action.items():
        if not found or action == "unchanged":
            continue
        more = f" (first {_SHOWN} of {len(found)})" if len(found) > _SHOWN else ""
        lines += ["", f"## {action}{more}", "", "| person | CRM record | field | before | after | why |", "|---|---|---|---|---|---|"]
        for row in found[:_SHOWN]:
            why = row["detail"] or row["reason"]
            for change in row["changes"] or row["conflicts"] or [{"field": None, "before": None, "after": None}]:
                cells = (row["person_id"], row["crm_id"], change["field"], change["before"], change["after"], why)
                lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join([*lines, ""])


def _cell(text: str | None) -> str:
    """Text of a list is hostile: nothing in it may become Markdown or HTML."""
    escaped = (text or "").replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;").replace("[", "&#91;").replace("`", "&#96;")
    return " ".join(escaped.split())


def _write_csv(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write the rows of a query as UTF-8 CSV, formula-safe, complete or not at all."""
    table = con.sql(f"select columns(*)::varchar from ({query})")
    safe = ", ".join(f"{_safe(quote(column))} as {quote(column)}" for column in table.columns)
    rows = table.project(safe).to_arrow_table()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    csv.write_csv(rows, draft)
    draft.rename(path)
    return rows.num_rows  # type: ignore[no-any-return]


def _safe(name: str) -> str:
    live = f"regexp_matches({name}, {quote_text(_FORMULA)}) and not regexp_matches({name}, {quote_text(_HARMLESS)})"
    return f"if({live}, chr(39) || {name}, {name})"
