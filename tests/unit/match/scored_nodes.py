"""What the second tier says of a market whose second half of records is known already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from benchmarks.lead_world import make_world
from unit.match.leads import SETTINGS

from leadmill.config.matching import Matching
from leadmill.engine import connect
from leadmill.match import train_model
from leadmill.match.score import score

# Straight from a market, not folded, so that letters beyond ASCII (müller) reach the comparisons.
NODE = """
    create temp table node as
    select row_number() over (order by record_id) - 1 as i, first_name as first, last_name as last, email, email_kind, phone, domain,
           company_key, lei, city, postcode, 'batch' as role, hash(record_id) % 2 = 0 as fresh
    from market
"""


def market_of(rows: int, seed: int) -> pa.Table:
    """Make leads and a CRM of `rows` records together."""
    made = make_world(rows // 2, rows // 2, seed=seed)
    return pa.concat_tables([made.crm, made.leads])


def trained(folder: Path) -> Path:
    """Train a model on another market than any that is scored."""
    return train_model(market_of(6_000, seed=5), SETTINGS, folder)


def scoring(**chosen: Any) -> Matching:
    """Return the shipped settings, but for what is chosen of scoring."""
    return SETTINGS.model_copy(update={"scoring": SETTINGS.scoring.model_copy(update=chosen)})


def scored(market: pa.Table, model: Path, settings: Matching) -> pa.Table:
    """Score; l, r, probability, weight, evidence."""
    with connect({"market": market}) as con:
        con.execute(NODE)
        score(con, model, settings)
        return con.sql("from predicted order by l, r").to_arrow_table()
