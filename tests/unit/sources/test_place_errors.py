"""A place whose library is not installed: the error names what to install."""

from __future__ import annotations

import sys

import pytest

from leadmill.config import CHECKOUT
from leadmill.errors import ConfigError
from leadmill.sources import list_place


def test_a_bucket_without_its_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is installed here or not: the import fails."""
    monkeypatch.setitem(sys.modules, "s3fs", None)

    with pytest.raises(ConfigError, match="s3:// needs a library") as caught:
        list_place("s3://lists/acme", {}, "acme")

    assert "pip install -c constraints.txt -e '.[s3]'" in str(caught.value)
    assert caught.value.file == "sources/acme.yaml"


def test_the_extra_exists() -> None:
    """What the error says can be done."""
    assert "\ns3 = [" in (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
