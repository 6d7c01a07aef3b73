"""Training the matching model: monthly or when asked for, never at night. A night uses the model named last, or keys alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from leadmill import match as match_room
from leadmill.config.matching import load_matching
from leadmill.errors import StateError
from leadmill.pipeline.known import known_leads
from leadmill.pipeline.mill import Mill, open_mill

ENOUGH = 1_000  # leads; from fewer the shares of rare agreements are guesses
CURRENT = "current"  # a file holding the name of the model in use


def train_matching() -> dict[str, Any]:
    """Train on every lead known so far and put the model in use from the next night on. Returns its version and how many leads it saw.

    Raises StateError when too few leads are known. Models are kept by the hash of their content; an earlier one is put back by writing
    its name into the file `current`.
    """
    with open_mill() as mill:
        leads = known_leads(mill, "")
        if leads.num_rows < ENOUGH:
            raise StateError(
                f"{leads.num_rows} leads are known, a model needs {ENOUGH}.", hint="Keys alone decide meanwhile; train after more nights."
            )
        home = match_room.train_model(leads, load_matching(mill.project.config), _folder(mill))
        draft = _folder(mill) / f".{CURRENT}.{os.getpid()}"
        draft.write_text(home.name, encoding="utf-8")
        draft.replace(_folder(mill) / CURRENT)
        return {"model": home.name, "leads": leads.num_rows}


def model_in_use(mill: Mill) -> str | None:
    """Name the model that nights opened from now on score with; None before the first training."""
    pointer = _folder(mill) / CURRENT
    return pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else None


def model_folder(mill: Mill, model: str | None) -> Path | None:
    """Return the folder of a model by its name; None for none. Raises StateError when it is gone."""
    if model is None:
        return None
    home = _folder(mill) / model
    if not (home / "model.json").is_file():
        raise StateError("the matching model in use is gone.", file=str(home), hint="Restore the folder, or train again: leadmill train.")
    return home


def _folder(mill: Mill) -> Path:
    return mill.project.state / "model"
