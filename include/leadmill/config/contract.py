"""What a delivery must hold to: rules for rows, rules for the list."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from leadmill.config.strict_yaml import Strict

Severity = Literal["info", "warning", "critical"]


class Rule(Strict):
    """One expectation: a Great Expectations type with its arguments, under an id people read as the reason."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    expectation: str
    column: str | None = None
    kwargs: dict[str, Any] = {}
    severity: Severity = "critical"


class Contract(Strict):
    """Row rules refuse the row; list rules refuse the delivery."""

    required: list[str] = []  # canonical columns or attributes the file must have
    rows: list[Rule] = []
    lists: list[Rule] = []
