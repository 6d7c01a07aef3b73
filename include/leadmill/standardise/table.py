"""From mapped text to a typed table: clean every cell once, look up what needs knowledge on distinct values, join it back."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.columns import ATTRIBUTE_TYPES, CANONICAL, LANDED, schema_of
from leadmill.config import Source
from leadmill.engine import connect, quote, quote_text
from leadmill.standardise import companies, ladders, mailboxes, names, phones, places, text, trials, values
from leadmill.standardise.vocabulary import Vocabulary, load_vocabulary

# Columns where "NA" or "none" may be a name, a country, an answer or an id: only what is surely no value is emptied there.
_MAY_BE_NAMED_NONE = frozenset(
    ("first_name", "last_name", "full_name", "city", "region", "country", "do_not_contact", "is_won", "crm_id",
     "crm_account_id", "parent_crm_account_id", "crm_opportunity_id", "crm_activity_id", "registration_number")
)  # fmt: skip
# Every text column a facet below may ask for; absent ones are null.
_TEXT = tuple(dict.fromkeys(name for kind in CANONICAL.values() for name in kind))

_DERIVED = {
    "first_name": "coalesce(given.shown, whole.first)",
    "last_name": "coalesce(family.shown, whole.last)",
    "first_key": "coalesce(given.key, whole.first_key)",
    "last_key": "coalesce(family.key, whole.last_key)",
    "seniority": "titled.seniority",
    "department": "titled.department",
    "email": "mailbox.email",
    "email_key": "mailbox.email_key",
    "email_domain": "mailbox.email_domain",
    "email_kind": "mailbox.email_kind",
    "phone": "phones.phone",
    "phone_type": "phones.phone_type",
    "company_key": "company.company_key",
    "legal_form": "company.legal_form",
    "website": "site.website",
    "domain": """coalesce(case when web.domain not in (from platforms) and not is_free(web.domain)
        and not is_disposable(web.domain) then web.domain end, post.domain)""",
    "revenue_currency": "coalesce(currency_code(c.revenue_currency), currency(c.annual_revenue))",
    "opportunity_currency": "coalesce(currency_code(c.opportunity_currency), currency(c.amount))",
    "country_code": "c.country_code",
    "interest_signal": "signal.interest_signal",
    "is_test": trials.IS_TEST,
    "lei": "case when regexp_full_match(upper(c.lei), '[A-Z0-9]{18}[0-9]{2}') then upper(c.lei) end",
}
# How the text of a column becomes its value; other columns are read by their type.
_READ = {"employee_count": "headcount(text)", "annual_revenue": "quantity(text)", "amount": "quantity(text)"}
_READ_BY_TYPE = {
    "text": "text",
    "integer": "case when quantity(text) = trunc(quantity(text)) then try_cast(quantity(text) as bigint) end",
    "number": "quantity(text)",
    "boolean": "truth(text)",
    "date": "moment(text)::date",
    "timestamp": "moment(text)",
}
_KIND_OF = {kind: name for name, kind in ATTRIBUTE_TYPES.items()}
_JOINS = """
    left join given on given.text = c.first_name
    left join family on family.text = c.last_name
    left join whole on whole.text = c.full_name
    left join titled on titled.text = c.job_title
    left join mailbox on mailbox.text = c.email
    left join phones on phones.text = c.phone and phones.country_code is not distinct from c.country_code
    left join company on company.text = c.company_name
    left join site on site.text = c.website
    left join owned web on web.host = site.host
    left join owned post on post.host = mailbox.email_domain
    left join signal on signal.text = c.interest_signal
