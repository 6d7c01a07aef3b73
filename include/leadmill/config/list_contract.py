"""What was bought: the contract of sale of a list, as YAML beside its source (`config/contracts/<source>.yaml`).

The contract in the source's own file says what we accept; this one says what the vendor promised and what a broken promise is worth.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from leadmill.config.source import NAME
from leadmill.config.strict_yaml import Misfit, Strict, load


def _as_date(value: Any) -> Any:
    """Take a date as YAML gives it, quoted or not."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("must be a date like 2026-11-30") from None


def _as_money(value: Any) -> Any:
    """Take an amount exactly as it is written."""
    try:
        return value if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        raise ValueError("must be an amount like 0.45") from None


Day = Annotated[date, BeforeValidator(_as_date)]
Money = Annotated[Decimal, BeforeValidator(_as_money), Field(gt=0, max_digits=12, decimal_places=4)]
Kind = Literal["values", "range", "fresh", "usable", "unique", "not_owned", "exclusive"]
_NEEDS: dict[str, tuple[str, ...]] = {"values": ("column", "values"), "range": ("column",), "fresh": ("column", "max_age_days")}
_OPTIONS = {"column": ("values", "range", "fresh"), "values": ("values",), "max_age_days": ("fresh",), "reasons": ("usable",)}
_OPTIONS |= dict.fromkeys(("min_value", "max_value"), ("range",))


class Criterion(Strict):
    """One promise. `promise` is quoted in the claim: write it as the contract of sale does."""

    id: str = Field(pattern=NAME)
    promise: str = Field(min_length=1)
    kind: Kind
    column: str | None = None  # a standardised column or an attribute
    values: list[str] = []  # kind values: what the column may say
    min_value: float | None = None  # kind range
    max_value: float | None = None
    max_age_days: int | None = Field(default=None, ge=0)  # kind fresh: age of the row's date on the day of purchase
    reasons: list[str] = []  # kind usable: only rows refused for one of these; none: refused for any reason
    tolerance: float = Field(default=0.0, ge=0, lt=1)  # share of rows that may be broken; beyond it every broken row is claimed
    refund: float = Field(default=1.0, gt=0, le=1)  # share of the row's price

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        for name in _NEEDS.get(self.kind, ()):
            if not getattr(self, name) and getattr(self, name) != 0:
                raise Misfit(f"a criterion of kind {self.kind!r} needs the key {name!r}", "kind")
        for name, kinds in _OPTIONS.items():
            if name in self.model_fields_set and self.kind not in kinds:
                raise Misfit(f"a criterion of kind {self.kind!r} takes no {name!r}", name)
        if self.kind == "range" and self.min_value is None and self.max_value is None:
            raise Misfit("give 'min_value', 'max_value' or both", "kind")
        return self


class ListContract(Strict):
    """The contract of sale of one source."""

    source: str = Field(pattern=NAME)
    vendor: str = Field(min_length=1)
    purchased: Day
    price_per_row: Money
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    return_window_days: int = Field(ge=0, le=3650)
    criteria: list[Criterion] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        seen: set[str] = set()
        for index, criterion in enumerate(self.criteria):
            if criterion.id in seen:
                raise Misfit(f"the criterion {criterion.id!r} stands twice", "criteria", index, "id")
            seen.add(criterion.id)
        return self

    @property
    def deadline(self) -> date:
        """Last day on which a claim is in time."""
        return self.purchased + timedelta(days=self.return_window_days)


def load_list_contract(config: Path, source: str) -> ListContract:
    """Read what was bought from one source. Raises ConfigError, also when there is no such contract."""
    return load(config / "contracts" / f"{source}.yaml", ListContract, source=source)
