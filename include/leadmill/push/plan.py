"""What would change in the CRM, row by row and field by field, before anything is written.

Every field is a three-way comparison: what we have (ours), what the CRM has (theirs), what we wrote last (its hash, from the ledger).
A value a person changed is theirs and differs from what we wrote: it stays, unless the field's policy is `always` (law 5). Where we
have news too, the row says so as a conflict. An absent value never clears a field.
"""

from __future__ import annotations

import difflib

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.config.crm import CrmConfig, CrmField
from leadmill.engine import connect, quote, quote_text
from leadmill.errors import ConfigError, StateError

_CHANGE = pa.struct([("field", pa.string()), ("before", pa.string()), ("after", pa.string())])
PLAN = pa.schema(
    [
        ("person_id", pa.string()),
        ("crm_id", pa.string()),  # null for a record to be created
        ("action", pa.string()),  # create, update, unchanged, conflict, rejected
        ("changes", pa.list_(_CHANGE)),  # what would be written, by CRM field
        ("conflicts", pa.list_(_CHANGE)),  # what a person changed and we would too: before is theirs, after is ours
        ("detail", pa.string()),  # why a row is a conflict or rejected
        ("reason", pa.string()),  # why the person is in the plan at all
        ("hashes", pa.string()),  # JSON {field: hash} of what we wrote before this plan
    ]
)
_NOBODY_MERGED = pa.schema([("entity_id", pa.string()), ("merged_into", pa.string())])
_EMPTY_PUSHED = pa.schema([("person_id", pa.string()), ("crm_id", pa.string()), ("hashes", pa.string())])


def plan(candidates: pa.Table, pushed: pa.Table, crm_rows: pa.Table, crm: CrmConfig, merged: pa.Table | None = None) -> pa.Table:
    """Compare candidates with the CRM and with what was pushed; return `PLAN` rows, one per candidate, by person_id.

    `candidates`: person_id (unique), crm_id (null when the CRM does not know the person), reason, and the payload columns that
    `crm.fields` names. `pushed`: person_id, crm_id, hashes (JSON {field: sha256 of the text last written}). `crm_rows`: crm_id,
    `crm.external_key`, and the CRM's fields as text. `merged`: entity_id, merged_into (null while alive); a record that carries the key of
    a person since merged into another is that other's, and gets the survivor's key.

    Raises ConfigError when the configuration maps a column the payload does not have, StateError when a person is there twice.
    """
    _check(candidates, crm)
    columns = [name for name in _EMPTY_PUSHED.names if name in pushed.column_names]
    tables = {
        "candidates": candidates,
        "pushed": pushed.select(columns) if pushed.num_rows else _EMPTY_PUSHED.empty_table(),
        "crm": crm_rows,
        "merged": _NOBODY_MERGED.empty_table() if merged is None else merged.select(_NOBODY_MERGED.names),
    }
    with connect(tables) as con:
        con.execute(f"create temp table ours as {_ours(candidates, crm)}")
        con.execute(f"create temp table theirs as {_theirs(crm_rows, crm)}")
        con.execute(f"create temp table matched as {_matched(crm)}")
        con.execute(f"create temp table verdicts as {_VERDICTS}")
        return con.sql(_rows(crm)).to_arrow_table().cast(PLAN)


