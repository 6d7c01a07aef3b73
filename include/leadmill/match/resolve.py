"""Tonight's records meet everything known: who is the same person, who the same company, under which id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from leadmill.columns import ACCOUNT, LEAD
from leadmill.config.matching import Matching
from leadmill.engine import connect, quote
from leadmill.match.cluster import Ints
from leadmill.match.identity import keep_ids
from leadmill.match.model import train
from leadmill.match.nodes import prepare_nodes
from leadmill.match.partition import partition_companies, partition_persons
from leadmill.match.recall import EDGES, keep, with_records

MEMORY = "1GB"  # DuckDB spills beyond; with Arrow and numpy a process takes 2.8 GB for 2M records, 3.4 for 3M
NEEDED = (
    "record_id", "delivery_id", "line", "first_name", "last_name", "email", "email_key", "company_key", "domain", "registration_number",
    "lei", "country_code", "city", "street", "postcode", "crm_account_id", "phone", "email_kind",
)  # fmt: skip
ANSWERS = pa.schema([("record_id_l", pa.string()), ("record_id_r", pa.string()), ("same", pa.bool_())])


@dataclass(frozen=True, slots=True)
class Resolution:
    """What matching says.

    - persons: record_id, person_id, company_id, rule; one row per record of the batch and per known record whose ids changed;
      `rule` is the key that bound the record most strongly, `new` when none did, null for a known record that nothing new touched.
    - merges, company_merges: from_id, into_id (tombstones).
    - splits, company_splits: from_id, into_id, record_id.
    - accounts: record_id, company_id of the CRM's accounts.
    - duplicates: record_id, of_record_id; later rows of the same person within one delivery of the batch.
    - pairs: record_id_l, record_id_r, rule, weight, evidence; why records are one person: the strongest rule per pair, and as JSON
      text what each field said in bits (they add up to the total of what said it).
    - review: record_id_l, record_id_r, probability, evidence; pairs a person should look at, not yet answered, not yet one person.
    - edges: EDGES; everything found of pairs so far, for the next night.

    Pairs and review leave out whom nothing new touched: an earlier night told of them.
    """

    persons: pa.Table
    merges: pa.Table
    splits: pa.Table
    company_merges: pa.Table
    company_splits: pa.Table
    accounts: pa.Table
    duplicates: pa.Table
    pairs: pa.Table
    review: pa.Table
    edges: pa.Table


def resolve(
    batch: pa.Table,
    known: pa.Table,
    settings: Matching,
    answers: pa.Table | None = None,
    accounts: pa.Table | None = None,
    model: Path | None = None,
    edges: pa.Table | None = None,
) -> Resolution:
    """Match a night's records among themselves and against all earlier ones.

    `batch`: LEAD rows. `known`: LEAD rows of earlier nights with person_id and company_id; may be empty. Of both only `columns_compared`
    are needed; a record in both is known. `answers` (columns ANSWERS): what people said of pairs, latest per pair; it wins over every
    rule. `accounts`: columns.ACCOUNT rows of our CRM, all of them every night, with company_id where one was given before; they are
    companies that no person need stand for. `model`: a folder made by `train_model`; without one, keys alone decide. `edges`:
    `Resolution.edges` of the night that had exactly `known` and the same `way_of_matching`; then only what the batch touches is looked
    at, with the same result. Without them every record is compared anew.
    """
    with _opened(batch, known, settings, answers, accounts, edges) as con:
        _label(con, "person", partition_persons(con, settings, model), "where node.i in (from open_tonight)")
        con.execute("create temp table bond as select l, r, arg_max(key, {'weight': weight, 'key': key}) as rule, max(weight) as weight "
                    "from tie group by l, r")  # fmt: skip
        records = con.sql("select record_id from node order by i").to_arrow_table()["record_id"].combine_chunks()
        found = keep(con, records)
        _label(con, "company", partition_companies(con, settings.companies))
        persons = keep_ids(con, "person_member", "p_", "person_named")
        companies = keep_ids(con, "company_member", "c_", "company_named")
        return Resolution(
            persons=_persons(con),
            merges=persons.merges,
            splits=persons.splits,
            company_merges=companies.merges,
            company_splits=companies.splits,
            accounts=_accounts(con),
            duplicates=_duplicates(con),
            pairs=_pairs(con, records),
            review=_review(con, records),
            edges=found,
        )


def train_model(rows: pa.Table, settings: Matching, folder: Path) -> Path:
    """Train the second tier on LEAD rows and keep it under `folder`; return the model's own folder, named after its content.

    A job of minutes, monthly or when asked for; never part of a night.
    """
    with _opened(rows, LEAD.empty_table(), settings) as con:
        return train(con, folder)


@contextmanager
def _opened(
    batch: pa.Table,
    known: pa.Table,
    settings: Matching,
    answers: pa.Table | None = None,
    accounts: pa.Table | None = None,
    edges: pa.Table | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open DuckDB with table `node`: every record once, numbered, its keys folded for comparison; `fresh` is what must be compared."""
    given = {
        "batch": batch,
        "known": known,
        "answer": ANSWERS.empty_table() if answers is None else answers,
        "account": ACCOUNT.empty_table() if accounts is None else accounts,
        "kept": EDGES.empty_table() if edges is None else edges,
    }
    with connect(given, memory_limit=MEMORY) as con:
        _number(con, settings)
        prepare_nodes(con, settings, "true" if edges is None else "role = 'batch'")
        yield con


