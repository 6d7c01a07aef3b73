"""The buying centre: who decides, advises, uses, guards the door or works against us in each company, and on what evidence.

Evidence is a table of sentences, each with the role it speaks for, its weight, and the condition under which it holds. Several pieces of
evidence for one role add up as independent hints do: confidence = 1 - (1 - a)(1 - b)...
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from leadmill.engine import connect, quote_text

ROLES = ("decider", "influencer", "user", "gatekeeper", "saboteur")
NEEDED = ("decider", "influencer", "user")  # without these nothing is bought
SURE = 0.5  # from here on a role counts as held
ROLE = pa.schema(
    [
        ("company_id", pa.string()),
        ("person_id", pa.string()),
        ("role", pa.string()),  # one of ROLES
        ("confidence", pa.float64()),  # 0 to 1
        ("evidence", pa.list_(pa.string())),  # sentences, strongest first
    ]
)
CENTRE = pa.schema(
    [
        ("company_id", pa.string()),
        ("persons", pa.int64()),
        ("interest", pa.string()),  # true when it is of anybody, false when of nobody, else unknown; the same for the others
        ("ability", pa.string()),
        ("authority", pa.string()),
        ("need", pa.string()),
        ("readiness", pa.string()),  # ready: all four somewhere in the company; blocked: somebody works against us; open: else
        ("roles", pa.list_(pa.string())),  # held by somebody with confidence SURE or more
        ("missing_roles", pa.list_(pa.string())),  # of NEEDED
    ]
)


@dataclass(frozen=True, slots=True)
class _Evidence:
    role: str
    weight: float
    says: str
    holds: str  # SQL over one person's facts p, activities a (list of type and outcome) and opportunities o (list of is_won and closed)


def _acted(condition: str) -> str:
    return f"len(list_filter(p.acts, lambda x: {condition})) > 0"


def _dealt(condition: str) -> str:
    return f"len(list_filter(p.deals, lambda x: {condition})) > 0"


EVIDENCE = (
    _Evidence("decider", 0.8, "The title says owner or managing director", "p.seniority in ('owner', 'c_level')"),
    _Evidence("decider", 0.7, "The title says vice president", "p.seniority = 'vp'"),
    _Evidence("decider", 0.5, "The title says head of a department", "p.seniority = 'director'"),
    _Evidence("decider", 0.5, "Stood behind an opportunity we won", _dealt("x.is_won")),
    _Evidence("influencer", 0.5, "The title says manager or senior expert", "p.seniority in ('manager', 'senior')"),
    _Evidence("influencer", 0.3, "Works where such a purchase is judged", "p.department in ('it', 'engineering', 'finance')"),
    _Evidence("influencer", 0.4, "Is the contact of an open opportunity", _dealt("x.is_open")),
    _Evidence("influencer", 0.3, "Met us or was shown the product", _acted("x.activity_type in ('meeting', 'visit', 'demo', 'webinar')")),
    _Evidence("user", 0.5, "The title is of somebody who does the daily work", "p.seniority = 'staff'"),
    _Evidence("user", 0.4, "Tried the product", _acted("x.activity_type in ('trial', 'demo')")),
    _Evidence("gatekeeper", 0.6, "Keeps somebody's office or door", "p.department = 'administration' and p.seniority = 'staff'"),
    _Evidence("gatekeeper", 0.5, "Buys for others", "p.department = 'procurement'"),
    _Evidence("gatekeeper", 0.5, "Did not put us through", _acted("x.outcome in ('gatekeeper', 'not_put_through', 'refused_to_connect')")),
    _Evidence("saboteur", 0.3, "Said no when we asked", _acted("x.outcome in ('not_interested', 'objected', 'negative')")),
    _Evidence(
        "saboteur", 0.6, "Spoke against us or for a competitor", _acted("x.outcome in ('blocked', 'against_us', 'prefers_competitor')")
    ),
    _Evidence("saboteur", 0.3, "Stood behind an opportunity we lost", _dealt("not x.is_won and not x.is_open")),
)


def find_roles(profiles: pa.Table, activities: pa.Table, opportunities: pa.Table) -> pa.Table:
    """Find every person's roles in their company: rows of ROLE, by company, person and confidence.

    profiles: person_id, company_id, seniority, department; activities: person_id, activity_type, outcome; opportunities: person_id,
    is_won, closed_at. People without a company are left out.
    """
    tables = {
        "people": _only(
            profiles, {"person_id": pa.string(), "company_id": pa.string(), "seniority": pa.string(), "department": pa.string()}
        ),
        "acts": _only(activities, dict.fromkeys(("person_id", "activity_type", "outcome"), pa.string())),
        "deals": _only(opportunities, {"person_id": pa.string(), "is_won": pa.bool_(), "closed_at": pa.timestamp("us", tz="UTC")}),
    }
    hints = ", ".join(
        f"{{'role': {quote_text(each.role)}, 'weight': {each.weight}, 'says': {quote_text(each.says)}, 'holds': {each.holds}}}"
        for each in EVIDENCE
    )
    with connect(tables) as con:
        return (
            con.sql(f"""
            with act as (select person_id, list({{'activity_type': lower(activity_type), 'outcome': lower(outcome)}}) as acts
                         from acts group by 1),
            deal as (select person_id, list({{'is_won': coalesce(is_won, false), 'is_open': is_won is null and closed_at is null}}) as deals
                     from deals group by 1),
            p as (select * from people left join act using (person_id) left join deal using (person_id) where company_id is not null),
            hint as (select company_id, person_id, unnest([{hints}], recursive := true) from p)
            select company_id, person_id, role, round(1 - product(1 - weight), 3) as confidence,
                   list(says order by weight desc, says) as evidence
            from hint where holds group by all order by company_id, person_id, confidence desc, role
        """)
            .to_arrow_table()
            .cast(ROLE)
        )


def read_centres(profiles: pa.Table, decisions: pa.Table, roles: pa.Table) -> pa.Table:
    """Read each company as a whole: rows of CENTRE, by company. What one person lacks another may have."""
    held = f"list_sort(list_distinct(list(role) filter (confidence >= {SURE})))"
    needed = "[" + ", ".join(quote_text(role) for role in NEEDED) + "]"
    verdicts = ", ".join(
        f"case when bool_or({name} = 'true') then 'true' when bool_and({name} = 'false') then 'false' else 'unknown' end as {name}"
        for name in ("interest", "ability", "authority", "need")
    )
    with connect({"profiles": profiles.select(["person_id", "company_id"]), "decisions": decisions, "roles": roles}) as con:
        return (
            con.sql(f"""
            with held as (select company_id, coalesce({held}, []) as roles from roles group by 1),
            whole as (select company_id, count(*) as persons, {verdicts} from profiles join decisions using (person_id)
                      where company_id is not null group by 1)
            select company_id, persons, interest, ability, authority, need,
                   case when list_contains(roles, 'saboteur') then 'blocked'
                        when interest = 'true' and ability = 'true' and authority = 'true' and need = 'true' then 'ready'
                        else 'open' end as readiness,
                   coalesce(roles, []) as roles, list_filter({needed}, lambda x: not list_contains(coalesce(roles, []), x)) as missing_roles
            from whole left join held using (company_id) order by company_id
        """)
            .to_arrow_table()
            .cast(CENTRE)
        )


def _only(table: pa.Table, wanted: dict[str, pa.DataType]) -> pa.Table:
    """Keep the columns asked for; what was not delivered is unknown."""
    return pa.table(
        {name: table[name].cast(kind) if name in table.column_names else pa.nulls(table.num_rows, kind) for name, kind in wanted.items()}
    )
