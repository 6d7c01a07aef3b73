"""The registry: what Leadmill remembers between nights. The only importer of SQLAlchemy; tables in and out are Arrow."""

from leadmill.registry.deliveries import Delivery
from leadmill.registry.nights import Night
from leadmill.registry.provider_ledger import Call, ProviderLedger
from leadmill.registry.registry import Registry

__all__ = ["Call", "Delivery", "Night", "ProviderLedger", "Registry"]
