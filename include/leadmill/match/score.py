"""The second tier at work: a model kept on disk scores the pairs of a night, in DuckDB or on Spark, with the same result.

DuckDB spills what its memory does not hold. Measured, all records new: 1M records 1.2 GB and 6 CPU s; 3M records 1.7 GB (DuckDB held to
1.5), 1.0 GB spilled, 31 CPU s. Records beyond `at_once` go in turns: each takes a part of the fresh records against everybody. Turns bound
the proposed pairs that lie there together (ten million of them: 124 MB spilled instead of 286 in eight turns) and cost CPU (18 s instead
of 11), so they begin late. They change no pair, for a pair is scored by its two records alone.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from leadmill.config.matching import Matching
from leadmill.errors import StateError
from leadmill.match.model import FREQUENT, splink_table
from leadmill.match.spark import in_spark, in_time, on_spark


def score(con: duckdb.DuckDBPyConnection, home: Path, settings: Matching) -> None:
    """Make table `predicted(l, r, probability, weight, evidence)` over `node`: pairs with a fresh node, likely enough to be reviewed.

    `evidence` is JSON text, field -> bits, prior included; the bits add up to `weight`. Raises StateError when the model is not whole;
    where Spark scores, what `spark` raises.
    """
    from splink import DuckDBAPI  # noqa: PLC0415 - heavy, and not needed by every night

    model, least, scoring = _read(home), settings.bands.review, settings.scoring
    for which in ("fresh", "not fresh"):
        splink_table(con, which)
    if scoring.backend == "duckdb":
        said = _pairs(con, DuckDBAPI(connection=con), model, home, least, _turns(con, scoring.at_once))
    else:
        with on_spark(scoring) as api:
            said = in_time(scoring, lambda: _pairs(con, api, in_spark(model), home, least, 1))
    con.register("splink_said", said)
    bits = [name for name in said.column_names if name.startswith("mw_")]
    total = " + ".join(f"coalesce({name}, 0)" for name in bits) or "0"
    fields = ", ".join(f"{name.removeprefix('mw_')} := coalesce({name}, 0)" for name in bits)
    con.execute(
        f"""
        create or replace temp table predicted as
        select least(unique_id_l, unique_id_r) as l, greatest(unique_id_l, unique_id_r) as r, match_probability as probability,
               match_weight as weight, to_json(struct_pack(prior := match_weight - ({total}), {fields}))::varchar as evidence
        from splink_said
        """
    )
    con.unregister("splink_said")


def _read(home: Path) -> dict[str, Any]:
    missing = [name for name in ("model.json", *(f"tf_{column}.parquet" for column in FREQUENT)) if not (home / name).is_file()]
    if missing:
        raise StateError(f"the matching model lacks {missing[0]}.", file=str(home), hint="Train a new one.")
    model: dict[str, Any] = json.loads((home / "model.json").read_text(encoding="utf-8"))
    return model


def _turns(con: duckdb.DuckDBPyConnection, at_once: int) -> int:
    """Tell in how many turns to score, so that no turn is about more than `at_once` records."""
    ((records,),) = con.execute("select count(*) from node").fetchall()
    return -(-int(records) // at_once) or 1


def _pairs(con: duckdb.DuckDBPyConnection, api: Any, model: dict[str, Any], home: Path, least: float, turns: int) -> pa.Table:
    """Score fresh records among themselves and against the others; Splink's columns."""
    from splink import Linker  # noqa: PLC0415 - heavy

    fresh = _given(con, api, "splink_fresh")
    linker = Linker(fresh, model, log_level=logging.ERROR)
    for column in FREQUENT:
        frequencies = api.register(pq.read_table(home / f"tf_{column}.parquet"), table_name=f"known_tf_{column}")
        linker.table_management.register_term_frequency_lookup(frequencies, column)
    found = [linker.inference.predict(threshold_match_probability=least, num_chunks_left=turns, num_chunks_right=1)]
    if con.execute("select 1 from splink_not_fresh limit 1").fetchall():
        known = _given(con, api, "splink_not_fresh")
        for turn in range(turns):
            part = fresh if turns == 1 else _given(con, api, _part(con, turn, turns))
            found.append(linker.inference.predict_between(known, part, threshold_match_probability=least))
    return pa.concat_tables([pairs.as_pyarrow_table() for pairs in found], promote_options="permissive")


def _part(con: duckdb.DuckDBPyConnection, turn: int, turns: int) -> str:
    """Make the table of the fresh records of one turn; return its name."""
    name = f"splink_fresh_{turn}"
    con.execute(f"create or replace temp table {name} as select * from splink_fresh where unique_id % {turns} = {turn}")
    return name


def _given(con: duckdb.DuckDBPyConnection, api: Any, name: str) -> Any:
    """Give Splink a table of `con`: DuckDB reads it in place, Spark gets a copy."""
    if api.sql_dialect.sql_dialect_str == "duckdb":
        return api.register(name)
    return api.register(con.table(name).to_arrow_table(), table_name=name)
