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
from leadmill.match.groups import group
from leadmill.match.link import link
from leadmill.match.names import DIFFERENT, LEAST, NEEDED, compare_names
from leadmill.match.nodes import by_node
from leadmill.match.recall import recall, settled_before, touched
from leadmill.match.score import score

MODEL_AT_MOST = 14.0  # bits: however sure the model is, a key says more
CERTAIN = 40.0  # an edge of this weight binds whatever the names say: our CRM's own id, a person's answer


def partition_persons(con: duckdb.DuckDBPyConnection, settings: Matching, model: Path | None) -> Ints:
    """Label every record with the smallest record of its person.

    Leaves all evidence in tables `edge` and `scored`, what binds the open records in `tie`, and those in `open_tonight(i)`. `kept` (EDGES)
    is what earlier nights found; records that nothing new touches keep their persons.
    """
    (all_fresh,) = con.execute("select coalesce(bool_and(fresh), true) from node").fetchall()[0]
    link(con, settings.persons, all_fresh=all_fresh)
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
    con.register("labelled", pa.table({"i": np.flatnonzero(open_tonight)}))
    con.execute("create or replace temp table open_tonight as from labelled; delete from tie where l not in (from open_tonight)")
    con.unregister("labelled")
    names = by_node(con, "w")
    faces = _faces(con, names)
    _rivals(con, labels, names, faces, open_tonight)
    compare_names(con, "rival", "rivalry")
    return _settled(
        con,
        labels,
        faces,
        f"""
        select distinct fl, fr from rival join rivalry using (wl, wr) where {DIFFERENT}
        union select -1 - l, -1 - r from said where not same
        """,
    )


def _faces(con: duckdb.DuckDBPyConnection, names: Ints) -> Ints:
    """Return of every node its name; of one that people spoke of, a face of its own."""
    faces = names.copy()
    asked = con.execute(
        "select i from node where record_id in (select record_id_l from answer union all select record_id_r from answer)"
    ).fetchnumpy()["i"]
    faces[asked] = -1 - asked
    return faces


def _rivals(con: duckdb.DuckDBPyConnection, labels: Ints, names: Ints, faces: Ints, open_tonight: npt.NDArray[np.bool_]) -> None:
    """Make table `rival(wl, wr, fl, fr)`: pairs of faces, with their names, that open records of one component show."""
    nodes = np.flatnonzero(open_tonight)
    component = group(labels[nodes].astype(np.uint64))
    several = nodes[component.spread(component.least(faces[nodes]) < component.most(faces[nodes]))]
    con.register("shown", pa.table({"label": labels[several], "w": names[several], "face": faces[several]}))
    con.execute(
        """
        create or replace temp table crowd_face as select distinct label, w, face from shown;
        create or replace temp table rival as
        select a.w as wl, b.w as wr, a.face as fl, b.face as fr from crowd_face a join crowd_face b using (label) where a.face < b.face
        """
    )
    con.unregister("shown")


def _add_scored(con: duckdb.DuckDBPyConnection, bands: Bands) -> None:
    """Give every pair scored tonight its band; names that contradict each other have the last word."""
    pairs = con.execute("select l, r from predicted").fetchnumpy()
    names = by_node(con, "w")
    con.register("named", pa.table({**pairs, "wl": names[pairs["l"]], "wr": names[pairs["r"]]}))
    compare_names(con, "named", "spoken")
    con.execute(
        f"""
        insert into scored
        select l, r, probability, weight, evidence,
               case when probability >= {bands.match} and {LEAST} >= {NEEDED["open"]} then 'match' else 'review' end
        from predicted join named using (l, r) join spoken using (wl, wr) where not {DIFFERENT};
        drop table predicted;
        drop table spoken
        """
    )
    con.unregister("named")


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
    link(con, keys, "(hash(company_key) >> 1)::bigint", all_fresh=True)  # accounts change without telling, and equal keys are cheap to find
    con.execute("create or replace temp table tie as select l, r, key, weight from edge")
    labels = _connected(con)
    con.register("labelled", pa.table({"i": np.arange(len(labels)), "label": labels}))
    face = "(hash(lei, registration_number, country_code) >> 1)::bigint"
    return _settled(
        con,
        labels,
        by_node(con, face),
        f"""
        with numbered as (select distinct label, {face} as face, lei, registration_number, country_code from node join labelled using (i)
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


def _settled(con: duckdb.DuckDBPyConnection, labels: Ints, faces: Ints, conflicts: str) -> Ints:
    """Part the components in which two faces contradict each other, as the query `conflicts(fl, fr)` says."""
    found = con.execute(conflicts).fetchnumpy()
    if not len(found["fl"]):
        return labels
    return settle(labels, _ties(con), faces, zip(found["fl"].tolist(), found["fr"].tolist(), strict=True), CERTAIN)


def _ties(con: duckdb.DuckDBPyConnection) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Ties as arrays: left, right, weight of the strongest."""
    edges = con.execute("select l, r, max(weight) as weight from tie group by l, r").fetchnumpy()
    return edges["l"], edges["r"], edges["weight"]
