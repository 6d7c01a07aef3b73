"""E-mail: repaired where nothing is guessed, refused where its syntax is impossible; canonical only in the key.

Most addresses are plain and pass one pattern in SQL; what does not is repaired and asked of email-validator, once per distinct value and
without DNS (a measured 66 us each, against 1 us). Whether the mailbox exists is nobody's claim here.
"""

from __future__ import annotations

import re

import duckdb
import pyarrow as pa

from leadmill.engine import quote_text
from leadmill.standardise.vocabulary import Mailboxes

# RFC 5321 lengths; dot-atom; labels without hyphen at their ends; a top level of letters. Reserved ones (example, test) are possible.
PLAIN = (
    r"[a-z0-9_%+'&/=?^`{|}~!#$*-]+(?:\.[a-z0-9_%+'&/=?^`{|}~!#$*-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
LONGEST, LONGEST_LOCAL = 254, 64
_PLAIN = re.compile(PLAIN)
_BRACKETS = re.compile(r"<([^<>]+@[^<>]+)>")


def build(con: duckdb.DuckDBPyConnection, mailboxes: Mailboxes) -> None:
    """Create `mailbox`(text, email, email_key, email_domain, email_kind) over the distinct e-mail texts of `clean`."""
    con.execute(
        f"""create table plain_mail as select email as text,
            case when regexp_full_match(lower(email), {quote_text(PLAIN)}) and not starts_with(email, '''') and length(email) <= {LONGEST}
                and position('@' in email) <= {LONGEST_LOCAL + 1} and not contains(lower(email), 'xn--') then lower(email) end as email
            from (select distinct email from clean where email is not null)"""
    )
    odd = con.sql("select text from plain_mail where email is null").to_arrow_table().column(0).to_pylist()
    con.register("odd_mail", pa.table({"text": pa.array(odd, pa.string()), "email": pa.array(map(repair, odd), pa.string())}))
    dotless = " ".join(f"when {quote_text(name)} then {quote_text(main)}" for name, main in mailboxes.dotless.items())
    con.execute(
        f"""create table mailbox as
            select text, email, case when domain in ({_listed(mailboxes.dotless)}) then replace(bare, '.', '') else bare end
                || '@' || case domain {dotless} else domain end as email_key,
                domain as email_domain,
                case when email is null then null when domain in (from disposable) then 'disposable'
                    when is_shared then 'shared' when domain in (from free) then 'free' else 'personal' end as email_kind
            from (
                select *, bare in (from shared) or regexp_extract(bare, '^([a-z]+)[0-9]*(?:[._-]|$)', 1) in (from shared) as is_shared
                from (
                    select text, email, split_part(email, '@', -1) as domain,
                        coalesce(nullif(regexp_replace(split_part(email, '@', 1), '[+].*$', ''), ''), split_part(email, '@', 1)) as bare
                    from (select text, coalesce(p.email, o.email) as email from plain_mail p left join odd_mail o using (text))
                )
            )"""
    )


def define(con: duckdb.DuckDBPyConnection, mailboxes: Mailboxes) -> None:
    """Register the sets `shared`, `free`, `disposable` and `platforms`."""
    for name in ("shared", "free", "disposable", "platforms"):
        con.register(name, pa.table({"word": pa.array(sorted(set(getattr(mailboxes, name))), pa.string())}))


def repair(text: str) -> str | None:
    """Return the address meant, or null when none can be: display names, mailto:, trailing dots, (at), several addresses (the first)."""
    found = _BRACKETS.search(text)
    meant = (found.group(1) if found else text).strip().lower().removeprefix("mailto:").partition("?subject=")[0]
    meant = re.sub(r"\s*[(\[]\s*(?:at|@)\s*[)\]]\s*", "@", meant)
    meant = re.sub(r"\s*[(\[]\s*(?:dot|punkt|\.)\s*[)\]]\s*", ".", meant)
    meant = re.sub(r"\s*@\s*", "@", meant.replace("＠", "@"))
    for part in re.split(r"[;,\s|]+", meant):
        address = part.strip("'\"<>()[]:.,;`")
        if "@" in address:
            return address if _PLAIN.fullmatch(address) and _fits(address) else _ask_library(address)
    return None


def _fits(address: str) -> bool:
    return len(address) <= LONGEST and address.index("@") <= LONGEST_LOCAL and "xn--" not in address


def _ask_library(address: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - few addresses get here

    try:
        return validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def _listed(values: object) -> str:
    return ", ".join(quote_text(value) for value in values)  # type: ignore[attr-defined]
