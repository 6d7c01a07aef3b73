"""Small builders for pushes: candidates, what was pushed, a CRM of four fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leadmill.config.crm import CrmConfig, CrmField
from leadmill.push import EmbeddedCrm

COLUMNS = ("email", "job_title", "source", "score")


@pytest.fixture
def crm() -> CrmConfig:
    """One field per policy."""
    return CrmConfig(
        name="test",
        title="Test",
        batch=2,
        fields={
            "email": CrmField(field="Email", policy="fill_empty", max_length=20),
            "job_title": CrmField(field="Title", policy="only_if_unchanged"),
            "source": CrmField(field="Source", policy="create_only"),
            "score": CrmField(field="Score", policy="always"),
        },
    )


@pytest.fixture
def candidates() -> Callable[..., pa.Table]:
    """Build candidates from dictionaries; what is left out is null."""

    def build(*rows: dict[str, Any]) -> pa.Table:
        schema = pa.schema([(name, pa.string()) for name in ("person_id", "crm_id", "reason", *COLUMNS)])
        return pa.Table.from_pylist(list(rows), schema=schema)

    return build


@pytest.fixture
def crm_rows() -> Callable[..., pa.Table]:
    """Build what the CRM holds from dictionaries."""

    def build(*rows: dict[str, str]) -> pa.Table:
        names = ("crm_id", "leadmill_id", "Email", "Title", "Source", "Score")
        return pa.Table.from_pylist(list(rows), schema=pa.schema([(name, pa.string()) for name in names]))

    return build


@pytest.fixture
def pushed() -> Callable[..., pa.Table]:
    """Build what we wrote last, from person id to its fields."""

    def build(people: dict[str, dict[str, str]] | None = None, crm_id: str = "C1") -> pa.Table:
        hashes = [json.dumps({f: hashlib.sha256(v.encode()).hexdigest() for f, v in fields.items()}) for fields in (people or {}).values()]
        ids = pa.array(list(people or {}), pa.string())
        return pa.table({"person_id": ids, "crm_id": pa.repeat(crm_id, len(ids)), "hashes": pa.array(hashes, pa.string())})

    return build


@pytest.fixture
def embedded(crm: CrmConfig, tmp_path: Path) -> EmbeddedCrm:
    """Open an empty embedded CRM."""
    return EmbeddedCrm(crm, tmp_path / "crm")
