"""Asking the outside world over HTTP, and not trusting what it says.

`requests` follows redirects, proxies and .netrc of the environment, waits for ever, and reads bodies of any size unless told otherwise.
Here it is told: one pinned address, no redirects, time-outs for every step and for the whole, a limit on the body, and pacing.
Nothing is retried here: a retry below the ledger would be a call nobody wrote down.
"""

from __future__ import annotations

import io
import json
import math
import socket
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, BinaryIO, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, SSLError
from urllib3.util.retry import Retry
from urllib3.util.ssl_match_hostname import CertificateError

from leadmill.errors import NeverSent, ServiceRefused, ServiceUnavailable
from leadmill.services.address import Resolve, pin, resolve_name
from leadmill.services.pace import LONGEST_PAUSE, Breaker, Pace

_CHUNK = 65_536
_USER_AGENT = "leadmill"
_MODEST_PAUSE = 5.0  # seconds, when a 429 does not say for how long


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a provider's time, and of ours, one call may take."""

    per_second: float = 1.0
    connections: int = 4
    connect_seconds: float = 5.0
    read_seconds: float = 20.0  # without a byte; the whole answer may take three times as long
    max_bytes: int = 1_048_576


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer: `body` is parsed JSON, None when it is empty or (outside 2xx) not JSON."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpService:
    """One provider over HTTP, safe to share between threads. Use as a context manager."""

    def __init__(
        self,
        hosts: Collection[str],
        limits: Limits = Limits(),
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        resolve: Resolve = resolve_name,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._hosts, self._limits, self._resolve, self._clock = tuple(hosts), limits, resolve, clock
        self._pace, self._breaker = Pace(limits.per_second, clock, sleep), Breaker(clock)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": _USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"})
        self._session.headers.update(headers or {})
        self._session.auth = auth
        self._pinned: dict[str, list[str]] = {}

    @property
    def is_down(self) -> bool:
        """Whether asking is pointless for now."""
        return self._breaker.is_open

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Ask once and return any complete answer, whatever its status.

        Raises NeverSent when nothing left this machine (circuit open, name or connection failed), ServiceUnavailable when the answer did
        not arrive whole, ServiceRefused when it may not be followed or read (address, redirect, size, not JSON).
        """
        return self._ask(url, headers or {}, None)

    def download(self, url: str, into: BinaryIO, headers: Mapping[str, str] | None = None) -> Reply:
        """Ask once for a file: the body of a good answer goes into `into` as it arrives, and the reply has none. Raises as `get` does."""
        return self._ask(url, {"Accept": "*/*", **(headers or {})}, into)

    def _ask(self, url: str, headers: Mapping[str, str], into: BinaryIO | None) -> Reply:
        if not self._breaker.admit():
            raise NeverSent("the provider is taken to be down.", hint="It is asked again after a while.")
        self._pace.wait()
        try:
            reply = self._exchange(url, headers, into)
        except ServiceUnavailable as error:
            self._breaker.failed(connection=isinstance(error, NeverSent))
            raise
        if reply.status == requests.codes.too_many_requests:
            self._pace.pause(_seconds(reply.headers.get("Retry-After")))
        if reply.status >= requests.codes.server_error:
            self._breaker.failed(connection=False)
        else:
            self._breaker.succeeded()
        return reply

    def _exchange(self, url: str, headers: Mapping[str, str], into: BinaryIO | None) -> Reply:
        target, host = self._pin(url)
        deadline = self._clock() + self._limits.connect_seconds + 3 * self._limits.read_seconds
        try:
            with self._session.get(
                target,
                headers={**headers, "Host": host},
                timeout=(self._limits.connect_seconds, self._limits.read_seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                return self._read(response, deadline, into)
        except requests.ConnectTimeout:
            raise NeverSent("no connection within the time allowed.") from None
        except requests.ConnectionError as error:
            raise (NeverSent if _never_connected(error) else ServiceUnavailable)("the connection failed.") from None
        except (requests.Timeout, TimeoutError):
            raise ServiceUnavailable("no answer within the time allowed.") from None
        except (requests.RequestException, HTTPError, OSError) as error:
            raise ServiceUnavailable(f"the answer did not arrive whole ({type(error).__name__}).") from None

    def _read(self, response: requests.Response, deadline: float, into: BinaryIO | None) -> Reply:
        if response.is_redirect or response.is_permanent_redirect:
            raise ServiceRefused(f"HTTP {response.status_code}: redirects are not followed.", hint="Put the final address into url.")
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise ServiceRefused("the answer is compressed although it was asked plain.")
        body, size = io.BytesIO(), 0
        sink = into if into is not None and response.ok else body
        while chunk := response.raw.read1(_CHUNK):
            size += sink.write(chunk)
            if size > self._limits.max_bytes:
                raise ServiceRefused(f"the answer is larger than {self._limits.max_bytes} bytes.")
            if self._clock() > deadline:
                raise ServiceUnavailable("the answer dripped in too slowly.")
        return Reply(response.status_code, _parse(body.getvalue(), strict=response.ok), dict(response.headers))

    def _pin(self, url: str) -> tuple[str, str]:
        """Return the URL with the host replaced by its one address, and the Host header; TLS still proves the host's name."""
        parts, address = pin(url, self._hosts, self._resolve_once)
        host = parts.hostname or ""
        origin = f"{parts.scheme}://{f'[{address}]' if ':' in address else address}{f':{parts.port}' if parts.port else ''}"
        if f"{origin}/" not in self._session.adapters:
            self._session.mount(f"{origin}/", _Pinned(host if parts.scheme == "https" else None, self._limits.connections))
        query = f"?{parts.query}" if parts.query else ""
        return f"{origin}{parts.path or '/'}{query}", parts.netloc

    def _resolve_once(self, host: str, port: int) -> list[str]:
        if host not in self._pinned:
            self._pinned[host] = self._resolve(host, port)
        return self._pinned[host]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._session.close()


class _Pinned(HTTPAdapter):
    """Connects to an address and expects the certificate of a name; never retries, never uses a proxy."""

    def __init__(self, name: str | None, connections: int) -> None:
        self._tls = {"server_hostname": name, "assert_hostname": name} if name else {}
        super().__init__(pool_connections=1, pool_maxsize=connections, max_retries=Retry(total=0, read=False), pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Hand the name to TLS."""
        super().init_poolmanager(*args, **{**kwargs, **self._tls})


def _never_connected(error: requests.ConnectionError) -> bool:
    """Whether it failed before a request could leave: no connection, or a certificate that does not prove the host's name."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    unproven = isinstance(reason, SSLError) and isinstance(reason.args[0], (ssl.SSLCertVerificationError, CertificateError))
    return unproven or isinstance(reason, (NewConnectionError, socket.gaierror))


def _parse(body: bytes, *, strict: bool) -> Any:
    """Parse JSON; what is not JSON is refused in an answer (2xx) and of no interest in an error."""
    try:
        return json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        if strict:
            raise ServiceRefused("the answer is not JSON.") from None
        return None


def _seconds(retry_after: str | None) -> float:
    """Seconds a Retry-After asks for: a number or a date; garbage and absence mean a modest pause."""
    asked = math.nan
    with suppress(TypeError, ValueError):
        asked = float(retry_after or "nan")
    if math.isnan(asked):
        with suppress(TypeError, ValueError):  # also a date without a zone
            asked = (parsedate_to_datetime(retry_after or "") - datetime.now(UTC)).total_seconds()
    return _MODEST_PAUSE if math.isnan(asked) else min(max(asked, 0.0), LONGEST_PAUSE)
