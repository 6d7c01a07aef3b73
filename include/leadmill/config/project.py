"""Where everything lies: the checkout, the configuration, and the state of one installation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Project:
    """Places of one installation; paths in configuration files are relative to `root`."""

    root: Path
    config: Path
    state: Path
    registry: str  # SQLAlchemy URL

    @classmethod
    def from_environment(cls) -> Project:
        """Read LEADMILL_ROOT, LEADMILL_CONFIG, LEADMILL_STATE and LEADMILL_REGISTRY; each has a default inside the checkout."""
        root = Path(os.environ.get("LEADMILL_ROOT") or CHECKOUT).resolve()
        config = Path(os.environ.get("LEADMILL_CONFIG") or root / "include" / "config").resolve()
        state = Path(os.environ.get("LEADMILL_STATE") or root / ".leadmill").resolve()
        registry = os.environ.get("LEADMILL_REGISTRY") or f"sqlite:///{state / 'registry.sqlite'}"
        return cls(root=root, config=config, state=state, registry=registry)

    @property
    def lake(self) -> Path:
        """Root folder of the lake."""
        return self.state / "lake"

    def resolve(self, path: str) -> Path:
        """Resolve a path written in a configuration file against the checkout."""
        return self.root / path  # an absolute path stays as it is
