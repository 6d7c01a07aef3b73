"""E-mail: repaired where nothing is guessed, refused where its syntax is impossible; canonical only in the key.

Most addresses are plain and pass one pattern in SQL; what does not is repaired and asked of email-validator, once per distinct value and
without DNS (a measured 66 us each, against 1 us). Whether the mailbox exists is nobody's claim here.
"""

from __future__ import annotations

import re

import duckdb
import pyarrow as pa
from disposable_email_domains import blocklist

from leadmill.engine import quote_text
from leadmill.standardise.vocabulary import Mailboxes

# RFC 5321 lengths; dot-atom; labels without hyphen at their ends; a top level of letters. Reserved ones (example, test) are possible.
PLAIN = (
    r"[a-z0-9_%+'&/=?^`{|}~!#$*-]+(?:\.[a-z0-9_%+'&/=?^`{|}~!#$*-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
LONGEST, LONGEST_LOCAL = 254, 64
SHORT = 3  # letters of a role that says nothing inside another word: hr, it, art
_PLAIN = re.compile(PLAIN)
_TOP_LEVEL = re.compile(r"[.][^.\d\s]{2,}$")
_BRACKETS = re.compile(r"<([^<>]+@[^<>]+)>")


def define(con: duckdb.DuckDBPyConnection, mailboxes: Mailboxes) -> None:
    """Create the macros is_free(domain) and is_disposable(domain), and the set `platforms`."""
    disposable = (blocklist | set(mailboxes.disposable)) - set(mailboxes.free)
    for name, words in (("free", mailboxes.free), ("disposable", disposable), ("platforms", mailboxes.platforms)):
        con.register(name, pa.table({"word": pa.array(sorted(set(words)), pa.string())}))
    brands = "|".join(mailboxes.free_brands)
    con.execute(f"create macro is_free(d) as d in (from free) or regexp_full_match(d, '({brands})[.][a-z]{{2,3}}([.][a-z]{{2}})?')")
    con.execute("create macro is_disposable(d) as d in (from disposable) or regexp_extract(d, '[^.]+[.][^.]+$') in (from disposable)")


def build(con: duckdb.DuckDBPyConnection, mailboxes: Mailboxes) -> None:
    """Create `mailbox`(text, email, email_key, email_domain, email_kind) over the distinct e-mail texts of `clean`."""
    _parse(con)
    dotless = " ".join(f"when {quote_text(name)} then {quote_text(main)}" for name, main in mailboxes.dotless.items())
    con.execute(
        """create table address as
            select *, coalesce(nullif(regexp_replace(split_part(email, '@', 1), '[+].*$', ''), ''), split_part(email, '@', 1)) as local,
                split_part(email, '@', -1) as domain
            from (select text, coalesce(p.email, o.email) as email from plain_mail p left join odd_mail o using (text))"""
    )
    _find_shared(con, mailboxes)
    con.execute(
        f"""create table mailbox as
            select text, email, if(domain in ({_listed(mailboxes.dotless)}), replace(local, '.', ''), local)
                || '@' || case domain {dotless} else domain end as email_key,
                domain as email_domain,
                case when email is null then null when is_disposable(domain) then 'disposable'
                    when email in (from shared_mail) then 'shared' when is_free(domain) then 'free' else 'personal' end as email_kind
            from address"""
    )


def _parse(con: duckdb.DuckDBPyConnection) -> None:
    """Create `plain_mail` and `odd_mail` (text, email): addresses of the usual shape, and what could be made of the others."""
    con.execute(
        f"""create table plain_mail as select text, case when regexp_full_match(lower(text), {quote_text(PLAIN)})
                and not starts_with(text, '''') and length(text) <= {LONGEST} and position('@' in text) <= {LONGEST_LOCAL + 1}
                and not contains(lower(text), 'xn--') then lower(text) end as email
            from (select distinct email as text from clean where email is not null)"""
    )
    odd = con.sql("select text from plain_mail where email is null").to_arrow_table()["text"].to_pylist()
    con.register("odd_mail", pa.table({"text": pa.array(odd, pa.string()), "email": pa.array(map(repair, odd), pa.string())}))


def _find_shared(con: duckdb.DuckDBPyConnection, mailboxes: Mailboxes) -> None:
    """Create the set `shared_mail` of addresses behind which stands a role; only those with a role's word in them are looked at."""
    long = "|".join(sorted({word for word in mailboxes.shared if len(word) > SHORT}))
    short = "|".join(sorted({word for word in mailboxes.shared if len(word) <= SHORT}))
    candidates = con.sql(
        f"""select email, local, domain from (
                select *, regexp_replace(local, '[^a-z]', '', 'g') as letters, split_part(domain, '.', 1) as label from address
            ) where regexp_matches(letters, '{long}') or regexp_matches(local, '(^|[^a-z])(?:{short})([^a-z]|$)')
                or (letters = regexp_replace(label, '[^a-z]', '', 'g') and not is_free(domain))"""
    ).to_arrow_table()
    roles = Roles(mailboxes)
    pairs = zip(candidates["local"].to_pylist(), candidates["domain"].to_pylist(), strict=True)
    verdicts = [roles.is_shared(local, domain) for local, domain in pairs]
    con.register("shared_mail", candidates.select(["email"]).filter(pa.array(verdicts, pa.bool_())))


class Roles:
    """Tells a role's mailbox from a person's, by the words of mailboxes.yaml."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        long = [word for word in mailboxes.shared if len(word) > SHORT]
        beside = "|".join(sorted({*mailboxes.qualifiers, *mailboxes.shared}, key=len, reverse=True))
        self._words = frozenset(mailboxes.shared)
        self._beside = self._words | frozenset(mailboxes.qualifiers)
        self._openings, self._endings = frozenset(mailboxes.openings), frozenset(mailboxes.endings)
        self._compound = re.compile(rf"(?:(?:{beside})s?)?(?:{'|'.join(sorted(long, key=len, reverse=True))})(?:s?(?:{beside}))?")

    def is_shared(self, local: str, domain: str) -> bool:
        """Whether the part before the @ names a role: alone, opening or closing, or among nothing but others and qualifiers."""
        label = domain.partition(".")[0]
        parts = [part for part in re.split(r"[^a-z]+", local) if part]
        if "".join(parts) == re.sub(r"[^a-z]", "", label):
            return True  # the company's own name
        rest = [part for part in parts if part != label]
        if not rest or any(len(part) == 1 for part in rest):
            return False  # an initial: office.r.jones is somebody
        roles = [part in self._words or bool(self._compound.fullmatch(part)) for part in rest]
        known = all(is_role or part in self._beside for part, is_role in zip(rest, roles, strict=True))
        return (
            (known and (any(roles) or "".join(rest) in self._words))
            or rest[0] in self._openings
            or (len(parts) > 1 and rest[-1] in self._endings)
        )


def repair(text: str) -> str | None:
    """Return the address meant, or none: display names, mailto:, trailing dots, (at) are undone; of several the first is taken."""
    found = _BRACKETS.search(text)
    meant = (found.group(1) if found else text).strip().lower().removeprefix("mailto:").partition("?subject=")[0]
    meant = re.sub(r"\s*[(\[]\s*(?:at|@)\s*[)\]]\s*", "@", meant)
    meant = re.sub(r"\s*[(\[]\s*(?:dot|punkt|\.)\s*[)\]]\s*", ".", meant)
    meant = re.sub(r"\s*@\s*", "@", meant.replace("＠", "@"))
    parts = meant.split() if all("@" in word for word in meant.split()) else re.split(r"[;,|]", meant)
    addresses = [part.strip(" '\"<>()[]:;,`").rstrip(".") for part in parts if "@" in part]
    if not addresses:
        return None
    first = addresses[0]
    found_address = first if _PLAIN.fullmatch(first) else _ask_library(first)
    return found_address if found_address and _fits(found_address) else None


def _fits(address: str) -> bool:
    return len(address) <= LONGEST and address.index("@") <= LONGEST_LOCAL


def _ask_library(address: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - few addresses get here

    try:
        answer = validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None
    return answer if _TOP_LEVEL.search(answer) else None


def _listed(values: object) -> str:
    return ", ".join(quote_text(value) for value in values)  # type: ignore[attr-defined]
