"""The outside world over HTTP: the only importer of requests."""

from leadmill.services.http import HttpService, Limits, Reply
from leadmill.services.provider import open_service, secret_from_environment

__all__ = ["HttpService", "Limits", "Reply", "open_service", "secret_from_environment"]
