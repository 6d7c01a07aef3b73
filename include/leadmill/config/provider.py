"""A provider: something that answers firmographic questions. One YAML file under `config/providers`; and the waterfall between them.

Secrets are never in here: `auth.secret` is the name under which the environment or an Airflow connection holds it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from leadmill.config.strict_yaml import Strict, load, read_tree

Key = Literal["registration_number", "lei", "domain", "company_key"]  # company_key is asked together with country_code
KEYS: tuple[Key, ...] = ("registration_number", "lei", "domain", "company_key")
LOOPBACK = ("localhost", "127.0.0.1", "::1")

# What a provider may tell of a company: our column and its type.
FACTS: MappingProxyType[str, Literal["text", "integer", "number"]] = MappingProxyType(
    {
        "legal_name": "text",
        "registration_number": "text",
        "lei": "text",
        "domain": "text",
        "website": "text",
        "legal_form": "text",
        "industry": "text",
        "employee_count": "integer",
        "annual_revenue": "number",
        "revenue_currency": "text",
        "founded_year": "integer",
        "country_code": "text",
        "region": "text",
        "city": "text",
        "postcode": "text",
        "parent_registration_number": "text",
        "company_status": "text",
    }
)
Fact = Literal[
    "legal_name", "registration_number", "lei", "domain", "website", "legal_form", "industry", "employee_count", "annual_revenue",
    "revenue_currency", "founded_year", "country_code", "region", "city", "postcode", "parent_registration_number", "company_status",
]  # fmt: skip


class ReferenceFile(Strict):
    """A file that is looked up for free: CSV or parquet, all read as text."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    title: str
    kind: Literal["reference_file"]
    file: str  # relative to the checkout
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    keys: list[Key] = Field(min_length=1)  # tried in this order; a key that fits several companies decides nothing
    name_columns: list[str] = []  # columns that hold company names, for the key company_key
    name_separator: str = ";"  # several names in one cell
    columns: dict[Fact, str]  # our fact -> column of the file

    @model_validator(mode="after")
    def _keys_have_columns(self) -> Self:
        for key in self.keys:
            if key == "company_key" and not (self.name_columns and "country_code" in self.columns):
                raise ValueError("the key 'company_key' needs name_columns and the column of country_code")
            if key != "company_key" and key not in self.columns:
                raise ValueError(f"the key {key!r} needs its column of the file under columns")
        return self


class Auth(Strict):
    """How a request proves who asks. `secret` names the secret; `basic` sends it as the user name."""

    kind: Literal["none", "bearer", "basic", "header"] = "none"
    header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]+$")
    secret: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]*$")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.kind == "none") != (self.secret is None):
            raise ValueError("secret names the secret of bearer, basic and header; none has no secret")
        if (self.kind == "header") != (self.header is not None):
            raise ValueError("header is stated for kind header, and only there")
        return self


class NoMatch(Strict):
    """How the provider says that it does not know the company."""

    status: list[int] = [404]
    empty: str | None = Field(default=None, pattern=r"^(/[^/]*)*$")  # JSON pointer: missing, null or empty there means no match


class Budget(Strict):
    """What may be spent in a period; the next call that would exceed it waits for another night."""

    period: Literal["night", "day", "month", "total"] = "month"
    amount: str | None = Field(default=None, pattern=r"^\d+(\.\d{1,6})?$")  # in the currency of the cost
    calls: int | None = Field(default=None, ge=0)


class Cost(Strict):
    """What one call costs, and when."""

    amount: str = Field(default="0", pattern=r"^\d+(\.\d{1,6})?$")  # text: money is never a float
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    billed: Literal["found", "answered", "always"] = "always"  # found: no match is free; answered: an error is free

    @property
    def micros(self) -> int:
        """The cost in millionths of the currency."""
        return in_micros(self.amount)


