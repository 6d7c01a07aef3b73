"""Builders: companies, providers of either kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from leadmill.config.provider import HttpProvider, ReferenceFile

COMPANY = ("company_id", "registration_number", "lei", "domain", "company_key", "country_code", "industry")


@pytest.fixture
def companies() -> Callable[..., pa.Table]:
    """Build companies c_0, c_1, ... from dictionaries; what is left out is null."""

    def build(*rows: dict[str, Any]) -> pa.Table:
        schema = pa.schema([*((name, pa.string()) for name in COMPANY), ("employee_count", pa.int64())])
        return pa.Table.from_pylist([{"company_id": f"c_{number}", **row} for number, row in enumerate(rows)], schema=schema)

    return build


@pytest.fixture
def register() -> ReferenceFile:
    """Describe a reference file with every key."""
    return ReferenceFile(
        name="register",
        title="Register",
        kind="reference_file",
        file="register.csv",
        keys=["registration_number", "lei", "domain", "company_key"],
        name_columns=["name", "others"],
        columns={
            "legal_name": "name",
            "registration_number": "number",
            "lei": "lei",
            "domain": "site",
            "country_code": "country",
            "employee_count": "staff",
            "annual_revenue": "revenue",
            "revenue_currency": "currency",
        },
    )


@pytest.fixture
def vendor() -> Callable[..., HttpProvider]:
    """Describe an HTTP provider at five cents a call, changed as asked."""

    def build(**changes: Any) -> HttpProvider:
        given: dict[str, Any] = {
            "name": "vendor",
            "title": "Vendor",
            "kind": "http",
            "url": "https://api.example.com/v1/companies?domain={domain}",
            "hosts": ["api.example.com"],
            "key": "domain",
            "columns": {"legal_name": "/org/name", "employee_count": "/org/size", "industry": "/org/tags/0"},
            "no_match": {"status": [404], "empty": "/org"},
            "cost": {"amount": "0.05", "currency": "EUR", "billed": "found"},
            "per_second": 1000,
        }
        return HttpProvider.model_validate({**given, **changes})

    return build
