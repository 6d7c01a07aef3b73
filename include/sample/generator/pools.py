"""Words and places of the invented world, read from `words.toml` and `places.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from random import Random
from typing import Any

_HERE = Path(__file__).parent


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))


_WORDS = _read("words.toml")
PLACES: dict[str, dict[str, Any]] = _read("places.toml")  # country -> free, cities
FIRST: dict[str, list[str]] = _WORDS["first_names"]  # by language
FAMILY: dict[str, list[str]] = _WORDS["family_names"]  # by language
LANGUAGES: dict[str, list[str]] = _WORDS["languages"]  # by country
NICKNAMES: dict[str, str] = _WORDS["nicknames"]
STARTS: dict[str, list[str]] = _WORDS["company_starts"]  # by language
ENDS: dict[str, list[str]] = _WORDS["company_ends"]  # by language
TRADES: dict[str, list[str]] = _WORDS["trades"]  # by language
FORMS: dict[str, list[str]] = _WORDS["legal_forms"]  # by country
TITLES: dict[str, list[list[str]]] = _WORDS["titles"]  # by language, then from the owner down
FREE_DOMAINS: list[str] = _WORDS["mailboxes"]["free"]
DISPOSABLE_DOMAINS: list[str] = _WORDS["mailboxes"]["disposable"]
ROLES: dict[str, list[str]] = _WORDS["role_mailboxes"]  # by language


def language_of(country: str) -> str:
    """Language a company of the country goes about its business in: German or, for our purposes, English."""
    return "de" if country in ("DE", "AT", "CH") else "en"


def chance(rng: Random, share: float) -> bool:
    """Whether something that happens in this share of cases happens now."""
    return rng.random() < share
