"""Tonight's records meet everything known: who is the same person, who the same company, under which id.

The partition is a function of the set of records, so it does not matter in which order nights came. Ids are then carried over from
earlier nights (`identity`).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from leadmill.columns import ACCOUNT, LEAD
from leadmill.config.matching import Key, Matching
from leadmill.engine import connect, quote
from leadmill.match.cluster import Ints, components, settle
from leadmill.match.identity import keep_ids
from leadmill.match.link import link
from leadmill.match.names import DIFFERENT, compare_names, fold, load_nicknames, prepare

CERTAIN = 40.0  # an edge of this weight binds whatever the names say: our CRM's own id, a person's answer
ANSWERS = pa.schema([("record_id_l", pa.string()), ("record_id_r", pa.string()), ("same", pa.bool_())])


@dataclass(frozen=True, slots=True)
class Resolution:
    """What matching says.

    - persons: record_id, person_id, company_id, rule; one row per record of the batch and per known record whose ids changed;
      `rule` is the key that bound the record most strongly, `new` when none did.
    - merges, company_merges: from_id, into_id (tombstones).
    - splits, company_splits: from_id, into_id, record_id.
    - accounts: record_id, company_id of the CRM's accounts.
    - duplicates: record_id, of_record_id; later rows of the same person within one delivery of the batch.
    - pairs: record_id_l, record_id_r, rule, weight; the evidence for persons, strongest rule per pair.
    """

    persons: pa.Table
    merges: pa.Table
    splits: pa.Table
    company_merges: pa.Table
    company_splits: pa.Table
    accounts: pa.Table
    duplicates: pa.Table
    pairs: pa.Table


def resolve(
    batch: pa.Table, known: pa.Table, settings: Matching, answers: pa.Table | None = None, accounts: pa.Table | None = None
) -> Resolution:
    """Match a night's records among themselves and against all earlier ones.

    `batch`: LEAD rows (further columns are ignored). `known`: LEAD rows of earlier nights with person_id and company_id; may be empty. A
    record in both is known. `answers` (columns ANSWERS): what people said of pairs, latest per pair; it wins over every rule.
    `accounts`: columns.ACCOUNT rows of our CRM, all of them every night, with company_id where one was given before; they are companies
    that no person need stand for.
    """
    given = {
        "batch": batch,
        "known": known,
        "answer": ANSWERS.empty_table() if answers is None else answers,
        "account": ACCOUNT.empty_table() if accounts is None else accounts,
    }
    with connect(given) as con:
        _nodes(con)
        _names(con, settings)
        person_labels = _partition_persons(con, settings.persons)
        pairs = _pairs(con)
        con.register("bond", pairs)
        company_labels = _partition_companies(con, settings.companies)
        rows = con.sql("select record_id, person_id, company_id from node order by i").to_arrow_table()
        persons, merges, splits = keep_ids(_members(rows, person_labels, "person_id"), "p_")
        companies, company_merges, company_splits = keep_ids(_members(rows, company_labels, "company_id"), "c_")
        con.register("person", persons)
        con.register("company", companies)
        return Resolution(
            persons=_changed(con),
            merges=merges,
            splits=splits,
            company_merges=company_merges,
            company_splits=company_splits,
            accounts=con.sql(
                "select record_id, id as company_id from node join company using (record_id) where role = 'account' order by 1"
            ).to_arrow_table(),
            duplicates=_duplicates(con),
            pairs=pairs,
        )


def _nodes(con: duckdb.DuckDBPyConnection) -> None:
    """Make `record`: one numbered row per record, numbered by record_id, so that a label is the smallest record."""
    columns = ", ".join(map(quote, LEAD.names))
    shared = ", ".join(quote(name) for name in LEAD.names if name in ACCOUNT.names)
    con.execute(
        f"""
        create temp table record as
        select row_number() over (order by record_id) - 1 as i, * from (
            select {columns}, {_ids(con, "known")}, 'known' as role from known
            union all by name
            select {columns}, 'batch' as role from batch where record_id not in (select record_id from known)
            union all by name
            select {shared}, {_ids(con, "account")}, 'account' as role from account)
        """
    )


def _ids(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """Select the ids a table brings along, null where it has none."""
    present = con.table(table).columns
    return ", ".join(f"{name if name in present else 'null'}::varchar as {name}" for name in ("person_id", "company_id"))


def _names(con: duckdb.DuckDBPyConnection, settings: Matching) -> None:
    """Make `who(w, first, last, whole)`, the distinct names, and `node`: the records with w and with keys folded for comparison."""
    prepare(con, settings.titles)
    load_nicknames(con, settings.nicknames)
    fold(con, "(select first_name as value from record union select last_name from record)")
    con.execute(
        """
        create temp table who as
        select row_number() over (order by first, last) - 1 as w, *,
               array_to_string(list_sort(string_split(concat_ws(' ', first, last), ' ')), ' ') as whole
        from (select distinct f.folded as first, l.folded as last from record
              left join folded f on f.value = first_name left join folded l on l.value = last_name);
        create temp table node as
        select record.* replace (
            fold_part(city) as city,
            regexp_replace(fold_part(street), '(str|strasse|street)\\b', 'str', 'g') as street,
            nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '') as postcode,
            nullif(regexp_replace(upper(registration_number), '[^A-Z0-9]', '', 'g'), '') as registration_number,
            nullif(upper(trim(lei)), '') as lei, coalesce(email_key, email) as email), who.w
        from record left join folded f on f.value = first_name left join folded l on l.value = last_name
        join who on who.first is not distinct from f.folded and who.last is not distinct from l.folded
        order by i;
        drop table record;
        """
    )


def _partition_persons(con: duckdb.DuckDBPyConnection, keys: list[Key]) -> Ints:
    """Label every record with the smallest record of its person."""
    link(con, keys)
    _add_answers(con)
    labels = _connected(con)
    con.execute(
        """
        create or replace temp table look as
        select i, w, if(record_id in (select record_id_l from answer union select record_id_r from answer), -1 - i, w) as face from node
        """
    )
    con.register("labelled", pa.table({"i": np.arange(len(labels)), "label": labels}))
    con.execute(
        """
        create or replace temp table crowd_face as
        select distinct label, w, face from look join labelled using (i)
        where label in (select label from look join labelled using (i) group by label having count(distinct face) > 1);
        create or replace temp table rival as
        select a.w as wl, b.w as wr, a.face as fl, b.face as fr from crowd_face a join crowd_face b using (label) where a.face < b.face
        """
    )
    compare_names(con, "rival", "rivalry")
    conflicts = con.execute(
        f"""
        select distinct fl, fr from rival join rivalry using (wl, wr) where {DIFFERENT}
        union select -1 - a.i, -1 - b.i from answer join node a on a.record_id = record_id_l join node b on b.record_id = record_id_r
        where not same order by 1, 2
        """
    ).fetchnumpy()
    faces = con.execute("select face from look order by i").fetchnumpy()["face"]
    return settle(labels, _edges(con), faces, zip(conflicts["fl"].tolist(), conflicts["fr"].tolist(), strict=True), CERTAIN)


def _add_answers(con: duckdb.DuckDBPyConnection) -> None:
    """Bind the pairs a person called the same; take away the edges a person denied."""
    con.execute(
        """
        create or replace temp table said as
        select least(a.i, b.i) as l, greatest(a.i, b.i) as r, same from answer
        join node a on a.record_id = record_id_l join node b on b.record_id = record_id_r;
        delete from edge where exists (select 1 from said where said.l = edge.l and said.r = edge.r and not same);
        insert into edge select l, r, 'answer', 1000 from said where same;
        """
    )


def _partition_companies(con: duckdb.DuckDBPyConnection, keys: list[Key]) -> Ints:
    """Label every record with the smallest record of its company; two registry numbers of one country are two companies."""
    con.execute(
        """
        create or replace temp table person_w as select i, w from node;
        alter table node drop column w;
        alter table node add column w bigint;
        update node set w = hash(company_key) >> 1;
        """
    )
    link(con, keys)
    labels = _connected(con)
    con.register("labelled", pa.table({"i": np.arange(len(labels)), "label": labels}))
    con.execute(
        """
        create or replace temp table look as
        select i, dense_rank() over (order by lei, registration_number, country_code) as face,
               lei, registration_number, country_code from node
        """
    )
    conflicts = con.execute(
        """
        with face as (select distinct label, face, lei, registration_number, country_code from look join labelled using (i)
                      where lei is not null or registration_number is not null)
        select distinct a.face as fl, b.face as fr from face a join face b using (label)
        where a.face < b.face and coalesce(a.lei <> b.lei,
            a.registration_number <> b.registration_number and a.country_code is not distinct from b.country_code, false)
        order by 1, 2
        """
    ).fetchnumpy()
    faces = con.execute("select face from look order by i").fetchnumpy()["face"]
    return settle(labels, _edges(con), faces, zip(conflicts["fl"].tolist(), conflicts["fr"].tolist(), strict=True), CERTAIN)


def _connected(con: duckdb.DuckDBPyConnection) -> Ints:
    """Components of the edges over all nodes."""
    (count,) = con.execute("select count(*) from node").fetchone() or (0,)
    left, right, _ = _edges(con)
    return components(count, left, right)


def _edges(con: duckdb.DuckDBPyConnection) -> tuple[Ints, Ints, np.ndarray]:
    """Edges as arrays: left, right, weight."""
    edges = con.execute("select l, r, max(weight) as weight from edge group by l, r order by l, r").fetchnumpy()
    return edges["l"], edges["r"], edges["weight"]


def _pairs(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Evidence between persons' records: strongest rule per pair."""
    return con.sql(
        "select a.record_id as record_id_l, b.record_id as record_id_r, arg_max(key, {'weight': weight, 'key': key}) as rule, "
        "max(weight) as weight from edge join node a on a.i = l join node b on b.i = r group by 1, 2 order by 1, 2"
    ).to_arrow_table()


