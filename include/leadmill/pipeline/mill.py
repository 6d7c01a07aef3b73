"""What every stage works with: the project's places, the lake, the registry and a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from leadmill.config import Project, Source, load_source, source_files
from leadmill.errors import ConfigError
from leadmill.lake import Lake
from leadmill.registry import Registry


def utc_now() -> datetime:
    """Read the clock; the only place that does."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Mill:
    """One installation, opened for one stage."""

    project: Project
    lake: Lake
    registry: Registry
    clock: Callable[[], datetime]

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every source whose YAML can be read, by name; what is wrong with another is told by its own intake."""
        found = {}
        for path in source_files(self.project.config):
            try:
                found[path.stem] = load_source(path)
            except ConfigError:
                continue
        return found

    def source(self, name: str) -> Source:
        """Load one source by name. Raises ConfigError, with the nearest name when there is none."""
        return load_source(self.project.config / "sources" / f"{name}.yaml")


@contextmanager
def open_mill(project: Project | None = None, clock: Callable[[], datetime] = utc_now) -> Iterator[Mill]:
    """Open the installation the environment names (see `Project.from_environment`) and close its registry at the end."""
    place = project or Project.from_environment()
    with Registry(place.registry, key_folder=place.state) as registry:
        yield Mill(project=place, lake=Lake(place.lake), registry=registry, clock=clock)
