"""Leads that nobody is behind: typed to try a form. A verdict beside the lead, never a reason to drop it here.

SQL picks the few values that hold a telling word; `Judge` decides on those. An invented name alone throws nobody away: there are people
called Jane Doe. Who can be reached, by phone or in a mailbox of their own at a company, is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.engine import quote_text
from leadmill.standardise.distinct import Column, ask, column, encode, settle
from leadmill.standardise.text import fold, fold_all
from leadmill.standardise.vocabulary import Trials

# Keys beside each other under the fingers, and one letter over and over. Read by RE2 and by Python.
MASHED = (
    "(?:qwer|qwertz|asdf|zxcv|yxcv|hjkl|qaz|wsx)[a-z]*|(?:asd|sdf|dfg|fgh|ghj|hjk|jkl|xcv|cvb)+|[sdfghjkl]{5,}|"
    + "|".join(f"{letter}{letter}{letter}+" for letter in "abcdefghjklmnopqrstuvwxyz")  # not iii: the third
)


@cache
def judge_of(trials: Trials) -> Judge:
    """Return the judge over one vocabulary."""
    return Judge(trials)


class Judge:
    """Tells invented names and companies from real ones."""

    def __init__(self, trials: Trials) -> None:
        self._telling = frozenset(map(fold, trials.telling))
        self._idle = self._telling | frozenset(map(fold, trials.idle))
        self._names, self._companies = frozenset(map(fold, trials.names)), frozenset(map(fold, trials.companies))
        self._parts = self._idle | {word for phrase in self._names | self._companies for word in phrase.split()}
        self._mashed = re.compile(MASHED)

    @cached_property
    def parts(self) -> str:
        """The pattern of a folded name, of a person or company, all of whose words occur in invented ones."""
        return f"(?:(?:(?:{'|'.join(sorted(self._parts))}|(?:mc)?test[a-z]*)[0-9]*|[0-9]+)(?: |$))*"

    def is_name(self, name: str) -> bool:
        """Whether a person's whole name is one of those people invent, or the keyboard's."""
        return self._is_invented(name, self._names)

    def is_company(self, name: str) -> bool:
        """Whether a company's name, without legal form, is invented."""
        return self._is_invented(name, self._companies)

    def _is_invented(self, name: str, phrases: frozenset[str]) -> bool:
        words = _words(name)
        telling = any(word in self._telling for word in words) and all(word in self._idle or _tests(word) for word in words)
        return bool(words) and (telling or " ".join(words) in phrases or self._is_mashed(name))

    def _is_mashed(self, name: str) -> bool:
        return all(self._mashed.fullmatch(word) for word in re.sub("[0-9]", "", name.lower()).split() or ["-"])


def find_mailboxes(con: duckdb.DuckDBPyConnection, mailboxes: pa.Table, trials: Trials) -> pa.Array:
    """Say of every mailbox (email_key, email_domain) whether it is nobody's; only those with a telling word in them are looked at."""
    key, domain = column(mailboxes, "email_key"), encode(mailboxes["email_domain"])
    names = "|".join(map(re.escape, sorted({*trials.mailboxes, *trials.echoes}))).replace("\\ ", "[^a-z@]+")
    is_named = pc.match_substring_regex(key, f"^[^a-z@]*(?:{names}|{MASHED})[^a-z@]*@")
    is_housed = domain.spread(pc.match_substring_regex(domain.texts, f"^(?:{'|'.join(map(re.escape, trials.domains))})[.]"))
    likely = pc.fill_null(pc.or_(is_named, is_housed), False)
    found = ask(
        con,
        "trim(regexp_replace(split_part(key, '@', 1), '[^a-z]+', ' ', 'g')) as local, split_part(domain, '.', 1) as label",
        f"""label in ({_listed(trials.domains)}) or local in ({_listed(trials.mailboxes)})
            or (local = label and label in ({_listed(trials.echoes)}))
            or (regexp_full_match(local, '{MASHED}') and length(local) > 3)
            or (regexp_full_match(label, '{MASHED}') and regexp_full_match(local, '{MASHED}')) as is_trial""",
        key=key.filter(likely), domain=domain.cells.filter(likely),
    )  # fmt: skip
    return pc.replace_with_mask(likely, likely, column(found, "is_trial"))


def find_companies(con: duckdb.DuckDBPyConnection, names: pa.Array, keys: pa.Array, judge: Judge) -> pa.Array:
    """Say of every company, by name and key, whether it is invented."""
    likely = f"""text is not null and (company_key is null or regexp_full_match(company_key, {quote_text(judge.parts)})
        or regexp_full_match(lower(text), '(?:(?:{MASHED})[^a-z]*)+')) as likely"""
    found = pc.fill_null(column(ask(con, likely, text=names, company_key=keys), "likely"), False)
    asked = zip(names.filter(found).to_pylist(), keys.filter(found).to_pylist(), strict=True)
    return settle(found, found, [judge.is_company(key or "") or judge.is_company(name) for name, key in asked])


def find_names(con: duckdb.DuckDBPyConnection, names: list[Column], judge: Judge) -> pa.Array:
    """Say of every row whether its name is invented; only names whose every part occurs in an invented one are looked at: a handful."""
    may_be = [part.spread(_may_be(con, part.texts, judge)) for part in names]
    likely = pc.fill_null(pc.and_(pc.coalesce(*may_be), pc.coalesce(*reversed(may_be))), False)
    parts = zip(*(part.cells.filter(likely).to_pylist() for part in names), strict=True)
    return settle(likely, likely, [judge.is_name(" ".join(filter(None, pair))) for pair in parts])


def _may_be(con: duckdb.DuckDBPyConnection, parts: pa.Array, judge: Judge) -> pa.Array:
    bare = ask(con, "regexp_replace(lower(part), '[0-9]', '', 'g') as bare", part=parts)
    known = f"regexp_full_match(folded, {quote_text(judge.parts)}) or regexp_full_match(bare, '(?:(?:{MASHED}) ?)*') as known"
    folded = fold_all(con, column(bare, "bare"))
    return column(ask(con, known, bare=column(bare, "bare"), folded=folded), "known")


def _words(name: str) -> list[str]:
    return re.sub("[0-9]", "", fold(name)).split()


def _tests(word: str) -> bool:
    return word.startswith(("test", "mctest"))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(quote_text(word) for word in sorted(set(words)))
