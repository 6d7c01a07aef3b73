"""Leads that nobody is behind: typed to try a form. A verdict beside the lead, never a reason to drop it here.

SQL picks the few values that hold a telling word; `Judge` decides on those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb
import pyarrow as pa

from leadmill.engine import quote_text
from leadmill.standardise.text import fold
from leadmill.standardise.vocabulary import Trials

# Keys beside each other under the fingers, and one letter over and over. Read by RE2 and by Python.
MASHED = (
    "(?:qwer|qwertz|asdf|zxcv|yxcv|hjkl|qaz|wsx)[a-z]*|(?:asd|sdf|dfg|fgh|ghj|hjk|jkl|xcv|cvb)+|[sdfghjkl]{5,}|"
    + "|".join(f"{letter}{letter}{letter}+" for letter in "abcdefghjklmnopqrstuvwxyz")  # not iii: the third
)
_FIRST, _LAST = "coalesce(given.shown, whole.first)", "coalesce(family.shown, whole.last)"
# An invented name alone throws nobody away: there are people called Jane Doe. Who can be reached, by phone or in a mailbox of their own at
# a company, is taken for one.
_REACHABLE = "coalesce(phones.phone is not null or mailbox.email_kind = 'personal', false)"
IS_TEST = f"""coalesce(c.email in (from trial_mailbox), false) or not {_REACHABLE} and (
    coalesce(c.company_name in (from trial_company), false) or concat_ws(' ', {_FIRST}, {_LAST}) in (from trial_name))"""


class Judge:
    """Tells invented names and companies from real ones."""

    def __init__(self, trials: Trials) -> None:
        self._telling = frozenset(map(fold, trials.telling))
        self._idle = self._telling | frozenset(map(fold, trials.idle))
        self._names, self._companies = frozenset(map(fold, trials.names)), frozenset(map(fold, trials.companies))
        self._parts = self._idle | {word for phrase in self._names for word in phrase.split()}
        self._mashed = re.compile(MASHED)

    def is_name(self, name: str) -> bool:
        """Whether a person's whole name is one of those people invent, or the keyboard's."""
        return self._is_invented(name, self._names)

    def is_company(self, name: str) -> bool:
        """Whether a company's name, without legal form, is invented."""
        return self._is_invented(name, self._companies)

    def may_be(self, part: str) -> bool:
        """Whether a part of a name occurs in an invented one."""
        return self._is_mashed(part) or all(word in self._parts or _tests(word) for word in _words(part))

    def _is_invented(self, name: str, phrases: frozenset[str]) -> bool:
        words = _words(name)
        telling = any(word in self._telling for word in words) and all(word in self._idle or _tests(word) for word in words)
        return bool(words) and (telling or " ".join(words) in phrases or self._is_mashed(name))

    def _is_mashed(self, name: str) -> bool:
        return all(self._mashed.fullmatch(word) for word in re.sub("[0-9]", "", name.lower()).split() or ["-"])


def build(con: duckdb.DuckDBPyConnection, trials: Trials) -> None:
    """Create the sets behind IS_TEST: `trial_mailbox`, `trial_company` (texts of `clean`) and `trial_name` (whole shown names)."""
    judge = Judge(trials)
    _find_mailboxes(con, trials)
    known = "|".join(sorted({word for phrase in trials.telling + trials.companies for word in fold(phrase).split()}))
    companies = con.sql(
        f"""select text, company_key from company where regexp_matches(' ' || company_key, ' ({known})')
            or regexp_full_match(lower(text), '(?:(?:{MASHED})[^a-z]*)+')"""
    ).fetchall()
    _register(con, "trial_company", [text for text, key in companies if judge.is_company(key) or judge.is_company(text)])
    _find_names(con, judge)


def _find_mailboxes(con: duckdb.DuckDBPyConnection, trials: Trials) -> None:
    con.execute(
        f"""create table trial_mailbox as select text from (
                select text, trim(regexp_replace(split_part(email_key, '@', 1), '[^a-z]+', ' ', 'g')) as local,
                    split_part(email_domain, '.', 1) as label
                from mailbox
            ) where label in ({_listed(trials.domains)}) or local in ({_listed(trials.mailboxes)})
                or (local = label and label in ({_listed(trials.echoes)})) or (regexp_full_match(local, '{MASHED}') and length(local) > 3)
                or (regexp_full_match(label, '{MASHED}') and regexp_full_match(local, '{MASHED}'))"""
    )


def _find_names(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    """Look at whole names only where every part of them occurs in an invented one: a handful."""
    shown = "select shown from given union select shown from family union select unnest([first, last]) from whole"
    parts = [part for (part,) in con.execute(f"select shown from ({shown}) where shown is not null").fetchall()]
    _register(con, "trial_part", [part for part in parts if judge.may_be(part)])
    names = con.execute(
        f"""select distinct concat_ws(' ', first, last) from (
                select {_FIRST} as first, {_LAST} as last from clean c
                left join given on given.text = c.first_name left join family on family.text = c.last_name
                left join whole on whole.text = c.full_name
            ) where coalesce(first, last) in (from trial_part) and coalesce(last, first) in (from trial_part)"""
    ).fetchall()
    _register(con, "trial_name", [name for (name,) in names if judge.is_name(name)])


def _register(con: duckdb.DuckDBPyConnection, name: str, words: list[str]) -> None:
    con.register(name, pa.table({"word": pa.array(words, pa.string())}))


def _words(name: str) -> list[str]:
    return re.sub("[0-9]", "", fold(name)).split()


def _tests(word: str) -> bool:
    return word.startswith(("test", "mctest"))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(quote_text(word) for word in sorted(set(words)))
