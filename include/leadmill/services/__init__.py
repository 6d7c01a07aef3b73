"""The outside world over HTTP: the only importer of requests."""

from leadmill.services.deliveries import at, download, open_place, pages
from leadmill.services.http import HttpService, Limits, Reply
from leadmill.services.provider import Secrets, open_service, secret_from_environment

__all__ = ["HttpService", "Limits", "Reply", "Secrets", "at", "download", "open_place", "open_service", "pages", "secret_from_environment"]
