"""What others would do with any table, on the same rows: exact keys, rapidfuzz with blocking, Splink with training."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import splink.comparison_library as cl
from rapidfuzz import fuzz, process
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from leadmill.engine import connect
from leadmill.match.cluster import components

Labels = npt.NDArray[np.int64]


def exact_keys(table: pa.Table, columns: Sequence[str]) -> Labels:
    """Rows are the same when all columns are equal, trimmed and in lower case."""
    keys = ", ".join(f'lower(trim("{column}"))' for column in columns)
    with connect() as con:
        con.register("given", table.append_column("row_number", pa.array(range(table.num_rows))))
        found = con.execute(f"select min(row_number) over (partition by {keys}) as label from given order by row_number").fetchnumpy()
    return np.asarray(found["label"])


def rapidfuzz_blocked(table: pa.Table, columns: Sequence[str], blocks: Sequence[str], threshold: float = 85.0) -> Labels:
    """Rows that share a block and whose joined texts are alike by token_sort_ratio; transitive closure."""
    left, right = _pairs(table, blocks)
    texts = [
        " ".join(str(value or "").strip().lower() for value in row) for row in zip(*(table[c].to_pylist() for c in columns), strict=True)
    ]
    score = process.cpdist([texts[i] for i in left], [texts[i] for i in right], scorer=fuzz.token_sort_ratio, workers=1)
    keep = score >= threshold
    return components(table.num_rows, left[keep], right[keep])


def _pairs(table: pa.Table, blocks: Sequence[str]) -> tuple[Labels, Labels]:
    with connect() as con:
        con.register("given", table.append_column("row_number", pa.array(range(table.num_rows))))
        joins = " union ".join(
            f'select a.row_number as l, b.row_number as r from given a join given b on lower(trim(a."{block}")) = lower(trim(b."{block}")) '
            f"and a.row_number < b.row_number and trim(a.\"{block}\") <> ''"
            for block in blocks
        )
        found = con.execute(joins).fetchnumpy()
    return found["l"], found["r"]


def splink_default(table: pa.Table, columns: Sequence[str], blocks: Sequence[str], threshold: float = 0.9) -> Labels:
    """Splink with Jaro-Winkler comparisons on every column, trained on the rows themselves; its own clustering."""
    names = {column: f"f{place}" for place, column in enumerate(columns)}
    plain = {
        name: pa.array([(value or "").strip().lower() or None for value in table[column].to_pylist()], pa.string())
        for column, name in names.items()
    }
    rules = [block_on(names[block]) for block in blocks]
    with connect(locked=False) as con:
        linker = Linker(
            DuckDBAPI(connection=con).register(pa.table({"unique_id": range(table.num_rows), **plain})),
            SettingsCreator(
                link_type="dedupe_only",
                comparisons=[
                    cl.JaroWinklerAtThresholds(name, [0.9, 0.8]).configure(term_frequency_adjustments=True) for name in names.values()
                ],
                blocking_rules_to_generate_predictions=rules,
                retain_matching_columns=False,
            ),
            log_level=logging.ERROR,
        )
        train = linker.training
        train.estimate_probability_two_random_records_match(rules[:1], recall=0.6)
        train.estimate_u_using_random_sampling(max_pairs=1e6, seed=3)
        for rule in rules[:2] if len(columns) > 1 else ():  # from its only column nothing can be learnt about itself
            train.estimate_parameters_using_expectation_maximisation(rule)
        pairs = linker.inference.predict(threshold_match_probability=threshold).as_pyarrow_table()
    return components(table.num_rows, ends(pairs, "l"), ends(pairs, "r"))


def ends(pairs: pa.Table, side: str) -> Labels:
    """Return the row numbers of one side of Splink's pairs."""
    return np.asarray(pairs[f"unique_id_{side}"].to_numpy(), dtype=np.int64)
