"""When an intake is due. Checked here, because Airflow would refuse the whole DAG file for one source's slip."""

from __future__ import annotations

from pathlib import Path

from airflow.exceptions import AirflowTimetableInvalid
from airflow.sdk import CronTriggerTimetable
from airflow.timetables.trigger import CronTriggerTimetable as Checked

from leadmill.config import Source
from leadmill.errors import ConfigError


def intake_schedule(source: Source, file: Path) -> CronTriggerTimetable | None:
    """Return the timetable of a source's cron expression, in UTC; None when it has none. Raises ConfigError for what is no cron."""
    if source.schedule is None:
        return None
    try:
        Checked(source.schedule, timezone="UTC").validate()
    except AirflowTimetableInvalid as error:
        raise ConfigError(f"'schedule': {error}", file=str(file), hint='Write five fields, like "30 1 * * *" for 01:30 UTC.') from None
    return CronTriggerTimetable(source.schedule, timezone="UTC")
