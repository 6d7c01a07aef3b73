"""Fixtures of the stages' tests."""

import pytest
from vendor_server import serving

vendor = pytest.fixture(serving, name="vendor")
