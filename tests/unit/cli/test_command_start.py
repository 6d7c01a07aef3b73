"""The command starts at once: what a command needs is imported when it is called, and help is told without any of it."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from leadmill.cli import COMMANDS, app, load_command

HEAVY = ("pyarrow", "numpy", "duckdb", "pandas", "sqlalchemy", "great_expectations", "splink", "requests", "matplotlib")


def modules_after(statement: str) -> set[str]:
    """Run a statement in a process of its own; the top-level modules it leaves behind."""
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


def test_help_imports_nothing_heavy() -> None:
    """Asking for help loads no library of tables, databases or models."""
    loaded = modules_after("from typer.testing import CliRunner; from leadmill.cli import app; CliRunner().invoke(app, ['--help'])")

    assert loaded.isdisjoint(HEAVY)


def test_reading_a_file_imports_no_database() -> None:
    """`leadmill read` needs tables, but neither a database nor a model: a bomb is refused without them."""
    loaded = modules_after("import leadmill.cli.read")

    assert loaded.isdisjoint({"duckdb", "pandas", "sqlalchemy", "great_expectations", "splink", "requests", "matplotlib"})


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_in_the_list_is_the_command_s_own(name: str) -> None:
    """What `leadmill --help` says of a command is the first line of what the command says of itself."""
    assert inspect.cleandoc(load_command(name).help).splitlines()[0] == COMMANDS[name][1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    """Each command answers `--help`, and help lists each."""
    assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0
    assert f"  {name} " in CliRunner().invoke(app, ["--help"]).output


def test_a_mistyped_command_is_suggested() -> None:
    """A wrong name is wrong usage, and the likely one is named."""
    done = CliRunner().invoke(app, ["quarantin"])

    assert done.exit_code == 2
    assert "'quarantine'" in done.output
