"""Every source has a golden sample, and reads and maps it as it did when the sample was written."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from leadmill.config import CHECKOUT, load_source, source_files
from leadmill.sources import mapped_sample

GOLDEN = Path(__file__).parent
SOURCES = source_files(CHECKOUT / "include" / "config")


@pytest.mark.parametrize("file", SOURCES, ids=[file.stem for file in SOURCES])
def test_the_golden_sample_of_a_source_still_becomes_what_is_expected(file: Path) -> None:
    samples = sorted((GOLDEN / file.stem).glob("delivery.*"))
    assert samples, f"no golden sample: leadmill source check {file.stem} DELIVERY --golden"

    mapped = mapped_sample(samples[0], load_source(file))

    assert mapped.drop_columns(["line"]).to_pylist() == _expected(file.stem, mapped).to_pylist()


def test_no_golden_sample_is_left_of_a_source_that_is_gone() -> None:
    assert {place.name for place in GOLDEN.iterdir() if place.is_dir() and not place.name.startswith("__")} <= {
        file.stem for file in SOURCES
    }


def _expected(source: str, mapped: pa.Table) -> pa.Table:
    names = [name for name in mapped.column_names if name != "line"]
    convert = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""])
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    return pa.csv.read_csv(GOLDEN / source / "expected.csv", convert_options=convert, parse_options=parse).select(names)