def columns_compared(settings: Matching) -> list[str]:
    """Name the columns of a lead that matching looks at, in the order of LEAD."""
    wanted = {*NEEDED, *(column for key in (*settings.persons, *settings.companies) for column in (*key.columns, *key.unless))}
    return [name for name in LEAD.names if name in wanted]


def _number(con: duckdb.DuckDBPyConnection, settings: Matching) -> None:
    """Make `record`, the needed columns of every record, and `place(at, i)`: its row id and its number by record_id.

    Numbered so, a label is the smallest record.
    """
    wanted = columns_compared(settings)
    columns = ", ".join(map(quote, wanted))
    shared = ", ".join(quote(name) for name in wanted if name in ACCOUNT.names)
    con.execute(
        f"""
        create temp table record as
        select {columns}, {_ids(con, "known")}, 'known' as role from known
        union all by name
        select {columns}, 'batch' as role from batch anti join known using (record_id)
        union all by name
        select {shared}, {_ids(con, "account")}, 'account' as role from account;
        create temp table place as select rowid as at, row_number() over (order by record_id) - 1 as i from record
        """
    )


def _ids(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """Select the ids a table brings along, null where it has none."""
    present = con.table(table).columns
    return ", ".join(f"{name if name in present else 'null'}::varchar as {name}" for name in ("person_id", "company_id"))


def _label(con: duckdb.DuckDBPyConnection, what: str, labels: Ints, which: str = "") -> None:
    """Make `<what>_label(i, label)` and view `<what>_member`, the input of `keep_ids`: nodes whose ids may change."""
    con.register(f"{what}_label", pa.table({"i": np.arange(len(labels)), "label": labels}))
    con.execute(
        f"create temp view {what}_member as "
        f"select node.i, record_id, label, {what}_id as known_id from node join {what}_label using (i) {which}"
    )


def _persons(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """List the records of the batch, and the known ones whose ids changed, with the rule that bound each most strongly."""
    con.execute(
        """
        create temp table bound as
        select i, arg_max(rule, {'weight': weight, 'rule': rule}) as rule
        from (select l as i, rule, weight from bond union all select r, rule, weight from bond) group by i
        """
    )
    found = con.sql(
        """
        with now as (
            select i, record_id, role, node.person_id as person_before, node.company_id as company_before,
                   coalesce(p.id, node.person_id) as person_id,
                   if(coalesce(crm_account_id, lei, registration_number, domain, company_key) is not null, c.id, null) as company_id
            from node join person_label pl using (i) left join person_named p on p.label = pl.label
            join company_label cl using (i) join company_named c on c.label = cl.label where role <> 'account')
        select i, record_id, person_id, company_id, coalesce(rule, if(role = 'batch', 'new', null)) as rule
        from now left join bound using (i)
        where role = 'batch' or person_id is distinct from person_before or company_id is distinct from company_before
        """
    ).to_arrow_table()
    return found.take(np.argsort(found["i"].to_numpy())).drop_columns("i")  # DuckDB sorts the texts along, at thrice the cost


def _accounts(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """List the CRM's accounts with their companies."""
    return con.sql(
        "select record_id, id as company_id from node join company_label using (i) join company_named using (label) "
        "where role = 'account' order by i"
    ).to_arrow_table()


def _duplicates(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """List the later rows of one person within one delivery of the batch."""
    return con.sql(
        """
        with several as (select label from person_label group by label having count(*) > 1),
        placed as (select record_id, first_value(record_id) over (partition by delivery_id, label order by line, i) as of_record_id
                   from node join person_label using (i) where role = 'batch' and label in (select label from several))
        select record_id, of_record_id from placed where record_id <> of_record_id order by 1
        """
    ).to_arrow_table()


def _pairs(con: duckdb.DuckDBPyConnection, records: pa.Array) -> pa.Table:
    """List the evidence between persons' records: the strongest rule per pair."""
    found = con.sql(
        """
        select bond.l, bond.r, rule, bond.weight, if(rule = 'model', evidence, json_object(rule, bond.weight)::varchar) as evidence
        from bond left join scored on scored.l = bond.l and scored.r = bond.r order by bond.l, bond.r
        """
    )
    return with_records(records, found.to_arrow_table())


def _review(con: duckdb.DuckDBPyConnection, records: pa.Array) -> pa.Table:
    """List the pairs to show to a person, likeliest first."""
    found = con.sql(
        """
        select l, r, probability, evidence from scored
        join person_label pl on pl.i = l join person_label pr on pr.i = r
        where l in (from open_tonight) and pl.label <> pr.label
            and not exists (select 1 from said where said.l = scored.l and said.r = scored.r)
        order by probability desc, l, r
        """
    )
    return with_records(records, found.to_arrow_table())
