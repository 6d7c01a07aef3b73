"""The picture of a pair's evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadmill.match import draw_evidence
from leadmill.match.picture import waterfall

EVIDENCE = '{"prior": -15.5, "last": 11.0, "tf_adj_last": 2.5, "email": 0.0, "city": -1.0}'


def test_a_waterfall_ends_in_the_total_and_leaves_silent_fields_out() -> None:
    assert waterfall(EVIDENCE) == [
        ("prior", 0.0, -15.5),
        ("last", -15.5, 11.0),
        ("tf adj last", -4.5, 2.5),
        ("city", -2.0, -1.0),
        ("total", 0.0, -3.0),
    ]


@pytest.mark.parametrize(("suffix", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_a_picture_is_drawn(tmp_path: Path, suffix: str, magic: bytes) -> None:
    draw_evidence(EVIDENCE, tmp_path / f"pair.{suffix}", "a pair")

    assert (tmp_path / f"pair.{suffix}").read_bytes().startswith(magic)
