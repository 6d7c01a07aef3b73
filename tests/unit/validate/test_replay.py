"""Fix and replay: exactly the corrected rows move, and both attempts stay visible."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadmill.columns import LANDED, QUARANTINE
from leadmill.errors import SourceError
from leadmill.validate.replay import handout, replay, still_refused

LANDED_ROWS = pa.Table.from_pylist(
    [
        {
            "record_id": "d-2",
            "source": "vendor",
            "delivery_id": "d",
            "line": 2,
            "fingerprint": "f2",
            "raw.Name": "Jane",
            "raw.E-Mail": "jane@",
            "raw.": "x",
        },
        {
            "record_id": "d-3",
            "source": "vendor",
            "delivery_id": "d",
            "line": 3,
            "fingerprint": "f3",
            "raw.Name": "=1+1",
            "raw.E-Mail": "a@b.example",
            "raw.": "",
        },
        {
            "record_id": "d-4",
            "source": "vendor",
            "delivery_id": "d",
            "line": 4,
            "fingerprint": "f4",
            "raw.Name": "Bo",
            "raw.E-Mail": None,
            "raw.": None,
        },
        {
            "record_id": "d-9",
            "source": "vendor",
            "delivery_id": "d",
            "line": 9,
            "fingerprint": "f9",
            "raw.Name": "Fine",
            "raw.E-Mail": "f@f.example",
            "raw.": "",
        },
    ],
    schema=pa.schema([*LANDED, ("raw.Name", pa.string()), ("raw.E-Mail", pa.string()), ("raw.", pa.string())]),
)
REFUSED = pa.Table.from_pylist(
    [
        {
            "record_id": "d-2",
            "source": "vendor",
            "delivery_id": "d",
            "file": "list.csv",
            "line": 2,
            "raw": "Jane,jane@,x",
            "reasons": ["email_syntax", "odd"],
        },
        {
            "record_id": "d-3",
            "source": "vendor",
            "delivery_id": "d",
            "file": "list.csv",
            "line": 3,
            "raw": "=1+1,a@b.example,",
            "reasons": ["formula"],
        },
        {"record_id": "d-4", "source": "vendor", "delivery_id": "d", "file": "list.csv", "line": 4, "raw": "Bo,,", "reasons": ["no_email"]},
        {
            "record_id": "d-7",
            "source": "vendor",
            "delivery_id": "d",
            "file": "list.csv",
            "line": 7,
            "raw": 'Al,"al@',
            "reasons": ["unclosed_quote"],
        },
    ],
    schema=QUARANTINE,
)


def fingerprint(cells: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*cells.columns, "|")


def corrected(changes: dict[str, dict[str, str | None]]) -> pa.Table:
    """Edit an export as a person would: the named cells only."""
    rows = handout(REFUSED, LANDED_ROWS).to_pylist()
    return pa.Table.from_pylist([row | changes.get(row["leadmill_record_id"], {}) for row in rows], handout(REFUSED, LANDED_ROWS).schema)


def run(returned: pa.Table, quarantine: pa.Table = REFUSED):
    return replay(returned, quarantine, LANDED_ROWS, delivery_id="fixed", fingerprint=fingerprint)


def test_a_person_gets_the_refused_rows_with_place_reasons_and_every_cell():
    assert handout(REFUSED, LANDED_ROWS).to_pylist()[0] == {
        "leadmill_record_id": "d-2",
        "leadmill_file": "list.csv",
        "leadmill_line": "2",
        "leadmill_reasons": "email_syntax odd",
        "leadmill_raw": "Jane,jane@,x",
        "raw.Name": "Jane",
        "raw.E-Mail": "jane@",
        "raw.": "x",
    }
    assert handout(REFUSED, LANDED_ROWS)["leadmill_record_id"].to_pylist() == ["d-2", "d-3", "d-4", "d-7"]


def test_exactly_the_corrected_rows_move_under_an_id_that_names_the_row_they_correct():
    outcome = run(corrected({"d-2": {"raw.E-Mail": "jane@roe.example"}, "d-3": {"raw.Name": "Ann", "raw.": "y"}}))

    assert outcome.rows.to_pylist() == [
        {
            "record_id": "d-2.1",
            "source": "vendor",
            "delivery_id": "fixed",
            "line": 2,
            "fingerprint": "Jane|jane@roe.example|x",
            "raw.Name": "Jane",
            "raw.E-Mail": "jane@roe.example",
            "raw.": "x",
        },
        {
            "record_id": "d-3.1",
            "source": "vendor",
            "delivery_id": "fixed",
            "line": 3,
            "fingerprint": "Ann|a@b.example|y",
            "raw.Name": "Ann",
            "raw.E-Mail": "a@b.example",
            "raw.": "y",
        },
    ]
    assert outcome.lineage.to_pylist() == [
        {"record_id": "d-2.1", "replay_of": "d-2", "changed": ["E-Mail"]},
        {"record_id": "d-3.1", "replay_of": "d-3", "changed": ["Name", ""]},
    ]
    assert (outcome.unchanged, outcome.stale) == (2, [])
    assert outcome.rows.schema == LANDED_ROWS.schema


def test_a_file_handed_back_untouched_moves_nothing():
    outcome = run(corrected({}))
    assert (len(outcome.rows), len(outcome.lineage), outcome.unchanged) == (0, 0, 4)


def test_a_row_the_reader_could_not_split_can_be_filled_in():
    outcome = run(corrected({"d-7": {"raw.Name": "Al", "raw.E-Mail": "al@roe.example"}}))
    assert outcome.rows.select(["record_id", "raw.Name", "raw.E-Mail", "raw."]).to_pylist() == [
        {"record_id": "d-7.1", "raw.Name": "Al", "raw.E-Mail": "al@roe.example", "raw.": ""}
    ]


def test_a_cell_that_was_emptied_is_a_correction_too():
    assert run(corrected({"d-2": {"raw.E-Mail": ""}})).lineage["changed"].to_pylist() == [["E-Mail"]]


def test_the_apostrophe_of_the_export_is_no_correction():
    assert run(corrected({"d-3": {"raw.Name": "'=1+1"}})).unchanged == 4


def test_rows_a_person_took_out_of_the_file_stay_in_quarantine():
    outcome = run(corrected({"d-2": {"raw.E-Mail": "jane@roe.example"}}).slice(0, 1))
    assert still_refused(REFUSED, outcome.lineage)["record_id"].to_pylist() == ["d-3", "d-4", "d-7"]


def test_a_row_moves_once_however_often_the_file_comes_back():
    returned = corrected({"d-2": {"raw.E-Mail": "jane@roe.example"}})
    left = still_refused(REFUSED, run(returned).lineage)
    again = run(returned, left)
    assert (len(again.rows), again.stale) == (0, ["d-2"])


def test_a_row_refused_again_is_corrected_as_the_next_attempt():
    first = run(corrected({"d-2": {"raw.E-Mail": "jane@roe"}}))
    again = REFUSED.slice(0, 1).set_column(0, "record_id", pa.array(["d-2.1"]))
    returned = corrected({"d-2": {"leadmill_record_id": "d-2.1", "raw.E-Mail": "jane@roe.example"}}).slice(0, 1)
    outcome = replay(returned, again, first.rows, delivery_id="fixed2", fingerprint=fingerprint)
    assert outcome.lineage.to_pylist() == [{"record_id": "d-2.2", "replay_of": "d-2.1", "changed": ["E-Mail"]}]


FAULTS = {
    "a lost column": (lambda table: table.drop_columns(["raw.E-Mail"]), "lacks raw.E-Mail", "raw.E-Mail"),
    "a lost id": (lambda table: table.drop_columns(["leadmill_record_id"]), "lacks leadmill_record_id", "leadmill_record_id"),
    "a new column": (lambda table: table.append_column("Note", table["raw.Name"]), "has the unknown Note", "Note"),
    "a row twice": (lambda table: pa.concat_tables([table, table.slice(0, 1)]), "1 rows stand twice: d-2", "leadmill_record_id"),
    "a row without id": (
        lambda table: table.set_column(0, "leadmill_record_id", pa.nulls(4, pa.string())),
        "4 rows have no",
        "leadmill_record_id",
    ),
}


@pytest.mark.parametrize("case", FAULTS.values(), ids=FAULTS.keys())
def test_a_file_that_is_not_the_export_any_more_is_refused_with_what_is_wrong(case):
    spoil, words, column = case
    with pytest.raises(SourceError, match=words) as caught:
        run(spoil(corrected({})))
    assert caught.value.column == column
