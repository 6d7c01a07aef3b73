"""What the night needs of earlier nights, out of the lake: known leads, the CRM's accounts, opportunities and activities.

Rows lie in the lake as they came; ids lie in the registry, because merges change them. Here the two meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.columns import LEAD, PERSON_KINDS, schema_of
from leadmill.engine import connect
from leadmill.pipeline.mill import Mill

# The CRM's own id of each kind of object it exports.
UNIQUE = {"crm_accounts": "crm_account_id", "crm_opportunities": "crm_opportunity_id", "crm_activities": "crm_activity_id"}
IDS = ["record_id", "person_id", "company_id"]


def standardised(mill: Mill, deliveries: pa.Table, kinds: Iterable[str]) -> pa.Table:
    """Rows of the given deliveries whose source is of one of `kinds`, laid side by side; a column one source lacks is null."""
    known, wanted = mill.sources, set(kinds)
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


def known_leads(mill: Mill, night: str, columns: list[str] | None = None) -> pa.Table:
    """Leads of all other nights with the person_id and company_id they have today; all columns, or record_id and those named."""
    wanted = None if columns is None else list(dict.fromkeys(["record_id", *columns]))
    empty = LEAD.empty_table() if wanted is None else LEAD.empty_table().select(wanted)
    tables = [mill.lake.read("known", name, columns=wanted) for name in mill.lake.names("known") if name != night]
    return with_ids(pa.concat_tables([empty, *tables], promote_options="default"), mill.registry.records.ids())


def leads_of(mill: Mill, ids: pa.Table) -> pa.Table:
    """Return the whole rows of some leads, with their ids: one night in memory at a time. `ids`: record_id, person_id, company_id."""
    wanted = ids["record_id"]
    nights = (mill.lake.read("known", name) for name in mill.lake.names("known"))
    found = [night.filter(pc.is_in(night["record_id"], wanted)) for night in nights]
    return with_ids(pa.concat_tables([LEAD.empty_table(), *found], promote_options="default"), ids)


def with_ids(leads: pa.Table, ids: pa.Table) -> pa.Table:
    """Append person_id and company_id by record_id; every lead must have them exactly once."""
    with connect({"leads": leads, "ids": ids}) as con:
        joined = con.sql("select leads.*, ids.person_id, ids.company_id from leads join ids using (record_id) order by record_id")
        return joined.to_arrow_table()


@dataclass(frozen=True, slots=True)
class CrmEvents:
    """What happened in the CRM, with the person_id and company_id it is about; null for who the CRM did not export."""

    activities: pa.Table
    opportunities: pa.Table


def crm_events(mill: Mill, night: str) -> CrmEvents:
    """Join the CRM's activities and opportunities to persons and companies, by the ids the CRM has for contacts and accounts."""
    leads = known_leads(mill, "", ["crm_id", "crm_account_id"])
    accounts = all_of_kind(mill, "crm_accounts", UNIQUE["crm_accounts"]).select(["record_id", "crm_account_id"])
    with connect({"leads": leads, "accounts": accounts, "ids": mill.lake.read("night", night, "accounts")}) as con:
        contact = con.sql(
            "select crm_id, min_by(person_id, record_id) as person_id, min_by(company_id, record_id) as company_id "
            "from leads where crm_id is not null group by crm_id"
        ).to_arrow_table()
        account = con.sql(
            """
            select crm_account_id, min_by(company_id, record_id) as company_id from (
                select crm_account_id, record_id, company_id from accounts join ids using (record_id)
                union all select crm_account_id, record_id, company_id from leads)
            where crm_account_id is not null and company_id is not null group by crm_account_id
            """
        ).to_arrow_table()
    activities, opportunities = (
        _about(all_of_kind(mill, kind, UNIQUE[kind]), contact, account) for kind in ("crm_activities", "crm_opportunities")
    )
    return CrmEvents(activities, opportunities)


def _about(events: pa.Table, contact: pa.Table, account: pa.Table) -> pa.Table:
    """Append person_id and company_id to events."""
    with connect({"events": events, "contact": contact, "account": account}) as con:
        return con.sql(
            """
            select events.*, contact.person_id, coalesce(account.company_id, contact.company_id) as company_id
            from events left join contact using (crm_id) left join account on account.crm_account_id = events.crm_account_id
            order by record_id
            """
        ).to_arrow_table()
