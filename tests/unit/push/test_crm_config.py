"""CRM facts are read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadmill.config import CHECKOUT
from leadmill.config.crm import load_crm
from leadmill.errors import ConfigError


def test_every_crm_that_ships_loads() -> None:
    names = [load_crm(path).name for path in sorted((CHECKOUT / "include" / "config" / "crm").glob("*.yaml"))]

    assert "embedded" in names


WRONG = [
    ("fields: {}", "map at least one column"),
    ("fields: {email: {field: leadmill_id}}", "already in use"),
    ("fields: {email: {field: Email}, phone: {field: email}}", "already in use"),
    ("fields: {email: {field: crm_id}}", "already in use"),
    ("fields: {email: {field: Email, policy: allways}}", "policy"),
    ("fields: {email: {field: Email, polcy: always}}", "Did you mean 'policy'"),
    ('fields: {email: {field: "a; drop table"}}', "field"),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_wrong_crm_is_named_by_file_and_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"title: Mine\n{text}\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=words) as caught:
        load_crm(path)

    assert (caught.value.file, caught.value.line is not None) == (str(path), True)
