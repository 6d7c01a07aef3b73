"""The qualify stage: one profile per person, one decision per profile, by the ruleset of the person's source."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa

from leadmill import qualify as qualify_room
from leadmill.columns import ATTRIBUTE_TYPES
from leadmill.engine import connect
from leadmill.pipeline.assigning import assign
from leadmill.pipeline.centres import read_company
from leadmill.pipeline.known import CrmEvents, crm_events
from leadmill.pipeline.mill import Mill, open_mill
from leadmill.qualify import DECISION, Ruleset


def qualify(night: str) -> dict[str, Any]:
    """Decide everybody tonight's rows touched who came from a source with a ruleset; the suppressed are decided without looking.

    Leaves night/<night>/{profiles, decisions} in the lake and the decisions, with ruleset hash and inputs hash, in the registry.
    """
    with open_mill() as mill:
        facts = mill.registry.nights.get(night)
        persons = mill.lake.read("night", night, "persons")
        assigned = assign(mill, persons, facts.params.get("ruleset"))
        events = crm_events(mill, night)
        profiles = _profiles(mill, night, persons, assigned, events, facts.started_at)
        rulesets = [_ruleset(mill, name, facts.started_at) for name in sorted(set(assigned["ruleset"].to_pylist()))]
        decided = [qualify_room.decide(_choose(profiles, assigned, each.name), each, facts.started_at) for each in rulesets]
        decisions = pa.concat_tables([_suppressed(persons, assigned, facts.started_at), *decided])
        mill.lake.write(profiles, "night", night, "profiles")
        mill.lake.write(decisions, "night", night, "decisions")
        mill.registry.decisions.save(night, _as_json(decisions, profiles))
        read_company(mill, night, rulesets, events, facts.started_at)
        counts = mill.registry.decisions.counts(night)
        return {decision: counts.get(decision, 0) for decision in ("qualified", "nurture", "disqualified", "suppressed")}


def _ruleset(mill: Mill, name: str, now: datetime) -> Ruleset:
    """Load a ruleset and keep its text under its hash, so that any decision can be made again.

    A text never used before must first prove that looks move none of its decisions. Raises RuleError when they do.
    """
    path = mill.project.config / "rulesets" / f"{name}.yaml"
    ruleset = qualify_room.load_ruleset(path)
    if not mill.registry.decisions.knows_ruleset(ruleset.hash):
        proxies = {column for source in mill.sources.values() for column in qualify_room.proxies_of(source)}
        qualify_room.prove_blind(ruleset, qualify_room.invent_people(ruleset, now), proxies, now)
    mill.registry.decisions.keep_ruleset(ruleset.hash, ruleset.name, ruleset.content, mill.clock())
    return ruleset


def _profiles(mill: Mill, night: str, persons: pa.Table, assigned: pa.Table, events: CrmEvents, now: datetime) -> pa.Table:
    """Everything a rule may ask of everybody a ruleset is assigned to who may be contacted, and the source they came from."""
    with connect({"persons": _with_attributes(mill, persons), "assigned": assigned}) as con:
        contactable = con.sql(
            "select persons.* exclude (is_suppressed), source from persons join assigned using (person_id) "
            "where not is_suppressed order by person_id"
        ).to_arrow_table()
    return qualify_room.profile(
        contactable,
        mill.lake.read("night", night, "companies"),
        events.opportunities,
        events.activities,
        mill.lake.read("night", night, "enriched"),
        now,
    )


def _with_attributes(mill: Mill, persons: pa.Table) -> pa.Table:
    """Add every declared attribute that tonight's rows do not bring: unknown for everybody."""
    declared = {name: attribute.type for source in mill.sources.values() for name, attribute in source.attributes.items()}
    for name in sorted(set(declared) - set(persons.column_names)):
        persons = persons.append_column(name, pa.nulls(persons.num_rows, ATTRIBUTE_TYPES[declared[name]]))
    return persons


def _choose(profiles: pa.Table, assigned: pa.Table, ruleset: str) -> pa.Table:
    with connect({"profiles": profiles, "assigned": assigned}) as con:
        return con.sql(
            "select profiles.* from profiles join assigned using (person_id) where ruleset = $ruleset order by person_id",
            params={"ruleset": ruleset},
        ).to_arrow_table()


def _suppressed(persons: pa.Table, assigned: pa.Table, now: datetime) -> pa.Table:
    """Decisions about people who asked not to be contacted: no rule looks at them."""
    with connect({"persons": persons, "assigned": assigned}) as con:
        rows = con.sql(
            "select person_id, 'suppressed' as decision from persons join assigned using (person_id) where is_suppressed order by 1"
        ).to_arrow_table()
    blank = {field.name: pa.nulls(rows.num_rows, field.type) for field in DECISION}
    empty = pa.array([[]] * rows.num_rows)
    told = {
        "person_id": rows["person_id"],
        "decision": rows["decision"],
        "score": pa.repeat(pa.scalar(0, pa.int64()), rows.num_rows),
        "reasons": empty.cast(DECISION.field("reasons").type),
        "missing": empty.cast(DECISION.field("missing").type),
        "pattern": pa.repeat(pa.scalar(0, pa.int64()), rows.num_rows),
        "ruleset_hash": pa.repeat("", rows.num_rows),
        "decided_at": pa.repeat(pa.scalar(now, DECISION.field("decided_at").type), rows.num_rows),
    }
    return pa.table({**blank, **told}, schema=DECISION)


def hash_inputs(profiles: pa.Table) -> pa.Table:
    """Hash everything the rules could see of each person: person_id, inputs_hash."""
    with connect({"profiles": profiles}) as con:
        return con.sql("select person_id, sha256(to_json(profiles)::varchar) as inputs_hash from profiles").to_arrow_table()


def _as_json(decisions: pa.Table, profiles: pa.Table) -> pa.Table:
    """Decisions as the registry keeps them, with a hash of everything the rules could see; reasons are written once per pattern."""
    with connect({"decisions": decisions, "hashed": hash_inputs(profiles)}) as con:
        con.execute(
            """
            create temp table examples as select ruleset_hash, pattern, min(person_id) as person_id from decisions group by all;
            create temp table patterns as
            select row_number() over () - 1 as place, examples.ruleset_hash, examples.pattern, to_json(reasons)::varchar as reasons
            from decisions join examples using (person_id)
            """
        )
        kept = con.sql(
            """
            select person_id, decision, score::double as score, ruleset_hash, place as reasons, coalesce(inputs_hash, '') as inputs_hash,
                   next_check_at
            from decisions join patterns using (ruleset_hash, pattern)
                 left join hashed using (person_id)
            order by person_id
            """
        ).to_arrow_table()
        words = con.sql("select reasons from patterns order by place").to_arrow_table()["reasons"].combine_chunks()
    place = kept.column_names.index("reasons")
    return kept.set_column(place, "reasons", pa.DictionaryArray.from_arrays(kept["reasons"].combine_chunks(), words))
