"""What a provider's answer means: a match, none, a failure; what it cost; whether to ask again. Read from the provider's YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from leadmill.config.provider import HttpProvider

_OK = range(200, 300)
_NO_TURN = 429
_NOT_US = (401, 402, 403, 407)  # key wrong, no credits left: the next question would fare no better
_OWN_FAULT = 500
_LONGEST = 1_000  # characters of a text fact


class Reply(Protocol):
    """A complete HTTP answer; see `leadmill.services.Reply`."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def body(self) -> Any:
        """Parsed JSON or None."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one call ended; `again` says that asking once more may help, `stop` that no other question will fare better."""

    outcome: Literal["found", "not_found", "failed", "uncertain"]
    cost_micros: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    detail: str | None = None
    again: bool = False
    stop: bool = False


def judge(reply: Reply, provider: HttpProvider) -> Verdict:
    """Read an answer by the provider's rules."""
    price, billed = provider.cost.micros, provider.cost.billed
    answered = price if billed in ("answered", "always") else 0
    failed = price if billed == "always" else 0
    if reply.status in provider.pending:
        return Verdict("failed", failed, detail="the answer is being prepared")
    if reply.status in provider.no_match.status:
        return Verdict("not_found", answered)
    if reply.status in _OK:
        pointer = provider.no_match.empty
        if pointer is not None and not point(reply.body, pointer):
            return Verdict("not_found", answered)
        return Verdict("found", price, fields=extract(reply.body, provider.columns))
    detail = f"HTTP {reply.status}"
    if reply.status == _NO_TURN:
        return Verdict("failed", 0, detail=detail, again=True)
    return Verdict("failed", failed, detail=detail, again=price == 0 and reply.status >= _OWN_FAULT, stop=reply.status in _NOT_US)


def extract(body: Any, columns: Mapping[Any, str]) -> dict[str, Any]:
    """Read our facts out of an answer; what is missing, null or no plain value is left out."""
    found = {fact: point(body, pointer) for fact, pointer in columns.items()}
    return {fact: _plain(value) for fact, value in found.items() if isinstance(value, (str, int, float)) and value != ""}


def point(body: Any, pointer: str) -> Any:
    """Follow a JSON pointer (RFC 6901); None when it leads nowhere."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(body, dict):
            body = body.get(name)
        elif isinstance(body, list) and name.isascii() and name.isdigit() and int(name) < len(body):
            body = body[int(name)]
        else:
            return None
    return body


def _plain(value: Any) -> Any:
    """Return a text of sane length without control characters; numbers and truth as they are."""
    return "".join(char for char in value if char.isprintable())[:_LONGEST] if isinstance(value, str) else value
