"""What the vendor promised against what was delivered: every row and criterion is met, broken or unproven, on evidence.

Honest about proof: a value the vendor delivered can break a promise but is only the vendor's word for keeping it, so a value checked
elsewhere (`verified.<column>`) goes first; that a lead was sold to nobody else cannot be proved at all, only disproved. Nothing here is
a guess: what the evidence does not decide is `unproven` and not claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from leadmill import engine
from leadmill.config.list_contract import Criterion, ListContract
from leadmill.engine import quote, quote_text
from leadmill.errors import ConfigError

VERIFIED = "verified."
VERDICTS = pa.schema([("record_id", pa.string()), ("criterion", pa.string()), ("verdict", pa.string()), ("evidence", pa.string())])
DELIVERED = ("record_id", "delivery_id", "file", "line")

Bound = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What we know of the rows of one source, each table by record_id; a row may be missing from all but `delivered`.

    delivered: DELIVERED of every row received, refused ones too. facts: standardised columns and attributes; `verified.<column>` where
    another source than the vendor says it. refused: reasons (list of codes). duplicates: duplicate_of. owned: owned_since (timestamp) of
    the person or company in our CRM. elsewhere: source of another vendor who delivered the same person.
    """

    delivered: pa.Table
    facts: pa.Table
    refused: pa.Table
    duplicates: pa.Table
    owned: pa.Table
    elsewhere: pa.Table


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed. rows: DELIVERED + criteria and evidence (lists) + amount (decimal), one per claimed row. verdicts: VERDICTS."""

    contract: ListContract
    verdicts: pa.Table
    rows: pa.Table
    counts: dict[str, dict[str, int]]  # criterion -> met, broken, unproven
    claimed: dict[str, bool]  # criterion -> more rows broken than tolerated
    amount: Decimal


def judge(contract: ListContract, evidence: Evidence) -> pa.Table:
    """Judge every delivered row by every criterion: VERDICTS, ordered by criterion as written, then by row.

    Raises ConfigError when a criterion is about a column the source does not have.
    """
    parts, values = [], []
    for place, criterion in enumerate(contract.criteria):
        if criterion.column and criterion.column not in evidence.facts.column_names:
            raise ConfigError(
                f"criterion {criterion.id!r} is about {criterion.column!r}, which the rows do not have.",
                file=f"contracts/{contract.source}.yaml",
                column=criterion.column,
                hint=f"Columns there are: {', '.join(sorted(set(evidence.facts.column_names) - set(DELIVERED)))}.",
            )
        sql, bound = _KINDS[criterion.kind](criterion, contract, evidence)
        parts.append(f"select {place} as place, record_id, delivered.line, {quote_text(criterion.id)} as criterion, {sql}")
        values += bound
    tables = {name: getattr(evidence, name) for name in ("delivered", "facts", "refused", "duplicates", "owned", "elsewhere")}
    with engine.connect(tables) as con:
        judged = con.sql(f"select * from ({' union all '.join(parts)}) order by place, line, record_id", params=values)
        return judged.to_arrow_table().select(VERDICTS.names).cast(VERDICTS)


def claim(contract: ListContract, evidence: Evidence) -> Claim:
    """Judge all rows and add up what is owed: a row is paid back once, by the broken promise worth most."""
    verdicts = judge(contract, evidence)
    counts = _counts(contract, verdicts)
    total = max(len(evidence.delivered), 1)
    claimed = {each.id: counts[each.id]["broken"] > each.tolerance * total for each in contract.criteria}
    rows = _claimed_rows(contract, evidence.delivered, verdicts, [name for name, over in claimed.items() if over])
    amount = sum(rows["amount"].to_pylist(), Decimal(0))
    return Claim(contract, verdicts, rows, counts, claimed, amount)


def _counts(contract: ListContract, verdicts: pa.Table) -> dict[str, dict[str, int]]:
    counts = {each.id: dict.fromkeys(("met", "broken", "unproven"), 0) for each in contract.criteria}
    for each in verdicts.group_by(["criterion", "verdict"]).aggregate([([], "count_all")]).to_pylist():
        counts[each["criterion"]][each["verdict"]] = each["count_all"]
    return counts


def _claimed_rows(contract: ListContract, delivered: pa.Table, verdicts: pa.Table, criteria: list[str]) -> pa.Table:
    amounts = {each.id: _cents(contract.price_per_row * Decimal(str(each.refund))) for each in contract.criteria}
    order = [each.id for each in contract.criteria]
    prices = pa.table(
        {
            "criterion": pa.array(order, pa.string()),
            "place": pa.array(range(len(order)), pa.int32()),
            "price": pa.array([amounts[name] for name in order], pa.decimal128(18, 4)),
            "is_claimed": pa.array([name in criteria for name in order], pa.bool_()),
        }
    )
    with engine.connect({"delivered": delivered, "verdicts": verdicts, "prices": prices}) as con:
        return con.sql(
            f"""
            select {", ".join(DELIVERED)}, list(criterion order by place) as criteria, list(evidence order by place) as evidence,
                   max(price) as amount
            from verdicts join prices using (criterion) join delivered using (record_id)
            where verdict = 'broken' and is_claimed group by all order by delivery_id, line, record_id
            """
        ).to_arrow_table()


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _value(criterion: Criterion, evidence: Evidence) -> tuple[str, str]:
    """Write the SQL of the value that decides, and of who says it."""
    own = f"facts.{quote(criterion.column or '')}"
    checked = VERIFIED + (criterion.column or "")
    if checked not in evidence.facts.column_names:
        return own, "'as delivered'"
    verified = f"facts.{quote(checked)}"
    return f"coalesce({verified}, {own})", f"case when {verified} is null then 'as delivered' else 'as checked elsewhere' end"


def _stated(criterion: Criterion, evidence: Evidence, readable: str, broken: str) -> str:
    """Write verdict and evidence for a criterion about one column."""
    value, says = _value(criterion, evidence)
    column = quote_text(criterion.column or "")
    return f"""
        case when {readable} is null then 'unproven' when {broken} then 'broken' else 'met' end as verdict,
        case when {value} is null then {column} || ' is not stated'
             when {readable} is null then {column} || ' cannot be read'
             else {column} || ' is ' || {value}::text || ', ' || {says} end as evidence
        from delivered left join facts using (record_id)"""


def _values(criterion: Criterion, _: ListContract, evidence: Evidence) -> Bound:
    value, _says = _value(criterion, evidence)
    marks = ", ".join("?" for _ in criterion.values)
    return _stated(criterion, evidence, value, f"{value}::text not in ({marks})"), list(criterion.values)


def _range(criterion: Criterion, _: ListContract, evidence: Evidence) -> Bound:
    value, _says = _value(criterion, evidence)
    number = f"try_cast({value} as double)"
    bounds = [(sign, bound) for sign, bound in (("<", criterion.min_value), (">", criterion.max_value)) if bound is not None]
    broken = " or ".join(f"{number} {sign} ?" for sign, _ in bounds)
    return _stated(criterion, evidence, number, f"({broken})"), [bound for _, bound in bounds]


def _fresh(criterion: Criterion, contract: ListContract, evidence: Evidence) -> Bound:
    """Age on the day of purchase; a date after that day proves nothing."""
    value, _says = _value(criterion, evidence)
    day = f"try_cast({value} as timestamp)::date"
    readable = f"case when {day} <= ?::date then {day} end"
    sql = _stated(criterion, evidence, readable, f"date_diff('day', {day}, ?::date) > ?")
    bought = contract.purchased.isoformat()
    return sql, [bought, bought, criterion.max_age_days, bought]


def _usable(criterion: Criterion, _: ListContract, __: Evidence) -> Bound:
    counts = f"list_has_any(refused.reasons, [{', '.join('?' for _ in criterion.reasons)}])" if criterion.reasons else "true"
    sql = f"""
        case when refused.record_id is not null and {counts} then 'broken' else 'met' end as verdict,
        case when refused.record_id is null then 'the row passed our contract'
             else 'refused: ' || array_to_string(refused.reasons, ', ') end as evidence
        from delivered left join refused using (record_id)"""
    return sql, list(criterion.reasons)


def _unique(_: Criterion, __: ListContract, ___: Evidence) -> Bound:
    sql = """
        case when duplicate_of is null then 'met' else 'broken' end as verdict,
        coalesce('the same as row ' || duplicate_of, 'delivered once') as evidence
        from delivered left join duplicates using (record_id)"""
    return sql, []


def _not_owned(_: Criterion, contract: ListContract, __: Evidence) -> Bound:
    """Broken only by what was in our CRM before the purchase; a row that was refused or repeats another was not looked up."""
    sql = """
        case when owned_since < ?::timestamp then 'broken' when facts.record_id is null then 'unproven' else 'met' end as verdict,
        case when owned_since < ?::timestamp then 'in our CRM since ' || owned_since::date
             when facts.record_id is null then 'refused or repeated, not looked up' else 'not in our CRM' end as evidence
        from delivered left join facts using (record_id)
        left join (select record_id, min(owned_since) as owned_since from owned group by 1) using (record_id)"""
    bought = contract.purchased.isoformat()
    return sql, [bought, bought]


def _exclusive(_: Criterion, __: ListContract, ___: Evidence) -> Bound:
    """Nobody can prove that a lead was sold to no one else."""
    sql = """
        case when sellers is null then 'unproven' else 'broken' end as verdict,
        coalesce('also delivered by ' || sellers, 'not seen from another vendor; that it was sold to nobody cannot be proved') as evidence
        from delivered left join (select record_id, string_agg(distinct source, ', ' order by source) as sellers from elsewhere group by 1)
        using (record_id)"""
    return sql, []


_KINDS: Mapping[str, Callable[[Criterion, ListContract, Evidence], Bound]] = MappingProxyType(
    {
        "values": _values,
        "range": _range,
        "fresh": _fresh,
        "usable": _usable,
        "unique": _unique,
        "not_owned": _not_owned,
        "exclusive": _exclusive,
    }
)
