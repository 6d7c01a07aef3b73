"""The walls of the house: which module may import which is written in pyproject.toml, and held here."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_module_imports_what_its_room_may_not():
    paths = os.pathsep.join([str(ROOT / "include"), str(ROOT / "plugins")])
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
