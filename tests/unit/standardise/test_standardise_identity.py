"""Keys for suppression: a refusal holds under other spellings, and nobody refuses for a whole company unless nothing else was said."""

from __future__ import annotations

import pyarrow as pa
from test_standardise_table import mapped, source

from leadmill.standardise import standardise, suppression_keys


def keys(kind: str, **cells: str) -> set[tuple[str, str]]:
    table = standardise(mapped(**{name: [cell] for name, cell in cells.items()}), source(kind, country="DE"))
    found = suppression_keys(table)
    assert found.schema.names == ["record_id", "kind", "key"]
    return set(zip(found["kind"].to_pylist(), found["key"].to_pylist(), strict=True))


def test_an_opt_out_is_found_under_another_spelling_of_the_mailbox() -> None:
    refused = keys("opt_out", email="jane.doe@gmail.com")
    assert refused == {("email", "janedoe@gmail.com")}
    assert refused <= keys("list", email="J.aneDoe+news@GoogleMail.com")


def test_an_opt_out_is_found_under_another_spelling_of_the_phone() -> None:
    assert keys("opt_out", phone="0171/1234567") == {("phone", "+491711234567")} <= keys("list", phone="+49 (0)171 123 45 67")


def test_an_opt_out_by_name_and_company_is_found_under_another_mailbox() -> None:
    refused = keys("opt_out", full_name="Müller, Jürgen", domain="acme.de")
    assert refused == {("name_domain", "jurgen muller@acme.de")}
    assert refused <= keys("list", first_name="Juergen", last_name="MUELLER", email="jm@acme.de", website="www.acme.de")


def test_only_an_opt_out_that_gives_nothing_but_a_domain_refuses_for_all_of_it() -> None:
    assert keys("opt_out", domain="acme.de") == {("domain", "acme.de")}
    assert ("domain", "acme.de") not in keys("opt_out", domain="acme.de", email="jane@acme.de")
    assert ("domain", "acme.de") in keys("list", email="jane@acme.de")


def test_a_lead_without_anything_has_no_keys() -> None:
    assert keys("list", city="Berlin") == set()
    assert suppression_keys(standardise(mapped(email=pa.array([], pa.string())), source("list"))).num_rows == 0  # type: ignore[arg-type]
