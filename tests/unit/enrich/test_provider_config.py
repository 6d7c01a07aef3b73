"""Provider facts are read strictly; the law is in the constructor."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadmill.config import CHECKOUT
from leadmill.config.provider import Waterfall, in_micros, load_provider, load_waterfall
from leadmill.errors import ConfigError

HTTP = """title: Vendor
kind: http
url: https://api.example.com/companies/{domain}
hosts: [api.example.com]
key: domain
columns: {legal_name: /name}
"""
FILE = """title: Register
kind: reference_file
file: register.csv
keys: [domain]
columns: {domain: site}
"""


def test_the_waterfall_that_ships_loads_with_its_providers() -> None:
    waterfall, providers = load_waterfall(CHECKOUT / "include" / "config")

    assert [provider.name for provider in providers] == waterfall.ask


def test_without_a_waterfall_nobody_is_asked(tmp_path: Path) -> None:
    assert load_waterfall(tmp_path) == (Waterfall(), [])


@pytest.mark.parametrize(
    "text", [HTTP, FILE, HTTP.replace("https://api.example.com", "http://127.0.0.1:81").replace("[api.example.com]", '["127.0.0.1"]')]
)
def test_a_provider_needs_few_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")

    assert load_provider(path).name == "mine"


WRONG = [
    (HTTP, "https://", "http://", "url must be https"),
    (HTTP, "api.example.com/", "{domain}/", "name its host outright"),
    (HTTP, "https://api", "https://me:pw@api", "name its host outright"),
    (HTTP, "[api.example.com]", "[other.example.com]", "not among hosts"),
    (HTTP, "{domain}", "{email}", "the placeholder 'email'"),
    (HTTP, "{domain}", "x", "put {domain} into it"),
    (HTTP, "/name", "name", "needs a JSON pointer"),
    (HTTP, "legal_name", "legal_nam", "legal_nam"),
    (HTTP, "key: domain", "key: domain\ncost: {amount: 0.05}", "must be text"),
    (HTTP, "key: domain", 'key: domain\ncost: {amount: "-1"}', "cost.amount"),
    (HTTP, "key: domain", "key: domain\nauth: {kind: bearer}", "secret names the secret"),
    (HTTP, "key: domain", "key: domain\nauth: {kind: header, secret: KEY}", "header is stated"),
    (HTTP, "key: domain", "key: domain\nworkers: 64", "workers"),
    (HTTP, "key: domain", "key: domain\nbuget: {}", "Did you mean 'budget'"),
    (FILE, "[domain]", "[lei]", "'lei' needs its column"),
    (FILE, "[domain]", "[company_key]", "needs name_columns"),
    (FILE, "kind: reference_file", "kind: excel", "kind"),
]


@pytest.mark.parametrize(("text", "old", "new", "words"), WRONG, ids=[case[-1] for case in WRONG])
def test_a_wrong_provider_is_named_by_file_and_line(tmp_path: Path, text: str, old: str, new: str, words: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_provider(path)

    assert words in str(caught.value)
    assert (caught.value.file, caught.value.line is not None) == (str(path), True)


def test_a_fact_may_have_an_order_of_its_own() -> None:
    waterfall = Waterfall(ask=["a", "b", "c"], fields={"industry": ["c"]})

    assert (waterfall.order_of("industry"), waterfall.order_of("city")) == (["c", "a", "b"], ["a", "b", "c"])


@pytest.mark.parametrize("text", ["ask: [a, a]", "ask: [a]\nfields: {industry: [b]}", "ask: [missing]", "aks: [a]"])
def test_a_waterfall_that_cannot_be_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "enrichment.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError):
        load_waterfall(tmp_path)


@pytest.mark.parametrize(("amount", "micros"), [("0", 0), ("0.05", 50_000), ("0.000001", 1), ("12.3", 12_300_000)])
def test_money_is_exact(amount: str, micros: int) -> None:
    assert in_micros(amount) == micros
