"""The second tier at work: a model kept on disk scores the pairs of a night, in DuckDB or on Spark, with the same result.

In DuckDB the pairs are proposed on hashes of what they share, once for all blocks: 1.2M pairs of 2M records cost 2 CPU s, Splink's own
joins on text 8. Spark has Splink propose them, on its machines. DuckDB spills what its memory does not hold. More than
`at_once` pairs are scored in turns, for the many columns Splink computes of a pair must lie somewhere; turns change no pair, for a pair
is scored by its two records alone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadmill.config.matching import Matching
from leadmill.errors import StateError
from leadmill.match.cluster import Ints
from leadmill.match.groups import among, distinct, group
from leadmill.match.model import BLOCKS, FREQUENT, VIEW
from leadmill.match.spark import in_spark, in_time, on_spark


def score(con: duckdb.DuckDBPyConnection, home: Path, settings: Matching) -> None:
    """Make table `predicted(l, r, probability, weight, evidence)` over `node`: pairs with a fresh node, likely enough to be reviewed.

    `evidence` is JSON text, field -> bits, prior included; the bits add up to `weight`. Raises StateError when the model is not whole;
    where Spark scores, what `spark` raises.
    """
    con.execute(
        f"""
        create or replace temp view splink_node as {VIEW};
        create or replace temp table predicted (l bigint, r bigint, probability double, weight double, evidence varchar)
        """
    )
    model, least, scoring = _read(home), settings.bands.review, settings.scoring
    if scoring.backend == "duckdb":
        for pairs in _scored_here(con, model, home, least, scoring.at_once):
            _add(con, pairs)
    else:
        with on_spark(scoring) as api:
            said = in_time(scoring, lambda: _scored_there(con, api, in_spark(model), home, least))
        con.register("splink_said", said)
        _add(con, "splink_said")
        con.unregister("splink_said")


def _read(home: Path) -> dict[str, Any]:
    missing = [name for name in ("model.json", *(f"tf_{column}.parquet" for column in FREQUENT)) if not (home / name).is_file()]
    if missing:
        raise StateError(f"the matching model lacks {missing[0]}.", file=str(home), hint="Train a new one.")
    model: dict[str, Any] = json.loads((home / "model.json").read_text(encoding="utf-8"))
    return model


def propose(con: duckdb.DuckDBPyConnection) -> tuple[Ints, Ints]:
    """List the pairs of `splink_node` with a fresh one that agree on all columns of one of BLOCKS: the lesser node, the greater."""
    ((count,),) = con.execute("select coalesce(max(unique_id) + 1, 1) from splink_node").fetchall()
    fresh = np.zeros(int(count), dtype=np.bool_)
    fresh[con.execute("select unique_id from splink_node where fresh").fetchnumpy()["unique_id"]] = True
    found = [np.empty(0, dtype=np.int64)]
    for block in BLOCKS:
        whole = " and ".join(f"{column} is not null" for column in block)
        held = con.execute(f"select unique_id as i, hash({', '.join(block)}) as v from splink_node where {whole}").fetchnumpy()
        node, value = held["i"], held["v"]
        if not fresh[node].all():
            touched = among(value, value[fresh[node]])
            node, value = node[touched], value[touched]
        one, other = (node[side] for side in group(value).pairs(at_most=len(node)))
        new = fresh[one] | fresh[other]
        found.append(np.minimum(one, other)[new] * len(fresh) + np.maximum(one, other)[new])
    return np.divmod(distinct(np.concatenate(found)), len(fresh))


def _scored_here(con: duckdb.DuckDBPyConnection, model: dict[str, Any], home: Path, least: float, at_once: int) -> Iterator[str]:
    """Score the proposed pairs, at most `at_once` in a turn; name a table of Splink's for each."""
    from splink import DuckDBAPI, Linker  # noqa: PLC0415 - heavy, and not needed by every night

    api = DuckDBAPI(connection=con)
    linker = Linker(api.register("splink_node"), model, log_level=logging.ERROR)
    _weigh_rarity(linker, api, home)
    left, right = propose(con)
    for start in range(0, len(left), at_once):
        turn = slice(start, start + at_once)
        con.register("turn", pa.table({"l": left[turn], "r": right[turn]}))
        name = f"proposed_{start}"
        con.execute(f"create temp table {name} as select '0' as match_key, l as join_key_l, r as join_key_r from turn")
        linker.table_management.register_blocked_pairs_for_predict(api.register(name))
        pairs = linker.inference.predict(threshold_match_probability=least)
        yield pairs.physical_name
        pairs.drop_table_from_database_and_remove_from_cache()
        con.execute(f"drop table {name}")


def _scored_there(con: duckdb.DuckDBPyConnection, api: Any, model: dict[str, Any], home: Path, least: float) -> pa.Table:
    """Have Spark propose and score the pairs of fresh records, among themselves and with the others; Splink's columns."""
    from splink import Linker  # noqa: PLC0415 - heavy

    fresh, known = (
        api.register(con.sql(f"select * exclude (fresh) from splink_node where {which}").to_arrow_table(), table_name=name)
        for name, which in (("splink_fresh", "fresh"), ("splink_known", "not fresh"))
    )
    linker = Linker(fresh, model, log_level=logging.ERROR)
    _weigh_rarity(linker, api, home)
    found = [linker.inference.predict(threshold_match_probability=least)]
    if con.execute("select 1 from node where not fresh limit 1").fetchall():
        found.append(linker.inference.predict_between(known, fresh, threshold_match_probability=least))
    return pa.concat_tables([pairs.as_pyarrow_table() for pairs in found], promote_options="permissive")


def _weigh_rarity(linker: Any, api: Any, home: Path) -> None:
    """Tell Splink how often each value occurs, as the model knows it."""
    for column in FREQUENT:
        frequencies = api.register(pq.read_table(home / f"tf_{column}.parquet"), table_name=f"known_tf_{column}")
        linker.table_management.register_term_frequency_lookup(frequencies, column)


def _add(con: duckdb.DuckDBPyConnection, pairs: str) -> None:
    """Add Splink's table `pairs` to `predicted`."""
    bits = [name for name in con.table(pairs).columns if name.startswith("mw_")]
    total = " + ".join(f"coalesce({name}, 0)" for name in bits) or "0"
    fields = ", ".join(f"{name.removeprefix('mw_')} := coalesce({name}, 0)" for name in bits)
    con.execute(
        f"""
        insert into predicted
        select least(unique_id_l, unique_id_r), greatest(unique_id_l, unique_id_r), match_probability,
               match_weight, to_json(struct_pack(prior := match_weight - ({total}), {fields}))::varchar
        from {pairs}
        """
    )
