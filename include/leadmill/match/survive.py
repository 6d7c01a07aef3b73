"""Golden records: which value of which record survives for a person or company, and where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from leadmill.columns import LANDED, LEAD
from leadmill.config.matching import Survival, Survivorship
from leadmill.engine import connect, quote

COMPANY_FIELDS = (
    "company_name", "company_key", "legal_form", "domain", "website", "registration_number", "lei", "industry", "employee_count",
    "annual_revenue", "revenue_currency", "street", "postcode", "city", "region", "country_code", "crm_account_id",
)  # fmt: skip
BOOKKEEPING = (*LANDED.names, "person_id", "company_id", "trust", "received_at")


@dataclass(frozen=True, slots=True)
class Golden:
    """Golden records: `persons` (person_id, company_id, fields, provenance) and `companies` (company_id, fields, provenance).

    `provenance` is JSON text: field -> {"record_id", "source"}, null for a field without a value.
    """

    persons: pa.Table
    companies: pa.Table


def survive(rows: pa.Table, policy: Survivorship) -> Golden:
    """Choose the surviving values of every person and company.

    `rows`: LEAD columns, attributes of any type, person_id, company_id, trust (integer, trust of the source) and optionally
    received_at (timestamp). Rows without company_id make no company. A person's company is that of its most trusted, newest record.
    """
    person_fields = [name for name in rows.column_names if name not in BOOKKEEPING]
    company_fields = [name for name in COMPANY_FIELDS if name in rows.column_names]
    with connect({"given": rows}) as con:
        received = "received_at" if "received_at" in rows.column_names else "null"
        con.execute(
            f"create temp view evidence as select *, greatest(interest_at, created_at, {received}::timestamptz) as seen_at, "
            f"{{'record_id': record_id, 'source': source}} as origin from given"
        )
        return Golden(
            persons=_golden(con, "person_id", _groups(["company_id", *person_fields], policy)),
            companies=_golden(con, "company_id", _groups(company_fields, policy)),
        )


def _groups(fields: list[str], policy: Survivorship) -> list[Survival]:
    """Fields that survive together, in the policy's words; each field left over stands alone."""
    together = [
        Survival(fields=kept, prefer=group.prefer)
        for group in policy.together
        if (kept := [field for field in group.fields if field in fields])
    ]
    named = {field for group in together for field in group.fields}
    return [*together, *(Survival(fields=[field], prefer=policy.otherwise) for field in fields if field not in named)]


def _golden(con: duckdb.DuckDBPyConnection, owner: str, groups: list[Survival]) -> pa.Table:
    """One row per owner: each group of fields from its best record."""
    best = ", ".join(f"{_best(group)} as g{number}" for number, group in enumerate(groups))
    placed = [(field, f"g{number}") for number, group in enumerate(groups) for field in group.fields]
    order = {name: place for place, name in enumerate(("company_id", *LEAD.names))}
    placed.sort(key=lambda item: order.get(item[0], len(order)))
    chosen = _select(owner, [(field, f"{group}.{quote(field)}", f"{group}.origin") for field, group in placed])
    given = _select(owner, [(field, quote(field), "origin") for field, _ in placed])  # where only one record speaks, there is no choice
    return con.sql(
        f"""
        with owned as (select *, count(*) over (partition by {owner}) as records from evidence where {owner} is not null),
        best as (select {owner}, {best} from owned where records > 1 group by {owner})
        select * from (select {chosen} from best union all select {given} from owned where records = 1) order by {owner}
        """
    ).to_arrow_table()


def _select(owner: str, fields: Sequence[tuple[str, str, str]]) -> str:
    """Write the columns of a golden record from fields, the expressions of their values, and those of their origins."""
    values = ", ".join(f"{value} as {quote(field)}" for field, value, _ in fields)
    origins = ", ".join(f"{quote(field)} := if({value} is null, null, {origin})" for field, value, origin in fields)
    return f"{owner}, {values}, to_json(struct_pack({origins}))::varchar as provenance"


def _best(group: Survival) -> str:
    """Write the SQL aggregate: the group's values and origin in the record its policy likes best; record_id breaks ties."""
    fields = [quote(field) for field in group.fields]
    criteria = {
        "affirmed": " + ".join(f"coalesce({field}::varchar = 'true', false)::int" for field in fields),
        "trusted": "trust::int",
        "newest": "coalesce(epoch_us(seen_at), -9223372036854775807)",
        "complete": " + ".join(f"({field} is not null)::int" for field in fields),
        "longest": " + ".join(f"coalesce(length({field}::varchar), 0)" for field in fields),
    }
    order = ", ".join(f"c{place} := -({criteria[name]})" for place, name in enumerate(group.prefer))
    kept = ", ".join(f"{field} := {field}" for field in fields)
    present = " or ".join(f"{field} is not null" for field in fields)
    return f"arg_min(struct_pack({kept}, origin := origin), struct_pack({order}, record_id := record_id)) filter (where {present})"
