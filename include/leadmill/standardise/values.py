"""Numbers, times and truth from text, as SQL macros. What cannot be read is null: unknown, never zero.

Ranges give their lower bound (51-200 is 51, 10,000+ is 10000): a gate may only be passed by what is certainly reached. "Under 15"
is 1 where a count is meant (a company has somebody) and unknown where money is.
"""

from __future__ import annotations

import duckdb

from leadmill.config import Format
from leadmill.engine import quote_text
from leadmill.errors import ConfigError
from leadmill.standardise.vocabulary import Words

# Token in `format.dates` for numbers that count days since 1899-12-30, as a spreadsheet stores dates.
EXCEL = "excel"
_UNITS = {
    1e3: "k|tsd|tsd[.]|thousand|tausend|mil|mille|t€",
    1e5: "lakh|lakhs|lac|lacs",
    1e6: "m|mm|mn|mio|mio[.]|mill|mill[.]|million|millions|millionen|millones|milioni|milhões|miljoen|mln|mln[.]",
    1e7: "cr|crore|crores",
    1e9: "b|bn|bio|mrd|mrd[.]|md|mds|mld|mld[.]|billion|billions|milliarde|milliarden|milliard|milliards|miliardi|miljard",
    1e12: "tn|trillion|trillions",
}
_CURRENCIES = "us[$]|usd|eur|gbp|chf|cad|aud|inr|jpy|cny|sek|nok|dkk|pln|czk|huf|brl|mxn|sgd|rs[.]?|r[$]|[$€£¥₹]"
_HEADS = (
    "employees?|staff|people|persons?|fte|mitarbeiter(?:innen)?|beschäftigte|ma|salariés|collaborateurs|empleados|dipendenti|medewerkers"
    "|pracowników"
)
_SIGNS = {"usd": ["us$", "usd"], "eur": ["€", "eur"], "gbp": ["£", "gbp"], "inr": ["₹", "inr"], "brl": ["r$", "brl"], "chf": ["chf"]}


def define(con: duckdb.DuckDBPyConnection, words: Words, written: Format) -> None:
    """Create the macros number(x), quantity(x), headcount(x), moment(x), truth(x) and currency(x) for one source's way of writing.

    Raises ConfigError when a date format of the source is none.
    """
    _define_number(con, written.decimal)
    _define_quantity(con)
    _define_moment(con, written.dates)
    yes, no = (", ".join(quote_text(word) for word in group) for group in (words.yes, words.no))
    con.execute(f"create macro truth(x) as case when lower(x) in ({yes}) then true when lower(x) in ({no}) then false end")
    found = " ".join(f"when contains(lower(x), '{sign}') then '{code.upper()}'" for code, signs in _SIGNS.items() for sign in signs)
    con.execute(f"create macro currency(x) as case when regexp_full_match(x, '[0-9]*') then null {found} end")
    con.execute("create macro currency_code(x) as case when regexp_full_match(x, '[A-Za-z]{3}') then upper(x) else currency(x) end")


def _define_number(con: duckdb.DuckDBPyConnection, decimal: str) -> None:
    """Read digits with grouping; what only fits the other convention is read by that one (1.234.567 is no decimal)."""
    d, g = ("[.]", "[,]") if decimal == "." else ("[,]", "[.]")
    mark, other = (".", ",") if decimal == "." else (",", ".")
    con.execute(
        f"""create macro plain_number(x) as case
            when regexp_full_match(x, '[+-]?\\d+({d}\\d+)?(e[+-]?\\d+)?') then replace(x, '{mark}', '.')
            when regexp_full_match(x, '[+-]?\\d{{1,3}}({g}\\d{{2,3}})*{g}\\d{{3}}({d}\\d+)?')
                then replace(replace(x, '{other}', ''), '{mark}', '.')
            when regexp_full_match(x, '[+-]?\\d{{1,3}}({d}\\d{{3}})+{g}\\d+|[+-]?\\d{{1,3}}({d}\\d{{3}}){{2,}}')
                then replace(replace(x, '{mark}', ''), '{other}', '.')
            when regexp_full_match(x, '[+-]?\\d+{g}\\d+(e[+-]?\\d+)?') then replace(x, '{other}', '.') end"""
    )
    con.execute("create macro finite_number(x) as list_filter([try_cast(x as double)], lambda value: isfinite(value))[1]")
    con.execute("create macro number(x) as finite_number(plain_number(lower(regexp_replace(x, '[\\s''’\\x{00A0}\\x{202F}]', '', 'g'))))")


