"""Free text to a fixed vocabulary: seniority and department from a title, the kind of interest from what a list calls it."""

from __future__ import annotations

from functools import cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.engine import quote_text
from leadmill.standardise.distinct import ask
from leadmill.standardise.text import fold_all, phrases
from leadmill.standardise.vocabulary import Step


def climb(con: duckdb.DuckDBPyConnection, texts: pa.Array, ladders: dict[str, list[Step]]) -> pa.Table:
    """Return the verdict of each ladder on every text, by the ladder's name; null when it has none."""
    folded = fold_all(con, texts)
    verdicts = ", ".join(f"{_ladder(steps)} as {name}" for name, steps in ladders.items())
    return ask(con, verdicts, text=texts, folded=pc.binary_join_element_wise("", folded, "", " "))


def _ladder(steps: list[Step]) -> str:
    """Write the SQL of one ladder; a text that already is a verdict stays it, so standardising twice changes nothing."""
    already = ", ".join(quote_text(verdict) for verdict in sorted({step.verdict for step in steps}))
    return f"case when text in ({already}) then text {' '.join(map(_rung, steps))} end"


@cache
def _rung(step: Step) -> str:
    return f"when regexp_matches(folded, {quote_text(phrases(step.words))}) then {quote_text(step.verdict)}"
