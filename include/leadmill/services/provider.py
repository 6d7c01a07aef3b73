"""Opening the service a provider's YAML describes. Secrets come from outside, by name."""

from __future__ import annotations

import os
from collections.abc import Callable

from leadmill.config.provider import Auth, HttpProvider
from leadmill.errors import ConfigError
from leadmill.services.http import HttpService, Limits

Secrets = Callable[[str], str | None]  # name -> secret
VARIABLE = "LEADMILL_SECRET_{name}"


def secret_from_environment(name: str) -> str | None:
    """Read a secret from LEADMILL_SECRET_<name>."""
    return os.environ.get(VARIABLE.format(name=name))


def open_service(provider: HttpProvider, secret: Secrets = secret_from_environment) -> HttpService:
    """Open the service of a provider. Raises ConfigError when its secret is not to be had."""
    headers, basic = prove(provider.auth, secret, f"providers/{provider.name}.yaml")
    limits = Limits(
        per_second=provider.per_second,
        connections=provider.workers,
        connect_seconds=provider.connect_seconds,
        read_seconds=provider.read_seconds,
        max_bytes=provider.max_bytes,
    )
    return HttpService(provider.hosts, limits, headers={**provider.headers, **headers}, auth=basic)


def prove(auth: Auth, secret: Secrets, file: str) -> tuple[dict[str, str], tuple[str, str] | None]:
    """Return the headers, and the user of basic authentication, that prove who asks. Raises ConfigError when there is no secret."""
    if not auth.secret:
        return {}, None
    value = secret(auth.secret)
    if not value or not value.isprintable():
        raise ConfigError(
            f"the secret {auth.secret!r} is {'not set' if not value else 'not one line of text'}.",
            file=file,
            hint=f"Set {VARIABLE.format(name=auth.secret)}, or keep it in an Airflow connection.",
        )
    if auth.kind == "basic":
        return {}, (value, "")
    return {auth.header or "Authorization": f"Bearer {value}" if auth.kind == "bearer" else value}, None
