"""The plan and push stages: what would change in the CRM, readable before anything is written; then its application."""

from __future__ import annotations

import os
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadmill import push as push_room
from leadmill import standardise as standardise_room
from leadmill.config.crm import CrmConfig, load_crm
from leadmill.engine import connect
from leadmill.pipeline.known import all_of_kind, known_leads
from leadmill.pipeline.mill import Mill, open_mill
from leadmill.tally import CRM_OUTCOMES

# The reason a person reads in the CRM: the rules that gave points, strongest first.
_REASON = """
    array_to_string(list_transform(list_reverse_sort(list_filter(reasons, lambda r: r.points > 0).list_transform(
        lambda r: {'points': r.points, 'rule': r.rule})), lambda r: r.rule || ' +' || r.points), ', ')
"""


def plan(night: str) -> dict[str, Any]:
    """Compare everybody who is qualified today, or was when we last wrote, with what the CRM holds and what we wrote.

    Not only tonight's: who was deferred by a limit, a dry run or an outage is still qualified and still different. Leaves
    night/<night>/plan in the lake and plan.md, plan.csv and upsert.csv under crm/<night>/. Returns rows by action and the folder.
    """
    with open_mill() as mill:
        crm = _crm(mill)
        target = _open(mill, crm)
        pushed, merged = mill.registry.pushes.pushed(crm.name), mill.registry.entities.tombstones()
        planned = push_room.plan(_candidates(mill, crm), pushed, target.read(), crm, merged)
        mill.lake.write(planned, "night", night, "plan")
        folder = mill.project.state / "crm" / night
        push_room.write_upsert(planned, crm, folder / "upsert.csv")
        push_room.write_plan(planned, folder)
        actions = planned["action"].to_pylist()
        return {
            **{action: actions.count(action) for action in ("create", "update", "unchanged", "conflict", "rejected")},
            "plan": str(folder),
        }


def push(night: str) -> dict[str, Any]:
    """Carry the plan out, unless the night is a dry run. Safe to run again: what was written and recorded is not written twice.

    Suppression is asked once more, just before. Returns rows by outcome.
    """
    with open_mill() as mill:
        params = mill.registry.nights.get(night).params
        if params["dry_run"]:
            return dict.fromkeys(CRM_OUTCOMES, 0)
        crm = _crm(mill)
        planned = _contactable(mill, mill.lake.read("night", night, "plan"))
        past = mill.registry.pushes.entries(night_id=night)
        done = past.filter(pc.not_equal(past["outcome"], "deferred"))["person_id"].to_pylist()

        def record(outcomes: pa.Table) -> None:
            tried = outcomes.filter(pc.not_equal(outcomes["outcome"], "unchanged"))
            mill.registry.pushes.record(night, crm.name, tried, mill.clock())

        push_room.apply(planned, _open(mill, crm), record, limit=params["limit"], done=done)
        return {**dict.fromkeys(CRM_OUTCOMES, 0), **mill.registry.pushes.counts(night), "unchanged": _unchanged(mill, night, planned)}


def _unchanged(mill: Mill, night: str, planned: pa.Table) -> int:
    """Count who needed nothing; somebody this very night wrote before it was cut off was written, not unchanged."""
    written = mill.registry.pushes.entries(night_id=night)["person_id"]
    still = planned.filter(pc.equal(planned["action"], "unchanged"))["person_id"]
    return len(still) - int(pc.sum(pc.is_in(still, written.combine_chunks())).as_py() or 0)


def _crm(mill: Mill) -> CrmConfig:
    """Load the CRM to push to: LEADMILL_CRM names a file of config/crm, the embedded one by default."""
    return load_crm(mill.project.config / "crm" / f"{os.environ.get('LEADMILL_CRM', 'embedded')}.yaml")


def _open(mill: Mill, crm: CrmConfig) -> push_room.EmbeddedCrm:
    """Open the CRM; the embedded one first comes to hold what the latest exports say the company owns."""
    target = push_room.EmbeddedCrm(crm, mill.project.state / "crm")
    for kind in ("crm_contacts", "crm_leads"):
        target.mirror(all_of_kind(mill, kind, "crm_id"))
    return target


def _candidates(mill: Mill, crm: CrmConfig) -> pa.Table:
    """Everybody the CRM should hear of, with the profile the decision was made on: person_id, profile, decision, score, reason.

    That is who is qualified, and who was pushed once and is no longer: the CRM must not go on calling them qualified.
    """
    standing = _standing(mill, crm)
    tables = [_decided(mill, night, standing) for night in sorted(set(standing["night_id"].to_pylist()))]
    names = ["person_id", "crm_id", "reason", *crm.fields]
    empty = pa.table({name: pa.array([], pa.string()) for name in names}) if not tables else tables[0].slice(0, 0)
    return _contactable(mill, pa.concat_tables([empty, *tables], promote_options="default"))


def _standing(mill: Mill, crm: CrmConfig) -> pa.Table:
    """Newest decisions the CRM should hear of: night_id, person_id."""
    with connect({"decided": mill.registry.decisions.latest(), "pushed": mill.registry.pushes.pushed(crm.name)}) as con:
        return con.sql(
            """
            select night_id, person_id from decided where decision = 'qualified'
                or decision in ('nurture', 'disqualified') and person_id in (select person_id from pushed)
            """
        ).to_arrow_table()


def _decided(mill: Mill, night: str, standing: pa.Table) -> pa.Table:
    """Profiles of one night whose decision of that night still stands."""
    tables = {
        "standing": standing,
        "profiles": mill.lake.read("night", night, "profiles"),
        "decisions": mill.lake.read("night", night, "decisions").select(["person_id", "decision", "score", "reasons", "ruleset"]),
    }
    with connect(tables) as con:
        return con.sql(
            f"""
            select profiles.*, decision, score, {_REASON} as reason, ruleset
            from standing join profiles using (person_id) join decisions using (person_id) where night_id = $night order by person_id
            """,
            params={"night": night},
        ).to_arrow_table()


def _contactable(mill: Mill, people: pa.Table) -> pa.Table:
    """Drop everybody one of whose rows, under any spelling ever delivered, is suppressed by now (law 3)."""
    rows = known_leads(mill, "", list(standardise_room.SPELLINGS))
    rows = rows.filter(pc.is_in(rows["person_id"], people["person_id"]))
    keys = standardise_room.suppression_keys(rows).rename_columns({"key": "value"})
    hits = mill.registry.suppression.hits(keys)["record_id"]
    suppressed = rows.filter(pc.is_in(rows["record_id"], hits))["person_id"]
    return people.filter(pc.invert(pc.is_in(people["person_id"], suppressed)))
