"""What others would do, run beside us in the same process on the same rows: exact keys, rapidfuzz with blocking, Splink with training."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
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
    return components(table.num_rows, _ends(pairs, "l"), _ends(pairs, "r"))


def _ends(pairs: pa.Table, side: str) -> Labels:
    return np.asarray(pairs[f"unique_id_{side}"].to_numpy(), dtype=np.int64)


EMAIL = cl.CustomComparison(
    output_column_name="email",
    comparison_levels=[
        {"sql_condition": "email_l is null or email_r is null", "label_for_charts": "missing", "is_null_level": True},
        {"sql_condition": "email_l = email_r", "label_for_charts": "same mailbox"},
        {"sql_condition": "local_part_l = local_part_r", "label_for_charts": "same name before the @"},
        {
            "sql_condition": "split_part(email_l, '@', 2) = split_part(email_r, '@', 2) "
            "and jaro_winkler_similarity(local_part_l, local_part_r) >= .85",
            "label_for_charts": "same domain, near name",
        },
        {"sql_condition": "ELSE", "label_for_charts": "different"},
    ],
)


def splink_leads(crm: pa.Table, leads: pa.Table, threshold: float = 0.99) -> Labels:
    """Splink as one would run it every night on leads: normalised in SQL, eight tight blocking rules, trained on tonight's rows.

    The labels are those of `crm` rows followed by `leads` rows.
    """
    table = pa.concat_tables([crm, leads])
    with tempfile.TemporaryDirectory() as spill, duckdb.connect(str(Path(spill) / "anchor.duckdb")) as con:
        con.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
        con.register("given", table.append_column("unique_id", pa.array(range(table.num_rows))))
        con.execute(
            """
            create table norm as
            select unique_id, strip_accents(lower(first_name)) as first_name, left(lower(first_name), 1) as fi,
                   replace(strip_accents(lower(last_name)), 'ue', 'u') as last_name,
                   if(email_kind = 'shared', null, email) as email,
                   if(email_kind = 'shared', null, split_part(email, '@', 1)) as local_part,
                   phone, company_key as company, domain, lower(city) as city, postcode from given
            """
        )
        rules = [
            block_on("email"), block_on("phone", "fi"), block_on("last_name", "fi", "domain"), block_on("company", "last_name"),
            block_on("first_name", "last_name", "postcode"), block_on("first_name", "last_name", "city"),
            block_on("domain", "local_part"), block_on("first_name", "company"),
        ]  # fmt: skip
        settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=[
                cl.JaroWinklerAtThresholds("last_name", [0.9]).configure(term_frequency_adjustments=True),
                cl.JaroWinklerAtThresholds("first_name", [0.88]).configure(term_frequency_adjustments=True),
                cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
                EMAIL,
                cl.JaroWinklerAtThresholds("company", [0.9]).configure(term_frequency_adjustments=True),
                cl.ExactMatch("domain"),
                cl.ExactMatch("city").configure(term_frequency_adjustments=True),
                cl.ExactMatch("postcode"),
            ],
            blocking_rules_to_generate_predictions=rules,
            retain_matching_columns=False,
        )
        linker = Linker(DuckDBAPI(connection=con).register("norm"), settings, log_level=logging.ERROR)
        train = linker.training
        train.estimate_probability_two_random_records_match([block_on("email")], recall=0.6)
        train.estimate_u_using_random_sampling(max_pairs=1e7, seed=3)
        for rule in (block_on("first_name", "last_name"), block_on("email")):
            train.estimate_parameters_using_expectation_maximisation(rule, max_pairs=2e6, record_sample_proportion=0.2)
        pairs = linker.inference.predict(threshold_match_probability=threshold).as_pyarrow_table()
        return components(table.num_rows, _ends(pairs, "l"), _ends(pairs, "r"))
