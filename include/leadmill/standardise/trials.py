"""Leads that nobody is behind: typed to try a form. A verdict beside the lead, never a reason to drop it here."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from leadmill.engine import quote_text
from leadmill.standardise.text import fold
from leadmill.standardise.vocabulary import Trials

IS_TEST = """coalesce(c.email in (from trial_mailbox), false) or coalesce(c.company_name in (from trial_company), false)
    or concat_ws(' ', coalesce(given.key, whole.first_key), coalesce(family.key, whole.last_key)) in (from trial_name)"""


def build(con: duckdb.DuckDBPyConnection, trials: Trials) -> None:
    """Create the sets behind IS_TEST: `trial_mailbox` and `trial_company` (texts of `clean`) and `trial_name` (keys of whole names)."""
    con.execute(
        f"""create table trial_mailbox as select text from mailbox where split_part(email_domain, '.', 1) in ({_listed(trials.domains)})
            or fold(split_part(email_key, '@', 1)) in ({_listed(trials.mailboxes)})"""
    )
    con.execute(f"create table trial_company as select text from company where company_key in ({_listed(trials.companies)})")
    con.register("trial_name", pa.table({"name": pa.array(sorted(set(map(fold, trials.names))), pa.string())}))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(quote_text(word) for word in sorted({fold(word) for word in words}))
