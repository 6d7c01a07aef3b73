"""A CRM: which of our values go to which of its fields, and who wins when both sides have one. One YAML file under `config/crm`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from leadmill.config.strict_yaml import Strict, load

Policy = Literal["always", "fill_empty", "only_if_unchanged", "create_only"]
RESERVED = ("crm_id", "number")  # the embedded CRM's own columns


class CrmField(Strict):
    """One field of the CRM. `policy` says when our value is written over what is there."""

    field: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=80)
    policy: Policy = "fill_empty"
    max_length: int | None = Field(default=None, ge=1)  # longer values are cut
    required: bool = False  # a new record without it is rejected before it is sent


class CrmConfig(Strict):
    """Everything a push needs to know of one CRM. `fields` maps a column of the payload to a field."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    title: str
    kind: Literal["embedded"] = "embedded"
    file: str = "crm.sqlite"  # embedded: relative to the state's crm folder
    external_key: str = Field(default="leadmill_id", pattern=r"^[A-Za-z][A-Za-z0-9_]*$")  # unique field of the CRM that is ours
    batch: int = Field(default=200, ge=1, le=10_000)
    fields: dict[str, CrmField]

    @model_validator(mode="after")
    def _one_value_per_field(self) -> Self:
        if not self.fields:
            raise ValueError("map at least one column to a field")
        taken = {self.external_key.lower(), *RESERVED}
        for column, target in self.fields.items():
            if target.field.lower() in taken:
                raise ValueError(f"the field {target.field!r} of column {column!r} is already in use")
            taken.add(target.field.lower())
        return self


def load_crm(path: Path) -> CrmConfig:
    """Read one CRM. Raises ConfigError."""
    return load(path, CrmConfig, name=path.stem)
