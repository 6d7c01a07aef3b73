"""The call sheet: what a salesperson should know before dialling, one row per qualified person.

Why this person, what they gain, who else is in the buying centre, what is still to be asked. Everything comes from the decision and the
ruleset: nothing is said here that the rules did not see.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa

from leadmill.engine import connect, quote, quote_text
from leadmill.qualify.grammar import NOW, Binder, facts_in, write
from leadmill.qualify.judge import select_facts
from leadmill.qualify.questions import find_questions
from leadmill.qualify.ruleset import Ruleset

GAIN = pa.struct([("gain", pa.string()), ("say", pa.string())])
COLLEAGUE = pa.struct([("person_id", pa.string()), ("role", pa.string()), ("confidence", pa.float64())])
CALL_SHEET = pa.schema(
    [
        ("person_id", pa.string()),
        ("score", pa.int64()),
        ("why", pa.list_(pa.string())),  # sentences of the rules that were true, most points first
        ("gains", pa.list_(GAIN)),  # value statements that apply: easier_work, support, money_saved
        ("colleagues", pa.list_(COLLEAGUE)),  # everybody else in the company's buying centre
        ("ask", pa.list_(pa.string())),  # questions for the facts still unknown, those worth most first
    ]
)


def write_call_sheets(profiles: pa.Table, decisions: pa.Table, roles: pa.Table, ruleset: Ruleset, now: datetime) -> pa.Table:
    """Write the sheet of every qualified person, best score first: rows of CALL_SHEET.

    profiles as given to `decide`, with company_id; decisions by `decide`; roles by `centre.find_roles`.
    """
    binder = Binder()
    gains = ", ".join(
        f"case when {write(each.when, binder)} then {{'gain': {quote_text(each.fact.gain)}, 'say': {quote_text(each.fact.say)}}} end"
        for each in ruleset.statements
    )
    read = ruleset.reads.union(*(facts_in(each.when) for each in ruleset.statements))
    facts = ", ".join([*select_facts(profiles, ruleset, read), "company_id"])
    statement = f"""
        with qualified as (select * from decisions where decision = 'qualified'),
        fact as (select {facts} from profiles where person_id in (select person_id from qualified)),
        why as (select person_id, list(because order by points desc, rule) as why from (
                  select person_id, unnest(reasons, recursive := true) from qualified) join sentences using (rule)
                where verdict = 'true' and points > 0 group by 1),
        ask as (select person_id, list_filter([{_open_questions(ruleset)}]::varchar[], lambda x: x is not null) as ask from fact),
        others as (select fact.person_id, list({{'person_id': roles.person_id, 'role': role, 'confidence': confidence}}
                          order by confidence desc, roles.person_id) as colleagues
                   from fact join roles on roles.company_id = fact.company_id and roles.person_id <> fact.person_id group by 1)
        select person_id, score, coalesce(why, []) as why,
               list_filter([{gains}]::struct(gain varchar, say varchar)[], lambda x: x is not null) as gains,
               coalesce(colleagues, []) as colleagues, coalesce(ask, []) as ask
        from qualified join fact using (person_id) left join why using (person_id) left join ask using (person_id)
             left join others using (person_id) order by score desc, person_id
    """
    with connect({"profiles": profiles, "decisions": decisions, "roles": roles, "sentences": _sentences(ruleset)}) as con:
        values: dict[str, Any] = dict(binder.values) | ({NOW: now.timestamp()} if f"${NOW}" in statement else {})
        return con.sql(statement, params=values).to_arrow_table().cast(CALL_SHEET)


def _sentences(ruleset: Ruleset) -> pa.Table:
    """Collect what the ruleset says of its rules."""
    told = {rule.fact.id: rule.fact.because for rule in ruleset.rules}
    return pa.table({"rule": pa.array(list(told), pa.string()), "because": pa.array(list(told.values()), pa.string())})


def _open_questions(ruleset: Ruleset) -> str:
    """Write every question, null where one of the facts it asks for is known."""
    return ", ".join(
        f"case when coalesce({', '.join(f'{quote(name)}::varchar' for name in names)}, null) is null then {quote_text(question)} end"
        for question, names in find_questions(ruleset).items()
    )


def render(sheet: dict[str, Any]) -> str:
    """Write one row of CALL_SHEET as Markdown; who the person is stands in the CRM, not here."""
    colleagues = [f"{each['role']} {each['person_id']} ({each['confidence']:.0%})" for each in sheet["colleagues"]]
    parts = (
        ("Why this person", sheet["why"], "no rule gave points"),
        ("What they gain", [f"{each['gain'].replace('_', ' ')}: {each['say']}" for each in sheet["gains"]], "find out"),
        ("Who else is in the buying centre", colleagues, "nobody known yet"),
        ("What to ask", sheet["ask"], "everything the rules ask is known"),
    )
    lines = [f"# {sheet['person_id']}, {sheet['score']} points"]
    for title, items, otherwise in parts:
        lines += ["", f"## {title}", *(f"- {item}" for item in items or [otherwise])]
    return "\n".join(lines) + "\n"
