"""Leads that nobody is behind: typed to try a form. A verdict beside the lead, never a reason to drop it here."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from leadmill.engine import quote_text
from leadmill.standardise.text import fold
from leadmill.standardise.vocabulary import Trials

JOIN = "left join trial on trial.record_id = c.record_id"


def build(con: duckdb.DuckDBPyConnection, trials: Trials) -> None:
    """Create `trial`(record_id, is_test) for the rows of `clean` that are tests."""
    con.execute(
        f"""create table trial as select c.record_id, true as is_test from clean c
            left join given on given.text = c.first_name
            left join family on family.text = c.last_name
            left join whole on whole.text = c.full_name
            left join mailbox on mailbox.text = c.email
            left join company on company.text = c.company_name
            where fold(split_part(split_part(mailbox.email_key, '@', 1), '+', 1)) in ({_listed(trials.mailboxes)})
                or split_part(mailbox.email_domain, '.', 1) in ({_listed(trials.domains)})
                or concat_ws(' ', coalesce(given.key, whole.first_key), coalesce(family.key, whole.last_key)) in ({_listed(trials.names)})
                or company.company_key in ({_listed(trials.companies)})"""
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(quote_text(word) for word in sorted({fold(word) for word in words}))
