"""`leadmill read` and `leadmill source`: what a person and a machine see of a file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadmill.cli import app, main
from leadmill.config import CHECKOUT
from leadmill.errors import LeadmillError

LIST = "First Name,Last Name,E-mail,Company\nAnn,Lee,ann@x.example,Acme\nBob,Ray\nCy,Fox,cy@x.example,\n"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set up an installation of its own, with one list delivered."""
    shutil.copytree(CHECKOUT / "include" / "config" / "vocabulary", tmp_path / "include" / "config" / "vocabulary")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "acme_2026.csv").write_text(LIST)
    monkeypatch.setenv("LEADMILL_ROOT", str(tmp_path))
    for name in ("LEADMILL_CONFIG", "LEADMILL_STATE", "LEADMILL_REGISTRY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def ran(*arguments: Any) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_read_gives_machines_the_agreed_shape(house: Path) -> None:
    told = json.loads(ran("read", house / "in" / "acme_2026.csv", "--json"))

    assert told["encoding"] == "ascii"
    assert told["dialect"]["delimiter"] == ","
    assert told["columns"] == ["First Name", "Last Name", "E-mail", "Company"]
    assert told["rows"] == [["Ann", "Lee", "ann@x.example", "Acme"], ["Cy", "Fox", "cy@x.example", ""]]
    assert told["refused"] == [{"line": 3, "raw": "Bob,Ray", "reason": "too_few_cells"}]


def test_read_lists_only_the_cells_a_row_has(house: Path) -> None:
    path = house / "in" / "narrow.csv"
    path.write_text("a,b,c\n1,2\n3,4\n")

    assert json.loads(ran("read", path, "--json"))["rows"] == [["1", "2"], ["3", "4"]]


def test_read_shows_a_person_the_table_and_what_was_refused(house: Path) -> None:
    told = ran("read", house / "in" / "acme_2026.csv")

    assert "2 rows, 1 refused" in told
    assert "line 3: too_few_cells" in told


def test_a_new_source_can_be_checked_and_is_listed(house: Path) -> None:
    ran("source", "new", "acme", house / "in" / "acme_2026.csv")
    told = json.loads(ran("source", "check", "acme", "--json"))

    assert (told["received"], told["unreadable"], told["accepted"]) == (3, 1, 2)
    assert {"column": "company_name", "header": "Company", "filled": 0.5} in told["columns"]
    assert json.loads(ran("source", "list", "--json"))[0]["deliveries"] == "in/acme_*.csv"
    assert (house / "tests" / "golden" / "acme" / "expected.csv").is_file()


def test_check_draws_the_coverage(house: Path) -> None:
    ran("source", "new", "acme", house / "in" / "acme_2026.csv")

    told = ran("source", "check", "acme", "--picture", house / "coverage.svg")

    assert "█" in told
    assert "<svg" in (house / "coverage.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Acme", "in/acme_2026.csv"), "no name for a source"),
        (("acme", "in/acme_2026.csv", "--kind", "lists"), "no kind 'lists'"),
        (("acme", "in/nothing.csv"), "no such file"),
    ],
)
def test_a_source_that_cannot_be_is_refused_with_the_way_out(house: Path, arguments: tuple[str, ...], said: str) -> None:
    name, file, *more = arguments
    with pytest.raises(LeadmillError, match=said) as caught:
        ran("source", "new", name, house / file, *more)

    assert caught.value.hint


def test_a_source_is_not_replaced_by_accident(house: Path) -> None:
    ran("source", "new", "acme", house / "in" / "acme_2026.csv")

    with pytest.raises(LeadmillError, match="the source exists"):
        ran("source", "new", "acme", house / "in" / "acme_2026.csv")
    ran("source", "new", "acme", house / "in" / "acme_2026.csv", "--force")


def test_a_later_delivery_with_a_renamed_header_is_held_with_a_suggestion(house: Path) -> None:
    ran("source", "new", "acme", house / "in" / "acme_2026.csv")
    later = house / "in" / "acme_2027.csv"
    later.write_text(LIST.replace("E-mail", "Email"))

    with pytest.raises(LeadmillError, match="'Email' looks like the lost 'E-mail'"):
        ran("source", "check", "acme", later)


@pytest.mark.parametrize("more", [("--country", "Holland"), ()], ids=["wrong_country", "no_rows"])
def test_a_proposal_that_cannot_be_read_leaves_nothing_behind(house: Path, more: tuple[str, ...]) -> None:
    """Every command and every night reads all sources: one broken file would stop them all."""
    file = house / "in" / "acme_2026.csv"
    if not more:
        file.write_text("alpha,beta\n")

    with pytest.raises(LeadmillError, match="no source can be made of this"):
        ran("source", "new", "acme", file, *more)

    assert json.loads(ran("source", "list", "--json")) == []


def test_a_replacement_that_cannot_be_read_leaves_the_source_as_it_was(house: Path) -> None:
    ran("source", "new", "acme", house / "in" / "acme_2026.csv")
    path = house / "include" / "config" / "sources" / "acme.yaml"
    before = path.read_text()

    with pytest.raises(LeadmillError, match="no source can be made of this"):
        ran("source", "new", "acme", house / "in" / "acme_2026.csv", "--force", "--country", "x")

    assert path.read_text() == before


def test_a_picture_of_an_unknown_kind_is_wrong_usage(house: Path) -> None:
    ran("source", "new", "acme", house / "in" / "acme_2026.csv")

    done = CliRunner().invoke(app, ["source", "check", "acme", "--picture", str(house / "coverage.xyz")])

    assert done.exit_code == 2
    assert ".png, .svg" in done.output


def test_a_path_that_cannot_be_written_is_one_sentence(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran("source", "new", "acme", house / "in" / "acme_2026.csv")
    monkeypatch.setattr("sys.argv", ["leadmill", "source", "check", "acme", "--picture", str(house / "nowhere" / "coverage.svg")])

    with pytest.raises(SystemExit) as left:
        main()

    told = capsys.readouterr().err
    assert left.value.code == 1
    assert "nowhere" in told
    assert "Traceback" not in told
