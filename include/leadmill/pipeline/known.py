"""What the night needs of earlier nights, out of the lake: known leads, the CRM's accounts, opportunities and activities.

Rows lie in the lake as they came; ids lie in the registry, because merges change them. Here the two meet.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from leadmill.columns import LEAD, PERSON_KINDS, schema_of
from leadmill.config import Source, load_source, source_files
from leadmill.engine import connect
from leadmill.errors import ConfigError
from leadmill.pipeline.mill import Mill

# The CRM's own id of each kind of object it exports.
UNIQUE = {"crm_accounts": "crm_account_id", "crm_opportunities": "crm_opportunity_id", "crm_activities": "crm_activity_id"}
IDS = pa.schema([("record_id", pa.string()), ("person_id", pa.string()), ("company_id", pa.string())])


def readable_sources(mill: Mill) -> dict[str, Source]:
    """Every source whose YAML can be read, by name; what is wrong with another is told by its own intake."""
    found = {}
    for path in source_files(mill.project.config):
        try:
            found[path.stem] = load_source(path)
        except ConfigError:
            continue
    return found


def standardised(mill: Mill, deliveries: pa.Table, kinds: Iterable[str]) -> pa.Table:
    """Rows of the given deliveries whose source is of one of `kinds`, laid side by side; a column one source lacks is null."""
    known, wanted = readable_sources(mill), set(kinds)
    tables = [
        mill.lake.read("standardised", source, delivery)
        for source, delivery in zip(deliveries["source"].to_pylist(), deliveries["delivery_id"].to_pylist(), strict=True)
        if source in known and known[source].kind in wanted
    ]
    empty = LEAD if wanted & set(PERSON_KINDS) else schema_of(next(iter(wanted)))
    return pa.concat_tables([empty.empty_table(), *tables], promote_options="default")


def all_of_kind(mill: Mill, kind: str, unique: str) -> pa.Table:
    """Return the CRM's newest word on every object of a kind: of rows with one `unique` id, the one delivered last.

    Only deliveries that a night has taken count: what lands while a night runs belongs to the next.
    """
    deliveries = mill.registry.deliveries.table()
    with connect({"deliveries": deliveries}) as con:
        taken = con.sql("select * from deliveries where night_id is not null order by landed_at").to_arrow_table()
        rows = standardised(mill, taken, [kind])
        con.register("given", rows)
        return con.sql(
            f"""
            select given.* from given join deliveries using (delivery_id)
            qualify {unique} is null or row_number() over (partition by given.source, {unique} order by landed_at desc, line desc) = 1
            order by record_id
            """
        ).to_arrow_table()


def known_leads(mill: Mill, night: str) -> pa.Table:
    """Leads of all other nights with the person_id and company_id they have today."""
    tables = [mill.lake.read("known", name) for name in mill.lake.names("known") if name != night]
    leads = pa.concat_tables([LEAD.empty_table(), *tables], promote_options="default")
    return with_ids(leads, mill.registry.records.table(resolved=True).select(IDS.names))


def with_ids(leads: pa.Table, ids: pa.Table) -> pa.Table:
    """Append person_id and company_id by record_id; every lead must have them exactly once."""
    with connect({"leads": leads, "ids": ids}) as con:
        joined = con.sql("select leads.*, ids.person_id, ids.company_id from leads join ids using (record_id) order by record_id")
        return joined.to_arrow_table()


def crm_events(mill: Mill, night: str, kind: str) -> pa.Table:
    """Return the CRM's activities or opportunities with the person_id and company_id they are about.

    Joined by the ids the CRM uses for contacts and accounts; null where the CRM speaks of somebody it did not export.
    """
    events, leads = all_of_kind(mill, kind, UNIQUE[kind]), known_leads(mill, "")
    accounts = mill.lake.read("night", night, "accounts")
    rows = all_of_kind(mill, "crm_accounts", UNIQUE["crm_accounts"])
    with connect({"events": events, "leads": leads, "accounts": accounts, "rows": rows}) as con:
        return con.sql(
            """
            with contact as (select crm_id, min_by(person_id, record_id) as person_id, min_by(company_id, record_id) as company_id
                             from leads where crm_id is not null group by crm_id),
                 account as (select crm_account_id, any_value(company_id) as company_id from (
                                 select crm_account_id, company_id from rows join accounts using (record_id)
                                 union all select crm_account_id, company_id from leads where crm_account_id is not null)
                             where company_id is not null group by crm_account_id)
            select events.*, contact.person_id, coalesce(account.company_id, contact.company_id) as company_id
            from events left join contact using (crm_id) left join account on account.crm_account_id = events.crm_account_id
            order by record_id
            """
        ).to_arrow_table()
