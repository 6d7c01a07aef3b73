"""E-mail: repaired where nothing is guessed, refused where its syntax is impossible; canonical only in the key.

Most addresses are plain and pass one pattern in SQL; what does not is repaired and asked of email-validator, once per distinct value and
without DNS (a measured 66 us each, against 1 us). Whether the mailbox exists is nobody's claim here.
"""

from __future__ import annotations

import re
from functools import cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from disposable_email_domains import blocklist

from leadmill.columns import EMAIL_KINDS
from leadmill.engine import quote_text
from leadmill.standardise.distinct import Column, ask, column, encode, settle
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


def facts(con: duckdb.DuckDBPyConnection, texts: pa.Array, mailboxes: Mailboxes) -> pa.Table:
    """Return email, email_key, email_domain (each once, by code) and email_kind of every text, null where no address can be made of it."""
    address = _parse(texts)
    halves = ask(con, *_halves(mailboxes), email=address)
    local, domains = column(halves, "local"), encode(halves["domain"])
    said = ask(con, "is_disposable(domain) as disposable, is_free(domain) as free", domain=domains.texts)
    disposable, free = (domains.spread(column(said, name)) for name in ("disposable", "free"))
    likely = pc.or_kleene(column(halves, "telling"), pc.and_not_kleene(column(halves, "own_name"), free))
    shared = _find_shared(likely, local, domains, mailboxes)
    kinds = pc.make_struct(disposable, shared, free, pc.is_valid(address), field_names=EMAIL_KINDS)
    found = {
        "email": address,
        "email_key": _key(con, address, local, domains, mailboxes),
        "email_domain": domains.compact,
        "email_kind": pc.case_when(kinds, *EMAIL_KINDS),
    }
    return pa.table(found)


def _key(con: duckdb.DuckDBPyConnection, address: pa.Array, local: pa.Array, domains: Column, mailboxes: Mailboxes) -> pa.Array:
    """Return every address without plus tag and, where dots mean nothing, without dots; most are it already."""
    dotless = domains.spread(pc.is_in(domains.texts, pa.array(mailboxes.dotless, pa.string())))
    other = pc.fill_null(pc.or_(dotless, pc.match_substring(local, "+")), False)
    main = " ".join(f"when {quote_text(name)} then {quote_text(main)}" for name, main in mailboxes.dotless.items())
    key = f"if(dotless, replace(named, '.', ''), named) || '@' || case domain {main} else domain end as email_key"
    named = "*, coalesce(nullif(regexp_replace(local, '[+].*$', ''), ''), local) as named"
    columns = {"local": local, "domain": domains.cells, "dotless": dotless}
    keys = ask(con, named, key, **{name: cells.filter(other) for name, cells in columns.items()})
    return pc.replace_with_mask(address, other, column(keys, "email_key"))


def _parse(texts: pa.Array) -> pa.Array:
    """Return the address of every text: small letters for those of the usual shape, by `repair` for the others."""
    lower = pc.utf8_lower(texts)
    fits = pc.and_(pc.less_equal(pc.binary_length(lower), LONGEST), pc.less_equal(pc.find_substring(lower, "@"), LONGEST_LOCAL))
    strange = pc.or_(pc.starts_with(lower, "'"), pc.match_substring(lower, "xn--"))
    plain = pc.and_(pc.and_not(fits, strange), pc.match_substring_regex(lower, f"^(?:{PLAIN})$"))
    odd = pc.fill_null(pc.invert(plain), False)
    return settle(lower, odd, map(repair, texts.filter(odd).to_pylist()))


@cache
def _halves(mailboxes: Mailboxes) -> tuple[str, ...]:
    """Write the SQL of an address's halves, and whether a role's words or the company's name are in the first: few are looked at."""
    begins_alike = "local[1] = domain[1] or local[1] not between 'a' and 'z' or domain[1] not between 'a' and 'z'"
    own_name = "regexp_replace(local, '[^a-z]', '', 'g') = regexp_replace(split_part(domain, '.', 1), '[^a-z]', '', 'g')"
    return (
        "split_part(email, '@', 1) as local, split_part(email, '@', -1) as domain",
        f"""local, domain, regexp_matches(local, {quote_text(telling_words(mailboxes))}) as telling,
            case when {begins_alike} then {own_name} else false end as own_name""",
    )


def _find_shared(likely: pa.Array, local: pa.Array, domains: Column, mailboxes: Mailboxes) -> pa.Array:
    """Say of every address whether a role stands behind it."""
    asked, roles = pc.fill_null(likely, False), _roles(mailboxes)
    pairs = zip(local.filter(asked).to_pylist(), domains.cells.filter(asked).to_pylist(), strict=True)
    return settle(asked, asked, [roles.is_shared(local, domain) for local, domain in pairs])


def telling_words(mailboxes: Mailboxes) -> str:
    """Write the pattern found in every local part that names a role: long words anywhere, short ones and openings between signs."""
    long = {word for word in mailboxes.shared if len(word) > SHORT}
    apart = {*mailboxes.shared, *mailboxes.openings, *mailboxes.endings} - long
    joined = {"[^a-z]*".join(word) for word in long if _is_made_of(word, frozenset(mailboxes.qualifiers))}
    return f"{'|'.join(sorted(long | joined))}|(?:^|[^a-z])(?:{'|'.join(sorted(apart))})(?:[^a-z]|$)"


def _is_made_of(word: str, pieces: frozenset[str]) -> bool:
    """Whether a word is several pieces written together, and so may be written apart."""
    return any(word[:cut] in pieces and (word[cut:] in pieces or _is_made_of(word[cut:], pieces)) for cut in range(1, len(word)))


@cache
def _roles(mailboxes: Mailboxes) -> Roles:
    return Roles(mailboxes)


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
        if local in self._words:
            return True
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
