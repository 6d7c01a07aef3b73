"""DuckDB is opened locked: SQL made from rules can read its tables and nothing else."""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadmill import engine

secret = pa.table({"password": ["hunter2"]})  # a module variable a replacement scan could find


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/hostname')",
        "copy (select 1) to 'out.csv'",
        "select * from '/etc/hostname'",
        "set memory_limit='100GB'",
        "set enable_external_access=true",
        "install httpfs",
        "attach 'other.db'",
        "select * from secret",
    ],
)
def test_a_locked_engine_reaches_nothing_outside(sql):
    with engine.connect({"leads": pa.table({"a": [1]})}) as con, pytest.raises(duckdb.Error):
        con.execute(sql).fetchall()


def test_only_named_folders_can_be_read(tmp_path):
    inside, outside = tmp_path / "lake", tmp_path / "elsewhere"
    for folder in (inside, outside):
        folder.mkdir()
        pq.write_table(pa.table({"a": [7]}), folder / "t.parquet")

    with engine.connect(folders=(inside,)) as con:
        assert con.execute(f"select a from '{inside}/t.parquet'").fetchone() == (7,)
        with pytest.raises(duckdb.PermissionException):
            con.execute(f"select a from '{outside}/t.parquet'")


def test_a_hostile_header_is_an_identifier_and_nothing_more():
    name = 'a"; drop table leads; --'

    with engine.connect({"leads": pa.table({name: [1]})}) as con:
        assert con.execute(f"select {engine.quote(name)} from leads").fetchone() == (1,)


def test_a_hostile_text_is_a_literal_and_nothing_more():
    text = "it's'; drop table leads; --"

    with engine.connect() as con:
        assert con.execute(f"select {engine.quote_text(text)}").fetchone() == (text,)
