"""Companies: a key without legal form, the form beside it, and the registrable domain that is theirs.

The public suffix list is the snapshot inside tldextract; the network is never asked. Private suffixes count (acme.github.io is its
own site), and so do the documentation domains of RFC 2606, under which a demo keeps its companies apart.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.engine import connect, quote_text
from leadmill.standardise.distinct import Column, ask, column, encode, missing, settle
from leadmill.standardise.text import define, fold, fold_all
from leadmill.standardise.vocabulary import LegalForms, load_vocabulary

# Where listed companies are registered, as the SEC's filings append it: BANK OF AMERICA CORP /DE/, QUALCOMM INC/DE, SIEMENS AG/ADR.
_FORM = "inc|corp|corporation|co|company|ltd|limited|plc|ag|sa|nv"
_TAG = rf"(?i)(?: ?/ ?(?:[a-z]{{2,4}}/|adr)|(\b(?:{_FORM})\b[.]?) ?/ ?(?:new|[a-z]{{2}}))$"
_BETWEEN = re.compile(r"[\s.,;/()-]")  # what may stand between the letters of a legal form
_DOCUMENTATION = ("example.com", "example.net", "example.org")


def keys(con: duckdb.DuckDBPyConnection, texts: pa.Array, forms: LegalForms) -> pa.Table:
    """Return company_key and legal_form of every name. Nothing but a legal form names no company: both are null."""
    tagged = pc.fill_null(pc.match_substring(texts, "/"), False)
    untagged = ask(con, f"regexp_replace(text, '{_TAG}', '\\1') as name", text=texts.filter(tagged))
    folded = fold_all(con, pc.replace_with_mask(texts, tagged, column(untagged, "name")), without=forms.unspaced)
    found, labels = ask(con, *_parting(forms), folded=folded), _labels(forms)
    key, form = column(found, "company_key"), pc.index_in(column(found, "form"), pa.array(labels, pa.string()))
    alike = pc.is_in(key, pa.array({*labels, *map(fold, forms.leading)}, pa.string()))
    nameless = settle(alike, alike, [is_nameless(name, forms) for name in texts.filter(alike).to_pylist()])
    shown = {"company_key": key, "legal_form": pa.array(labels.values(), pa.string()).take(form)}
    return pa.table({name: pc.if_else(nameless, None, facts) for name, facts in shown.items()})


def is_nameless(name: str, forms: LegalForms) -> bool:
    """Whether a name is a legal form as forms are spelled, and nothing else. K+S and AES are names, though K/S and A/S fold to the same."""
    return _nameless(forms).fullmatch(_BETWEEN.sub("", name.lower())) is not None


@cache
def _nameless(forms: LegalForms) -> re.Pattern[str]:
    spelled = {*forms.leading, *(spelling for listed in forms.countries.values() for each in listed.values() for spelling in each)}
    alone, behind = ("|".join(sorted(re.escape(_BETWEEN.sub("", word.lower())) for word in words)) for words in (spelled, forms.trailing))
    return re.compile(f"(?:{alone})(?:{behind})*")


@cache
def _labels(forms: LegalForms) -> dict[str, str]:
    """List the folded spellings of forms with the label shown for each."""
    labels: dict[str, str] = {}
    for spelled in forms.countries.values():
        for shown, spellings in spelled.items():
            for spelling in spellings:
                labels.setdefault(fold(spelling), shown)
    return labels


@cache
def _parting(forms: LegalForms) -> tuple[str, ...]:
    """Write the SQL that parts a folded name into company_key and form."""
    behind, before, after = ("|".join(sorted(set(map(fold, words)))) for words in (_labels(forms), forms.leading, forms.trailing))
    return (
        f"nullif(regexp_replace(folded, '(?: (?:{after}))+$', ''), '') as folded",
        f"""regexp_replace(regexp_replace(folded, '(?: (?:{behind}))+$', ''), '^(?:{before}) ', '') as stem,
            coalesce(nullif(regexp_extract(folded, ' ({behind})$', 1), ''), regexp_extract(folded, '^({before}) ', 1)) as form""",
        "regexp_replace(stem, ' (?:and|und|et|og|och|y) ', ' ', 'g') as company_key, form",
    )


def company_keys(names: pa.Array) -> pa.Array:
    """Return the company_key of each name (text, null where nothing is left), as `standardise` makes it for leads."""
    words = load_vocabulary()
    with connect() as con:
        define(con, words.words)
        named = encode(names)
        return named.spread(column(keys(con, named.texts, words.legal_forms), "company_key"))


def sites(con: duckdb.DuckDBPyConnection, texts: pa.Array) -> pa.Table:
    """Return website and host (each once, by code) of every text, null where it is no web site."""
    host = r"""case when regexp_full_match(text, '(?:https?://)?[a-z0-9.-]+/?')
        then rtrim(rtrim(replace(replace(text, 'https://', ''), 'http://', ''), '/'), '.')
        else rtrim(regexp_extract(text, '^(?:https?:/*)?(?:[^/@?#]*@)?([^/:?#\s@]+)', 1), '.') end as host"""
    hosts = encode(ask(con, host, text=pc.utf8_lower(texts))["host"])
    named = pc.match_substring_regex(hosts.texts, r"^([^.\s]+\.)+[^.\s0-9][^.\s]*$")
    found = Column(pc.if_else(named, hosts.texts, None), hosts.codes)
    shown = pc.if_else(hosts.spread(named), texts, None)
    return pa.table({"website": shown, "host": found.compact})


def domains(con: duckdb.DuckDBPyConnection, hosts: pa.Array) -> pa.Array:
    """Return the registrable domain of every host; the same host is best asked once."""
    suffixes, starred = _suffixes()
    con.register("suffix", suffixes)
    # Two labels that are no suffix themselves are registrable as they are, and three before such a suffix: nearly every host.
    answers = (
        "if(starts_with(host, 'www.'), host[5:], host) as bare",
        "bare, bare[position('.' in bare) + 1:] as rest",
        f"""case when not regexp_full_match(bare, '([a-z0-9-]+[.]){{1,2}}[a-z]+') or regexp_matches(bare, {quote_text(starred)})
            or bare in (from suffix) then null when contains(rest, '.') and rest not in (from suffix) then rest else bare end as domain""",
    )
    found = column(ask(con, *answers, host=hosts), "domain")
    odd = missing(found, hosts)
    return settle(found, odd, map(registrable, hosts.filter(odd).to_pylist()))


def own(con: duckdb.DuckDBPyConnection, domains: pa.Array) -> pa.Array:
    """Return the domains that say who their owner is: not a platform's, not a mail provider's."""
    is_own = "domain not in (from platforms) and not is_free(domain) and not is_disposable(domain)"
    return column(ask(con, f"if({is_own}, domain, null) as domain", domain=domains), "domain")


@cache
def _suffixes() -> tuple[pa.Table, str]:
    """Return the public suffixes, and the pattern of a host under one whose every label is one (*.ck): what stands before it counts too."""
    suffixes = {*_extractor().tlds, *_DOCUMENTATION}
    stars = sorted({suffix.partition(".")[2] for suffix in suffixes if suffix.startswith(("*.", "!"))})
    return pa.table({"suffix": pa.array(sorted(suffixes), pa.string())}), f"(?:^|[.])(?:{'|'.join(map(re.escape, stars))})$"


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
