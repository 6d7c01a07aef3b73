"""Opening the service a provider's YAML describes. Secrets come from outside, by name."""

from __future__ import annotations

import os
from collections.abc import Callable

from leadmill.config.provider import HttpProvider
from leadmill.errors import ConfigError
from leadmill.services.http import HttpService, Limits

VARIABLE = "LEADMILL_SECRET_{name}"


def secret_from_environment(name: str) -> str | None:
    """Read a secret from LEADMILL_SECRET_<name>."""
    return os.environ.get(VARIABLE.format(name=name))


def open_service(provider: HttpProvider, secret: Callable[[str], str | None] = secret_from_environment) -> HttpService:
    """Open the service of a provider. Raises ConfigError when its secret is not to be had."""
    headers, auth, kind = dict(provider.headers), None, provider.auth.kind
    if provider.auth.secret:
        value = secret(provider.auth.secret)
        if not value or not value.isprintable():
            raise ConfigError(
                f"the secret {provider.auth.secret!r} of the provider is {'not set' if not value else 'not one line of text'}.",
                file=f"providers/{provider.name}.yaml",
                hint=f"Set {VARIABLE.format(name=provider.auth.secret)}, or keep it in an Airflow connection.",
            )
        if kind == "basic":
            auth = (value, "")
        else:
            headers[provider.auth.header or "Authorization"] = f"Bearer {value}" if kind == "bearer" else value
    limits = Limits(
        per_second=provider.per_second,
        connections=provider.workers,
        connect_seconds=provider.connect_seconds,
        read_seconds=provider.read_seconds,
        max_bytes=provider.max_bytes,
    )
    return HttpService(provider.hosts, limits, headers=headers, auth=auth)
