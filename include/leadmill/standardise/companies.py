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
from leadmill.standardise.text import define, fold, transliterate
from leadmill.standardise.vocabulary import LegalForms, load_vocabulary

# Where listed companies are registered, as the SEC's filings append it: BANK OF AMERICA CORP /DE/, QUALCOMM INC/DE, SIEMENS AG/ADR.
_FORM = "inc|corp|corporation|co|company|ltd|limited|plc|ag|sa|nv"
_TAG = rf"(?i)(?: ?/ ?(?:[a-z]{{2,4}}/|adr)|(\b(?:{_FORM})\b[.]?) ?/ ?(?:new|[a-z]{{2}}))$"
_DOCUMENTATION = ("example.com", "example.net", "example.org")


def build_keys(con: duckdb.DuckDBPyConnection, forms: LegalForms) -> None:
    """Create `company`(text, company_key, legal_form) over the distinct company names of `clean`."""
    label: dict[str, str] = {}
    for spelled in forms.countries.values():
        for shown, spellings in spelled.items():
            for spelling in spellings:
                label.setdefault(fold(spelling), shown)
    con.register("legal_form", pa.table({"form": pa.array(label, pa.string()), "label": pa.array(label.values(), pa.string())}))
    behind, before, after = ("|".join(sorted(set(map(fold, words)))) for words in (label, forms.leading, forms.trailing))
    transliterate(con, "clean", "company_name", without=forms.unspaced)
    con.execute(
        f"""create table company as
            with named as (
                select distinct company_name as text, regexp_replace(company_name, '{_TAG}', '\\1') as name
                from clean where company_name is not null
            ), folded as (
                select text, nullif(regexp_replace(coalesce(nullif(latin, ''), fold(name)), '(?: (?:{after}))+$', ''), '') as folded
                from named left join latin using (text)
            ), parted as (
                select *, regexp_replace(folded, '(?: (?:{behind}))+$', '') as stem,
                    coalesce(nullif(regexp_extract(folded, ' ({behind})$', 1), ''), regexp_extract(folded, '^({before}) ', 1)) as form
                from folded
            )
            select text, regexp_replace(regexp_replace(stem, '^(?:{before}) ', ''), ' (?:and|und|et|og|och|y) ', ' ', 'g') as company_key,
                label as legal_form
            from parted left join legal_form using (form)"""
    )


def company_keys(names: pa.Array) -> pa.Array:
    """Return the company_key of each name (text, null where nothing is left), as `standardise` makes it for leads."""
    words = load_vocabulary()
    with connect({"clean": pa.table({"company_name": names})}) as con:
        define(con, words.words)
        build_keys(con, words.legal_forms)
        keys = con.sql("select text, company_key from company").to_arrow_table()
    return keys["company_key"].take(pc.index_in(names, keys["text"])).combine_chunks()


def build_domains(con: duckdb.DuckDBPyConnection) -> None:
    """Create `site`(text, website, host) over the web sites of `clean`, and `owned`(host, domain) over their hosts and the mail domains."""
    con.execute(
        r"""create table site as select text, case when host is not null then text end as website, host from (
            select text, case when regexp_full_match(found, '([^.\s]+\.)+[^.\s0-9][^.\s]*') then found end as host from (
                select text, rtrim(regexp_extract(lower(text), '^(?:https?:/*)?(?:[^/@?#]*@)?([^/:?#\s@]+)', 1), '.') as found
                from (select distinct website as text from clean where website is not null)))"""
    )
    suffixes = [suffix.lstrip("*.!") for suffix in _extractor().tlds]
    con.register("suffix", pa.table({"suffix": pa.array(sorted({*suffixes, *_DOCUMENTATION}), pa.string())}))
    # Two labels under a known top level that are no suffix themselves are registrable as they are: nearly every host.
    con.execute(
        """create table hosts as
            select host, bare, regexp_full_match(bare, '[a-z0-9-]+[.][a-z]+') and split_part(bare, '.', 2) in (from suffix)
                and bare not in (from suffix) as is_plain
            from (select host, regexp_replace(host, '^www[.]', '') as bare from (
                select host from site where host is not null
                union select email_domain from mailbox where email_kind in ('personal', 'shared')))"""
    )
    odd = con.sql("select host from hosts where not is_plain").to_arrow_table()["host"].to_pylist()
    con.register("odd_host", pa.table({"host": pa.array(odd, pa.string()), "domain": pa.array(map(registrable, odd), pa.string())}))
    con.execute("create table owned as select host, bare as domain from hosts where is_plain union all from odd_host")


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
