"""The outside world over HTTP: the only importer of requests."""

from leadmill.services.http import HttpService, Limits, Reply

__all__ = ["HttpService", "Limits", "Reply"]