def _members(rows: pa.Table, labels: Ints, known: str) -> pa.Table:
    """Make the input of `keep_ids`."""
    return pa.table({"record_id": rows["record_id"], "label": labels, "known_id": rows[known]})


def _changed(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """List the records of the batch, and the known ones whose ids changed, with the rule that bound each most strongly."""
    anchors = "coalesce(crm_account_id, lei, registration_number, domain, company_key) is not null"
    con.execute(
        """
        create temp table bound as
        select record_id, arg_max(rule, {'weight': weight, 'rule': rule}) as rule from (
            select record_id_l as record_id, rule, weight from bond union all select record_id_r, rule, weight from bond)
        group by record_id
        """
    )
    return con.sql(
        f"""
        select record_id, person.id as person_id, if({anchors}, company.id, null) as company_id, coalesce(rule, 'new') as rule
        from node join person using (record_id) join company using (record_id) left join bound using (record_id)
        where role = 'batch' or role = 'known'
            and (person.id is distinct from person_id or if({anchors}, company.id, null) is distinct from company_id)
        order by record_id
        """
    ).to_arrow_table()


def _duplicates(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Later rows of one person within one delivery of the batch."""
    return con.sql(
        """
        select record_id, of_record_id from (
            select record_id, line, first_value(record_id) over (partition by delivery_id, id order by line, record_id) as of_record_id
            from node join person using (record_id) where role = 'batch')
        where record_id <> of_record_id order by record_id
        """
    ).to_arrow_table()
