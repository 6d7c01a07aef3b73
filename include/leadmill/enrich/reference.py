"""Looking companies up in a reference file: free, set-wise, and never a guess.

Keys are tried in the provider's order. A key that fits several companies of the file decides nothing, unless the country leaves one of
them; a national key (registration number, name) never joins across countries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from leadmill.config.provider import Key, ReferenceFile
from leadmill.engine import connect, quote, quote_text
from leadmill.enrich.keys import NATIONAL, normal_key, present, typed
from leadmill.errors import SourceError

NameKeys = Callable[[pa.Array], pa.Array]  # company names -> company_key, as the standardise room makes it
ROW = "row.number"


def read_reference(path: Path, provider: ReferenceFile) -> pa.Table:
    """Read the columns a provider uses, all as text, in the file's order.

    Raises SourceError when the file is missing or unreadable, or lacks a column: names the missing and the found.
    """
    wanted = list(dict.fromkeys([*provider.columns.values(), *provider.name_columns]))
    if not path.is_file():
        raise SourceError(
            "the reference file is missing.", file=str(path), hint=f"Put it there, or change file of the provider {provider.name}."
        )
    try:
        found = pq.read_schema(path).names if path.suffix == ".parquet" else _csv_header(path, provider.delimiter)
        missing = [name for name in wanted if name not in found]
        if missing:
            raise SourceError(
                f"no column {', '.join(map(repr, missing))}.",
                file=str(path),
                line=1,
                column=missing[0],
                hint=f"The file has: {', '.join(found)}.",
            )
        if path.suffix == ".parquet":
            return pq.read_table(path, columns=wanted).cast(pa.schema([(name, pa.string()) for name in wanted]))
        return csv.read_csv(path, parse_options=_parse(provider.delimiter), convert_options=_as_text(wanted))
    except pa.ArrowInvalid as error:
        raise SourceError(
            f"the reference file cannot be read ({type(error).__name__}).", file=str(path), hint="Is it CSV or parquet, UTF-8?"
        ) from None


def look_up(companies: pa.Table, reference: pa.Table, provider: ReferenceFile, name_keys: NameKeys | None = None) -> pa.Table:
    """Find companies in a reference file.

    `companies`: company_id and any of registration_number, lei, domain, company_key, country_code. `reference`: as `read_reference` returns
    it. `name_keys` makes the key company_key of the file's names; without it that key is not tried.
    Returns company_id, matched_by (the key) and the provider's facts, typed; companies not found are absent.
    """
    keys = [key for key in provider.keys if key != "company_key" or name_keys]
    numbered = reference.append_column(ROW, pa.array(range(reference.num_rows), pa.int64()))
    tables = {"companies": companies, "reference": numbered, "spelled": _spelled(numbered, provider, name_keys)}
    facts = ", ".join(f"{typed(fact, f'r.{quote(column)}')} as {fact}" for fact, column in provider.columns.items())
    with connect(tables) as con:
        _create_sides(con, companies, provider, keys)
        return con.sql(
            f"""
            with paired as (
                select o.company_id, o.place, o.key, t.number,
                       o.country is not null and t.country = o.country as same_country
                from ours o join theirs t on t.place = o.place and t.value = o.value
                where not (o.is_national and coalesce(t.country <> o.country, o.key = 'company_key'))
            ), counted as (
                select company_id, place, any_value(key) as key, count(distinct number) as fits, min(number) as number,
                       count(distinct number) filter (where same_country) as fits_here, min(number) filter (where same_country) as here
                from paired group by company_id, place
            ), decided as (
                select company_id, arg_min(key, place) as matched_by, arg_min(if(fits = 1, number, here), place) as number
                from counted where fits = 1 or fits_here = 1 group by company_id
            )
            select d.company_id, d.matched_by, {facts}
            from decided d join reference r on r.{quote(ROW)} = d.number order by d.company_id"""
        ).to_arrow_table()


def _create_sides(con: duckdb.DuckDBPyConnection, companies: pa.Table, provider: ReferenceFile, keys: Sequence[Key]) -> None:
    """Create the long tables of keys: `ours` with company_id and is_national, `theirs` with number; both with place, value, country."""
    ours = " union all ".join(_ours(companies.column_names, place, key) for place, key in enumerate(keys))
    theirs = " union all ".join(_theirs(provider, place, key) for place, key in enumerate(keys))
    con.execute(f"create temp table ours as select * from ({ours}) where value is not null")
    con.execute(f"create temp table theirs as select * from ({theirs}) where value is not null")


def _ours(names: list[str], place: int, key: Key) -> str:
    value, country = normal_key(key, present(key, names, "c")), _country(present("country_code", names, "c"))
    return f"""select company_id, {place} as place, {quote_text(key)} as key, {key in NATIONAL} as is_national,
                      {value} as value, {country} as country from companies c"""


def _theirs(provider: ReferenceFile, place: int, key: Key) -> str:
    held = provider.columns.get("country_code")
    country = _country(f"r.{quote(held)}" if held else "null::varchar")
    source = "reference r" if key != "company_key" else f"reference r join spelled s on s.number = r.{quote(ROW)}"
    value = normal_key(key, f"r.{quote(provider.columns[key])}" if key != "company_key" else "s.key")
    return f"select r.{quote(ROW)} as number, {place} as place, {value} as value, {country} as country from {source}"


def _country(column: str) -> str:
    return f"upper(nullif(trim({column}), ''))"


def _spelled(reference: pa.Table, provider: ReferenceFile, name_keys: NameKeys | None) -> pa.Table:
    """Every name of every row with its company_key: number, key."""
    empty = pa.table({"number": pa.array([], pa.int64()), "key": pa.array([], pa.string())})
    if name_keys is None or not provider.name_columns:
        return empty
    separator = quote_text(provider.name_separator)
    names = " union all ".join(
        f"select {quote(ROW)} as number, unnest(string_split({quote(column)}, {separator})) as name from reference"
        for column in provider.name_columns
    )
    with connect({"reference": reference}) as con:
        named = con.sql(f"select distinct number, trim(name) as name from ({names}) where trim(name) <> '' order by all").to_arrow_table()
    distinct = named["name"].combine_chunks().unique()
    keyed = pa.table({"name": distinct, "key": name_keys(distinct)})
    return named.join(keyed, "name").select(["number", "key"])


def _csv_header(path: Path, delimiter: str) -> list[str]:
    with csv.open_csv(path, parse_options=_parse(delimiter)) as reader:
        return list(reader.schema.names)


def _parse(delimiter: str) -> csv.ParseOptions:
    return csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)


def _as_text(names: list[str]) -> csv.ConvertOptions:
    """Text as written: no lost zeros, no "NA" (Namibia) turned to null; only an empty cell is null."""
    return csv.ConvertOptions(
        include_columns=names,
        column_types={name: pa.string() for name in names},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
