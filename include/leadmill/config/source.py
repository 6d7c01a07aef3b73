"""A source: something that delivers leads. One YAML file under `config/sources`; the file's name is its name everywhere."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from leadmill.columns import CANONICAL, LEAD, RESERVED
from leadmill.config.contract import Contract
from leadmill.config.fetch import Fetch, check_place, place_of
from leadmill.config.strict_yaml import Misfit, Strict, load

Kind = Literal["list", "crm_leads", "crm_contacts", "crm_accounts", "crm_opportunities", "crm_activities", "opt_out"]
NAME = r"^[a-z][a-z0-9_]*$"


class Format(Strict):
    """How the file is written. What is left out is found by looking at the file; what is stated is believed."""

    type: Literal["csv", "xlsx", "xls", "ods", "json", "jsonl", "parquet"] | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=4)  # marks that stand together; a space may be the last
    quote: str | None = Field(default=None, min_length=1, max_length=1)
    header_rows: int | None = Field(default=None, ge=0, le=10)
    skip_rows: int | None = Field(default=None, ge=0)
    sheet: str | None = None
    decimal: Literal[".", ","] = "."
    dates: list[str] = []  # strptime formats tried in order; ISO 8601 is always understood


class Attribute(Strict):
    """A typed column beyond the canonical ones, and whether it is known before or only after contact."""

    column: str | list[str]
    type: Literal["text", "integer", "number", "boolean", "date", "timestamp"] = "text"
    known: Literal["before", "after"] = "before"
    appearance: bool = False  # a proxy for looks (gender, age, photo): may never move a decision


class Source(Strict):
    """Everything Leadmill knows of one source."""

    name: str = Field(pattern=NAME, max_length=60)
    title: str
    kind: Kind
    deliveries: str  # file, folder or glob, relative to the checkout; or s3://, https:// ...: fetched into the inbox first
    fetch: Fetch = Fetch()  # limits and credentials of what is not on this machine
    watch: bool = False  # an intake starts when a file lands (local places; needs Airflow's triggerer)
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")  # default for national phone numbers and missing countries
    ruleset: str | None = None  # persons of this source are decided by it; none: known, not decided
    trust: int = Field(default=50, ge=0, le=100)  # survivorship: higher wins
    schedule: str | None = None  # cron of the intake; none: triggered
    format: Format = Format()
    headers: list[str] = []  # the whole header of the file this was written for: a delivery with another one is held
    columns: dict[str, str | list[str]]
    attributes: dict[str, Attribute] = {}
    contract: Contract = Contract()

    @field_validator("columns")
    @classmethod
    def _named(cls, columns: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        if not columns:
            raise ValueError("map at least one column")
        return columns

    @model_validator(mode="after")
    def _known_columns(self) -> Self:
        known = CANONICAL[self.kind]
        for name in self.columns:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"Did you mean {near[0]!r}?" if near else f"Known for kind {self.kind}: {', '.join(known)}. Others are attributes."
                raise ValueError(f"unknown canonical column {name!r}. {hint}")
        taken = {*LEAD.names, *known, *RESERVED}
        for name in self.attributes:
            if name in taken:
                raise ValueError(f"the attribute {name!r} has the name of a column of ours: map it under columns, or give it another name")
            if not re.fullmatch(NAME, name):
                raise ValueError(f"the attribute {name!r} must be lower-case letters, digits and underscores, a letter first")
        check_place(self.deliveries, self.fetch)
        if self.watch and place_of(self.deliveries) != "local":
            raise Misfit("only a place on this machine can be watched: give a schedule instead", "watch")
        self.contract.check_columns((*self.columns, *self.attributes))
        return self


def load_source(path: Path) -> Source:
    """Read one source. Raises ConfigError."""
    return load(path, Source, name=path.stem)


def load_sources(config: Path) -> list[Source]:
    """Read every source under `config/sources`, by name. Raises ConfigError for the first that is wrong."""
    return [load_source(path) for path in source_files(config)]


def source_files(config: Path) -> list[Path]:
    """List the source files, by name."""
    return sorted((config / "sources").glob("*.yaml"))


def source_schema() -> dict[str, Any]:
    """Describe a source file as JSON schema, for editors: completion, and a mark under what `load_source` would refuse."""
    schema = Source.model_json_schema()
    del schema["properties"]["name"]  # the file's name
    schema["required"].remove("name")
    canonical = sorted({name for columns in CANONICAL.values() for name in columns})
    schema["properties"]["columns"]["propertyNames"] = {"enum": canonical}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A Leadmill source", **schema}
