"""Refused rows go out to a person and come back: exactly the corrected ones move, through the same rooms as any delivery."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tiny_house import LIST, person

from leadmill import pipeline
from leadmill.errors import SourceError
from leadmill.pipeline.replaying import export_quarantine, replay_quarantine

REFUSED = [person(7, Email="", First="=cmd|' /C calc'!A0"), person(8, Email=""), person(9, Email="", Title='O\'Neil, "head" of\nsales')]
PEOPLE = [person(number) for number in range(4)]


def edit(path: Path, changes: dict[str, dict[str, str]]) -> None:
    """Correct cells of an exported CSV, by the row's e-mail-less phone number."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = reader.fieldnames or [], list(reader)
    for row in rows:
        row.update(changes.get(row["raw.Phone"].lstrip("'"), {}))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=names)
        writer.writeheader()
        writer.writerows(rows)


def phone(number: int) -> str:
    return person(number)["Phone"]


def take_in() -> None:
    pipeline.standardise(pipeline.validate(pipeline.land("acme")))


@pytest.fixture
def refused(house):
    house.deliver("acme.csv", PEOPLE + REFUSED)
    take_in()
    return house


def test_exactly_the_corrected_row_becomes_a_lead_in_the_next_night(refused, tmp_path):
    file = tmp_path / "fix.csv"
    assert export_quarantine("acme", file) == 3
    edit(file, {phone(8): {"raw.Email": person(8)["Email"]}})

    refused.night()
    told = replay_quarantine("acme", file)
    night = refused.night()

    assert told["tally"] == {"received": 1, "accepted": 1, "quarantined": 0, "suppressed": 0, "duplicate": 0}
    assert (told["unchanged"], told["stale"]) == (2, 0)
    assert (night["sources"]["acme"]["accepted"], night["persons"]) == (1, 1)
    assert len(refused.crm()) == 5


def test_both_attempts_stay_in_the_lineage(refused, tmp_path):
    file = tmp_path / "fix.csv"
    export_quarantine("acme", file)
    edit(file, {phone(8): {"raw.Email": person(8)["Email"]}})
    told = replay_quarantine("acme", file)

    (line,) = refused.lake("lineage", "acme", told["delivery_id"]).to_pylist()
    assert (line["record_id"], line["changed"]) == (f"{line['replay_of']}.1", ["Email"])
    status = {row["record_id"]: row["status"] for row in refused.records().to_pylist()}
    assert (status[line["replay_of"]], status[line["record_id"]]) == ("quarantined", "accepted")


@pytest.mark.parametrize("name", ["fix.csv", "fix.xlsx"])
def test_an_export_handed_back_untouched_moves_nothing(refused, tmp_path, name):
    export_quarantine("acme", tmp_path / name)
    told = replay_quarantine("acme", tmp_path / name)
    assert (told["tally"]["received"], told["unchanged"]) == (0, 3)


def test_the_same_corrected_file_twice_is_nothing(refused, tmp_path):
    file = tmp_path / "fix.csv"
    export_quarantine("acme", file)
    edit(file, {phone(8): {"raw.Email": person(8)["Email"]}})
    first, again = replay_quarantine("acme", file), replay_quarantine("acme", file)
    assert (first["tally"], first["state"]) == (again["tally"], again["state"])
    assert len([row for row in refused.records().to_pylist() if "." in row["record_id"]]) == 1
    assert export_quarantine("acme", tmp_path / "rest.csv") == 2


def test_corrected_rows_handed_in_under_another_source_move_nothing_and_can_still_go_to_their_own(refused, tmp_path):
    """A name typed wrong must not claim the file, before or after."""
    refused.source("other", LIST.replace("acme", "other"))
    file = tmp_path / "fix.csv"
    export_quarantine("acme", file)
    edit(file, {phone(8): {"raw.Email": person(8)["Email"]}})

    with pytest.raises(SourceError):
        replay_quarantine("other", file)
    assert replay_quarantine("acme", file)["tally"]["accepted"] == 1
    with pytest.raises(SourceError, match="corrected rows of acme"):
        replay_quarantine("other", file)


