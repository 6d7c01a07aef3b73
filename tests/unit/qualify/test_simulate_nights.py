"""Past nights from the lake: any decision can be made again, and a new ruleset can be tried on them without a trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny_house
from tiny_house import House, person
from typer.testing import CliRunner

from leadmill import pipeline
from leadmill.cli import rules as command
from leadmill.errors import StateError
from leadmill.pipeline.simulating import simulate, write_simulation
from leadmill.qualify import decide, restore_ruleset


@pytest.fixture(scope="module")
def slept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Lay one night behind us: two people who qualify, one who does not say who decides. Nothing here writes to it again."""
    with pytest.MonkeyPatch.context() as patch:
        house = tiny_house.build(tmp_path_factory.mktemp("slept"), patch)
        house.deliver("acme.csv", [person(0), person(1), person(2, Title="")])
        house.night()
        yield house


def stricter(house: House) -> Path:
    """Write the shipped ruleset with one more gate."""
    text = (house.root / "config" / "rulesets" / "b2b_software.yaml").read_text(encoding="utf-8")
    gate = "gates:\n  - {id: too_small, out_when: employee_count < 500, because: Too small for us}\n"
    path = house.root / "b2b_software.yaml"
    path.write_text(text.replace("gates:\n", gate, 1), encoding="utf-8")
    return path


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.parquet")}


def test_lake_registry_and_hash_make_every_decision_again(slept: House) -> None:
    kept = slept.lake("night", "n001", "decisions")
    with pipeline.open_mill() as mill:
        ruleset = restore_ruleset(mill.registry.decisions.ruleset_text(kept["ruleset_hash"][0].as_py()))
        now = mill.registry.nights.get("n001").started_at

    again = decide(slept.lake("night", "n001", "profiles"), ruleset, now)

    assert kept.num_rows == 3
    assert again.select(kept.column_names).sort_by("person_id").to_pylist() == kept.sort_by("person_id").to_pylist()


def test_a_stricter_ruleset_shows_who_would_leave_and_writes_nothing(slept: House) -> None:
    before = files(slept.root / "state")

    found = simulate(str(stricter(slept)), cost_of_contact=10)

    assert (found.persons, found.enters, found.leaves, found.by_rule) == (3, 0, 2, {"+too_small": 2})
    assert (found.cost_before, found.cost_after) == (20, 0)
    assert files(slept.root / "state") == before


def test_the_command_tells_people_and_machines_the_same(slept: House) -> None:
    path = str(stricter(slept))

    told = json.loads(CliRunner().invoke(command.app, ["simulate", path, "--json"]).stdout)
    shown = CliRunner().invoke(command.app, ["simulate", path]).stdout

    assert told["leaves"] == 2
    assert "2 would no longer be" in shown
    assert "2 by +too_small" in shown


def test_the_page_says_the_same_and_runs_nothing(slept: House, tmp_path: Path) -> None:
    path = str(stricter(slept))

    told = write_simulation(path, tmp_path / "pages" / "s.html")
    page = Path(told["page"]).read_text(encoding="utf-8")

    assert (told["persons"], told["enters"], told["leaves"]) == (3, 0, 2)
    assert "2 would no longer be" in page
    assert "<td>+too_small</td><td>2</td>" in page
    assert page.count("<td>qualified (") == 2
    assert "<script" not in page
    machine = (tmp_path / "pages" / "s.json").read_text(encoding="utf-8")
    assert (json.loads(machine)["leaves"], len(json.loads(machine)["moves"])) == (2, 3)
    assert person(0)["Last"] not in page + machine


def test_a_ruleset_that_never_decided_has_nothing_to_be_compared_with(slept: House) -> None:
    with pytest.raises(StateError, match="'contact_first' has decided no night yet"):
        simulate("contact_first")


def test_everybody_who_qualified_has_a_call_sheet_with_the_values_that_apply(slept: House) -> None:
    sheets = json.loads(CliRunner().invoke(command.app, ["sheets", "--json"]).stdout)["sheets"]
    page = CliRunner().invoke(command.app, ["sheets", "--limit", "1"]).stdout

    assert len(sheets) == 2
    assert "Asked for a price or tries the product" in sheets[0]["why"]
    assert {"gain": "support", "say": "A support team that knows companies of this size"} in sheets[0]["gains"]
    assert "How large is the company's turnover?" in sheets[0]["ask"]
    assert page.count("# p_") == 1


def test_companies_are_read_as_buying_centres(slept: House) -> None:
    told = json.loads(CliRunner().invoke(command.app, ["centres", "--json"]).stdout)["companies"]
    shown = CliRunner().invoke(command.app, ["centres"]).stdout

    assert sorted((each["readiness"], each["roles"]) for each in told) == [("open", []), ("ready", ["decider"]), ("ready", ["decider"])]
    assert shown.count("missing: influencer, user") == 2


def test_a_decision_names_the_source_of_every_value(slept: House) -> None:
    person = slept.lake("night", "n001", "decisions")["person_id"][0].as_py()

    assert {"fact": "employee_count", "value": "250", "origin": "acme"} in pipeline.explain(person)["decisions"][0]["seen"]