class HttpProvider(Strict):
    """A generic HTTP API that answers one question per GET with JSON."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    title: str
    kind: Literal["http"]
    url: str  # template with {the key} and, where asked, {country_code}
    hosts: list[str] = Field(min_length=1)  # the only hosts that are ever connected to; plain http only for a loopback host named here
    key: Key  # what a question is asked by; companies without it are not asked about
    auth: Auth = Auth()
    headers: dict[str, str] = {}
    idempotency_header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]+$")
    columns: dict[Fact, str]  # our fact -> JSON pointer
    no_match: NoMatch = NoMatch()
    pending: list[int] = [202]  # the answer is being prepared: ask again another night
    cost: Cost = Cost()
    budget: Budget = Budget()
    per_second: float = Field(default=1.0, gt=0, le=1000)
    workers: int = Field(default=4, ge=1, le=32)
    connect_seconds: float = Field(default=5.0, gt=0, le=60)
    read_seconds: float = Field(default=20.0, gt=0, le=120)
    max_bytes: int = Field(default=1_048_576, ge=1, le=16_777_216)
    attempts: int = Field(default=3, ge=1, le=5)  # a refused turn (429) is asked again; any other failure only when calls are free
    keep_days: int = Field(default=180, ge=0)  # how long an answer holds
    keep_not_found_days: int = Field(default=30, ge=0)

    @model_validator(mode="after")
    def _safe_url(self) -> Self:
        parts = urlsplit(self.url)
        if not parts.hostname or "{" in parts.netloc or parts.username:
            raise ValueError("url must name its host outright, without {placeholders} or a user name")
        if parts.hostname not in self.hosts:
            raise ValueError(f"the host {parts.hostname!r} of url is not among hosts")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("url must be https")
        asked = set(re.findall(r"{(.*?)}", self.url))
        unknown = sorted(asked - {self.key, "country_code"})
        if unknown:
            raise ValueError(f"url has the placeholder {unknown[0]!r}: it may have {self.key!r} (the key) and 'country_code'")
        if self.key not in asked:
            raise ValueError(f"url must ask by its key: put {{{self.key}}} into it")
        return self

    @model_validator(mode="after")
    def _pointers(self) -> Self:
        for fact, pointer in self.columns.items():
            if not pointer.startswith("/"):
                raise ValueError(f"{fact!r} needs a JSON pointer such as /data/0/name")
        return self

    @property
    def budget_micros(self) -> int | None:
        """The budget in millionths of the currency; None is no limit."""
        return None if self.budget.amount is None else in_micros(self.budget.amount)


Provider = ReferenceFile | HttpProvider


class Waterfall(Strict):
    """The order in which providers are asked, free ones best first; `fields` gives a fact an order of its own."""

    ask: list[str] = []
    fields: dict[Fact, list[str]] = {}

    @model_validator(mode="after")
    def _known(self) -> Self:
        if len(set(self.ask)) != len(self.ask):
            raise ValueError("a provider is named twice under ask")
        for fact, order in self.fields.items():
            for name in order:
                if name not in self.ask:
                    raise ValueError(f"{fact!r} names the provider {name!r}, which is not asked")
        return self

    def order_of(self, fact: str) -> list[str]:
        """Name the providers for one fact, best first: those stated for it, then the others as they are asked."""
        first = self.fields.get(fact, [])  # type: ignore[call-overload]  # any text may be asked about
        return [*first, *(name for name in self.ask if name not in first)]


def in_micros(amount: str) -> int:
    """Convert a decimal amount to millionths."""
    return int(Decimal(amount) * 1_000_000)


def load_provider(path: Path) -> Provider:
    """Read one provider; `kind` says of which kind. Raises ConfigError."""
    tree = read_tree(path)
    kind = tree.get("kind") if isinstance(tree, dict) else None
    return load(path, HttpProvider, name=path.stem) if kind == "http" else load(path, ReferenceFile, name=path.stem)


def load_waterfall(config: Path) -> tuple[Waterfall, list[Provider]]:
    """Read `config/enrichment.yaml` and the providers it asks, in its order; no file means nobody is asked. Raises ConfigError."""
    path = config / "enrichment.yaml"
    waterfall = load(path, Waterfall) if path.is_file() else Waterfall()
    return waterfall, [load_provider(config / "providers" / f"{name}.yaml") for name in waterfall.ask]