def _check(candidates: pa.Table, crm: CrmConfig) -> None:
    for column in crm.fields:
        if column not in candidates.column_names:
            near = difflib.get_close_matches(column, candidates.column_names, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"The payload has: {', '.join(candidates.column_names)}."
            raise ConfigError("the payload has no such column.", file=f"crm/{crm.name}.yaml", column=column, hint=hint)
    twice = candidates.num_rows - pc.count_distinct(candidates["person_id"]).as_py()
    if twice:
        raise StateError(f"{twice} candidates of the push are there twice.", hint="This is a defect in Leadmill: please report it.")


def _text(column: str, field: CrmField, kind: pa.DataType) -> str:
    """Return SQL for a value as the CRM will hold it: text, trimmed, cut, null instead of empty; a whole number without its .0."""
    text = f"{quote(column)}::varchar"
    if pa.types.is_floating(kind):
        text = f"regexp_replace({text}, '\\.0$', '')"
    trimmed = f"trim({text})"
    return f"nullif({f'trim(left({trimmed}, {field.max_length}))' if field.max_length else trimmed}, '')"


def _ours(candidates: pa.Table, crm: CrmConfig) -> str:
    """Long table person_id, place, field, policy, required, value: one row per candidate and field."""
    return " union all ".join(
        f"select person_id, {place} as place, {quote_text(field.field)} as field, {quote_text(field.policy)} as policy, "
        f"{field.required} as required, {_text(column, field, candidates.schema.field(column).type)} as value from candidates"
        for place, (column, field) in enumerate(crm.fields.items())
    )


def _theirs(crm_rows: pa.Table, crm: CrmConfig) -> str:
    """Long table crm_id, field, value of what the CRM holds."""
    present = [field.field for field in crm.fields.values() if field.field in crm_rows.column_names]
    nothing = "select null::varchar as crm_id, null::varchar as field, null::varchar as value where false"
    held = [f"select crm_id, {quote_text(field)}, nullif({quote(field)}::varchar, '') from crm" for field in present]
    return " union all ".join([nothing, *held])


def _matched(crm: CrmConfig) -> str:
    """One row per candidate: the CRM record it is about, or why that cannot be said."""
    key = quote(crm.external_key)
    return f"""
        with tombstones as (
            select entity_id, merged_into from merged where merged_into is not null
        ), owned as (
            select crm_id, {key} as held_key, coalesce(merged_into, {key}) as owner from crm left join tombstones on entity_id = {key}
        ), by_key as (
            select owner, min(crm_id) as crm_id, count(*) as records from owned where owner is not null group by owner
        ), wrote as (
            select coalesce(merged_into, person_id) as person_id, crm_id, hashes from pushed left join tombstones on entity_id = person_id
            qualify row_number() over (partition by coalesce(merged_into, person_id) order by merged_into is not null, crm_id) = 1
        ), found as (
            select c.person_id, c.crm_id as claimed, p.person_id is not null as was_pushed, p.hashes, k.records,
                   k.crm_id as key_id, i.crm_id as id_id, i.owner as id_owner, coalesce(k.crm_id, i.crm_id) as target
            from candidates c
            left join wrote p on p.person_id = c.person_id
            left join by_key k on k.owner = c.person_id
            left join owned i on i.crm_id = coalesce(c.crm_id, p.crm_id)
        )
        select person_id, target as crm_id, held_key, target is not null and held_key is distinct from person_id as to_link,
               from_json(coalesce(hashes, '{{}}'), '"MAP(VARCHAR, VARCHAR)"') as written, hashes,
               case
                   when key_id <> id_id or records > 1 then 'two CRM records for one person'
                   when key_id is null and id_owner <> person_id then 'the CRM record belongs to another person already'
                   when target is null and (was_pushed or claimed is not null) then 'the record is gone from the CRM'
                   when target is not null and count(*) over (partition by target) > 1 then 'two persons for one CRM record'
               end as problem
        from found left join owned on owned.crm_id = target"""


_VERDICTS = """
    select o.person_id, o.place, o.field, t.value as theirs, o.value as ours,
           case
               when o.value is null then if(o.required and m.crm_id is null, 'missing', 'keep')
               when m.crm_id is null then 'write'
               when t.value = o.value then 'keep'
               when o.policy = 'always' then 'write'
               when o.policy = 'create_only' then 'keep'
               when t.value is null and m.written[o.field] is null then 'write'
               when o.policy = 'fill_empty' or m.written[o.field] is null then 'keep'
               when sha256(t.value) = m.written[o.field] then 'write'
               when sha256(o.value) = m.written[o.field] then 'keep'
               else 'conflict'
           end as verdict
    from ours o
    join matched m on m.person_id = o.person_id
    left join theirs t on t.crm_id = m.crm_id and t.field = o.field
"""


def _rows(crm: CrmConfig) -> str:
    change = "{'field': field, 'before': theirs, 'after': ours}"
    link = f"[{{'field': {quote_text(crm.external_key)}, 'before': m.held_key, 'after': m.person_id}}]"
    return f"""
        with told as (
            select person_id, list({change} order by place) filter (where verdict = 'write') as writes,
                   list({change} order by place) filter (where verdict = 'conflict') as conflicts,
                   string_agg(field, ', ' order by place) filter (where verdict = 'missing') as missing
            from verdicts group by person_id
        ), judged as (
            select m.person_id, m.crm_id, m.hashes, t.conflicts, m.problem, t.missing,
                   list_concat(if(m.to_link, {link}, []), coalesce(t.writes, [])) as changes,
                   case when m.problem is not null then 'conflict' when t.missing is not null then 'rejected'
                        when m.crm_id is null then 'create' when len(changes) > 0 then 'update'
                        when t.conflicts is not null then 'conflict' else 'unchanged' end as action
            from matched m left join told t on t.person_id = m.person_id
        )
        select j.person_id, j.crm_id, j.action, if(j.action in ('create', 'update'), j.changes, []) as changes,
               coalesce(j.conflicts, []) as conflicts,
               case when j.problem is not null then j.problem when j.missing is not null then 'required: ' || j.missing
                    when j.conflicts is not null then 'changed by a person in the CRM' end as detail,
               c.reason, j.hashes
        from judged j join candidates c on c.person_id = j.person_id
        order by j.person_id"""
