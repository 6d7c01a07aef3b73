"""A vendor's web server and the places of one source, for tests of deliveries from elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tiny_house import LIST, person

from leadmill import pipeline

Answer = tuple[int, bytes, dict[str, str]]


class Vendor(ThreadingHTTPServer):
    """A web server that answers as the test says, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str, dict[str, str]], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.headers.append(dict(self.headers))
        status, body, headers = self.server.answer(self.path, dict(self.headers))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def serving() -> Iterator[Callable[..., Vendor]]:
    """Hand out a way to start vendors; all of them end with the test."""
    running: list[Vendor] = []

    def start(answer: Callable[[str, dict[str, str]], Answer]) -> Vendor:
        server = Vendor(answer)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def place(house, deliveries: str, fetch: str = "") -> None:
    house.source("acme", LIST.replace("lists/acme*.csv", deliveries) + (f"\nfetch: {fetch}\n" if fetch else ""))


def csv_of(house, *numbers: int) -> bytes:
    """Return a delivery as bytes; it lies nowhere."""
    path = house.deliver("elsewhere.csv", [person(number) for number in numbers])
    text = path.read_bytes()
    path.unlink()
    return text


def landed(**options: Any) -> dict[str, int]:
    return {step["file"]: step.get("received", 0) for step in pipeline.land("acme", credentials=options or None)}


def inbox(house) -> list[str]:
    return sorted(path.name for path in (house.root / "state" / "inbox" / "acme").iterdir() if not path.name.startswith(".fetched"))
