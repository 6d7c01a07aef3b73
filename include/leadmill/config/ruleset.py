"""A ruleset: gates, scored rules and thresholds over the four dimensions. One YAML file under `config/rulesets`, no behaviour.

Qualified means that the person has the *interest*, the *ability* (means, budget, income) and the *authority* to decide, and that there is
a *need*. Conditions are texts in a small SQL-like language; the qualify room reads them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from leadmill.config.source import NAME
from leadmill.config.strict_yaml import Strict, load

Dimension = Literal["interest", "ability", "authority", "need"]
StageName = Literal["lead", "prospect"]
DIMENSIONS: tuple[Dimension, ...] = ("interest", "ability", "authority", "need")
AttributeType = Literal["text", "integer", "number", "boolean", "date", "timestamp"]


class Decay(Strict):
    """Points halve every `half_life_days` since a moment: the newest interest counts most."""

    since: str  # an expression that gives a date or a timestamp
    half_life_days: float = Field(gt=0)


class Timed(Strict):
    """Something that holds from one day to another, both included."""

    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until lies before valid_from")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether it counts on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or day <= self.valid_until)


class GateFact(Timed):
    """Who is out whatever the score. Unknown passes, or waits: never refuses."""

    id: str = Field(pattern=NAME, max_length=60)
    out_when: str
    because: str
    unknown: Literal["passes", "waits"] = "passes"


class RuleFact(Timed):
    """Points for one dimension when a condition is true; nothing when it is false or unknown."""

    id: str = Field(pattern=NAME, max_length=60)
    dimension: Dimension
    when: str
    points: int = Field(ge=-1000, le=1000)
    because: str
    decay: Decay | None = None

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if self.points == 0:
            raise ValueError("a rule with 0 points decides nothing; remove it or give it points")
        return self


class DimensionFact(Strict):
    """What a dimension asks for, and what follows when it can no longer be reached."""

    minimum: int = Field(ge=0)
    if_false: Literal["nurture", "disqualified"] = "disqualified"


class DimensionFacts(Strict):
    """All four, always stated: leaving one out would be a decision nobody sees."""

    interest: DimensionFact
    ability: DimensionFact
    authority: DimensionFact
    need: DimensionFact


class StageFact(Strict):
    """What a person must show to reach a stage: dimensions that are true, and a score."""

    needs: list[Dimension] = list(DIMENSIONS)
    score: int = 0


class StageFacts(Strict):
    """A lead is worth a contact; a prospect shows all that a purchase needs."""

    lead: StageFact = StageFact(needs=["interest"])
    prospect: StageFact = StageFact()


class AttributeFact(Strict):
    """A typed attribute the rules use, as sources declare it."""

    type: AttributeType
    known: Literal["before", "after"] = "before"
    appearance: bool = False


class Recheck(Strict):
    """After how many days someone is looked at again though nothing new was learned. Nobody is deleted."""

    nurture_days: int = Field(default=30, ge=1)
    disqualified_days: int = Field(default=180, ge=1)
    # None: only news re-opens it. Left out of what is hashed, so that rulesets written before this key keep their version.
    qualified_days: int | None = Field(default=None, ge=1, exclude_if=lambda days: days is None)


class Value(Strict):
    """What a person gains, said on the call sheet when it applies."""

    id: str = Field(pattern=NAME, max_length=60)
    when: str
    gain: Literal["easier_work", "support", "money_saved", "other"]
    say: str


class RulesetFile(Timed):
    """One ruleset as written."""

    name: str = Field(pattern=NAME, max_length=60)
    title: str
    attributes: dict[str, AttributeFact] = {}
    gates: list[GateFact] = Field(default=[], max_length=50)
    dimensions: DimensionFacts
    rules: list[RuleFact] = Field(max_length=500)
    stages: StageFacts = StageFacts()
    qualify_as: StageName = "prospect"
    nurture_score: int | None = None  # whoever cannot reach it even if all unknowns turn out well is disqualified
    recheck: Recheck = Recheck()
    values: list[Value] = []
    questions: dict[str, str] = {}  # fact -> how to ask for it; an empty text: never ask

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [gate.id for gate in self.gates] + [rule.id for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the id {twice[0]!r} is used twice; reasons would not tell the two apart")
        for dimension in DIMENSIONS:
            reachable = sum(max(rule.points, 0) for rule in self.rules if rule.dimension == dimension)
            minimum = self.minimum(dimension)
            if minimum > reachable:
                raise ValueError(f"{dimension} asks for {minimum} points, but its rules give at most {reachable}: nobody could qualify")
        stage = self.stages.prospect if self.qualify_as == "prospect" else self.stages.lead
        best = sum(max(rule.points, 0) for rule in self.rules)
        if stage.score > best:
            raise ValueError(f"the stage {self.qualify_as} asks for a score of {stage.score}, but all rules give at most {best}")
        return self

    def minimum(self, dimension: Dimension) -> int:
        """Points a dimension asks for."""
        fact: DimensionFact = getattr(self.dimensions, dimension)
        return fact.minimum


def load_ruleset_file(path: Path) -> RulesetFile:
    """Read one ruleset as written, its conditions still text. Raises ConfigError."""
    return load(path, RulesetFile, name=path.stem)
