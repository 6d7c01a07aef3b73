"""The second tier's model: Splink learns from the pairs of all leads what agreement is worth, and keeps it for the nights to come.

A model is a folder named after its content: `model.json` (Splink's settings with m and u) and one `tf_<column>.parquet` per column
whose values differ in rarity. Training belongs to a monthly job; a night only loads. Because term frequencies are part of the model, a
pair's score depends on the two records alone, and a list's growth changes no old decision.

Phone, domain, company, city and postcode all say "same company", and Splink counts them one by one, so colleagues look alike. Names
have the last word (`names`): a pair whose names contradict each other is dropped whatever its score.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

FREQUENT = ("first", "last", "phone", "company_key", "city")  # columns whose values weigh by their rarity
MAX_PAIRS = 1e6  # random pairs for u: more changes no weight that matters
# Which pairs are looked at: those that share every column of one of these. Tight keys only; recall is made by having several.
BLOCKS = (
    ("email",), ("phone", "initial"), ("last", "initial", "domain"), ("company_key", "last"), ("first", "last", "postcode"),
    ("first", "last", "city"), ("domain", "mailbox"), ("first", "company_key"), ("first", "domain"),
)  # fmt: skip
VIEW = """
    select i as unique_id, first, last, left(first, 1) as initial, own as email, split_part(own, '@', 1) as mailbox,
           phone, domain, company_key, lei, city, postcode, fresh
    from (select *, if(email_kind in ('shared', 'disposable'), null, email) as own from node) where role <> 'account'
"""


def train(con: duckdb.DuckDBPyConnection, folder: Path) -> Path:
    """Fit a model to the records in `node` and keep it under `folder`; return the model's own folder, named after its content.

    Deterministic: the same records give the same model.
    """
    from splink import DuckDBAPI, Linker, block_on  # noqa: PLC0415 - heavy, and needed once a month

    con.execute(f"create or replace temp table splink_fresh as select * exclude (fresh) from ({VIEW}) where fresh order by unique_id")
    linker = Linker(DuckDBAPI(connection=con).register("splink_fresh"), _settings(), log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("email"), block_on("phone", "first", "last")], recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=MAX_PAIRS, seed=3)
    for rule in (block_on("first", "last"), block_on("email")):
        training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=2e6)
    settings = json.dumps(_rounded(linker.misc.save_model_to_json()), sort_keys=True)
    home = folder / hashlib.sha256(settings.encode()).hexdigest()[:12]
    home.mkdir(parents=True, exist_ok=True)
    for column in FREQUENT:
        frequencies = con.sql(
            f"select {column}, count(*) / sum(count(*)) over () as tf_{column} from splink_fresh "
            f"where {column} is not null group by {column} order by 1"
        ).to_arrow_table()
        pq.write_table(frequencies, home / f"tf_{column}.parquet")
    (home / "model.json").write_text(settings, encoding="utf-8")
    return home


def _rounded(tree: Any) -> Any:
    """Round every share and leave out Splink's random name, so that the last bits of a parallel sum make no new version."""
    if isinstance(tree, dict):
        return {name: _rounded(value) for name, value in tree.items() if name != "linker_uid"}
    if isinstance(tree, list):
        return [_rounded(value) for value in tree]
    return float(f"{tree:.6g}") if isinstance(tree, float) else tree


def _settings() -> Any:
    """Say what is compared, and which pairs are looked at."""
    import splink.comparison_library as cl  # noqa: PLC0415 - heavy
    from splink import SettingsCreator, block_on  # noqa: PLC0415

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("last", [0.9]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("first", [0.88]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
            _ladder("email", ("same mailbox", "{l}email = {r}email"), ("same name before the @", "{l}mailbox = {r}mailbox")),
            _ladder(
                "organisation",
                ("same LEI", "{l}lei = {r}lei"),
                ("same domain", "{l}domain = {r}domain"),
                ("same company name", "{l}company_key = {r}company_key"),
                ("company name nearly the same", "jaro_winkler_similarity({l}company_key, {r}company_key) >= 0.9"),
                missing="({l}domain is null or {r}domain is null) and ({l}company_key is null or {r}company_key is null)",
            ),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )


def _ladder(name: str, *levels: tuple[str, str], missing: str | None = None) -> Any:
    """Make a Splink comparison of labelled levels; conditions say {l} and {r} for the two sides."""
    import splink.comparison_library as cl  # noqa: PLC0415 - heavy

    null = missing or f"{{l}}{name} is null or {{r}}{name} is null"
    rows = [
        {"sql_condition": _sided(null), "label_for_charts": "missing", "is_null_level": True},
        *({"sql_condition": _sided(condition), "label_for_charts": label} for label, condition in levels),
        {"sql_condition": "ELSE", "label_for_charts": "different"},
    ]
    return cl.CustomComparison(output_column_name=name, comparison_levels=rows)


def _sided(condition: str) -> str:
    """Turn {l}column and {r}column into Splink's column_l and column_r."""
    return re.sub(r"\{([lr])\}(\w+)", r"\2_\1", condition)
