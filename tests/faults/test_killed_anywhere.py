"""Law 9: kill -9 at any point, run the same night again, and the end is that of a night nobody disturbed."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import tiny_house
from tiny_house import OPT_OUTS, START, person

from leadmill import pipeline

NIGHT = f"""
from leadmill import pipeline
pipeline.run_night("n001", "{START}", {{}})
"""
PEOPLE = [person(number) for number in range(40)]


def fill(house):
    house.source("optouts", OPT_OUTS)
    house.deliver("optout.csv", [{"Mail": PEOPLE[7]["Email"]}])
    house.deliver("acme-1.csv", [*PEOPLE[:30], PEOPLE[3], person(50, Email="")])
    house.deliver("acme-2.csv", PEOPLE[20:])


def run(seconds=None):
    """Run the night in a process of its own; kill it after so many seconds. Tell whether it ended by itself."""
    process = subprocess.Popen([sys.executable, "-c", NIGHT], env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return False
    assert process.returncode == 0, errors.decode()[-2000:]
    return True


def state(house):
    """Everything a person could see in the end, without moments."""
    night = json.loads((house.root / "state" / "report" / "n001" / "night.json").read_text())
    decisions = house.lake("night", "n001", "decisions").drop_columns(["decided_at", "next_check_at"]).to_pylist()
    return {"night": night, "records": house.records().to_pylist(), "decisions": decisions, "crm": house.crm()}


@pytest.fixture
def undisturbed(tmp_path_factory):
    """Run the same night elsewhere, left in peace; how it ended and how long it took."""
    with pytest.MonkeyPatch.context() as patch:
        house = tiny_house.build(tmp_path_factory.mktemp("peace"), patch)
        fill(house)
        began = time.monotonic()
        assert run()
        return state(house), time.monotonic() - began


def resume_after_kills(house, seconds, seed, kills):
    moments = random.Random(seed)
    for _ in range(kills):
        if run(moments.uniform(0.3, 1.0) * seconds):
            break
    assert run()
    return state(house)


def test_a_night_killed_and_run_again_ends_as_if_nothing_had_happened(house, undisturbed):
    expected, seconds = undisturbed
    fill(house)

    assert resume_after_kills(house, seconds, seed=1, kills=3) == expected


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 22))
def test_twenty_nights_killed_at_twenty_moments_end_alike(house, undisturbed, seed):
    expected, seconds = undisturbed
    fill(house)

    assert resume_after_kills(house, seconds, seed, kills=3) == expected


def test_every_stage_may_run_twice(house, undisturbed):
    expected, _ = undisturbed
    fill(house)

    for source in ("acme", "optouts"):
        landed = pipeline.land(source)
        pipeline.validate(landed)
        valid = pipeline.validate(landed)
        pipeline.standardise(valid)
        pipeline.standardise(valid)
    for _ in range(2):
        pipeline.open_night("n001", START, {})
    for stage in (pipeline.match, pipeline.enrich, pipeline.qualify, pipeline.plan, pipeline.push, pipeline.report):
        stage("n001")
        stage("n001")

    assert state(house) == expected