def test_a_row_refused_again_stands_in_the_next_export_and_can_be_corrected_again(refused, tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    export_quarantine("acme", first)
    edit(first, {phone(8): {"raw.City": "Shelbyville"}})
    assert replay_quarantine("acme", first)["tally"]["quarantined"] == 1

    assert export_quarantine("acme", second) == 3
    edit(second, {phone(8): {"raw.Email": person(8)["Email"]}})
    assert replay_quarantine("acme", second)["tally"]["accepted"] == 1
    attempts = {row["record_id"].partition(".")[2]: row["status"] for row in refused.records().to_pylist() if row["line"] == 7}
    assert attempts == {"": "quarantined", "1": "quarantined", "2": "accepted"}


def test_a_correction_into_a_row_that_is_known_is_a_duplicate(refused, tmp_path):
    file = tmp_path / "fix.csv"
    export_quarantine("acme", file)
    edit(file, {phone(8): {f"raw.{name}": cell for name, cell in PEOPLE[0].items()}})
    assert replay_quarantine("acme", file)["tally"]["duplicate"] == 1


def test_one_delivery_alone_can_be_exported(refused, tmp_path):
    refused.deliver("acme-2.csv", [person(20, Email="")])
    take_in()
    delivery = next(row["delivery_id"] for row in refused.records().to_pylist() if row["line"] == 2 and row["status"] == "quarantined")
    assert export_quarantine("acme", tmp_path / "one.csv", delivery[:12]) == 1
    assert export_quarantine("acme", tmp_path / "all.csv") == 4


def test_quarantine_is_written_as_csv_or_xlsx_only(refused, tmp_path):
    with pytest.raises(SourceError, match="CSV or XLSX"):
        export_quarantine("acme", tmp_path / "fix.pdf")


def test_a_corrected_file_that_is_not_there_is_named(refused, tmp_path):
    with pytest.raises(SourceError, match="there is no such file"):
        replay_quarantine("acme", tmp_path / "nowhere.csv")


def test_a_corrected_file_with_a_row_that_cannot_be_read_moves_nothing(refused, tmp_path):
    file = tmp_path / "fix.csv"
    export_quarantine("acme", file)
    file.write_text(file.read_text(encoding="utf-8-sig") + "only,two\n", encoding="utf-8")
    with pytest.raises(SourceError, match="1 rows of the corrected file cannot be read"):
        replay_quarantine("acme", file)
    assert len(refused.records()) == 7


def test_a_replay_cut_off_before_its_end_is_done_again(refused, tmp_path, monkeypatch):
    """The lineage of a corrected file is written before its rows are leads: it must not make the second attempt think that all is done."""
    file = tmp_path / "fix.csv"
    export_quarantine("acme", file)
    edit(file, {phone(8): {"raw.Email": person(8)["Email"]}})
    with monkeypatch.context() as cut:
        cut.setattr(pipeline.intake, "_standardise", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            replay_quarantine("acme", file)

    told = replay_quarantine("acme", file)

    assert (told["tally"]["accepted"], told["stale"]) == (1, 0)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_export_of_one_delivery_comes_back_although_another_has_other_columns(refused, tmp_path):
    refused.deliver("acme-2.csv", [{**person(20, Email=""), "Extra": "x"}])
    take_in()
    with pipeline.open_mill() as mill:
        delivery = next(row["delivery_id"] for row in mill.registry.deliveries.table().to_pylist() if row["file"] == "acme.csv")
    file = tmp_path / "one.csv"
    assert export_quarantine("acme", file, delivery) == 3
    edit(file, {phone(8): {"raw.Email": person(8)["Email"]}})

    with pytest.raises(SourceError, match=r"lacks raw\.Extra"):
        replay_quarantine("acme", file)
    assert replay_quarantine("acme", file, delivery)["tally"]["accepted"] == 1
