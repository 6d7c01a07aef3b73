"""From mapped text to a typed table: every column is taken apart into its distinct texts, those are read, and the rows are told."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.columns import ATTRIBUTE_TYPES, CANONICAL, LANDED, schema_of
from leadmill.config import Source
from leadmill.engine import connect
from leadmill.standardise import mailboxes, text, values
from leadmill.standardise.distinct import Column, ask, column, encode, first_of
from leadmill.standardise.lookup import look_up
from leadmill.standardise.vocabulary import Vocabulary, Words, load_vocabulary

ROWS = 750_000  # at a time: what is looked up beside them then fits in a few hundred MB, however long the list is
# Columns where "NA" or "none" may be a name, a country, an answer or an id: only what is surely no value is emptied there.
_MAY_BE_NAMED_NONE = frozenset(
    ("first_name", "last_name", "full_name", "city", "region", "country", "do_not_contact", "is_won", "crm_id",
     "crm_account_id", "parent_crm_account_id", "crm_opportunity_id", "crm_activity_id", "registration_number")
)  # fmt: skip

# How the text of a column becomes its value; other columns are read by their type.
_READ = {
    "employee_count": "headcount(text)",
    "annual_revenue": "quantity(text)",
    "amount": "quantity(text)",
    "lei": "case when regexp_full_match(upper(text), '[A-Z0-9]{18}[0-9]{2}') then upper(text) end",
}
_READ_BY_TYPE = {
    "text": "text",
    "integer": "case when quantity(text) = trunc(quantity(text)) then try_cast(quantity(text) as bigint) end",
    "number": "quantity(text)",
    "boolean": "truth(text)",
    "date": "moment(text)::date",
    "timestamp": "moment(text)",
}
_KIND_OF = {kind: name for name, kind in ATTRIBUTE_TYPES.items()}


def standardise(accepted: pa.Table, source: Source, vocabulary: Vocabulary | None = None) -> pa.Table:
    """Turn a mapped table into the standardised table of the source's kind.

    Takes `columns.LANDED` plus any of the kind's canonical columns and the source's attributes, all text; columns it does not know are
    ignored. Returns `columns.schema_of(kind, attributes)`, one row per row, ordered by line. Unreadable values are null; `losses` counts
    them.
    Raises ConfigError when the source states a date format that is none.
    """
    words = vocabulary or load_vocabulary()
    with connect() as con:
        define(con, words, source)
        slices = [accepted.slice(start, ROWS) for start in range(0, max(accepted.num_rows, 1), ROWS)]
        return _in_order(pa.concat_tables([_standardise(con, rows, source, words) for rows in slices]))


def define(con: duckdb.DuckDBPyConnection, words: Vocabulary, source: Source) -> None:
    """Create every macro and vocabulary set on `con`."""
    text.define(con, words.words)
    values.define(con, words.words, source.format)
    mailboxes.define(con, words.mailboxes)


def _standardise(con: duckdb.DuckDBPyConnection, rows: pa.Table, source: Source, words: Vocabulary) -> pa.Table:
    schema = schema_of(source.kind, {name: attribute.type for name, attribute in source.attributes.items()})
    cells = _clean(con, rows, source, words.words)
    told = {name: rows[name] for name in LANDED.names} | look_up(con, cells, words, source.country, rows.num_rows)
    for field in schema:
        cell = f"a.{field.name}" if field.name in source.attributes else field.name
        if cell in cells and field.name not in told:
            told[field.name] = _read(con, cells.pop(cell), field, source)
    return pa.table(
        [told[field.name].cast(field.type) if field.name in told else pa.nulls(rows.num_rows, field.type) for field in schema],
        schema=schema,
    )


def _clean(con: duckdb.DuckDBPyConnection, rows: pa.Table, source: Source, words: Words) -> dict[str, Column]:
    """Take apart the canonical columns, and the attributes as `a.<name>`; texts are tidied, or null where nothing was filled in."""
    delivered = {name: name for name in CANONICAL[source.kind] if name in rows.column_names}
    delivered |= {f"a.{name}": name for name in source.attributes if name in rows.column_names}
    cells = {}
    for cell, name in delivered.items():
        taken = encode(rows[name].cast(pa.string()))
        emptiness = "is_empty" if name in _MAY_BE_NAMED_NONE or cell != name else "is_blank"
        cells[cell] = Column(text.clean(con, taken.texts, words, emptiness), taken.codes)
    if source.kind == "opt_out":  # "@acme.com" in the mail column, or a domain of its own, refuses for the whole company
        cells |= _refused_sites(con, cells)
    return cells


def _refused_sites(con: duckdb.DuckDBPyConnection, cells: Mapping[str, Column]) -> dict[str, Column]:
    mail, domain = cells.get("email"), cells.get("domain")
    behind = "nullif(regexp_extract(text, '^[*%]?@(.+)$', 1), '') as site"
    sites = first_of(domain and domain.cells, mail and mail.spread(column(ask(con, behind, text=mail.texts), "site")))
    return {} if sites is None else {"website": encode(sites)}


def _read(con: duckdb.DuckDBPyConnection, cells: Column, field: pa.Field, source: Source) -> pa.Array:
    """Read a column by its name or type."""
    kind = source.attributes[field.name].type if field.name in source.attributes else _KIND_OF[field.type]
    read = _READ.get(field.name) or _READ_BY_TYPE[kind]
    if read == "text":
        return cells.cells
    return cells.spread(column(ask(con, f"{read} as value", text=cells.texts), "value").cast(field.type))


def _in_order(table: pa.Table) -> pa.Table:
    """Order by line; lists mostly are, and looking costs less than sorting."""
    lines = table["line"].combine_chunks()
    if len(lines) < 2 or pc.all(pc.less_equal(lines[:-1], lines[1:])).as_py():  # noqa: PLR2004 - one row is in order
        return table
    return table.sort_by([("line", "ascending"), ("record_id", "ascending")])
