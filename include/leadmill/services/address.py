"""Which addresses may be connected to: public ones of hosts that are named, and loopback only where it is named.

The name is resolved once and the connection goes to that address, so a second, different answer of the name server (DNS rebinding)
changes nothing. Private, link-local and metadata ranges are refused in every spelling, because what is judged is the resolved address.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection
from urllib.parse import SplitResult, urlsplit

from leadmill.errors import NeverSent, ServiceRefused

Resolve = Callable[[str, int], list[str]]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address in IPv6 clothes


def resolve_name(host: str, port: int) -> list[str]:
    """Ask the name server for the addresses of a host."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def pin(url: str, hosts: Collection[str], resolve: Resolve = resolve_name) -> tuple[SplitResult, str]:
    """Return the parts of `url` and the one address to connect to.

    Raises ServiceRefused when the host is not among `hosts`, plain http is asked of anything but a named loopback host, or any address
    behind the name is not public; NeverSent when the name does not resolve.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host not in hosts:
        raise ServiceRefused(f"the host {host!r} is not on the list of hosts.", hint="Name it under hosts of the provider.")
    try:
        addresses = resolve(host, parts.port or (443 if parts.scheme == "https" else 80))
    except OSError:
        raise NeverSent(f"the name {host!r} does not resolve.") from None
    loopback = bool(addresses) and all(ipaddress.ip_address(address).is_loopback for address in addresses)
    named = loopback and (host == "localhost" or _is_address(host))
    if parts.scheme != "https" and not (parts.scheme == "http" and named):
        raise ServiceRefused(f"{parts.scheme or 'no scheme'} is not https.", hint="Only a loopback host named under hosts may use http.")
    if not addresses or (not named and not all(_is_public(address) for address in addresses)):
        raise ServiceRefused(f"the host {host!r} leads to an address that is not public.", hint="Nothing inside the network is ever asked.")
    return parts, addresses[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None)
        if inner is not None:
            found = inner
    return found.is_global and not found.is_multicast
