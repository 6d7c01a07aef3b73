"""The connection goes to the pinned address, and the certificate must prove the host's name all the same."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leadmill.errors import NeverSent
from leadmill.services import HttpService, Limits


class _Desk(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"host": "%s"}' % self.headers["Host"].encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def certificate(folder: Path, name: str) -> Path:
    """Make a certificate for `name`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def _serving(path: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = HTTPServer(("127.0.0.1", 0), _Desk)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """Ask https://localhost of a server that proves to be `name`; its certificate is trusted."""
    with ExitStack() as stack:

        def go(name: str) -> Any:
            path = certificate(tmp_path, name)
            port = stack.enter_context(_serving(path))
            service = stack.enter_context(HttpService(["localhost"], Limits(per_second=100), resolve=lambda _host, _port: ["127.0.0.1"]))
            service._session.verify = str(path)
            return service.get(f"https://localhost:{port}/x").body["host"], port

        yield go


def test_the_name_is_proven_although_an_address_was_connected_to(ask) -> None:
    host, port = ask("localhost")

    assert host == f"localhost:{port}"


def test_a_certificate_of_another_name_is_refused_before_anything_is_sent(ask) -> None:
    with pytest.raises(NeverSent):
        ask("other.example.com")


def test_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    with (
        _serving(certificate(tmp_path, "localhost")) as port,
        HttpService(["localhost"], resolve=lambda _host, _port: ["127.0.0.1"]) as service,
        pytest.raises(NeverSent),
    ):
        service.get(f"https://localhost:{port}/")
