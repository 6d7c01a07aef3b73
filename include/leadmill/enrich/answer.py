"""Merging what providers said: field by field, in the order of the waterfall, with the provider named beside every field."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from leadmill.config.provider import FACTS, Waterfall
from leadmill.engine import connect, quote, quote_text
from leadmill.enrich.keys import sql_type, typed

# An amount without its currency, or with another provider's, is no fact: they travel together.
_FOLLOWS = {"revenue_currency": "annual_revenue"}


def answer(answers: Mapping[str, pa.Table], waterfall: Waterfall) -> pa.Table:
    """Merge answers (provider -> company_id and facts, typed or text) into one row per company some provider knows.

    Returns company_id, every fact any provider could tell (typed; null where none did) and provenance: JSON {fact: provider}.
    """
    tables = {f"answer.{name}": table for name, table in answers.items()}
    facts = [fact for fact in FACTS if any(fact in table.column_names for table in answers.values())]
    if not facts:
        return pa.table({"company_id": pa.array([], pa.string()), "provenance": pa.array([], pa.string())})
    ids = " union ".join(f"select company_id from {quote(name)}" for name in tables)
    joins = " ".join(f"left join {quote(name)} on {quote(name)}.company_id = known.company_id" for name in tables)
    merged = ", ".join(f"{_first(fact, answers, waterfall)} as {quote(fact)}" for fact in facts)
    said = ", ".join(f"{quote(fact)}: {quote(fact)}.provider" for fact in facts)
    values = ", ".join(f"{quote(fact)}.value as {quote(fact)}" for fact in facts)
    with connect(tables) as con:
        return con.sql(
            f"""select company_id, {values}, json_merge_patch('{{}}', to_json({{{said}}})::json)::varchar as provenance
                from (select known.company_id, {merged} from ({ids}) known {joins}) order by company_id"""
        ).to_arrow_table()


def _first(fact: str, answers: Mapping[str, pa.Table], waterfall: Waterfall) -> str:
    """Return SQL for the first provider's value that is one, as {value, provider}."""
    leader = _FOLLOWS.get(fact, fact)
    order = [name for name in waterfall.order_of(leader) if name in answers and leader in answers[name].column_names]
    cases = []
    for name in order:
        table = quote(f"answer.{name}")
        lead = typed(leader, f"{table}.{quote(leader)}")
        value = typed(fact, f"{table}.{quote(fact)}") if fact in answers[name].column_names else f"null::{sql_type(fact)}"
        cases.append(f"when {lead} is not null then {{'value': {value}, 'provider': if({value} is null, null, {quote_text(name)})}}")
    nothing = f"{{'value': null::{sql_type(fact)}, 'provider': null::varchar}}"
    return f"case {' '.join(cases)} else {nothing} end" if cases else nothing
