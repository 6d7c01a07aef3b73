"""`leadmill source new | check | list`: add a source without touching a DAG, and see what a file of it would do."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
import typer

from leadmill.cli import gate
from leadmill.cli.coverage import coverage, draw, show
from leadmill.columns import CANONICAL
from leadmill.config import Format, Project, Source, load_source, load_sources
from leadmill.config.source import source_schema
from leadmill.errors import ConfigError
from leadmill.pipeline.fetching import from_inbox
from leadmill.sources import find_deliveries, hold_unclear, land, load_header_words, map_columns, propose, write_golden
from leadmill.sources import read as read_file

app = typer.Typer(help="Add, check and list sources.", no_args_is_help=True)
app.command()(gate.release)
app.command()(gate.refuse)
PICTURES = (".png", ".svg")
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the source: small letters, digits, underscores.")],
    file: Annotated[Path, typer.Argument(help="A delivery of it.")],
    kind: Annotated[str, typer.Option(help=f"One of: {', '.join(CANONICAL)}.")] = "list",
    country: Annotated[str | None, typer.Option(help="Country of national phone numbers, as two letters.")] = None,
    force: Annotated[bool, typer.Option(help="Replace the source of that name.")] = False,
) -> None:
    """Propose a source from one of its files: a commented YAML to correct, and a golden sample that the tests walk."""
    project = Project.from_environment()
    path = project.config / "sources" / f"{name}.yaml"
    _check_new(name, kind, path, force=force)
    reading = read_file(file, Format())
    hold_unclear(reading, file.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    source = _written(path, propose(name, kind, _pattern(file, project.root), reading, load_header_words(project.config), country))
    written = [path, *write_golden(project.root / "tests" / "golden", source, reading, random.Random())]  # noqa: S311 - not for secrets
    for made in written:
        typer.echo(f"wrote {made}")
    typer.echo(f"{len(source.columns)} columns mapped. Read the YAML, then: leadmill source check {name} {file}")


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="A source.")],
    file: Annotated[Path | None, typer.Argument(help="A file of it; the latest delivery here when left out.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the coverage into this PNG or SVG.")] = None,
    golden: Annotated[bool, typer.Option("--golden", help="Write the golden sample anew from this file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a file would do: which columns it fills, which rows are refused and why. Nothing is written to lake or registry."""
    if picture and picture.suffix.lower() not in PICTURES:
        raise typer.BadParameter(f"a picture is one of {', '.join(PICTURES)}", param_hint="--picture")
    project = Project.from_environment()
    source = load_source(project.config / "sources" / f"{name}.yaml")
    path = file or find_deliveries(from_inbox(project, source), project.root)[-1]
    landing = land(path, source)
    mapped = map_columns(landing.table, source)
    report = {**_verdict(mapped, source), "source": name, "file": path.name, "columns": coverage(landing.table, mapped, source)}
    report |= {"received": landing.table.num_rows + landing.refused.num_rows, "unreadable": landing.refused.num_rows}
    if picture:
        draw(report, picture)
    if golden:
        write_golden(project.root / "tests" / "golden", source, read_file(path, source.format), random.Random())  # noqa: S311
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        show(report)


@app.command()
def schema() -> None:
    """Write the JSON schema of source files anew, for editors; the tests hold it to the code."""
    path = Project.from_environment().config / "schemas" / "source.schema.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(source_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    typer.echo(f"wrote {path}")


@app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """List the sources, one line each."""
    sources = load_sources(Project.from_environment().config)
    if as_json:
        typer.echo(json.dumps([source.model_dump(include={"name", "kind", "title", "deliveries", "ruleset"}) for source in sources]))
    else:
        for source in sources:
            typer.echo(f"{source.name:30} {source.kind:18} {source.title}")


def _written(path: Path, text: str) -> Source:
    """Write a proposal that can be read. One that cannot leaves nothing behind: every night reads every source. Raises ConfigError."""
    before = path.read_bytes() if path.exists() else None
    path.write_text(text, encoding="utf-8")
    try:
        return load_source(path)
    except ConfigError as error:
        path.unlink() if before is None else path.write_bytes(before)
        hint = "Give a file with a header and rows, and the country as two capital letters."
        raise ConfigError(f"no source can be made of this: {error.message}", hint=hint) from None


def _check_new(name: str, kind: str, path: Path, *, force: bool) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name):
        raise ConfigError(f"{name!r} is no name for a source.", hint="Small letters, digits and underscores, a letter first.")
    if kind not in CANONICAL:
        raise ConfigError(f"there is no kind {kind!r}.", hint=f"Known: {', '.join(CANONICAL)}.")
    if path.exists() and not force:
        raise ConfigError("the source exists.", file=str(path), hint="Edit it, or replace it with --force.")


def _pattern(file: Path, root: Path) -> str:
    """Name later deliveries like this one: the same folder, any number or date in the name."""
    place = file.resolve()
    pattern = place.with_name(re.sub(r"(?<![A-Za-z])\d+(?![A-Za-z])", "*", place.name))
    return str(pattern.relative_to(root)) if pattern.is_relative_to(root) else str(pattern)


def _verdict(mapped: pa.Table, source: Source) -> dict[str, Any]:
    """Ask the contract: accepted rows, refused rows by reason, and what would hold the list."""
    from leadmill.validate import check as check_contract  # noqa: PLC0415 - heavy

    verdict = check_contract(mapped, source)
    reasons = pc.value_counts(pc.list_flatten(verdict.reasons["reasons"])).to_pylist()
    return {
        "accepted": verdict.accepted.num_rows,
        "refused": {item["values"]: item["counts"] for item in sorted(reasons, key=lambda item: -item["counts"])},
        "gate": verdict.gate,
        "held": verdict.held,
    }
