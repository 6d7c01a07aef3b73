"""Fixtures every test may ask for."""

import pytest
import tiny_house


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Build an installation of its own, with one purchased list."""
    return tiny_house.build(tmp_path, monkeypatch)