"""


def standardise(accepted: pa.Table, source: Source, vocabulary: Vocabulary | None = None) -> pa.Table:
    """Turn a mapped table into the standardised table of the source's kind.

    Takes `columns.LANDED` plus any of the kind's canonical columns and the source's attributes, all text; columns it does not know are
    ignored. Returns `columns.schema_of(kind, attributes)`, one row per row, ordered by line. Unreadable values are null; `losses` counts
    them.
    Raises ConfigError when the source states a date format that is none.
    """
    words = vocabulary or load_vocabulary()
    schema = schema_of(source.kind, {name: attribute.type for name, attribute in source.attributes.items()})
    with connect({"accepted": accepted}) as con:
        define(con, words, source)
        clean(con, accepted.schema.names, source)
        _look_up(con, words, source)
        typed = _read_typed(con, schema, source)
        columns = ", ".join(f"{_expression(name, source, typed)} as {quote(name)}" for name in schema.names)
        table = con.sql(f"select {columns} from located c {_JOINS} {' '.join(typed.values())}").to_arrow_table()
    return _in_order(table.cast(schema))


def define(con: duckdb.DuckDBPyConnection, words: Vocabulary, source: Source) -> None:
    """Create every macro and vocabulary set on `con`."""
    text.define(con, words.words)
    values.define(con, words.words, source.format)
    mailboxes.define(con, words.mailboxes)


def clean(con: duckdb.DuckDBPyConnection, given: list[str], source: Source) -> None:
    """Create `clean`: the landed columns, every canonical text column tidied or null, every attribute as `a.<name>`."""
    tidied = {name: f"tidy({name})" for name in _TEXT if name in given and name in CANONICAL[source.kind]}
    tidied |= {f"a.{name}": f"tidy({quote(name)})" for name in source.attributes if name in given}
    absent = [name for name in (*_TEXT, *(f"a.{name}" for name in source.attributes)) if name not in tidied]
    kept = [f"case when not {_emptiness(name)}({quote(name)}) then {quote(name)} end as {quote(name)}" for name in tidied]
    kept += [f"null::varchar as {quote(name)}" for name in absent]
    cells = [f"{cell} as {quote(name)}" for name, cell in tidied.items()]
    con.execute(
        f"""create table clean as select {", ".join([*LANDED.names, *kept])}
            from (select {", ".join([*LANDED.names, *cells])} from accepted)"""
    )
    if source.kind == "opt_out":  # "@acme.com" in the mail column, or a domain of its own, refuses for the whole company
        con.execute("update clean set website = coalesce(domain, nullif(regexp_extract(email, '^[*%]?@(.+)$', 1), ''))")


def _emptiness(name: str) -> str:
    return "is_empty" if name in _MAY_BE_NAMED_NONE or name.startswith("a.") else "is_blank"


def _look_up(con: duckdb.DuckDBPyConnection, words: Vocabulary, source: Source) -> None:
    names.build(con, words.people)
    ladders.build(con, words.ladders)
    mailboxes.build(con, words.mailboxes)
    companies.build_keys(con, words.legal_forms)
    companies.build_domains(con)
    places.build(con, words.countries)
    default = quote_text(source.country) if source.country else "null"
    con.execute(
        f"""create view located as select c.*, case when country is null then {default} else country.code end as country_code
            from clean c left join country on country.text = c.country"""
    )
    phones.build(con, source.country)
    trials.build(con, words.trials)


def _read_typed(con: duckdb.DuckDBPyConnection, schema: pa.Schema, source: Source) -> dict[str, str]:
    """Create a look-up of distinct texts for every column that is not text, and return the join to it by column."""
    joins = {}
    for field in schema:
        name = field.name
        cell = f"a.{name}" if name in source.attributes else name
        kind = source.attributes[name].type if name in source.attributes else _KIND_OF.get(field.type, "text")
        read = _READ.get(name) or _READ_BY_TYPE[kind]
        if name in LANDED.names or name in _DERIVED or read == "text":
            continue
        lookup = quote(f"read.{name}")
        con.execute(
            f"""create table {lookup} as select text, {read} as value
                from (select distinct {quote(cell)} as text from clean where text is not null)"""
        )
        joins[name] = f"left join {lookup} on {lookup}.text = c.{quote(cell)}"
    return joins


def _expression(name: str, source: Source, typed: Mapping[str, str]) -> str:
    """Write the SQL of one column of the result."""
    if name in typed:
        return f"{quote(f'read.{name}')}.value"
    if name in source.attributes:
        return f"c.{quote(f'a.{name}')}"
    return _DERIVED.get(name, f"c.{name}")


def _in_order(table: pa.Table) -> pa.Table:
    """Order by line; joins mostly kept it, and looking costs less than sorting."""
    lines = table["line"].combine_chunks()
    if len(lines) < 2 or pc.all(pc.less_equal(lines[:-1], lines[1:])).as_py():  # noqa: PLR2004 - one row is in order
        return table
    return table.sort_by([("line", "ascending"), ("record_id", "ascending")])
