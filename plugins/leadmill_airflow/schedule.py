"""When an intake is due: by its cron, and as soon as a file lands where its folder is watched."""

from __future__ import annotations

from pathlib import Path

from airflow.exceptions import AirflowTimetableInvalid
from airflow.sdk import Asset, AssetOrTimeSchedule, AssetWatcher, CronTriggerTimetable
from airflow.sdk.bases.timetable import BaseTimetable
from airflow.timetables.trigger import CronTriggerTimetable as Checked

from leadmill.config import Source
from leadmill.errors import ConfigError
from leadmill_airflow.names import delivered
from leadmill_airflow.watch import DeliveryTrigger


def intake_schedule(source: Source, file: Path) -> BaseTimetable | Asset | None:
    """Return what starts a source's intake: its cron (UTC), its watched folder, either, or nothing but a person.

    Raises ConfigError for what is no cron; Airflow would refuse the whole DAG file for one source's slip.
    """
    due, landed = _cron(source, file), _watched(source)
    return AssetOrTimeSchedule(timetable=due, assets=[landed]) if due and landed else due or landed


def _watched(source: Source) -> Asset | None:
    if not source.watch:
        return None
    watcher = AssetWatcher(name=f"watch_{source.name}", trigger=DeliveryTrigger(source.deliveries))
    return Asset(delivered(source.name), watchers=[watcher])


def _cron(source: Source, file: Path) -> CronTriggerTimetable | None:
    if source.schedule is None:
        return None
    try:
        Checked(source.schedule, timezone="UTC").validate()
    except AirflowTimetableInvalid as error:
        raise ConfigError(f"'schedule': {error}", file=str(file), hint='Write five fields, like "30 1 * * *" for 01:30 UTC.') from None
    return CronTriggerTimetable(source.schedule, timezone="UTC")
