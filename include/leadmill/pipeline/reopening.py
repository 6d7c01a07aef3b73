"""Who is decided again tonight though no list named them: the day of the next check has come, or something happened in the CRM."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from leadmill import qualify as qualify_room
from leadmill.engine import connect
from leadmill.pipeline.known import crm_events
from leadmill.pipeline.mill import Mill


def find_due(mill: Mill, night: str, known: pa.Table, now: datetime) -> pa.Table:
    """Find everybody whose newest decision is open again: person_id, because. `known`: leads of earlier nights with their ids."""
    decisions = mill.registry.decisions.latest()
    with connect({"known": known}) as con:
        people = con.sql("select distinct person_id, company_id from known").to_arrow_table()
    events = crm_events(mill, night)
    return qualify_room.find_due(decisions, people, events.activities, events.opportunities, now)
