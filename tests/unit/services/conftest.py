"""A real HTTP server on loopback that can misbehave in every way a provider has been seen to."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class Provider(ThreadingHTTPServer):
    """Answers by path; remembers every request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[float, str, dict[str, str]]] = []

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a client that hangs up is part of the tests."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Provider

    def do_GET(self) -> None:
        self.server.requests.append((time.monotonic(), self.path, dict(self.headers)))
        name = self.path.split("?")[0].strip("/").split("/")[0]
        getattr(self, f"_{name}", self._ok)()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **{k.replace("_", "-"): v for k, v in headers.items()}}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def _ok(self) -> None:
        self._send(200, json.dumps({"path": self.path}).encode())

    def _chunked(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in (b'{"a"', b": 1}"):
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _status(self) -> None:
        self._send(int(self.path.split("/")[2]), b"not json at all")

    def _empty(self) -> None:
        self._send(200, b"")

    def _html(self) -> None:
        self._send(200, b"<html>")

    def _deep(self) -> None:
        self._send(200, b"[" * 200_000)

    def _huge(self) -> None:
        self._send(200, b" " * 3_000_000)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b" " * 65_536)

    def _zipped(self) -> None:
        self._send(200, b"\x1f\x8b", Content_Encoding="gzip")

    def _moved(self) -> None:
        self._send(302, b"", Location=f"http://127.0.0.1:{self.server.server_port}/secret")

    def _slow(self) -> None:
        time.sleep(1.5)
        self._ok()

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)

    def _cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b'{"half":')
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def _reset(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def _wait(self) -> None:
        self._send(429, b"", Retry_After=self.path.split("/")[2])


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Start the server and stop it at the end."""
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
