"""The lake shows a table whole or not at all."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadmill.errors import StateError
from leadmill.lake import Lake

TABLE = pa.table({"a": ["1", None], "b": [1, 2]})


def test_what_is_written_is_read_back(tmp_path):
    lake = Lake(tmp_path)

    lake.write(TABLE, "raw", "acme", "d1")

    assert lake.read("raw", "acme", "d1") == TABLE
    assert lake.holds("raw", "acme", "d1")
    assert lake.names("raw", "acme") == ["d1"]


def test_a_crash_while_writing_leaves_the_old_table_and_no_draft(tmp_path, monkeypatch):
    lake = Lake(tmp_path)
    lake.write(TABLE, "raw", "acme", "d1")

    def half_written(table, where, **_):
        where.write_bytes(b"PAR1 half")
        raise OSError("No space left on device")

    monkeypatch.setattr(pq, "write_table", half_written)
    with pytest.raises(OSError, match="No space"):
        lake.write(TABLE.slice(0, 1), "raw", "acme", "d1")

    assert lake.read("raw", "acme", "d1") == TABLE
    assert [path.name for path in (tmp_path / "raw" / "acme").iterdir()] == ["d1.parquet"]


def test_a_draft_left_by_a_kill_is_not_a_table(tmp_path):
    lake = Lake(tmp_path)
    lake.write(TABLE, "raw", "acme", "d1")
    (tmp_path / "raw" / "acme" / ".d2.parquet.77.abcd").write_bytes(b"PAR1")

    assert lake.names("raw", "acme") == ["d1"]


def test_a_folder_that_looks_like_a_partition_adds_no_column(tmp_path):
    lake = Lake(tmp_path)
    lake.write(TABLE, "night", "date=2026-11-21", "matched")

    assert lake.read("night", "date=2026-11-21", "matched").column_names == ["a", "b"]


@pytest.mark.parametrize("name", ["../etc", "a/b", "", ".hidden", "a\\b", "a\x00b"])
def test_a_name_cannot_leave_the_lake(tmp_path, name):
    with pytest.raises(StateError, match="no name for a place"):
        Lake(tmp_path).path("raw", name)


def test_a_missing_table_says_which_stage_to_run(tmp_path):
    with pytest.raises(StateError, match="Run the stage 'standardised'"):
        Lake(tmp_path).read("standardised", "acme", "d1")
