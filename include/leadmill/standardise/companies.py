"""Companies: a key without legal form, the form beside it, and the registrable domain that is theirs.

The public suffix list is the snapshot inside tldextract; the network is never asked. Private suffixes count (acme.github.io is its
own site), and so do the documentation domains of RFC 2606, under which a demo keeps its companies apart.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.engine import connect
from leadmill.standardise.distinct import ask, column, encode, missing, settle
from leadmill.standardise.text import define, fold, fold_all
from leadmill.standardise.vocabulary import LegalForms, load_vocabulary

# Where listed companies are registered, as the SEC's filings append it: BANK OF AMERICA CORP /DE/, QUALCOMM INC/DE, SIEMENS AG/ADR.
_FORM = "inc|corp|corporation|co|company|ltd|limited|plc|ag|sa|nv"
_TAG = rf"(?i)(?: ?/ ?(?:[a-z]{{2,4}}/|adr)|(\b(?:{_FORM})\b[.]?) ?/ ?(?:new|[a-z]{{2}}))$"
_DOCUMENTATION = ("example.com", "example.net", "example.org")


def keys(con: duckdb.DuckDBPyConnection, texts: pa.Array, forms: LegalForms) -> pa.Table:
    """Return company_key and legal_form of every name."""
    label: dict[str, str] = {}
    for spelled in forms.countries.values():
        for shown, spellings in spelled.items():
            for spelling in spellings:
                label.setdefault(fold(spelling), shown)
    behind, before, after = ("|".join(sorted(set(map(fold, words)))) for words in (label, forms.leading, forms.trailing))
    name = ask(con, f"if(contains(text, '/'), regexp_replace(text, '{_TAG}', '\\1'), text) as name", text=texts)
    folded = fold_all(con, column(name, "name"), without=forms.unspaced)
    closing = f"nullif(regexp_replace(folded, '(?: (?:{after}))+$', ''), '') as folded"
    folded = column(ask(con, closing, folded=folded), "folded")
    parted = ask(
        con,
        f"""regexp_replace(folded, '(?: (?:{behind}))+$', '') as stem,
            coalesce(nullif(regexp_extract(folded, ' ({behind})$', 1), ''), regexp_extract(folded, '^({before}) ', 1)) as form""",
        folded=folded,
    )
    key = f"regexp_replace(regexp_replace(stem, '^(?:{before}) ', ''), ' (?:and|und|et|og|och|y) ', ' ', 'g') as company_key"
    forms_found = pc.index_in(parted["form"], pa.array(label, pa.string()))
    return ask(con, key, stem=column(parted, "stem")).append_column("legal_form", pa.array(label.values(), pa.string()).take(forms_found))


def company_keys(names: pa.Array) -> pa.Array:
    """Return the company_key of each name (text, null where nothing is left), as `standardise` makes it for leads."""
    words = load_vocabulary()
    with connect() as con:
        define(con, words.words)
        named = encode(names)
        return named.spread(column(keys(con, named.texts, words.legal_forms), "company_key"))


def sites(con: duckdb.DuckDBPyConnection, texts: pa.Array) -> pa.Table:
    """Return website and host of every text, null where it is no web site."""
    host = r"""case when regexp_full_match(lower(text), '(?:https?://)?[a-z0-9.-]+/?')
        then rtrim(rtrim(replace(replace(lower(text), 'https://', ''), 'http://', ''), '/'), '.')
        else rtrim(regexp_extract(lower(text), '^(?:https?:/*)?(?:[^/@?#]*@)?([^/:?#\s@]+)', 1), '.') end"""
    found = ask(con, f"text, {host} as host", text=texts)
    is_host = r"regexp_full_match(host, '([^.\s]+\.)+[^.\s0-9][^.\s]*')"
    return ask(con, f"if({is_host}, text, null) as website, if({is_host}, host, null) as host", text=texts, host=column(found, "host"))


def domains(con: duckdb.DuckDBPyConnection, hosts: pa.Array) -> pa.Array:
    """Return the registrable domain of every host; hosts may repeat and be null."""
    host = encode(hosts)
    suffixes = {*_extractor().tlds, *_DOCUMENTATION}
    stars = {suffix.partition(".")[2] for suffix in suffixes if suffix.startswith(("*.", "!"))}  # *.ck: what stands before it counts too
    for name, listed in (("suffix", suffixes), ("starred", stars)):
        con.register(name, pa.table({"suffix": pa.array(sorted(listed), pa.string())}))
    labels = "string_split(regexp_replace(host, '^www[.]', ''), '.') as label"
    asked = ask(
        con, f"{labels}, array_to_string(label, '.') as bare, array_to_string(label[-2:], '.') as two, label[-1] as one", host=host.texts
    )
    # Two labels that are no suffix themselves are registrable as they are, and three before such a suffix: nearly every host.
    plain = """case when not regexp_full_match(bare, '([a-z0-9-]+[.]){1,2}[a-z]+') or bare in (from suffix)
        or one in (from starred) or two in (from starred) then null when two in (from suffix) then bare else two end as domain"""
    found = column(ask(con, plain, **{name: column(asked, name) for name in ("bare", "two", "one")}), "domain")
    odd = missing(found, host.texts)
    return host.spread(settle(found, odd, map(registrable, host.texts.filter(odd).to_pylist())))


def own(con: duckdb.DuckDBPyConnection, hosts: pa.Array) -> pa.Array:
    """Return the domain of every web host that says who its owner is: not a platform's, not a mail provider's."""
    domain = encode(domains(con, hosts))
    is_own = "domain not in (from platforms) and not is_free(domain) and not is_disposable(domain)"
    return domain.spread(column(ask(con, f"if({is_own}, domain, null) as domain", domain=domain.texts), "domain"))


def registrable(host: str) -> str | None:
    """Return the part of a host that somebody registered: shop.acme.co.uk is acme.co.uk; a suffix alone is nobody's."""
    found = _extractor()(host)
    if not found.suffix:  # a top level the snapshot does not know, or a reserved one: the list's own default rule
        return ".".join(host.split(".")[-2:]) if "." in host else None
    return found.top_domain_under_public_suffix or (host if host in _DOCUMENTATION else None)


@cache
def _extractor() -> Any:
    import tldextract  # noqa: PLC0415 - only where a web site is met

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True, extra_suffixes=_DOCUMENTATION)
