"""What the rules saw of a person, so that a decision explains itself after the profile has moved on.

Not copied into the decision: the night keeps the profiles it decided beside its decisions, and the hash pinned to each decision says
which ruleset read them. Told from the two, it is exactly what was read.
"""

from __future__ import annotations

import pyarrow as pa

from leadmill.engine import connect, quote, quote_text
from leadmill.qualify.facts import CRM_FACTS, PROVENANCE
from leadmill.qualify.judge import select_facts
from leadmill.qualify.ruleset import Ruleset

SEEN = pa.struct([("fact", pa.string()), ("value", pa.string()), ("origin", pa.string())])


def see(profiles: pa.Table, ruleset: Ruleset) -> pa.ChunkedArray:
    """Tell for every profile, in their order, the value of every fact the ruleset asks for and who said it; null is unknown."""
    traced = PROVENANCE in profiles.column_names
    facts = [
        f"{{'fact': {quote_text(name)}, 'value': {quote(name)}::varchar, 'origin': {_origin(name) if traced else 'null::varchar'}}}"
        for name in sorted(ruleset.reads)
    ]
    given = ", ".join([*select_facts(profiles, ruleset, ruleset.reads), *([PROVENANCE] if traced else [])])
    statement = (
        f"select [{', '.join(facts)}]::struct(fact varchar, value varchar, origin varchar)[] as seen from (select {given} from profiles)"
    )
    with connect({"profiles": profiles}) as con:
        return con.sql(statement).to_arrow_table()["seen"].cast(pa.list_(SEEN))


def _origin(name: str) -> str:
    """Write who said a fact, null while it is unknown."""
    if name in CRM_FACTS.names:
        return f"case when {quote(name)} is not null then 'crm' end"
    path = "$." + quote(name)
    said = [f"json_extract_string({PROVENANCE}, {quote_text(each)})" for each in (path + ".source", path)]
    return f"case when {quote(name)} is not null then coalesce({', '.join(said)}) end"
