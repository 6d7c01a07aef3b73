"""The intake of one source: land -> validate -> (a person, for a held list) -> standardise, delivery by delivery.

A delivery that cannot be taken is marked `failed`, one that waits for a person `held`, with the reason, and the others go on; the last
stage then raises, so that the run is red and says which. Bytes that were standardised, or refused by a person, before are skipped: the
same file twice is nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadmill import sources
from leadmill import standardise as standardise_room
from leadmill import validate as validate_room
from leadmill.columns import LANDED
from leadmill.config import Source
from leadmill.engine import connect
from leadmill.errors import ContractBroken, LeadmillError, ListHeld, SourceError
from leadmill.pipeline import gating
from leadmill.pipeline.fetching import Credentials, fetched, from_inbox
from leadmill.pipeline.mill import Mill, open_mill
from leadmill.pipeline.quarantine import refuse
from leadmill.pipeline.recording import keep_record
from leadmill.tally import Tally

Step = dict[str, Any]  # source, delivery_id, file, state; received once landed; error when failed or held; why when held
DONE = "standardised"


def land(source: str, delivery: str | None = None, credentials: Credentials | None = None) -> list[Step]:
    """Read every new delivery of a source (or the one named) into the lake, as text; what lies elsewhere is fetched first.

    Raises ConfigError when the source's YAML is wrong, SourceError when there is no file, and as `fetched` does. Whatever is wrong with
    one file is told in its step and raised by `standardise`.
    """
    with open_mill() as mill:
        facts = mill.source(source)
        facts = fetched(mill, facts, credentials or {}) if delivery is None else from_inbox(mill.project, facts)
        return [_land(mill, facts, path) for path in sources.find_deliveries(facts, mill.project.root, delivery)]


def validate(landed: list[Step]) -> list[Step]:
    """Hold every landed delivery to its source's contract: accepted rows and quarantine in the lake."""
    with open_mill() as mill:
        return [_guarded(mill, step, _validate) if step["state"] == "landed" else step for step in landed]


def standardise(validated: list[Step]) -> Step:
    """Turn accepted rows into leads, set duplicates aside, write down where every row ended.

    A held delivery goes on when a person has released it since. Returns source, deliveries (steps) and tally. Raises SourceError,
    ContractBroken or ListHeld at the end when a delivery failed or waits.
    """
    with open_mill() as mill:
        taken_up = [_taken_up(mill, step) for step in validated]
        steps = [_guarded(mill, step, _standardise) if step["state"] == "validated" else step for step in taken_up]
    _raise_refused(steps)
    tally = Tally.total(Tally(**step["tally"]) for step in steps if "tally" in step)
    return {"source": steps[0]["source"], "deliveries": steps, "tally": tally.as_json()}


def _land(mill: Mill, source: Source, path: Path) -> Step:
    identity = sources.delivery_id(path)
    known = mill.registry.deliveries.land(identity, source.name, path.name, mill.clock())
    step: Step = {"source": source.name, "delivery_id": identity, "file": path.name, "state": known.state}
    if known.source != source.name:
        error = f"{path.name}: the same file was delivered as source {known.source} before. Remove it from one of the two."
        return {**step, "state": "failed", "error": error}
    if known.state in (DONE, gating.REFUSED):
        return step
    return _guarded(mill, step, lambda mill, step: _land_file(mill, source, path, step))


def _land_file(mill: Mill, source: Source, path: Path, step: Step) -> Step:
    landing = sources.land(path, source)
    mill.lake.write(landing.table, "landed", source.name, step["delivery_id"])
    mill.lake.write(landing.refused, "refused", source.name, step["delivery_id"])
    return {**step, "state": "landed", "received": landing.table.num_rows + landing.refused.num_rows}


def _validate(mill: Mill, step: Step) -> Step:
    source, place = mill.source(step["source"]), (step["source"], step["delivery_id"])
    landed = mill.lake.read("landed", *place)
    mapped = sources.map_columns(landed, source)
    verdict = validate_room.check(mapped, source)
    why = keep_record(mill, source, step["delivery_id"], mapped, verdict)
    if verdict.gate == "refuse":
        raise ContractBroken(
            f"the list broke its contract: {' '.join(why)}",
            file=step["file"],
            hint="Ask the vendor for a corrected list, or change the contract in the source's YAML; then run the intake again. "
            f"To hear no more of this one: leadmill source refuse {source.name} {step['delivery_id'][: gating.SHORT]}",
        )
    step = {**step, "accepted": verdict.accepted.num_rows, "refused": verdict.reasons.num_rows}
    if why and (asked := gating.ask(mill, step, why))["state"] != "validated":
        return asked
    quarantine = pa.concat_tables([mill.lake.read("refused", *place), refuse(landed, verdict.reasons, step["file"])])
    mill.lake.write(verdict.accepted, "accepted", *place)
    mill.lake.write(quarantine, "quarantine", *place)
    return {**step, "state": "validated"}