def _define_quantity(con: duckdb.DuckDBPyConnection) -> None:
    units = "|".join(_UNITS.values())
    number = "[+-]?[0-9][0-9.,]*(?:e[+-]?[0-9]+)?"
    shape = (
        f"^(>=?|over|ab|über|morethan|mehrals|atleast|min[.]?|mindestens|plusde|ca[.]?|~|about|approx[.]?|circa)?({number})({units})?"
        f"(?:(?:-|–|—|to|bis|à|a|up)(?:{number})({units})?|[+]|ormore|andmore|undmehr|plus)?(?:{_HEADS})?$"
    )
    scale = " ".join(f"when regexp_full_match(u, '{unit}') then {factor}" for factor, unit in _UNITS.items())
    con.execute(f"create macro scale(u) as case when u = '' then 1 {scale} end")
    con.execute(
        f"""create macro bare(x) as regexp_replace(
            regexp_replace(lower(x), '[\\s''’\\x{{00A0}}\\x{{202F}}]', '', 'g'), '{_CURRENCIES}', '', 'g')"""
    )
    con.execute(f"create macro parts(x) as regexp_extract(bare(x), '{shape}', ['over', 'low', 'unit', 'high_unit'])")
    # "$1-5 million": the unit stands once, for both.
    con.execute("create macro quantity_of(p) as finite_number(plain_number(p.low)) * scale(if(p.unit = '', p.high_unit, p.unit))")
    con.execute(
        """create macro quantity(x) as case when x is null then null when regexp_full_match(x, '[0-9]{1,15}') then x::double
            else list_transform([parts(x)], lambda p: quantity_of(p))[1] end"""
    )
    # Nobody is a tenth of a person: 10,000 and 10.000 are both ten thousand.
    con.execute(r"create macro ungrouped(x) as regexp_replace(x, '\b([0-9]{1,3})[.,]([0-9]{3})\b', '\1\2', 'g')")
    con.execute(
        """create macro headcount(x) as case when regexp_full_match(x, '[0-9]{1,15}') then x::bigint
            when regexp_matches(bare(x), '^(<=?|under|below|lessthan|fewerthan|unter|wenigerals|bis|biszu|upto|moinsde|menosde)[0-9]')
                then 1
            else try_cast(floor(quantity(ungrouped(x))) as bigint) end"""
    )


def _define_moment(con: duckdb.DuckDBPyConnection, dates: list[str]) -> None:
    formats = [form for form in dates if form != EXCEL]
    listed = "[" + ", ".join(quote_text(form) for form in formats) + "]"
    try:
        con.execute(f"select try_strptime('', {listed})" if formats else "select 1")
    except duckdb.Error:
        raise ConfigError(
            f"format.dates holds a pattern that is none: {', '.join(formats)}.",
            hint="Patterns are made of codes such as %d.%m.%Y or %Y-%m-%d %H:%M:%S; 'excel' stands for serial numbers.",
        ) from None
    said = f"try_strptime(x, {listed})::timestamptz, " if formats else ""
    serial = (
        "when regexp_full_match(x, '[2-7][0-9]{4}([.][0-9]+)?') then to_timestamp((x::double - 25569) * 86400)" if EXCEL in dates else ""
    )
    day, clock, zone = r"\d{4}-\d{2}-\d{2}", r"[T ]\d{2}:\d{2}(:\d{2}([.]\d+)?)?", r"\s?(Z|z|UTC|[+-]\d{2}(:?\d{2})?)"
    con.execute(
        f"""create macro read_moment(x) as coalesce({said} case
            when regexp_full_match(x, '{day}({clock})?') then try_cast(x as timestamptz)
            when regexp_full_match(x, '{day}{clock}{zone}')
                then try_cast(regexp_replace(regexp_replace(x, ' ?(UTC|z)$', 'Z'), ' ([+-])', '\\1') as timestamptz)
            when regexp_full_match(x, '(19|20)\\d{{6}}') then try_strptime(x, '%Y%m%d')::timestamptz
            when regexp_full_match(x, '1\\d{{9}}') then to_timestamp(x::bigint)
            when regexp_full_match(x, '1\\d{{12}}') then to_timestamp(x::bigint / 1000)
            {serial} end)"""
    )
    # 0001-01-01 and 9999-12-31 are how systems write "no date".
    con.execute(
        """create macro moment(x) as list_filter([read_moment(x)], lambda said: said > timestamptz '1900-01-01 00:00:00+00'
            and said < timestamptz '2200-01-01 00:00:00+00')[1]"""
    )
