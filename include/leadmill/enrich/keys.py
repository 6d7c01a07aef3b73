"""By what a company is looked up: one normal form per key, the same on our side and on the provider's."""

from __future__ import annotations

from leadmill.config.provider import FACTS
from leadmill.engine import quote

# A registration number and a name mean a company only within a country; a LEI and a domain everywhere.
NATIONAL = ("registration_number", "company_key")

_NORMAL = {
    "registration_number": "upper(regexp_replace({value}, '[^0-9A-Za-z]', '', 'g'))",
    "lei": "upper(trim({value}))",
    "domain": "regexp_replace(lower(trim({value})), '^www\\.', '')",
    "company_key": "trim({value})",
}


def normal_key(key: str, column: str) -> str:
    """Return SQL for a key's normal form; null when nothing a machine can look up is left."""
    normal = _NORMAL[key].format(value=f"{column}::varchar")
    return f"case when regexp_matches({normal}, '[\\p{{L}}\\p{{N}}]') then {normal} end"


def typed(fact: str, column: str) -> str:
    """Return SQL for a fact as its type; null when it is not one."""
    kind = FACTS[fact]
    if kind == "text":
        return f"nullif(trim({column}::varchar), '')"
    number = f"try_cast(trim({column}::varchar) as double)"
    whole = f"try_cast({number} as bigint)" if kind == "integer" else number
    return f"case when isfinite({number}) and {number} >= 0 then {whole} end"


def sql_type(fact: str) -> str:
    """Return the DuckDB type of a fact."""
    return {"text": "varchar", "integer": "bigint", "number": "double"}[FACTS[fact]]


def present(name: str, columns: list[str], alias: str) -> str:
    """Return SQL for a column of `alias` that may be missing from its table."""
    return f"{alias}.{quote(name)}::varchar" if name in columns else "null::varchar"
