"""Names of DAGs and assets, said once: the DAG files make them, the runner and the tests look for them."""

from __future__ import annotations

import re
from pathlib import Path

NIGHTLY = "nightly"
EXPORT, REPLAY = "quarantine_export", "quarantine_replay"
CLAIMS = "claims"
SIMULATE = "simulate_ruleset"
TRAIN, REVIEW = "train_matching", "review_pairs"
FORMS = (CLAIMS, EXPORT, REPLAY, SIMULATE)  # DAGs a person triggers with a form, whatever the sources are
DAYTIME = (REVIEW, TRAIN)  # DAGs that run by themselves outside the night
PAIRS = "leadmill://review/pairs"  # the asset that says: a night has looked for pairs only a person can judge


def intake_id(file: Path) -> str:
    """Return the DAG id of a source file; what Airflow forbids in an id is written as its code point (such a source is refused anyway)."""
    return "intake_" + re.sub(r"[^\w.-]", lambda sign: f".{ord(sign[0]):x}", file.stem)


def standardised(source: str) -> str:
    """Return the URI of the asset that says: this source's deliveries are standardised."""
    return f"leadmill://standardised/{source}"


def delivered(source: str) -> str:
    """Return the URI of the asset that says: a file of this source has landed. Told by the watcher of its folder."""
    return f"leadmill://delivered/{source}"
