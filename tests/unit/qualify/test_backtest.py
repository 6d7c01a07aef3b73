"""Backtests that do not flatter: figures against naive oracles, after-contact facts hidden, no signal said plainly."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import rulesets
from hypothesis import given
from hypothesis import strategies as st
from rulesets import NOW
from typer.testing import CliRunner

from leadmill.cli import rules as command
from leadmill.config import CHECKOUT
from leadmill.errors import LeadmillError
from leadmill.qualify import Backtest, backtest
from leadmill.qualify.statistics import auc, lift, wilson

scored = st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=30)


@given(scored)
def test_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[int, bool]]) -> None:
    winners, others = [score for score, won in rows if won], [score for score, won in rows if not won]
    found = auc(np.array([score for score, _ in rows], dtype=float), np.array([won for _, won in rows]))

    if not winners or not others:
        assert np.isnan(found.value)
    else:
        pairs = [(winner > other) + 0.5 * (winner == other) for winner in winners for other in others]
        assert found.value == pytest.approx(np.mean(pairs))


def test_the_interval_of_the_auc_covers_the_truth_about_as_often_as_it_says() -> None:
    """300 worlds in which the AUC is 0.5: at 95 % some 15 intervals miss it."""
    dice = np.random.default_rng(1)
    missed = 0
    for _ in range(300):
        found = auc(dice.normal(size=120), dice.random(120) < 0.3)
        missed += not found.low() <= 0.5 <= found.high()
    assert 5 <= missed <= 30


@pytest.mark.parametrize(
    ("scores", "won", "share", "expected"),
    [
        ([4, 3, 2, 1], [1, 1, 0, 0], 0.5, 2.0),
        ([1, 2, 3, 4], [1, 1, 0, 0], 0.5, 0.0),
        ([1, 1, 1, 1], [1, 1, 0, 0], 0.25, 1.0),
        ([2, 1, 1, 1], [1, 1, 0, 0], 0.5, (1 + 1 / 3) / 2 / 0.5),
    ],
    ids=["perfect", "reversed", "all_tied", "tied_at_the_edge"],
)
def test_lift_compares_the_best_with_everybody(scores: list[float], won: list[int], share: float, expected: float) -> None:
    assert lift(np.array(scores, dtype=float), np.array(won, dtype=bool), share) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"), [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596), (0, 0, 0, 1)]
)
def test_wilson_gives_textbook_intervals(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == pytest.approx((low, high), abs=1e-3)


FACTS = {"score_in": "integer", "told": "text", "note": "text", "created_at": "timestamp"}
LADDER = f"""
title: t
attributes: {{score_in: {{type: integer}}, told: {{type: text}}, note: {{type: text}}}}
{rulesets.FREE}
rules:
  - {{id: some, dimension: need, points: 10, when: score_in >= 3, because: b}}
  - {{id: much, dimension: need, points: 20, when: score_in >= 6, because: b}}
  - {{id: never, dimension: need, points: 5, when: score_in > 99, because: b}}
