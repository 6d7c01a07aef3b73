"""The buying centre: who plays which part in each company tonight's decisions are about, and what to say to the qualified."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from leadmill import qualify as qualify_room
from leadmill.config.ruleset import DIMENSIONS
from leadmill.engine import connect
from leadmill.pipeline.known import CrmEvents
from leadmill.pipeline.mill import Mill
from leadmill.qualify import CALL_SHEET, Ruleset

VERDICTS = ["person_id", *DIMENSIONS]


def read_company(mill: Mill, night: str, rulesets: Sequence[Ruleset], events: CrmEvents, now: datetime) -> None:
    """Leave night/<night>/{roles, centres, call_sheets} in the lake, and the sheets as Markdown under report/<night>/.

    Roles are read from everybody known at the company, not only from tonight's people.
    """
    profiles, decisions = mill.lake.read("night", night, "profiles"), mill.lake.read("night", night, "decisions")
    colleagues = mill.lake.read("night", night, "colleagues")
    roles = qualify_room.find_roles(colleagues, events.activities, events.opportunities)
    sheets = [_sheets(profiles, decisions, roles, ruleset, now) for ruleset in rulesets]
    mill.lake.write(roles, "night", night, "roles")
    mill.lake.write(qualify_room.read_centres(colleagues, _with_earlier(mill, colleagues, decisions), roles), "night", night, "centres")
    mill.lake.write(pa.concat_tables([CALL_SHEET.empty_table(), *sheets]), "night", night, "call_sheets")
    folder = mill.project.state / "report" / night
    folder.mkdir(parents=True, exist_ok=True)
    pages = [qualify_room.render(sheet) for table in sheets for sheet in table.to_pylist()]
    (folder / "call_sheets.md").write_text("\n".join(pages), encoding="utf-8")


def _sheets(profiles: pa.Table, decisions: pa.Table, roles: pa.Table, ruleset: Ruleset, now: datetime) -> pa.Table:
    with connect({"decisions": decisions}) as con:
        mine = con.sql("select * from decisions where ruleset_hash = $hash", params={"hash": ruleset.hash}).to_arrow_table()
    return qualify_room.write_call_sheets(profiles, mine, roles, ruleset, now)


def _with_earlier(mill: Mill, colleagues: pa.Table, tonight: pa.Table) -> pa.Table:
    """Tonight's verdicts, and for colleagues whom nothing new was said about those of the last decision."""
    tables = {"latest": mill.registry.decisions.latest(), "colleagues": colleagues, "tonight": tonight}
    with connect(tables) as con:
        waiting = con.sql(
            """
            select night_id, person_id from latest where person_id in (select person_id from colleagues)
                and person_id not in (select person_id from tonight)
            """
        ).to_arrow_table()
        earlier = []
        for night in sorted(set(waiting["night_id"].to_pylist())):
            with connect({"waiting": waiting, "decided": mill.lake.read("night", night, "decisions", columns=VERDICTS)}) as past:
                query = f"select {', '.join(VERDICTS)} from decided join waiting using (person_id) where night_id = $night"
                earlier.append(past.sql(query, params={"night": night}).to_arrow_table())
    return pa.concat_tables([tonight.select(VERDICTS), *earlier])