def _taken_up(mill: Mill, step: Step) -> Step:
    """Look again at a held delivery that a person has answered for since."""
    if step["state"] != gating.HELD or not gating.is_answered(mill, step):
        return step
    asked_no_more = {name: fact for name, fact in step.items() if name not in ("why", "error")}
    return _guarded(mill, asked_no_more, _validate)


def _standardise(mill: Mill, step: Step) -> Step:
    source, place = mill.source(step["source"]), (step["source"], step["delivery_id"])
    accepted, quarantine = mill.lake.read("accepted", *place), mill.lake.read("quarantine", *place)
    doubles = _doubles(mill, source.name, accepted)
    fresh = accepted.filter(pc.invert(pc.is_in(accepted["record_id"], doubles["record_id"])))
    leads = standardise_room.standardise(fresh, source)
    mill.lake.write(leads, "standardised", *place)
    mill.lake.write(doubles, "duplicates", *place)
    if source.kind == "opt_out":
        _suppress(mill, source.name, leads)
    tally = Tally(step["received"], fresh.num_rows, quarantine.num_rows, 0, doubles.num_rows).check(source.name)
    mill.registry.records.save(_records(accepted, doubles, quarantine))
    mill.registry.deliveries.mark(step["delivery_id"], DONE, mill.clock(), counts=tally.as_json())
    return {**step, "state": DONE, "tally": tally.as_json()}


def _doubles(mill: Mill, source: str, accepted: pa.Table) -> pa.Table:
    """Rows this source has delivered before, in an earlier delivery or further up in this one: record_id, duplicate_of."""
    known = mill.registry.records.known_fingerprints(source, accepted.select(["fingerprint", "record_id"]))
    with connect({"accepted": accepted, "known": known}) as con:
        return con.sql(
            """
            select record_id, coalesce(known.duplicate_of, first_here) as duplicate_of
            from (select record_id, first_value(record_id) over (partition by fingerprint order by line) as first_here from accepted)
            left join known using (record_id)
            where known.duplicate_of is not null or record_id <> first_here order by record_id
            """
        ).to_arrow_table()


def _records(accepted: pa.Table, doubles: pa.Table, quarantine: pa.Table) -> pa.Table:
    """One row per record received, with where it ended; a refused row has no fingerprint of its own to be known by."""
    with connect({"accepted": accepted.select(LANDED.names), "doubles": doubles, "quarantine": quarantine}) as con:
        return con.sql(
            """
            select record_id, source, delivery_id, line, fingerprint, if(duplicate_of is null, 'accepted', 'duplicate') as status,
                   if(duplicate_of is null, [], ['same_row']) as reasons, duplicate_of
            from accepted left join doubles using (record_id)
            union all
            select record_id, source, delivery_id, line, '', 'quarantined', reasons, null from quarantine
            order by record_id
            """
        ).to_arrow_table()


def _suppress(mill: Mill, source: str, opt_outs: pa.Table) -> None:
    """Remember everybody who asked not to be contacted, under every spelling we would recognise."""
    keys = standardise_room.suppression_keys(opt_outs).rename_columns({"key": "value"})
    mill.registry.suppression.add(keys.append_column("source", pa.repeat(source, keys.num_rows)), mill.clock())


def _guarded(mill: Mill, step: Step, stage: Any) -> Step:
    """Run one stage of one delivery; what Leadmill refuses on purpose is written down and does not stop the other deliveries."""
    try:
        done: Step = stage(mill, step)
    except (SourceError, ContractBroken) as error:
        done = {**step, "state": "failed", "error": str(error), "broken": isinstance(error, ContractBroken)}
    mill.registry.deliveries.mark(done["delivery_id"], done["state"], mill.clock(), detail=done.get("error") or done.get("detail"))
    return done


def _raise_refused(steps: list[Step]) -> None:
    """Raise for what failed or waits; what a person refused is settled."""
    left = [step for step in steps if step["state"] in ("failed", gating.HELD)]
    if left:
        raise _kind_of(left)("\n".join(step["error"] for step in left))


def _kind_of(left: list[Step]) -> type[LeadmillError]:
    if all(step["state"] == gating.HELD for step in left):
        return ListHeld
    return ContractBroken if all(step["state"] == gating.HELD or step.get("broken") for step in left) else SourceError
