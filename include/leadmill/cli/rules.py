"""`leadmill rules`: is a ruleset sound, what would it change, would it have told winners from others, and whom to call now."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from leadmill import report
from leadmill.cli.outcomes import read_outcomes
from leadmill.config import Project, Source, load_source, load_sources
from leadmill.errors import LeadmillError, StateError
from leadmill.pipeline import open_mill
from leadmill.pipeline.simulating import simulate
from leadmill.qualify import Comparison, Ruleset, load_ruleset
from leadmill.qualify.backtest import Backtest
from leadmill.qualify.backtest import backtest as look_back
from leadmill.qualify.blind import invent_people, prove_blind, proxies_of
from leadmill.qualify.call_sheet import render
from leadmill.qualify.delivered import find_gaps
from leadmill.qualify.questions import find_unasked

app = typer.Typer(help="Check, simulate and backtest rulesets; read what they decided.", no_args_is_help=True)
RulesetName = Annotated[str, typer.Argument(help="A ruleset's name, or the path of its YAML file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Everything, for machines.")]
WIDTH = 40
SHOWN = 50


@app.command()
def check(
    rulesets: Annotated[
        list[str] | None, typer.Argument(help="Names or paths; all rulesets of the configuration when none is given.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Sources whose columns it may read; all of the configuration by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say of each ruleset whether it may be published: in the grammar, reachable, and blind to looks."""
    shipped = sorted(path.stem for path in (Project.from_environment().config / "rulesets").glob("*.yaml"))
    sources = [find_source(name) for name in source] if source else load_sources(Project.from_environment().config)
    proxies = frozenset().union(*(proxies_of(each) for each in sources))
    found = [_checked(name, proxies, sources) for name in rulesets or shipped]
    if as_json:
        typer.echo(json.dumps({"rulesets": found}, ensure_ascii=False))
    for facts in found if not as_json else []:
        sound = f"sound: {facts['gates']} gates, {facts['rules']} rules, {facts['hash'][:12]}" if facts["sound"] else facts["error"]
        typer.echo(f"{facts['ruleset']}: {sound}")
        for warning in facts.get("warnings", []):
            typer.echo(f"  warning: {warning}")
    raise typer.Exit(0 if all(facts["sound"] for facts in found) else 1)


def _checked(name: str, proxies: frozenset[str], sources: list[Source]) -> dict[str, Any]:
    now = datetime.now(UTC)
    try:
        ruleset = find_ruleset(name)
        prove_blind(ruleset, invent_people(ruleset, now), proxies, now)
    except LeadmillError as error:
        place = {"file": error.file, "line": error.line, "column": error.column}
        return {"ruleset": name, "sound": False, "error": str(error), **place}
    counts = {"gates": len(ruleset.gates), "rules": len(ruleset.rules)}
    return {
        "ruleset": name,
        "sound": True,
        "hash": ruleset.hash,
        **counts,
        "warnings": [*find_gaps(ruleset, sources), *find_unasked(ruleset)],
    }


