"""The night: its order, how it opens, and how it runs without Airflow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from leadmill.config import source_files
from leadmill.errors import ConfigError, LeadmillError
from leadmill.pipeline.enriching import enrich as _enrich
from leadmill.pipeline.intake import land, standardise, validate
from leadmill.pipeline.matching import match as _match
from leadmill.pipeline.mill import open_mill
from leadmill.pipeline.pushing import plan as _plan
from leadmill.pipeline.pushing import push as _push
from leadmill.pipeline.qualifying import qualify as _qualify
from leadmill.pipeline.reporting import report
from leadmill.pipeline.training import model_in_use

Stage = Callable[..., dict[str, Any]]  # of a night's name, and for match of where Spark is
Progress = Callable[[str, str], None]  # (stage, what it is about)


def _recorded(stage: Stage) -> Stage:
    """Keep what a stage returned under its night, so that the report can count and a person can look."""

    def run(night: str, *where: Any) -> dict[str, Any]:
        result = stage(night, *where)
        with open_mill() as mill:
            mill.registry.nights.record_stage(night, stage.__name__, result, mill.clock())
        return result

    run.__name__, run.__doc__ = stage.__name__, stage.__doc__
    return run


match, enrich, qualify, plan, push = (_recorded(stage) for stage in (_match, _enrich, _qualify, _plan, _push))

INTAKE = ("land", "validate", "standardise")
NIGHT = ("match", "enrich", "qualify", "plan", "push", "report")
PARAMS = {"source": None, "delivery": None, "ruleset": None, "dry_run": False, "limit": None, "approve": False}


def open_night(night: str, now: str, params: dict[str, Any]) -> dict[str, Any]:
    """Begin a night, or take it up again: it claims every standardised delivery that no night has taken, once.

    `now` (ISO 8601) is the night's clock for every stage and every replay. `params`: source, delivery (beginning of its id), ruleset,
    dry_run, limit. The matching model in use now is the night's, whatever is trained meanwhile. Raises ConfigError for an unknown source,
    ruleset or delivery.
    """
    asked = {**PARAMS, **params}
    with open_mill() as mill:
        if asked["source"]:
            mill.source(asked["source"])
        if asked["ruleset"] and not (mill.project.config / "rulesets" / f"{asked['ruleset']}.yaml").is_file():
            raise ConfigError(f"there is no ruleset {asked['ruleset']!r}.", hint=f"Look in {mill.project.config / 'rulesets'}.")
        started = mill.registry.nights.start(night, {**asked, "model": model_in_use(mill)}, datetime.fromisoformat(now)).started_at
        claimed = mill.registry.deliveries.claim(night, mill.clock(), source=asked["source"], delivery=asked["delivery"])
        if asked["delivery"] and not claimed.num_rows:
            raise ConfigError(
                f"no delivery that waits for a night has an id that begins with {asked['delivery']!r}.",
                hint="Run its intake first; a night takes each delivery once.",
            )
        return {"night": night, "started_at": started.isoformat(), "deliveries": claimed.num_rows}


def run_night(
    night: str, now: str, params: dict[str, Any] | None = None, progress: Progress = lambda _stage, _about: None
) -> dict[str, Any]:
    """Run intake and night in this process, in the same order and with the same results as the DAGs.

    A source that fails is told under `failed` and the others go on; a stage of the night that fails raises.
    """
    asked = {**PARAMS, **(params or {})}
    failed = {}
    for source in _wanted(asked["source"]):
        progress("intake", source)
        try:
            standardise(validate(land(source)))
        except LeadmillError as error:
            failed[source] = str(error)
    open_night(night, now, asked)
    for stage in (match, enrich, qualify, plan, push):
        progress(stage.__name__, night)
        stage(night)
    progress("report", night)
    told = report(night)
    return {**told, "failed": {**told["failed"], **failed}}


def _wanted(source: str | None) -> list[str]:
    """Name the sources to take in; the night looks at suppression only once all are in, so their order does not matter."""
    if source:
        return [source]
    with open_mill() as mill:
        return [path.stem for path in source_files(mill.project.config)]
