"""Who must be decided again tonight though no list named them: their day has come, or something happened in the CRM."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from leadmill.engine import connect

DUE = pa.schema([("person_id", pa.string()), ("because", pa.string())])


def find_due(decisions: pa.Table, profiles: pa.Table, activities: pa.Table, opportunities: pa.Table, now: datetime) -> pa.Table:
    """Find everybody whose last decision is open again: rows of DUE, by person.

    decisions: the last one per person (person_id, decided_at, next_check_at); profiles: person_id, company_id; activities: person_id,
    activity_type, occurred_at; opportunities: company_id, closed_at. A call, reply or meeting re-opens the person's decision, a deal won or
    lost those of all colleagues. Many CRMs write days without a time (midnight): such a day is not over before its end, else whatever
    happens on the day of a decision would never be seen.
    """
    tables = {"decisions": decisions, "profiles": profiles.select(["person_id", "company_id"])}
    events = {"activities": activities, "opportunities": opportunities}
    tables |= {name: table for name, table in events.items() if table.num_columns}
    called = f"""
        select person_id, 1, activity_type || ' on ' || strftime(occurred_at, '%Y-%m-%d')
        from activities join decisions using (person_id) where {_last("occurred_at")} > decided_at and occurred_at <= $now
    """
    dealt = f"""
        select profiles.person_id, 2, 'the company''s opportunity was closed on ' || strftime(closed_at, '%Y-%m-%d')
        from opportunities join profiles using (company_id) join decisions on decisions.person_id = profiles.person_id
        where {_last("closed_at")} > decided_at and closed_at <= $now
    """
    found = ["select person_id, 3 as rank, 'the day of the next check has come' as because from decisions where next_check_at <= $now"]
    found += [query for name, query in (("activities", called), ("opportunities", dealt)) if name in tables]
    with connect(tables) as con:
        statement = f"select person_id, min_by(because, rank) as because from ({' union all '.join(found)}) group by 1 order by 1"
        return con.sql(statement, params={"now": now}).to_arrow_table().cast(DUE)


def _last(moment: str) -> str:
    """Write SQL for the last moment a column may mean: the end of the day where it names a day only."""
    return f"({moment} + case when {moment} = date_trunc('day', {moment}) then interval 1 day else interval 0 day end)"
