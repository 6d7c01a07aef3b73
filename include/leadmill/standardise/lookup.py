"""What needs knowledge, subject by subject: each function reads the distinct texts of its columns and tells the rows.

A column that was not delivered is not in `cells`, and what would follow from it is not in the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.standardise import companies, ladders, mailboxes, names, phones, places, trials
from leadmill.standardise.distinct import Column, ask, column, encode, first_of
from leadmill.standardise.vocabulary import Vocabulary

Cells = Mapping[str, Column]
Told = dict[str, pa.Array]
_KEYS = {"first_name": "first_key", "last_name": "last_key"}
_MONEY = {"revenue_currency": "annual_revenue", "opportunity_currency": "amount"}


def look_up(con: duckdb.DuckDBPyConnection, cells: Cells, words: Vocabulary, default: str | None, rows: int) -> Told:
    """Return every derived column by name; `default` is the country of rows that name none."""
    people = names.facts(con, cells, words.people)
    mail = mailboxes.facts(con, cells["email"].texts, words.mailboxes) if "email" in cells else None
    company = companies.keys(con, cells["company_name"].texts, words.legal_forms) if "company_name" in cells else None
    told = {name: shown.cells for name, shown in people.items()}
    told |= {_KEYS[side]: shown.spread(names.keys(con, side, shown.texts, words.people)) for side, shown in people.items()}
    told |= _titles(con, cells, words) | _money(con, cells) | _sites(con, cells, mail)
    told |= _spread(cells.get("email"), mail) | _spread(cells.get("company_name"), company)
    told["country_code"] = _countries(cells, words, default, rows)
    if "phone" in cells:
        told |= phones.facts(con, cells["phone"], told["country_code"], default)
    judge = trials.judge_of(words.trials)
    invented = [trials.find_names(con, list(people.values()), judge)] if people else []
    if company:
        key = column(company, "company_key")
        invented.append(cells["company_name"].spread(trials.find_companies(con, cells["company_name"].texts, key, judge)))
    nobody = [cells["email"].spread(trials.find_mailboxes(con, mail, words.trials))] if mail else []
    reachable = [pc.equal(told["email_kind"], "personal")] if mail else []
    reachable += [pc.is_valid(told["phone"])] if "phone" in told else []
    told["is_test"] = pc.or_(_any(nobody, rows), pc.and_not(_any(invented, rows), _any(reachable, rows)))
    return told


def _spread(cells: Column | None, facts: pa.Table | None) -> Told:
    return {name: cells.spread(column(facts, name)) for name in facts.column_names} if cells and facts else {}


def _any(columns: list[pa.Array], rows: int) -> pa.Array:
    """Say of every row whether any of the columns is true."""
    return reduce(pc.or_, (pc.fill_null(each, False) for each in columns), pa.repeat(pa.scalar(value=False), rows))


def _titles(con: duckdb.DuckDBPyConnection, cells: Cells, words: Vocabulary) -> Told:
    told: Told = {}
    for name, climbed in (("job_title", ("seniority", "department")), ("interest_signal", ("interest_signal",))):
        if name in cells:
            verdicts = ladders.climb(con, cells[name].texts, {ladder: getattr(words.ladders, ladder) for ladder in climbed})
            told |= {ladder: cells[name].spread(column(verdicts, ladder)) for ladder in climbed}
    return told


def _money(con: duckdb.DuckDBPyConnection, cells: Cells) -> Told:
    """Tell currencies: of their own column, else of the sign beside the amount."""
    told: Told = {}
    for name, amount in _MONEY.items():
        asked = [(cells[cell], macro) for cell, macro in ((name, "currency_code"), (amount, "currency")) if cell in cells]
        if asked:
            told[name] = first_of(
                *(cell.spread(column(ask(con, f"{macro}(text) as code", text=cell.texts), "code")) for cell, macro in asked)
            )
    return told


def _sites(con: duckdb.DuckDBPyConnection, cells: Cells, mail: pa.Table | None) -> Told:
    """Tell web sites, and the domain of the company: of its site, else of a mailbox there."""
    told: Told = {}
    found = []
    if "website" in cells:
        site = companies.sites(con, cells["website"].texts)
        host = encode(site["host"])
        told["website"] = cells["website"].spread(column(site, "website"))
        found.append(cells["website"].spread(host.spread(companies.own(con, companies.domains(con, host.texts)))))
    if mail:
        host = encode(mail["email_domain"])
        found.append(cells["email"].spread(host.spread(companies.own(con, companies.domains(con, host.texts)))))
    return told | ({"domain": first_of(*found)} if found else {})


def _countries(cells: Cells, words: Vocabulary, default: str | None, rows: int) -> pa.Array:
    if "country" not in cells:
        return pa.repeat(pa.scalar(default, pa.string()), rows)
    country = cells["country"]
    return pc.if_else(
        pc.is_null(country.cells), pa.scalar(default, pa.string()), country.spread(places.codes(country.texts, words.countries))
    )
