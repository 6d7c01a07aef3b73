"""What a run may be asked for: JSON schemas for the trigger form, and the refusal of everything else.

Airflow checks values against the schema, but its REST API accepts keys nobody declared: a misspelt `dry_rum` would push for real.
So the first task of every DAG calls `checked`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from airflow.sdk import Param

from leadmill.errors import ConfigError


def intake_params() -> dict[str, Param]:
    """Return what an intake may be asked for."""
    return {"delivery": _text("File to take in, relative to the checkout. Empty: whatever lies where the source's YAML says.")}


def night_params(sources: Iterable[str], rulesets: Iterable[str]) -> dict[str, Param]:
    """Return what a night may be asked for; names are the pickers of the form."""
    return {
        "source": _choice("Only deliveries of this source. Empty: every source.", sources),
        "delivery": _text("Only this delivery of the source: its id or the beginning of it. Empty: all that no night has taken yet."),
        "ruleset": _choice("Decide everyone by this ruleset. Empty: by the ruleset of their source.", rulesets),
        "limit": Param(None, type=["integer", "null"], minimum=1, description="Push at most so many leads. Empty: all."),
        "dry_run": Param(False, type="boolean", description="Plan, but write nothing to the CRM."),
        "approve": Param(False, type="boolean", description="Wait for a person's yes between plan and push."),
    }


def export_params(sources: Iterable[str]) -> dict[str, Param]:
    """Return what an export of refused rows may be asked for."""
    return {"source": _one_of("Whose refused rows.", sources), "delivery": _text("Only of this delivery, by the beginning of its id.")}


def replay_params(sources: Iterable[str]) -> dict[str, Param]:
    """Return what a replay of corrected rows may be asked for."""
    return {
        "source": _one_of("Whose rows were corrected.", sources),
        "file": Param(type="string", minLength=1, description="The exported file, corrected: CSV or XLSX, relative to the checkout."),
        "delivery": _text("The delivery that was exported, where it was one alone: the beginning of its id. Empty: all."),
    }


def claims_params(sources: Iterable[str]) -> dict[str, Param]:
    """Return what a claim pack may be asked for."""
    return {"source": _one_of("Whose vendor is held to what was bought (config/contracts).", sources)}


def simulation_params(rulesets: Iterable[str]) -> dict[str, Param]:
    """Return what a simulation of a ruleset may be asked for."""
    known = sorted(rulesets)
    return {
        "ruleset": _one_of("The new ruleset: try it under a name of its own (config/rulesets).", known),
        "against": _choice("The ruleset that decided then. Empty: the one of the same name.", known),
        "nights": Param(30, type="integer", minimum=1, maximum=366, description="How many past nights."),
        "cost": Param(0, type="number", minimum=0, description="What contacting one qualified person costs."),
    }


def checked(conf: Mapping[str, Any] | None, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the params of a run as plain values. Raises ConfigError when `conf` holds keys that are not among `params`."""
    unknown = sorted(set(conf or {}) - set(params))
    if unknown:
        raise ConfigError(f"unknown key{'s' if len(unknown) > 1 else ''} in the run's conf: {_suggest(unknown, list(params))}.")
    return dict(params)


def _suggest(unknown: list[str], known: list[str]) -> str:
    near = {key: difflib.get_close_matches(key, known, n=1, cutoff=0.5) for key in unknown}
    told = [f"{key!r} (did you mean {match[0]!r}?)" if match else repr(key) for key, match in near.items()]
    return f"{', '.join(told)}. Known: {', '.join(sorted(known))}"


def _text(description: str) -> Param:
    return Param(None, type=["string", "null"], minLength=1, description=description)


def _choice(description: str, names: Iterable[str]) -> Param:
    return Param(None, type=["string", "null"], enum=[*names, None], description=description)


def _one_of(description: str, names: Iterable[str]) -> Param:
    """Ask for one name that must be given; while there is none, the task says what is missing."""
    known = sorted(names)
    choice: dict[str, Any] = {"enum": known} if known else {}
    return Param(type="string", description=description, **choice)
