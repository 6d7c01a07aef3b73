"""Plain phone numbers by the published numbering plans, as set work in SQL.

phonenumbers takes 25 to 70 us a number and a list has a million. Nearly all are plain: digits and punctuation, with a country code or in
the national form of a known country. Those are matched against the very patterns phonenumbers carries, a region at a time. Whatever is not
surely the same answer (extensions, carrier codes, small regions behind a shared calling code, numbers in no published range) is left to it.
The tests hold the two equal.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import duckdb
import phonenumbers
import pyarrow as pa
from phonenumbers.phonemetadata import PhoneMetadata

from leadmill.engine import quote_text

WORTH_A_PLAN = 300  # numbers of a region below which compiling its patterns costs more than it saves
# Nobody's number: seven of the same at the end, or the keys in order from end to end.
FILLER = "|".join([*(f"{digit}{{7}}$" for digit in range(10)), "^0?123456(7(8(9(0)?)?)?)?$", "^0?9876543(2(1(0)?)?)?$"])
_SHAPE = r"[+]?[0-9 ()./-]*[0-9][0-9 ()./-]*"
_APART = r"[0-9]+[.]0+|.*/ ?[+(0].*"  # a float, or two numbers in one cell
_SPECIAL = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail")  # asked in this order


def match(con: duckdb.DuckDBPyConnection) -> None:
    """Create `planned`(place, phone, phone_type) over `dialled`(place, text, country_code); no type where no plan surely answers."""
    con.register("calling", _codes())
    con.execute(
        f"""create or replace temp table plain_phone as
            with written as (
                select place, country_code, starts_with(text, '+') as is_plus,
                    regexp_replace(text, '[^0-9]+', '', 'g') as digits from dialled
                where regexp_full_match(text, '{_SHAPE}')
                    and not ((contains(text, '.') or contains(text, '/')) and regexp_full_match(text, '{_APART}'))
            ), abroad as (
                select *, case when is_plus then digits
                    when starts_with(digits, '00') and digits[3] <> '0' and {_calls_abroad_by_00(con)} then digits[3:] end as outward
                from written where not regexp_matches(digits, '{FILLER}')
            )
            select place, if(outward is null, country_code, region) as region,
                if(outward is null, digits, outward[1 + length(code):]) as digits, outward is not null as is_abroad
            from abroad left join calling on beginning = outward[:3]"""
    )
    nothing = "select null::bigint as place, null::varchar as phone, null::varchar as phone_type where false"
    matched = " union all ".join([nothing, *map(_match_region, _busy(con, "plain_phone", "region"))])
    con.execute(f"create or replace temp table planned as {matched}")


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what `match` created: as much memory as the numbers themselves."""
    con.execute("drop table planned; drop table plain_phone")
    con.unregister("dialled")


@cache
def _codes() -> pa.Table:
    """List every three digits a number can begin with abroad, with the calling code in them and its main region."""
    regions = {str(code): regions[0] for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()}
    rows = [(f"{code}{rest}"[:3], code, region) for code, region in regions.items() for rest in _fillings(3 - len(code))]
    return pa.table(dict(zip(("beginning", "code", "region"), map(list, zip(*rows, strict=True)), strict=True)))


def _fillings(digits: int) -> list[str]:
    return [f"{number:0{digits}}" for number in range(10**digits)] if digits else [""]


def _busy(con: duckdb.DuckDBPyConnection, table: str, column: str) -> list[str]:
    """List the regions with enough numbers."""
    sql = f"select {column} from {table} where {column} is not null group by 1 having count(*) >= {WORTH_A_PLAN} order by 1"
    return [region for (region,) in con.execute(sql).fetchall() if region in phonenumbers.SUPPORTED_REGIONS]


def _calls_abroad_by_00(con: duckdb.DuckDBPyConnection) -> str:
    """Write the SQL that a number's country dials 00 for abroad."""
    plans = {region: PhoneMetadata.metadata_for_region(region) for region in _busy(con, "dialled", "country_code")}
    regions = ", ".join(quote_text(region) for region, plan in plans.items() if plan and plan.international_prefix == "00")
    return f"country_code in ({regions})" if regions else "false"


@cache
def _match_region(region: str) -> str:
    """Write the SQL of the numbers of one region that are valid there, read as phonenumbers reads them."""
    plan: Any = PhoneMetadata.metadata_for_region(region)
    code, prefix = str(plan.country_code), plan.national_prefix_for_parsing or "$."
    transformed = f"regexp_extract(dialled, '^(?:{prefix})', {_groups(prefix)}) <> ''" if plan.national_prefix_transform_rule else "false"
    return f"""select place, '+{code}' || number, if(length(number) in {_lengths_of_code(plan.country_code)}, {_kind(plan)}, null) from (
            select place, if({_begins("dialled", prefix)}, dialled[1 + length({_beginning("dialled", prefix)}):], dialled) as number
            from (  -- typed without plus, as spreadsheets leave them
                select *, case when not is_abroad and starts_with(digits, '{code}') and {_means_code(plan)}
                    then digits[{len(code) + 1}:] else digits end as dialled
                from plain_phone where region = {quote_text(region)}
                    and (is_abroad or not {_begins("digits", plan.international_prefix or "$.")})
            ) where not {transformed}
        )"""


def _begins(column: str, pattern: str) -> str:
    """Write the SQL that a column begins with a pattern; nearly all are digits as they stand."""
    return f"starts_with({column}, '{pattern}')" if pattern.isdigit() else f"regexp_matches({column}, '^(?:{pattern})')"


def _beginning(column: str, pattern: str) -> str:
    return f"'{pattern}'" if pattern.isdigit() else f"regexp_extract({column}, '^(?:{pattern})')"


def _lengths_of_code(country_code: int) -> tuple[int, ...]:
    """Return the lengths a number of a country code may have; a region's own short ones (310 1234 in Canada) do not work from abroad."""
    main: Any = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_country_code(country_code))
    return (*main.general_desc.possible_length, -1)


def _means_code(plan: Any) -> str:
    """Write the SQL that leading digits equal to the country code are it. Where national numbers start with a trunk prefix, they are."""
    return "true" if plan.national_prefix else f"not {_fits(plan.general_desc, 'digits')}"


def _kind(plan: Any) -> str:
    """Write the SQL of a number's type, null when it is in no published range."""
    special = [name for name in _SPECIAL if _is_published(getattr(plan, name))]
    seldom = "|".join(getattr(plan, name).national_number_pattern for name in special)  # one look says that a number is nothing special
    cases = " ".join(f"when {_fits(getattr(plan, name), 'number')} then '{name}'" for name in special)
    kind = f"if(regexp_full_match(number, '{seldom}'), case {cases} end, null)" if special else "null"
    fixed, mobile = _fits(plan.fixed_line, "number"), _fits(plan.mobile, "number")
    either = "true" if plan.same_mobile_and_fixed_line_pattern else mobile
    usual = f"when {fixed} then if({either}, 'fixed_line_or_mobile', 'fixed_line') when {mobile} then 'mobile'"
    return f"case when {_fits(plan.general_desc, 'number')} then coalesce({kind}, case {usual} end) end"


def _fits(desc: Any, column: str) -> str:
    if not _is_published(desc):
        return "false"
    lengths = f"length({column}) in {(*desc.possible_length, -1)} and " if desc.possible_length else ""
    return f"({lengths}regexp_full_match({column}, '{desc.national_number_pattern}'))"


def _is_published(desc: Any) -> bool:
    return desc is not None and bool(desc.national_number_pattern)


def _groups(pattern: str) -> int:
    return pattern.count("(") - pattern.count("(?:")
