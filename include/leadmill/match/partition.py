"""The partition: which records are one person, which are one company.

A function of the set of records and of what people answered, so it does not matter in which order nights came.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadmill.config.matching import Bands, Key, Matching
from leadmill.match.cluster import Ints, components, settle
from leadmill.match.link import link
from leadmill.match.names import DIFFERENT, LEAST, NEEDED, compare_names, fold, load_nicknames, prepare
from leadmill.match.recall import recall, settled_before, touched
from leadmill.match.score import score

MODEL_AT_MOST = 14.0  # bits: however sure the model is, a key says more
CERTAIN = 40.0  # an edge of this weight binds whatever the names say: our CRM's own id, a person's answer


def prepare_nodes(con: duckdb.DuckDBPyConnection, settings: Matching, fresh: str) -> None:
    """Turn `record` and `place` into `node`, its keys folded for comparison, with w, the number of its name in `who(w, first, last)`.

    `fresh`: the condition for a record that earlier nights have not compared.
    """
    prepare(con, settings.titles)
    load_nicknames(con, settings.nicknames)
    fold(con, "(select first_name as value from record union select last_name from record union select city from record)")
    con.execute(
        f"""
        create temp table node as
        select record.* exclude (first_name, last_name, email_key) replace (
            c.folded as city,
            regexp_replace(fold_part(street), '(str|strasse|street)\\b', 'str', 'g') as street,
            nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '') as postcode,
            nullif(regexp_replace(upper(registration_number), '[^A-Z0-9]', '', 'g'), '') as registration_number,
            nullif(upper(trim(lei)), '') as lei, coalesce(email_key, email) as email),
            i, f.folded as first, l.folded as last, (hash(f.folded, l.folded) >> 1)::bigint as w,
            coalesce(length(first) > 1 and length(last) > 1, false) as whole, {fresh} as fresh
        from record join place on place.at = record.rowid
        left join folded f on f.value = first_name left join folded l on l.value = last_name left join folded c on c.value = city;
        drop table record;
        drop table place;
        create temp table who as select distinct w, first, last from node;
        """
    )


def partition_persons(con: duckdb.DuckDBPyConnection, settings: Matching, model: Path | None) -> Ints:
    """Label every record with the smallest record of its person.

    Leaves all evidence in tables `edge` and `scored`, what binds the open records in `tie`, and those in `open_tonight(i)`. `kept` (EDGES)
    is what earlier nights found; records that nothing new touches keep their persons.
    """
    link(con, settings.persons)
    con.execute(
        "create or replace temp table scored (l bigint, r bigint, probability double, weight double, evidence varchar, band varchar)"
    )
    recall(con)
    if model is not None:
        score(con, model, settings)
        _add_scored(con, settings.bands)
    _tie(con)
    labels = _connected(con)
    open_tonight = touched(con, labels)
    labels = settled_before(con, labels, open_tonight)
    nodes = np.flatnonzero(open_tonight)
    con.register("labelled", pa.table({"i": nodes, "label": labels[nodes]}))
    con.execute(
        """
        create or replace temp table open_tonight as select i from labelled;
        delete from tie where l not in (from open_tonight);
        create or replace temp table look as
        select i, w, if(record_id in (select record_id_l from answer union select record_id_r from answer), -1 - i, w) as face from node;
        create or replace temp table crowd_face as
        with seen as (select label, w, face from look join labelled using (i))
        select distinct label, w, face from seen where label in (select label from seen group by label having min(face) < max(face));
        create or replace temp table rival as
        select a.w as wl, b.w as wr, a.face as fl, b.face as fr from crowd_face a join crowd_face b using (label) where a.face < b.face
        """
    )
    compare_names(con, "rival", "rivalry")
    return _settled(
        con,
        labels,
        f"""
        select distinct fl, fr from rival join rivalry using (wl, wr) where {DIFFERENT}
        union select -1 - l, -1 - r from said where not same
        """,
    )


def _add_scored(con: duckdb.DuckDBPyConnection, bands: Bands) -> None:
    """Give every pair scored tonight its band; names that contradict each other have the last word."""
    con.execute("create or replace temp table named as select predicted.*, a.w as wl, b.w as wr "
                "from predicted join node a on a.i = l join node b on b.i = r")  # fmt: skip
    compare_names(con, "named", "spoken")
    con.execute(
        f"""
        insert into scored
        select l, r, probability, weight, evidence,
               case when probability >= {bands.match} and {LEAST} >= {NEEDED["open"]} then 'match' else 'review' end
        from named join spoken using (wl, wr) where not {DIFFERENT}
        """
    )


def _tie(con: duckdb.DuckDBPyConnection) -> None:
    """Make `tie(l, r, key, weight)`, all that binds: keys, the model, and people, who have the last word on what they were asked."""
    con.execute(
        f"""
        create or replace temp table said as
        select least(a.i, b.i) as l, greatest(a.i, b.i) as r, same from answer
        join node a on a.record_id = record_id_l join node b on b.record_id = record_id_r;
        create or replace temp table tie as
        select * from (select l, r, key, weight from edge
                       union all select l, r, 'model', least(weight, {MODEL_AT_MOST}) from scored where band = 'match') found
        where not exists (select 1 from said where said.l = found.l and said.r = found.r and not same)
        union all select l, r, 'answer', 1000 from said where same
        """
    )


def partition_companies(con: duckdb.DuckDBPyConnection, keys: Sequence[Key]) -> Ints:
    """Label every record with the smallest record of its company; two registry numbers of one country are two companies."""
    con.execute("update node set w = (hash(company_key) >> 1)::bigint")
    con.execute("update node set fresh = true")  # accounts change without telling, and equal keys are cheap to find
    link(con, keys)
    con.execute("create or replace temp table tie as select l, r, key, weight from edge")
    labels = _connected(con)
    con.register("labelled", pa.table({"i": np.arange(len(labels)), "label": labels}))
    con.execute(
        """
        create or replace temp table look as
        select i, (hash(lei, registration_number, country_code) >> 1)::bigint as face, lei, registration_number, country_code from node
        """
    )
    return _settled(
        con,
        labels,
        """
        with numbered as (select distinct label, face, lei, registration_number, country_code from look join labelled using (i)
                          where lei is not null or registration_number is not null)
        select distinct a.face as fl, b.face as fr from numbered a join numbered b using (label)
        where a.face < b.face and coalesce(a.lei <> b.lei,
            a.registration_number <> b.registration_number and a.country_code is not distinct from b.country_code, false)
        """,
    )


def _connected(con: duckdb.DuckDBPyConnection) -> Ints:
    """Components of the ties over all nodes."""
    count = con.execute("select count(*) from node").fetchall()[0][0]
    edges = con.execute("select l, r from tie").fetchnumpy()
    return components(count, edges["l"], edges["r"])


def _settled(con: duckdb.DuckDBPyConnection, labels: Ints, conflicts: str) -> Ints:
    """Part the components in which two faces of table `look(i, face)` contradict each other, as the query `conflicts(fl, fr)` says."""
    found = con.execute(conflicts).fetchnumpy()
    if not len(found["fl"]):
        return labels
    faces = con.execute("select face from look order by i").fetchnumpy()["face"]
    return settle(labels, _ties(con), faces, zip(found["fl"].tolist(), found["fr"].tolist(), strict=True), CERTAIN)


def _ties(con: duckdb.DuckDBPyConnection) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Ties as arrays: left, right, weight of the strongest."""
    edges = con.execute("select l, r, max(weight) as weight from tie group by l, r").fetchnumpy()
    return edges["l"], edges["r"], edges["weight"]