@app.command("simulate")
def simulate_ruleset(
    ruleset: RulesetName,
    against: Annotated[str | None, typer.Option(help="Ruleset that decided then; by default the one of the same name.")] = None,
    nights: Annotated[int, typer.Option(min=1, help="How many past nights.")] = 30,
    cost: Annotated[float, typer.Option(min=0, help="What contacting one qualified person costs.")] = 0.0,
    page: Annotated[Path | None, typer.Option(help="Write the comparison as a page to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a new ruleset would have changed on past nights: who enters, who leaves, by which rule, at what cost."""
    found = simulate(ruleset, against, nights, cost)
    if page:
        page.write_text(report.simulation(ruleset, found.as_json()), encoding="utf-8")
    typer.echo(json.dumps(found.as_json(), ensure_ascii=False) if as_json else _told(found))


def _told(found: Comparison) -> str:
    lines = [
        f"{found.persons} decisions looked at again; {found.enters} would become qualified, {found.leaves} would no longer be.",
        f"before {found.decisions_before}, contacts cost {found.cost_before:.2f}",
        f"after  {found.decisions_after}, contacts cost {found.cost_after:.2f}",
    ]
    lines += [f"{count:>6} by {rule}" for rule, count in found.by_rule.items()]
    lines += [
        f"{move['night']} {move['person_id']}: {move['before']} ({move['score_before']}) -> {move['after']} ({move['score_after']}), "
        f"by {', '.join(move['rules'])}"
        for move in found.moves.to_pylist()[:SHOWN]
    ]
    return "\n".join(lines)


@app.command()
def sheets(
    night: Annotated[str | None, typer.Option(help="A night's name; the last one by default.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Write the call sheets of everybody who qualified, best first: why, what they gain, who else, what to ask."""
    found = _of_night("call_sheets", night)[:limit]
    typer.echo(json.dumps({"sheets": found}, ensure_ascii=False) if as_json else "\n".join(render(sheet) for sheet in found))


@app.command()
def centres(
    night: Annotated[str | None, typer.Option(help="A night's name; the last one by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell of every company who is in the buying centre, which roles nobody holds, and whether it is ready to buy."""
    found = _of_night("centres", night)
    if as_json:
        typer.echo(json.dumps({"companies": found}, ensure_ascii=False))
    for each in found if not as_json else []:
        roles, gaps = ", ".join(each["roles"]) or "no role known", ", ".join(each["missing_roles"]) or "none"
        typer.echo(f"{each['company_id']}: {each['readiness']}; {each['persons']} persons; {roles}; missing: {gaps}")


def _of_night(table: str, night: str | None) -> list[dict[str, Any]]:
    """Read one of a night's tables; the last night's when none is named."""
    with open_mill() as mill:
        last = mill.registry.nights.latest()
        if night is None and last is None:
            raise StateError("there was no night yet.", hint="Run one: leadmill run.")
        name = night or (last.night_id if last else "")
        rows: list[dict[str, Any]] = mill.lake.read("night", name, table).to_pylist()
        return rows


@app.command()
def backtest(
    ruleset: RulesetName,
    file: Annotated[Path, typer.Argument(help="A delivery whose outcomes are known.")],
    source: Annotated[str, typer.Option(help="The source that delivers such files: its name, or the path of its YAML file.")],
    outcome: Annotated[str | None, typer.Option(help="Column of FILE that tells who was won.")] = None,
    won: Annotated[Path | None, typer.Option(help="A second file that lists the won.")] = None,
    key: Annotated[str | None, typer.Option(help="Column that both files share; COLUMN=OTHER when WON calls it otherwise.")] = None,
    scores: Annotated[Path | None, typer.Option(help="Write row and score of every lead to this CSV file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score past leads by what was known before contact, and compare with what became of them."""
    if (outcome is None) == (won is None) or (won is None) != (key is None):
        raise typer.BadParameter("give either --outcome COLUMN, or --won FILE together with --key COLUMN")
    facts = find_source(source)
    read = read_outcomes(file, facts, outcome, won, key)
    known = {name: attribute.known for name, attribute in facts.attributes.items()}
    found = look_back(read.profiles, read.won, find_ruleset(ruleset), datetime.now(UTC), known=known, when="created_at")
    if scores:
        write_scores(scores, read.rows, found.scores)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        show_backtest(found)


def find_ruleset(name: str) -> Ruleset:
    """Load a ruleset by name from the configuration, or by path."""
    path = Path(name)
    return load_ruleset(path if path.suffix in (".yaml", ".yml") else Project.from_environment().config / "rulesets" / f"{name}.yaml")


def find_source(name: str) -> Source:
    """Load a source by name from the configuration, or by path."""
    path = Path(name)
    return load_source(path if path.suffix in (".yaml", ".yml") else Project.from_environment().config / "sources" / f"{name}.yaml")


def write_scores(path: Path, rows: list[int], scores: list[int]) -> None:
    """Write the CSV machines read: row (0-based data row of the file) and score."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(("row", "score"))
        writer.writerows(sorted(zip(rows, scores, strict=True)))


def show_backtest(found: Backtest) -> None:
    """Print the look back for people."""
    typer.echo(f"{found.leads} leads, {found.winners} won. {found.says}")
    typer.echo(f"AUC {_number(found.auc)} ({_number(found.auc_low)} to {_number(found.auc_high)}, 95 %)")
    typer.echo(f"lift: best 10 % {_number(found.lift_10)}, best 20 % {_number(found.lift_20)}")
    for warning in found.warnings:
        typer.echo(f"warning: {warning}")
    typer.echo("\nwin rate by score, best first")
    for part in found.calibration:
        bar = "#" * round(part.rate * WIDTH)
        label = f"{part.score_from:>6} to {part.score_to:<6}{part.leads:>8}"
        typer.echo(f"{label}  {part.rate:>6.1%} ({part.rate_low:.1%} to {part.rate_high:.1%}) {bar}")
    typer.echo("\nlift of every rule where it was true (95 %)")
    for rule in found.rules:
        interval = f"{_number(rule.lift)} ({_number(rule.lift_low)} to {_number(rule.lift_high)})"
        typer.echo(f"{rule.points:>+6} {rule.rule:40}{rule.true:>8} true {rule.unknown:>8} unknown  {interval}")
    typer.echo("\nstability")
    for slice_ in found.stability:
        typer.echo(f"{slice_.part}: {slice_.leads} leads, {slice_.winners} won, AUC {_number(slice_.auc)}")


def _number(value: Any) -> str:
    return "-" if value is None else f"{value:.3f}"
