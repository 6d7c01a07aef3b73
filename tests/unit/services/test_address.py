"""Fault F18: nothing inside the network is ever connected to, however it is spelled."""

from __future__ import annotations

import pytest

from leadmill.errors import NeverSent, ServiceRefused
from leadmill.services import HttpService, Limits
from leadmill.services.address import pin

INSIDE = [
    "10.0.0.5", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "::ffff:10.0.0.5", "::ffff:169.254.169.254", "64:ff9b::a00:5", "2002:a00:5::",
    "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    with pytest.raises(ServiceRefused, match="not public"):
        pin("https://api.example.com/x", ["api.example.com"], lambda _host, _port: [address])


def test_one_address_inside_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(ServiceRefused, match="not public"):
        pin("https://api.example.com/", ["api.example.com"], lambda _host, _port: ["93.184.216.34", "10.0.0.5"])


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_a_public_address_is_pinned(address: str) -> None:
    assert pin("https://api.example.com/x", ["api.example.com"], lambda _host, _port: [address])[1] == address


ELSEWHERE = [
    "https://other.example.com/",
    "https://api.example.com.evil.example/",
    "https://api.example.com@evil.example/",
    "https:///x",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_host_that_is_not_named_is_refused_before_anyone_is_asked(url: str) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise AssertionError("nobody may be asked")

    with pytest.raises(ServiceRefused, match="not on the list"):
        pin(url, ["api.example.com"], resolve)


@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_only_https_leaves_the_machine(scheme: str) -> None:
    with pytest.raises(ServiceRefused, match="not https"):
        pin(f"{scheme}://api.example.com/", ["api.example.com"], lambda _host, _port: ["93.184.216.34"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_loopback_is_for_those_who_name_it(host: str) -> None:
    assert pin(f"http://{host}:8000/", [host.strip("[]")], lambda _host, _port: ["::1" if ":" in host else "127.0.0.1"])[0].port == 8000


def test_a_name_of_our_own_for_loopback_is_not_loopback() -> None:
    """An attacker's name server may answer 127.0.0.1."""
    with pytest.raises(ServiceRefused):
        pin("http://api.example.com/", ["api.example.com"], lambda _host, _port: ["127.0.0.1"])


def test_localhost_that_leads_elsewhere_is_refused() -> None:
    with pytest.raises(ServiceRefused):
        pin("http://localhost/", ["localhost"], lambda _host, _port: ["93.184.216.34"])


def test_a_name_that_does_not_resolve_was_never_sent() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(NeverSent, match="does not resolve"):
        pin("https://api.example.com/", ["api.example.com"], resolve)


def test_the_name_server_is_asked_once(provider) -> None:
    """DNS rebinding: the second answer would lead inside, and is never heard."""
    answers = iter([["127.0.0.1"], ["10.0.0.5"]])
    with HttpService(["localhost"], Limits(per_second=1000), resolve=lambda _host, _port: next(answers)) as service:
        for _ in range(2):
            assert service.get(f"http://localhost:{provider.server_port}/ok").status == 200

    assert {headers["Host"] for _, _, headers in provider.requests} == {f"localhost:{provider.server_port}"}
