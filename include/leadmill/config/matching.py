"""How records are recognised as the same person or company, and which of their values survive. One file: `config/matching.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from leadmill.columns import LEAD
from leadmill.config.scoring import Cluster, Scoring, cluster_of_environment
from leadmill.config.strict_yaml import Strict, load

# How far two names must agree before an equal key counts, from nothing to letter by letter.
Agreement = Literal["any", "open", "near", "same"]
Preference = Literal["affirmed", "trusted", "newest", "complete", "longest"]


class Key(Strict):
    """Columns whose equality says two records are about the same person or company, once the names allow it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")  # people read it as the reason
    columns: list[str] = Field(min_length=1)
    name: Agreement = "near"
    weight: float = Field(gt=0)  # bits of evidence; the strongest edges bind first when names contradict each other
    unless: dict[str, list[str]] = {}  # column -> values for which the key proves nothing (role mailboxes)
    shared_by: int | None = Field(default=None, ge=1)  # more different names than this on one value: it proves nothing

    @model_validator(mode="after")
    def _known_columns(self) -> Self:
        unknown = sorted({*self.columns, *self.unless} - set(LEAD.names))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a column of a lead")
        return self


class Survival(Strict):
    """Fields that survive together, from one record, and what makes that record the best."""

    fields: list[str] = Field(min_length=1)
    prefer: list[Preference] = Field(min_length=1)


class Survivorship(Strict):
    """Who wins, field by field; fields not named follow `otherwise`."""

    otherwise: list[Preference] = Field(min_length=1)
    together: list[Survival]

    @model_validator(mode="after")
    def _once(self) -> Self:
        named = [field for group in self.together for field in group.fields]
        twice = sorted({field for field in named if named.count(field) > 1})
        if twice:
            raise ValueError(f"{twice[0]!r} has two policies")
        return self


class Bands(Strict):
    """Probabilities of the model from which a pair is the same, or is shown to a person."""

    match: float = Field(default=0.99, gt=0, lt=1)
    review: float = Field(default=0.5, gt=0, lt=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.review > self.match:
            raise ValueError("review must not lie above match")
        return self


class Matching(Strict):
    """Everything the match room may be told."""

    persons: list[Key] = Field(min_length=1)
    companies: list[Key] = Field(min_length=1)
    bands: Bands = Bands()
    scoring: Scoring = Scoring()
    survivorship: Survivorship
    nicknames: list[list[str]] = []  # families of names beyond the English ones that ship with the nicknames package
    titles: list[str] = []  # words in front of or behind a name that are no part of it


def load_matching(config: Path, cluster: Cluster | None = None) -> Matching:
    """Read `config/matching.yaml`. Where Spark scores, `cluster`, else LEADMILL_SPARK, wins over the file. Raises ConfigError."""
    settings = load(config / "matching.yaml", Matching)
    if settings.scoring.backend != "spark":
        return settings
    elsewhere = cluster or cluster_of_environment() or settings.scoring.cluster
    return settings.model_copy(update={"scoring": settings.scoring.model_copy(update={"cluster": elsewhere})})
