"""One row per person with everything a rule may ask: golden fields, company, enrichment, what the CRM knows."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pyarrow as pa

from leadmill.columns import LEAD
from leadmill.engine import connect, quote
from leadmill.qualify.facts import CRM_FACTS, PROVENANCE

# Company fields: the company's golden value, else the person's own record, else what was bought.
COMPANY_FIELDS = (
    "company_name",
    "domain",
    "website",
    "registration_number",
    "lei",
    "legal_form",
    "industry",
    "employee_count",
    "annual_revenue",
    "revenue_currency",
)
# What CRMs call it when somebody said something, met us, or was not reached, in the spelling of `_word`.
RESPONSES = ("answered", "interested", "replied", "positive", "agreed", "connected", "callback_requested")
REFUSALS = ("not_interested", "declined", "rejected", "refused", "negative", "objected")
MEETINGS = ("meeting", "visit", "site_visit", "demo", "webinar")
NOT_HELD = ("no_answer", "left_message", "no_show", "cancelled", "canceled", "rescheduled", "voicemail", "busy")
_OPPORTUNITY = {"person_id": "varchar", "company_id": "varchar", "is_won": "boolean", "closed_at": "timestamptz"}
_ACTIVITY = {
    "person_id": "varchar",
    "company_id": "varchar",
    "activity_type": "varchar",
    "occurred_at": "timestamptz",
    "outcome": "varchar",
}


def profile(
    persons: pa.Table, companies: pa.Table, opportunities: pa.Table, activities: pa.Table, enriched: pa.Table, now: datetime
) -> pa.Table:
    """Join all that is known into one row per person, in the order of `persons`.

    persons: person_id, company_id (may be null), LEAD columns, typed attributes; companies and enriched: company_id and company fields;
    opportunities (person_id, company_id, is_won, closed_at) and activities (person_id, company_id, activity_type, occurred_at, outcome):
    person and company already joined. Tables may be empty and lack columns. Events after `now` are not known yet.
    Returns the columns of persons with company fields filled, then `facts.CRM_FACTS`; these are null when the CRM delivered nothing.
    Where persons carry `provenance` (JSON, field -> {"record_id", "source"}), that of the fields filled in is merged into it.
    """
    companies, opportunities, activities, enriched = (_keyed(table) for table in (companies, opportunities, activities, enriched))
    tables = {"persons": persons, "companies": companies, "enriched": enriched, "opportunities": opportunities, "activities": activities}
    with connect(tables) as con:
        _known_events(con, opportunities, activities, now)
        _by_owner(con)
        return con.sql(_joined(persons, companies, enriched, opportunities.num_rows > 0, activities.num_rows > 0)).to_arrow_table()


def _keyed(table: pa.Table) -> pa.Table:
    """Give a table without any column the keys, so that SQL can join it."""
    keys = {"person_id": pa.array([], pa.string()), "company_id": pa.array([], pa.string())}
    return table if table.num_columns else pa.table(keys)


def _known_events(con: duckdb.DuckDBPyConnection, opportunities: pa.Table, activities: pa.Table, now: datetime) -> None:
    """Typed events up to now; a column the CRM did not deliver is null."""
    for name, table, wanted, moment in (
        ("opportunity", opportunities, _OPPORTUNITY, "closed_at"),
        ("activity", activities, _ACTIVITY, "occurred_at"),
    ):
        columns = ", ".join(
            f"try_cast({quote(column)} as {kind}) as {column}" if column in table.column_names else f"null::{kind} as {column}"
            for column, kind in wanted.items()
        )
        known = f"{moment} is null or {moment} <= $now"
        source = "opportunities" if name == "opportunity" else "activities"
        con.execute(f"create temp table {name} as select * from (select {columns} from {source}) where {known}", {"now": now})


def _by_owner(con: duckdb.DuckDBPyConnection) -> None:
    """Events by company; those of a person without a company by the person."""
    con.execute(f"""
        create temp table deals as
        select coalesce(company_id, person_id) as owner,
               coalesce(bool_or(is_won), false) as is_customer,
               bool_or(is_won is null or (not is_won and closed_at is null)) as has_open_opportunity,
               count(*) filter (where is_won) as won_count,
               count(*) filter (where not is_won and closed_at is not null) as lost_count,
               max(closed_at) filter (where is_won) as last_won_at,
               max(closed_at) filter (where not is_won) as last_lost_at
        from opportunity group by 1;
        create temp table spoken as
        select * exclude (activity_type, outcome), {_word("activity_type")} as kind, {_word("outcome")} as said,
               coalesce(kind in {MEETINGS} and coalesce(said not in {NOT_HELD}, true), false) as is_met,
               case when said in {REFUSALS} then 'declined' when said in {RESPONSES} or is_met then 'responded' end as answer
        from activity where person_id is not null;
        create temp table contacts as
        select a.person_id,
               count(*) as activity_count,
               max(occurred_at) as last_activity_at,
               arg_max(kind, occurred_at) as last_activity_type,
               arg_max(said, occurred_at) as last_activity_outcome,
               arg_max(answer, {{'at': occurred_at, 'answer': answer}}) filter (where answer is not null) as last_answer,
               max(occurred_at) filter (where answer is not null) as last_answer_at,
               max(occurred_at) filter (where is_met) as last_met_at,
               coalesce(bool_or(kind = 'referral' and d.is_customer), false) as referred_by_customer
        from spoken a left join deals d on d.owner = a.company_id group by 1;
    """)


def _word(column: str) -> str:
    """Write SQL for a word as rulesets spell it: CRMs write `Not interested` and `Meeting`, too."""
    return f"regexp_replace(lower(trim({column})), '[\\s-]+', '_', 'g')"


def _joined(persons: pa.Table, companies: pa.Table, enriched: pa.Table, has_deals: bool, has_activities: bool) -> str:
    columns = [quote(name) for name in persons.column_names]
    types = {field.name: field.type for field in LEAD}
    for name in COMPANY_FIELDS:
        sources = [
            f"try_cast({alias}.{quote(name)} as {_sql_type(types[name])})"
            for alias, table in (("c", companies), ("p", persons), ("e", enriched))
            if name in table.column_names
        ]
        value = f"coalesce({', '.join(sources)})" if sources else f"null::{_sql_type(types[name])}"
        if name in persons.column_names:
            columns[persons.column_names.index(name)] = f"{value} as {quote(name)}"
        else:
            columns.append(f"{value} as {quote(name)}")
    if PROVENANCE in persons.column_names:
        columns[persons.column_names.index(PROVENANCE)] = f"{_provenance(companies, enriched)} as {PROVENANCE}"
    columns = [f"p.{column}" if " as " not in column else column for column in columns]
    deal_facts = ("is_customer", "has_open_opportunity", "won_count", "lost_count", "last_won_at", "last_lost_at")
    for field in CRM_FACTS:
        known, alias = (has_deals, "d") if field.name in deal_facts else (has_activities, "a")
        columns.append(_crm_fact(field, alias, known))
    return f"""
        select {", ".join(columns)} from persons p
        left join (select distinct on (company_id) * from companies) c on c.company_id = p.company_id
        left join (select distinct on (company_id) * from enriched) e on e.company_id = p.company_id
        left join deals d on d.owner = coalesce(p.company_id, p.person_id)
        left join contacts a on a.person_id = p.person_id
    """


def _provenance(companies: pa.Table, enriched: pa.Table) -> str:
    """Say of each field who said it, in the order in which values win: the bought, the person's own, the company's."""
    told = [_company_part(alias) for alias, table in (("e", enriched), ("c", companies)) if PROVENANCE in table.column_names]
    own = f"coalesce(json_merge_patch('{{}}', p.{PROVENANCE}::json), '{{}}'::json)"
    parts = [part for part in told if "e." in part] + [own] + [part for part in told if "c." in part]
    return f"json_merge_patch({', '.join(parts)})::varchar" if len(parts) > 1 else f"p.{PROVENANCE}"


def _company_part(alias: str) -> str:
    """Only the fields a person takes from a company, without those nobody said."""
    fields = ", ".join(f"'{name}', json_extract({alias}.{PROVENANCE}, '$.{name}')" for name in COMPANY_FIELDS)
    return f"json_merge_patch('{{}}', json_object({fields}))"


def _crm_fact(field: pa.Field, alias: str, known: bool) -> str:
    """Where the CRM was asked and knows nothing, a count is 0 and a claim is false; moments and texts stay unknown."""
    kind = _sql_type(field.type)
    if not known:
        return f"null::{kind} as {field.name}"
    if pa.types.is_boolean(field.type):
        return f"coalesce({alias}.{field.name}, false) as {field.name}"
    if pa.types.is_integer(field.type):
        return f"coalesce({alias}.{field.name}, 0)::bigint as {field.name}"
    return f"{alias}.{field.name} as {field.name}"


def _sql_type(arrow: pa.DataType) -> str:
    if pa.types.is_integer(arrow):
        return "bigint"
    if pa.types.is_floating(arrow):
        return "double"
    if pa.types.is_boolean(arrow):
        return "boolean"
    return "timestamptz" if pa.types.is_temporal(arrow) else "varchar"
