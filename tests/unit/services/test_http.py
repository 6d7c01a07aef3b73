"""Any complete answer comes back; anything else is one of three errors, and none of them waits for ever."""

from __future__ import annotations

import base64
import time

import pytest

from leadmill.errors import NeverSent, ServiceRefused, ServiceUnavailable
from leadmill.services import HttpService, Limits

QUICK = Limits(per_second=1000, connect_seconds=1, read_seconds=0.5)


@pytest.fixture
def service():
    """Ask loopback quickly."""
    with HttpService(["127.0.0.1"], QUICK) as opened:
        yield opened


def test_an_answer_is_its_status_and_its_json(service, provider) -> None:
    reply = service.get(f"{provider.url}/company?domain=a.example&name=M%C3%BCller")

    assert (reply.status, reply.body) == (200, {"path": "/company?domain=a.example&name=M%C3%BCller"})


def test_a_chunked_answer_is_whole(service, provider) -> None:
    assert service.get(f"{provider.url}/chunked").body == {"a": 1}


def test_an_empty_answer_has_no_body(service, provider) -> None:
    assert service.get(f"{provider.url}/empty").body is None


@pytest.mark.parametrize("status", [202, 400, 401, 402, 404, 422, 500, 503])
def test_an_error_is_a_complete_answer_too(provider, status) -> None:
    """Whether a 404 is billed, or a 402 means no credits, the provider's YAML says: not this module."""
    with HttpService(["127.0.0.1"], QUICK) as service:
        if status == 202:
            with pytest.raises(ServiceRefused, match="not JSON"):
                service.get(f"{provider.url}/status/{status}")
        else:
            assert (service.get(f"{provider.url}/status/{status}").status, None) == (status, None)


BROKEN = [
    ("html", ServiceRefused, "not JSON"),
    ("deep", ServiceRefused, "not JSON"),
    ("huge", ServiceRefused, "larger than 1048576 bytes"),
    ("endless", ServiceRefused, "larger than 1048576 bytes"),
    ("zipped", ServiceRefused, "compressed"),
    ("moved", ServiceRefused, "redirects are not followed"),
    ("slow", ServiceUnavailable, "no answer within the time"),
    ("drip", ServiceUnavailable, "too slowly"),
    ("cut", ServiceUnavailable, "did not arrive whole|connection failed"),
    ("reset", ServiceUnavailable, "connection failed"),
]


@pytest.mark.parametrize(("path", "error", "words"), BROKEN, ids=[case[0] for case in BROKEN])
def test_a_broken_answer_is_a_clear_error_in_good_time(service, provider, path, error, words) -> None:
    started = time.monotonic()

    with pytest.raises(error, match=words) as caught:
        service.get(f"{provider.url}/{path}")

    assert not isinstance(caught.value, NeverSent), "it was sent: it may have been charged"
    assert time.monotonic() - started < 10


def test_a_redirect_is_not_followed_anywhere(service, provider) -> None:
    with pytest.raises(ServiceRefused):
        service.get(f"{provider.url}/moved")

    assert [path for _, path, _ in provider.requests] == ["/moved"]


def test_a_refused_connection_was_never_sent(service) -> None:
    with pytest.raises(NeverSent, match="connection failed"):
        service.get("http://127.0.0.1:9/")


def test_what_is_sent_is_ours_alone(provider, monkeypatch) -> None:
    """Neither a proxy nor a .netrc of the environment takes part."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with HttpService(["127.0.0.1"], QUICK, headers={"X-Key": "k"}, auth=("user", "secret")) as service:
        service.get(f"{provider.url}/ok", {"Idempotency-Key": "abc"})

    sent = provider.requests[0][2]
    assert (sent["X-Key"], sent["Idempotency-Key"], sent["Host"]) == ("k", "abc", f"127.0.0.1:{provider.server_port}")
    assert sent["Authorization"] == "Basic " + base64.b64encode(b"user:secret").decode()
    assert sent["Accept-Encoding"] == "identity"


def test_no_error_tells_the_url_or_the_secret(provider) -> None:
    """A URL holds a company's domain, a header the key: neither belongs in a log."""
    with HttpService(["127.0.0.1"], QUICK, headers={"X-Key": "sesame"}) as service:
        for path, _, _ in BROKEN[:5]:
            with pytest.raises((ServiceRefused, ServiceUnavailable)) as caught:
                service.get(f"{provider.url}/{path}?domain=canary.example")
            assert "canary" not in str(caught.value)
            assert "sesame" not in str(caught.value)


def test_after_five_failed_connections_nobody_is_asked_until_a_probe(provider) -> None:
    clock = [0.0]
    with HttpService(["127.0.0.1"], QUICK, clock=lambda: clock[0], sleep=lambda s: clock.__setitem__(0, clock[0] + s)) as service:
        for _ in range(5):
            with pytest.raises(NeverSent, match="connection failed"):
                service.get("http://127.0.0.1:9/")
        with pytest.raises(NeverSent, match="taken to be down"):
            service.get(f"{provider.url}/ok")
        assert (service.is_down, provider.requests) == (True, [])
        clock[0] += 31
        assert service.get(f"{provider.url}/ok").status == 200
        assert service.is_down is False
