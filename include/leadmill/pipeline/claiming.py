"""Claims: what lake and registry know about a vendor's rows, laid before the contract of sale."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadmill import validate as validate_room
from leadmill.columns import CRM_KINDS, PERSON_KINDS, QUARANTINE
from leadmill.config.list_contract import load_list_contract
from leadmill.engine import connect, quote, quote_text
from leadmill.pipeline.known import known_leads, standardised
from leadmill.pipeline.mill import Mill, open_mill


def write_claims(source: str, folder: Path, today: date) -> dict[str, Any]:
    """Write the claim pack of a source into a new folder and return its counts and amount.

    Raises ConfigError when there is no contract of sale or it is about a column the rows lack, StateError when the folder is not empty.
    """
    with open_mill() as mill:
        facts = mill.source(source)
        contract = load_list_contract(mill.project.config, source)
        made = validate_room.claim(contract, _evidence(mill, source, facts.kind))
    validate_room.write_pack(made, folder, today)
    return {
        "source": source,
        "rows": made.rows.num_rows,
        "amount": str(made.amount),
        "currency": contract.currency,
        "deadline": contract.deadline.isoformat(),
        "in_time": today <= contract.deadline,
        "criteria": made.counts,
        "folder": str(folder),
    }


def _evidence(mill: Mill, source: str, kind: str) -> validate_room.Evidence:
    """Gather what we know of every row the vendor delivered; corrections made by us (`<record_id>.1`) are not the vendor's rows."""
    deliveries, records = mill.registry.deliveries.table(), mill.registry.records.table()
    sold = deliveries.filter(pc.equal(deliveries["source"], source))
    theirs = pc.and_(pc.equal(records["source"], source), pc.invert(pc.match_substring(records["record_id"], ".")))
    quarantine = [mill.lake.read("quarantine", source, name) for name in mill.lake.names("quarantine", source)]
    kinds = {name: each.kind for name, each in mill.sources.items()}
    tables = {
        "mine": records.filter(theirs),
        "deliveries": deliveries,
        "others": _of_other_sources(known_leads(mill, ""), source),
        "kinds": pa.table({"source": pa.array(kinds, pa.string()), "kind": pa.array(kinds.values(), pa.string())}),
        "quarantine": pa.concat_tables([QUARANTINE.empty_table(), *quarantine]),
        "given": standardised(mill, sold.filter(pc.equal(sold["state"], "standardised")), [kind]),
        "enriched": _enriched(mill, deliveries),
    }
    queries = {**_EVIDENCE, "facts": _facts(tables["given"].column_names, tables["enriched"].column_names)}
    with connect(tables) as con:
        return validate_room.Evidence(**{name: con.sql(query).to_arrow_table() for name, query in queries.items()})


_EVIDENCE = {
    "delivered": "select record_id, delivery_id, file, line from mine join (select delivery_id, file from deliveries) using (delivery_id)",
    "refused": "select record_id, reasons from quarantine",
    "duplicates": "select record_id, duplicate_of from mine where duplicate_of in (select record_id from mine)",
    "owned": f"""
        select mine.record_id, coalesce(others.created_at, landed_at)::timestamp as owned_since
        from mine join others using (person_id) join kinds on others.source = kinds.source
        join deliveries on others.delivery_id = deliveries.delivery_id
        where kind in ({", ".join(quote_text(kind) for kind in PERSON_KINDS if kind in CRM_KINDS)})""",
    "elsewhere": """
        select distinct mine.record_id, others.source
        from mine join others using (person_id) join kinds on others.source = kinds.source where kind = 'list'""",
}


def _of_other_sources(leads: pa.Table, source: str) -> pa.Table:
    return leads.filter(pc.not_equal(leads["source"], source))


def _enriched(mill: Mill, deliveries: pa.Table) -> pa.Table:
    """Return what providers said of every company, the latest night's word first; company_id alone when nobody was asked."""
    nights = sorted(set(deliveries["night_id"].drop_null().to_pylist()), reverse=True)
    tables = [mill.lake.read("night", name, "enriched") for name in nights if mill.lake.holds("night", name, "enriched")]
    empty = pa.schema([("company_id", pa.string())]).empty_table()
    with connect({"told": pa.concat_tables([empty, *tables], promote_options="default")}) as con:
        return con.sql("select * from told qualify row_number() over (partition by company_id) = 1").to_arrow_table()


def _facts(columns: list[str], enriched: list[str]) -> str:
    """Write the SQL of the standardised rows, with what a provider says of the same column as `verified.<column>`."""
    checked = [name for name in enriched if name in columns]
    verified = "".join(f", enriched.{quote(name)} as {quote(f'verified.{name}')}" for name in checked)
    companies = "(select record_id, company_id from mine)"
    return f"select given.*{verified} from given left join {companies} using (record_id) left join enriched using (company_id)"
