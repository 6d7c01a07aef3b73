"""The match stage: tonight's leads meet all known ones; persons, golden records and suppression come out."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadmill import match as match_room
from leadmill import standardise as standardise_room
from leadmill.columns import PERSON_KINDS
from leadmill.config.matching import Matching, load_matching
from leadmill.config.scoring import Cluster
from leadmill.engine import connect
from leadmill.match import Resolution
from leadmill.pipeline.edges import edges_so_far, keep_edges
from leadmill.pipeline.known import IDS, UNIQUE, all_of_kind, known_leads, leads_of, standardised
from leadmill.pipeline.mill import Mill, open_mill
from leadmill.pipeline.reopening import find_due
from leadmill.pipeline.reviewing import answers
from leadmill.pipeline.training import model_folder

SPELT = ["record_id", "person_id"]
COLLEAGUE = ["person_id", "company_id", "seniority", "department"]  # what the buying centre is read from


def match(night: str, cluster: Cluster | None = None) -> dict[str, Any]:
    """Resolve tonight's leads to persons and companies, suppress who must not be contacted, let the best values survive.

    Leaves in the lake: known/<night> (tonight's leads), edges/<night> (all that is known of pairs) and night/<night>/{persons, companies,
    colleagues, accounts, pairs, review, splits}: golden records of everybody tonight is about, `is_suppressed` among their columns.
    Where Spark scores pairs, `cluster` says where it is; without one, see `config.scoring`. Returns counts.
    """
    with open_mill() as mill:
        facts, settings = mill.registry.nights.get(night), load_matching(mill.project.config, cluster)
        deliveries = mill.registry.deliveries.table(night_id=night)
        model = model_folder(mill, facts.params.get("model"))
        batch = standardised(mill, deliveries, PERSON_KINDS)
        known = known_leads(mill, night, match_room.columns_compared(settings))
        way = match_room.way_of_matching(settings, model)
        edges = edges_so_far(mill, night, way, known.num_rows)
        resolution = match_room.resolve(batch, known, settings, answers(mill), _accounts(mill), model, edges)
        _remember(mill, night, resolution)
        mill.lake.write(resolution.pairs, "night", night, "pairs")
        mill.lake.write(resolution.accounts, "night", night, "accounts")
        mill.lake.write(resolution.review, "night", night, "review")
        mill.lake.write(resolution.splits, "night", night, "splits")
        keep_edges(mill, night, way, resolution.edges, known.num_rows + batch.num_rows)
        mill.lake.write(batch, "known", night)
        due = find_due(mill, night, known, facts.started_at)
        touched = pa.chunked_array([*resolution.persons["person_id"].chunks, *due["person_id"].chunks], pa.string()).unique()
        rows = leads_of(mill, _ids_around(touched, known, resolution))
        rest = known_leads(mill, night, list(standardise_room.SPELLINGS)) if _has_opt_outs(mill, deliveries) else rows.slice(0, 0)
        suppressed = _suppress(mill, rows, rest)
        counts = _survive(mill, night, rows, touched, suppressed, settings)
        return {
            **counts,
            "due": due.num_rows,
            "duplicates": resolution.duplicates.num_rows,
            "merges": resolution.merges.num_rows,
            "review": resolution.review.num_rows,
        }


def _accounts(mill: Mill) -> pa.Table:
    """Return the CRM's accounts with the company they were given before."""
    accounts = all_of_kind(mill, "crm_accounts", UNIQUE["crm_accounts"])
    ids = mill.registry.records.ids()
    with connect({"accounts": accounts, "ids": ids}) as con:
        return con.sql("select accounts.*, ids.company_id from accounts left join ids using (record_id)").to_arrow_table()


def _remember(mill: Mill, night: str, found: Resolution) -> None:
    """Write ids, tombstones and duplicates down; saying it twice changes nothing."""
    entities, records = mill.registry.entities, mill.registry.records
    entities.add("person", found.persons["person_id"].to_pylist(), night)
    companies = pa.chunked_array([*found.persons["company_id"].chunks, *found.accounts["company_id"].chunks], pa.string())
    entities.add("company", companies.drop_null().to_pylist(), night)
    for merges in (found.merges, found.company_merges):
        entities.merge(merges.select(["from_id", "into_id"]).rename_columns(["entity_id", "merged_into"]))
    records.mark(found.persons.select(IDS))
    records.mark(found.accounts.select(["record_id", "company_id"]))
    doubles = found.duplicates.rename_columns({"of_record_id": "duplicate_of"})
    reasons = pa.array([["same_person"]] * doubles.num_rows, pa.list_(pa.string()))
    records.mark(doubles.append_column("status", pa.repeat("duplicate", doubles.num_rows)).append_column("reasons", reasons))


