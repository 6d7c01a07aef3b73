"""What would be asked of a paid provider, before anything is: the enrichment plan.

One question per distinct key, however many companies share it; none for a company that lacks nothing the provider could tell, none that
holds an answer already, found or not.
"""

from __future__ import annotations

import pyarrow as pa

from leadmill.config.provider import HttpProvider
from leadmill.engine import connect, quote, quote_text
from leadmill.enrich.keys import normal_key, present

QUESTIONS = pa.schema(
    [
        ("provider", pa.string()),
        ("question", pa.string()),  # <key>:<value>, with |<country> where the provider is asked with it: what the ledger remembers
        ("value", pa.string()),
        ("country_code", pa.string()),
        ("companies", pa.int64()),  # how many companies wait for the answer
        ("cost_micros", pa.int64()),
    ]
)


def plan(companies: pa.Table, answered: pa.Table, provider: HttpProvider, known: pa.Table | None = None) -> pa.Table:
    """List the questions for one provider, as `QUESTIONS`, most wanted first.

    `companies`: company_id, the provider's key, country_code and any facts. `known`: company_id and the facts that providers asked earlier
    in the waterfall gave. `answered`: provider, question (answers that still hold).
    """
    facts = known if known is not None else companies.select(["company_id"])
    lacking = " or ".join(_lacks(fact, companies, facts) for fact in provider.columns)
    with connect({"companies": companies, "known": facts, "answered": answered.select(["provider", "question"])}) as con:
        return (
            con.sql(
                f"""
            select {quote_text(provider.name)} as provider, question, value, country_code, count(*) as companies,
                   {provider.cost.micros}::bigint as cost_micros
            from (select c.company_id, k.question, k.value, k.country_code
                  from companies c left join known f on f.company_id = c.company_id
                  join ({_keyed(companies, provider)}) k on k.company_id = c.company_id where {lacking})
            where question not in (select question from answered where provider = {quote_text(provider.name)})
            group by all order by companies desc, question"""
            )
            .to_arrow_table()
            .cast(QUESTIONS)
        )


def by_company(companies: pa.Table, answers: pa.Table, provider: HttpProvider) -> pa.Table:
    """Give every company the answer to its question: company_id and the provider's facts as text.

    `answers`: provider, question, found, fields (JSON {fact: value}).
    """
    facts = ", ".join(f"a.fields ->> {quote_text(f'$.{fact}')} as {quote(fact)}" for fact in provider.columns)
    ours = quote_text(provider.name)
    with connect({"companies": companies, "answers": answers}) as con:
        return con.sql(
            f"""select k.company_id, {facts} from ({_keyed(companies, provider)}) k join answers a on a.question = k.question
                where a.provider = {ours} and a.found order by k.company_id"""
        ).to_arrow_table()


def _keyed(companies: pa.Table, provider: HttpProvider) -> str:
    """Return SQL for company_id, value, country_code, question; companies that cannot be asked about are absent."""
    names = companies.column_names
    value = normal_key(provider.key, present(provider.key, names, "companies"))
    national = "{country_code}" in provider.url
    country = f"upper(nullif(trim({present('country_code', names, 'companies')}), ''))" if national else "null::varchar"
    return f"""
        select company_id, value, country_code, {quote_text(provider.key + ":")} || value || coalesce('|' || country_code, '') as question
        from (select company_id, {value} as value, {country} as country_code from companies)
        where value is not null and {"country_code is not null" if national else "true"}"""


def _lacks(fact: str, companies: pa.Table, known: pa.Table) -> str:
    """Return SQL for: neither the company nor an earlier provider has this fact."""
    return f"coalesce({present(fact, companies.column_names, 'c')}, {present(fact, known.column_names, 'f')}) is null"
