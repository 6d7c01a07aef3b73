"""A watched folder: a whole new file starts its source's intake, nothing else does, and nothing is ever taken away."""

import asyncio
from contextlib import suppress

import pytest

pytestmark = pytest.mark.airflow

EVERY = 0.05
WATCHED = "title: V\nkind: list\ndeliveries: %s\nwatch: true\ncolumns: {full_name: Name, email: Mail, company_name: Firm}\n"


class Watch:
    """A trigger running as the triggerer runs it; `fired` are the events so far."""

    def __init__(self, deliveries) -> None:
        from leadmill_airflow.watch import DeliveryTrigger  # noqa: PLC0415 - imports Airflow, after the environment is set

        self.trigger = DeliveryTrigger(str(deliveries), EVERY)
        self.fired: list[dict] = []

    async def __aenter__(self):
        self._task = asyncio.create_task(self._collect())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _collect(self) -> None:
        async for event in self.trigger.run():
            self.fired.append(event.payload)

    async def until(self, count: int) -> list[dict]:
        """Wait for so many events, at most ten seconds, and a little longer for one too many."""
        for _ in range(200):
            if len(self.fired) >= count:
                break
            await asyncio.sleep(EVERY)
        await asyncio.sleep(6 * EVERY)
        return self.fired


def scene(steps):
    asyncio.run(steps())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LEADMILL_ROOT", str(tmp_path))
    (tmp_path / "lists").mkdir()
    return tmp_path / "lists"


def test_a_new_file_fires_once_and_stays_where_it_is(folder):
    async def steps():
        async with Watch("lists/*.csv") as watch:
            (folder / "one.csv").write_text("Name\nAnn\n")
            assert await watch.until(1) == [{"files": 1}]
            (folder / "two.csv").write_text("Name\nBob\n")
            assert await watch.until(2) == [{"files": 1}, {"files": 1}]
        assert sorted(path.name for path in folder.iterdir()) == ["one.csv", "two.csv"]

    scene(steps)


def test_a_file_that_still_grows_does_not_fire_until_it_stands_still(folder):
    async def steps():
        async with Watch("lists") as watch:
            with (folder / "one.csv").open("w") as file:
                for _ in range(40):
                    file.write("Ann\n" * 100)
                    file.flush()
                    await asyncio.sleep(EVERY / 4)
                assert watch.fired == []
            assert await watch.until(1) == [{"files": 1}]

    scene(steps)


def test_a_whole_file_waits_for_the_one_beside_it(folder):
    """The intake takes all that lies there: half a file would be a delivery."""

    async def steps():
        async with Watch("lists") as watch:
            (folder / "whole.csv").write_text("Name\nAnn\n")
            with (folder / "growing.csv").open("w") as file:
                for _ in range(40):
                    file.write("Ann\n" * 100)
                    file.flush()
                    await asyncio.sleep(EVERY / 4)
                assert watch.fired == []
            assert await watch.until(1) == [{"files": 2}]

    scene(steps)


def test_what_landed_while_nobody_watched_fires(folder):
    async def steps():
        (folder / "one.csv").write_text("Name\nAnn\n")
        async with Watch("lists/one.csv") as watch:
            assert await watch.until(1) == [{"files": 1}]

    scene(steps)


def test_a_replaced_file_fires_again_and_a_removed_one_does_not(folder):
    async def steps():
        (folder / "one.csv").write_text("Name\nAnn\n")
        (folder / "two.csv").write_text("Name\nBob\n")
        async with Watch("lists") as watch:
            await watch.until(1)
            (folder / "one.csv").write_text("Name\nAnn\nCid\n")
            assert await watch.until(2) == [{"files": 2}, {"files": 1}]
            (folder / "two.csv").unlink()
            assert len(await watch.until(2)) == 2

    scene(steps)


@pytest.mark.parametrize("name", [".one.csv", "~$one.csv"])
def test_files_of_editors_do_not_fire(folder, name):
    async def steps():
        (folder / name).write_text("Name\nAnn\n")
        async with Watch("lists") as watch:
            await asyncio.sleep(8 * EVERY)
            assert watch.fired == []

    scene(steps)


def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setenv("LEADMILL_ROOT", str(tmp_path))

    async def steps():
        async with Watch("later/*.csv") as watch:
            await asyncio.sleep(3 * EVERY)
            (tmp_path / "later").mkdir()
            (tmp_path / "later" / "one.csv").write_text("Name\nAnn\n")
            assert await watch.until(1) == [{"files": 1}]

    scene(steps)


def test_the_triggerer_can_make_the_trigger_again_from_what_it_says_of_itself(folder):
    from airflow.sdk._shared.module_loading import import_string  # noqa: PLC0415 - after the environment is set

    path, arguments = Watch("lists").trigger.serialize()

    assert import_string(path)(**arguments).serialize() == (path, arguments)


def watchers(dag) -> list[tuple[str, str]]:
    """Return the watched assets of a DAG's schedule with the place each watches."""
    condition = getattr(dag.timetable, "asset_condition", None)
    found = getattr(condition, "objects", [condition] if condition else [])
    return [(asset.uri, watcher.trigger.serialize()[1]["deliveries"]) for asset in found for watcher in asset.watchers]


def test_only_a_source_that_says_so_is_watched(project):
    project.source("quiet", [])
    project.yaml("fleet", WATCHED % "lists/fleet*.csv")
    dags = project.dags()

    assert watchers(dags["intake_fleet"]) == [("leadmill://delivered/fleet", "lists/fleet*.csv")]
    assert watchers(dags["intake_quiet"]) == []


def test_a_watched_source_keeps_its_schedule(project):
    project.yaml("fleet", WATCHED % "lists/fleet*.csv" + 'schedule: "30 1 * * *"\n')
    dag = project.dags()["intake_fleet"]

    assert watchers(dag) == [("leadmill://delivered/fleet", "lists/fleet*.csv")]
    assert dag.timetable.timetable.expression == "30 1 * * *"