def _ids_around(touched: pa.Array, known: pa.Table, found: Resolution) -> pa.Table:
    """Today's ids of all records, old and new, of the touched persons and of everybody at their companies: IDS."""
    with connect({"known": known, "found": found.persons, "touched": pa.table({"person_id": touched})}) as con:
        return con.sql(
            """
            with now as (select record_id, person_id, company_id from found
                         union all select record_id, person_id, company_id from known where record_id not in (select record_id from found))
            select * from now where person_id in (from touched)
                or company_id in (select company_id from now where person_id in (from touched))
            """
        ).to_arrow_table()


def _has_opt_outs(mill: Mill, deliveries: pa.Table) -> bool:
    kinds = {name: source.kind for name, source in mill.sources.items()}
    return any(kinds.get(source) == "opt_out" for source in deliveries["source"].to_pylist())


def _suppress(mill: Mill, touched: pa.Table, rest: pa.Table) -> pa.Table:
    """Find every person one of whose rows is suppressed; returns person_id.

    All their accepted rows of all nights are marked: one "no" counts for the person, under every spelling. `rest` are further rows to look
    at, when new opt-outs may name people we have known for long.
    """
    rows = pa.concat_tables([table.select([*SPELT, *standardise_room.SPELLINGS]) for table in (touched, rest)])
    keys = standardise_room.suppression_keys(rows).rename_columns({"key": "value"})
    hits = mill.registry.suppression.hits(keys)
    with connect({"rows": rows, "hits": hits}) as con:
        persons = con.sql(
            "select distinct person_id from rows where record_id in (select record_id from hits) or do_not_contact order by 1"
        ).to_arrow_table()
    theirs = mill.registry.records.table(person_ids=persons["person_id"].to_pylist())
    accepted = theirs.filter(pc.equal(theirs["status"], "accepted")).select(["record_id"])
    mill.registry.records.mark(accepted.append_column("status", pa.repeat("suppressed", accepted.num_rows)))
    return persons


def _survive(mill: Mill, night: str, rows: pa.Table, touched: pa.Array, suppressed: pa.Table, settings: Matching) -> dict[str, Any]:
    """Choose golden values for tonight's persons and companies, keep them in lake (typed) and registry (with provenance).

    `rows` also holds colleagues whom nothing new was said about: they are evidence for their company, and not tonight's persons.
    """
    trust = {name: source.trust for name, source in mill.sources.items()}
    table = pa.table({"source": list(trust), "trust": pa.array(trust.values(), pa.int32())})
    with connect({"rows": rows, "trusted": table, "deliveries": mill.registry.deliveries.table()}) as con:
        told = con.sql(
            """
            select rows.*, coalesce(trust, 0) as trust, landed_at as received_at
            from rows left join trusted using (source) left join deliveries using (delivery_id) order by record_id
            """
        ).to_arrow_table()
    golden = match_room.survive(told, settings.survivorship)
    tonight = golden.persons.filter(pc.is_in(golden.persons["person_id"], touched))
    for kind, owner, table in (("person", "person_id", tonight), ("company", "company_id", golden.companies)):
        mill.registry.entities.save_golden(kind, _as_json(table, owner), night)  # type: ignore[arg-type]  # the two kinds of Kind
    with connect({"persons": tonight, "suppressed": suppressed}) as con:
        persons = con.sql("select *, person_id in (select person_id from suppressed) as is_suppressed from persons").to_arrow_table()
    mill.lake.write(persons, "night", night, "persons")
    mill.lake.write(golden.companies, "night", night, "companies")
    mill.lake.write(golden.persons.select(COLLEAGUE), "night", night, "colleagues")
    return {"persons": persons.num_rows, "companies": golden.companies.num_rows, "suppressed": suppressed.num_rows}


def _as_json(golden: pa.Table, owner: str) -> pa.Table:
    """Golden rows as the registry keeps them: entity_id, fields (JSON without nulls), provenance, content_hash."""
    with connect({"golden": golden}) as con:
        return con.sql(
            f"""
            select {owner} as entity_id, fields, provenance, sha256(fields || provenance) as content_hash from (
                select {owner}, provenance, json_merge_patch('{{}}', to_json(columns_ )::json)::varchar as fields
                from (select {owner}, provenance, struct_pack(*columns(* exclude ({owner}, provenance))) as columns_ from golden))
            order by 1
            """
        ).to_arrow_table()