"""


def world(size: int = 1200, pull: float = 0.08) -> tuple[pa.Table, pa.Array]:
    """Leads whose chance to be won rises with score_in by `pull` a step; `told` is written down by who knows the outcome."""
    dice = np.random.default_rng(7)
    steps = dice.integers(0, 10, size)
    won = dice.random(size) < 0.1 + pull * steps
    rows = [
        {"score_in": int(step), "told": "won" if one else "lost", "note": f"n{number}", "created_at": NOW + timedelta(hours=number)}
        for number, (step, one) in enumerate(zip(steps, won, strict=True))
    ]
    return rulesets.people(FACTS, *rows), pa.array(won)


def look_back(folder: Path, text: str = LADDER, known: dict[str, Any] | None = None, **given_world: Any) -> Backtest:
    profiles, won = world(**given_world)
    return backtest(profiles, won, rulesets.load(folder, text), NOW, known=known or {}, when="created_at")


def test_a_ruleset_that_knows_something_shows_it(tmp_path: Path) -> None:
    found = look_back(tmp_path)

    assert found.signal
    assert found.says.startswith("There is a signal")
    assert found.auc_low < found.auc < found.auc_high
    assert found.lift_10 > 1.2
    assert found.warnings == []
    assert [part.score_from for part in found.calibration] == [30, 10, 0]
    assert [part.rate for part in found.calibration] == sorted((part.rate for part in found.calibration), reverse=True)


def test_no_signal_is_said_plainly(tmp_path: Path) -> None:
    found = look_back(tmp_path, pull=0.0)

    assert not found.signal
    assert "There is no signal" in found.says
    assert "Do not sort leads" in found.says


def test_a_score_that_sorts_backwards_is_no_signal(tmp_path: Path) -> None:
    assert not look_back(tmp_path, LADDER.replace("points: 10", "points: -10").replace("points: 20", "points: -20")).signal


def test_a_handful_of_winners_proves_nothing(tmp_path: Path) -> None:
    found = look_back(tmp_path, size=30)

    assert not found.signal
    assert "Too few winners" in found.says


def test_every_rule_is_told_with_its_interval(tmp_path: Path) -> None:
    some, much, never = look_back(tmp_path).rules

    assert some.lift_low < some.lift < some.lift_high
    assert much.lift > some.lift
    assert (never.true, never.points, never.lift) == (0, 5, None)


def test_stability_is_told_in_the_order_of_time(tmp_path: Path) -> None:
    profiles, won = world()
    backwards = profiles.take(pa.array(range(profiles.num_rows - 1, -1, -1)))
    ruleset = rulesets.load(tmp_path, LADDER)

    one = backtest(profiles, won, ruleset, NOW, known={}, when="created_at").stability
    other = backtest(backwards, won[::-1], ruleset, NOW, known={}, when="created_at").stability

    assert one == other
    assert [part.leads for part in one] == [300] * 4
    assert one[0].part == "1 of 4 (2026-03-01 to 2026-03-13)"


TOLD = LADDER + "  - {id: hindsight, dimension: need, points: 50, when: told = 'won', because: b}\n"


def test_what_is_known_only_after_contact_is_hidden_from_the_rules(tmp_path: Path) -> None:
    honest, hidden = look_back(tmp_path), look_back(tmp_path, TOLD, {"told": "after"})

    assert hidden.auc == honest.auc
    assert "known only after contact and therefore hidden from the rules: told" in hidden.warnings[0]


def test_a_ruleset_may_itself_say_what_is_known_after(tmp_path: Path) -> None:
    found = look_back(tmp_path, TOLD.replace("told: {type: text}", "told: {type: text, known: after}"))

    assert found.auc == look_back(tmp_path).auc


def test_what_is_suspiciously_perfect_is_named(tmp_path: Path) -> None:
    found = look_back(tmp_path, TOLD)

    assert any("'told' alone reaches an AUC of 1.000" in warning for warning in found.warnings)
    assert any("'hindsight' true, 100.0% won" in warning for warning in found.warnings)


def test_an_id_is_not_suspected_because_every_value_is_rare(tmp_path: Path) -> None:
    text = LADDER + "  - {id: noted, dimension: need, points: 1, when: starts_with(note, 'n'), because: b}\n"

    assert look_back(tmp_path, text.replace("starts_with(note, 'n')", "\"starts_with(note, 'n')\"")).warnings == []


def test_leads_without_an_outcome_are_scored_but_not_counted(tmp_path: Path) -> None:
    profiles, won = world(100)
    won = pa.array([None if number % 2 else value for number, value in enumerate(won.to_pylist())], pa.bool_())

    found = backtest(profiles, won, rulesets.load(tmp_path, LADDER), NOW, known={})

    assert (found.leads, len(found.scores)) == (50, 100)


# The command, end to end.
SOURCE = "title: s\nkind: list\ndeliveries: x\ncolumns: {email: mail}\nattributes: {score_in: {column: n, type: integer}}\n"
RULES = LADDER.replace(", told: {type: text}, note: {type: text}", "")


def run(folder: Path, *arguments: str, header: str = "id,mail,n,won") -> Any:
    profiles, won = world(200)
    lines = [
        f"k{number},a{number}@firm.example,{row},{'Yes' if one else ''}"
        for number, (row, one) in enumerate(zip(profiles["score_in"].to_pylist(), won.to_pylist(), strict=True))
    ]
    (folder / "leads.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    keys = [f"k{number}" for number, one in enumerate(won.to_pylist()) if one]
    (folder / "won.csv").write_text("\n".join(["key,deal", *(f"{key},1" for key in keys), "k-unknown,1"]) + "\n", encoding="utf-8")
    (folder / "shop.yaml").write_text(SOURCE, encoding="utf-8")
    rulesets.write(folder, RULES)
    paths = [str(folder / name) for name in ("plain.yaml", "leads.csv")]
    return CliRunner().invoke(command.app, ["backtest", *paths, "--source", str(folder / "shop.yaml"), *arguments])


def test_the_command_writes_scores_and_the_figures_machines_read(tmp_path: Path) -> None:
    done = run(tmp_path, "--outcome", "won", "--scores", str(tmp_path / "scores.csv"), "--json")

    told = json.loads(done.stdout)
    assert set(told) >= {"auc", "lift_10", "lift_20", "signal", "warnings"}
    rows = (tmp_path / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "row,score"
    assert [line.split(",")[0] for line in rows[1:]] == [str(number) for number in range(200)]
    expected = {0: 0, 1: 0, 2: 0, 3: 10, 4: 10, 5: 10}
    steps = world(200)[0]["score_in"].to_pylist()
    assert [int(line.split(",")[1]) for line in rows[1:]] == [expected.get(step, 30) for step in steps]


def test_outcomes_may_lie_in_a_second_file(tmp_path: Path) -> None:
    by_column = json.loads(run(tmp_path, "--outcome", "won", "--json").stdout)
    by_file = json.loads(run(tmp_path, "--won", str(tmp_path / "won.csv"), "--key", "id=key", "--json").stdout)
    assert by_file == by_column


def test_a_person_reads_the_same_figures(tmp_path: Path) -> None:
    shown = run(tmp_path, "--outcome", "won").stdout
    assert "win rate by score, best first" in shown
    assert "lift of every rule where it was true" in shown


@pytest.mark.parametrize(
    "arguments", [(), ("--outcome", "won", "--won", "x.csv", "--key", "id"), ("--won", "x.csv")], ids=["none", "both", "no_key"]
)
def test_wrong_usage_is_exit_code_two(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run(tmp_path, *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "says", "header"),
    [
        (["--outcome", "Won?"], "no column 'Won?'", "id,mail,n,won"),
        (["--won", "WON", "--key", "id"], "no column 'id'", "id,mail,n,won"),
        (["--outcome", "won"], "none of the columns that shop maps", "id,address,number,won"),
    ],
)
def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path, arguments: list[str], says: str, header: str) -> None:
    done = run(tmp_path, *(str(tmp_path / "won.csv") if each == "WON" else each for each in arguments), header=header)

    assert isinstance(done.exception, LeadmillError)
    assert says in str(done.exception)
    assert "Found: " in str(done.exception)


def test_a_refused_row_keeps_its_place_in_the_scores(tmp_path: Path) -> None:
    done = run(tmp_path, "--outcome", "won", "--scores", str(tmp_path / "scores.csv"))
    assert done.exit_code == 0
    text = (tmp_path / "leads.csv").read_text(encoding="utf-8").splitlines()
    text.insert(3, "k,too,many,cells,here,to,be,one,row")
    (tmp_path / "leads.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    paths = [str(tmp_path / name) for name in ("plain.yaml", "leads.csv")]
    options = ["--source", str(tmp_path / "shop.yaml"), "--outcome", "won", "--scores", str(tmp_path / "scores.csv")]

    assert CliRunner().invoke(command.app, ["backtest", *paths, *options]).exit_code == 0

    places = [line.split(",")[0] for line in (tmp_path / "scores.csv").read_text(encoding="utf-8").splitlines()[1:]]
    assert places == [str(number) for number in range(201) if number != 2]


def test_check_says_of_every_ruleset_whether_it_is_sound(tmp_path: Path) -> None:
    sound = rulesets.write(tmp_path, RULES, "sound")
    wrong = rulesets.write(tmp_path, RULES.replace("score_in >= 3", "scor_in >= 3"), "wrong")
    (tmp_path / "shop.yaml").write_text(SOURCE, encoding="utf-8")

    done = CliRunner().invoke(command.app, ["check", str(sound), str(wrong), "--source", str(tmp_path / "shop.yaml"), "--json"])

    told = json.loads(done.stdout)["rulesets"]
    assert done.exit_code == 1
    assert [each["sound"] for each in told] == [True, False]
    assert (told[1]["file"], told[1]["line"]) == (str(wrong), 7)
    assert "Did you mean 'score_in'?" in told[1]["error"]


def test_check_refuses_to_publish_what_decides_by_looks(tmp_path: Path) -> None:
    path = rulesets.write(tmp_path, RULES)
    (tmp_path / "shop.yaml").write_text(SOURCE.replace("type: integer}", "type: integer, appearance: true}"), encoding="utf-8")

    done = CliRunner().invoke(command.app, ["check", str(path), "--source", str(tmp_path / "shop.yaml")])

    assert done.exit_code == 1
    assert "decides by looks" in done.stdout


@pytest.mark.parametrize("path", sorted((CHECKOUT / "include" / "examples").glob("*/ruleset.yaml")), ids=lambda path: path.parent.name)
def test_every_example_is_sound_with_its_own_source(path: Path) -> None:
    done = CliRunner().invoke(command.app, ["check", str(path), "--source", str(path.with_name("source.yaml"))])
    assert (done.exit_code, done.stdout.count("sound:")) == (0, 1)
