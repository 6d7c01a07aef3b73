"""The registry: what Leadmill remembers between nights, one attribute per concern."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from sqlalchemy import make_url

from leadmill.registry.database import Database
from leadmill.registry.decisions import Decisions
from leadmill.registry.deliveries import Deliveries
from leadmill.registry.entities import Entities
from leadmill.registry.human import HumanAnswers, ListContracts
from leadmill.registry.nights import Nights
from leadmill.registry.provider_ledger import ProviderLedger
from leadmill.registry.push_ledger import PushLedger
from leadmill.registry.records import Records
from leadmill.registry.suppression import Suppression


class Registry:
    """The registry behind a SQLAlchemy URL, created or migrated when opened.

    `key_folder` holds the suppression key where the environment does not give it; by default the folder of the SQLite file.
    Raises StateError when the database cannot be opened.
    """

    def __init__(self, url: str, *, key_folder: Path | None = None) -> None:
        self.database = Database(url)
        target = make_url(url)
        if key_folder is None and target.get_backend_name() == "sqlite":
            key_folder = Path(str(target.database)).parent
        self.deliveries = Deliveries(self.database)
        self.records = Records(self.database)
        self.nights = Nights(self.database)
        self.entities = Entities(self.database)
        self.suppression = Suppression(self.database, key_folder)
        self.provider = ProviderLedger(self.database)
        self.decisions = Decisions(self.database)
        self.pushes = PushLedger(self.database)
        self.human = HumanAnswers(self.database)
        self.list_contracts = ListContracts(self.database)

    def close(self) -> None:
        """Return every connection."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
