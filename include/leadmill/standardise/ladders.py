"""Free text to a fixed vocabulary: seniority and department from a title, the kind of interest from what a list calls it."""

from __future__ import annotations

import duckdb

from leadmill.engine import quote_text
from leadmill.standardise.text import phrases, transliterate
from leadmill.standardise.vocabulary import Ladders, Step


def build(con: duckdb.DuckDBPyConnection, ladders: Ladders) -> None:
    """Create `titled`(text, seniority, department) and `signal`(text, interest_signal) over the distinct texts of `clean`."""
    _climb(con, "titled", "job_title", {"seniority": ladders.seniority, "department": ladders.department})
    _climb(con, "signal", "interest_signal", {"interest_signal": ladders.interest_signal})


def _climb(con: duckdb.DuckDBPyConnection, table: str, column: str, ladders: dict[str, list[Step]]) -> None:
    transliterate(con, "clean", column)
    verdicts = ", ".join(f"{_ladder(steps)} as {name}" for name, steps in ladders.items())
    con.execute(
        f"""create table {table} as select text, {verdicts} from (
            select asked.text, ' ' || coalesce(latin, fold(asked.text)) || ' ' as folded
            from (select distinct {column} as text from clean where {column} is not null) asked left join latin using (text))"""
    )


def _ladder(steps: list[Step]) -> str:
    """Write the SQL of one ladder; a text that already is a verdict stays it, so standardising twice changes nothing."""
    already = ", ".join(quote_text(verdict) for verdict in sorted({step.verdict for step in steps}))
    rungs = " ".join(f"when regexp_matches(folded, {quote_text(phrases(step.words))}) then {quote_text(step.verdict)}" for step in steps)
    return f"case when text in ({already}) then text {rungs} end"
