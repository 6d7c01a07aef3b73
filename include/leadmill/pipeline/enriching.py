"""The enrich stage: what the companies of contactable people lack is asked of the providers, in the order of the waterfall."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from leadmill import enrich as enrich_room
from leadmill import services
from leadmill import standardise as standardise_room
from leadmill.config.provider import load_waterfall
from leadmill.engine import connect
from leadmill.pipeline.assigning import assign
from leadmill.pipeline.mill import Mill, open_mill


def enrich(night: str) -> dict[str, Any]:
    """Enrich the companies of everybody tonight's rows touched who will be decided and may be contacted (law 3: before any paid call).

    Leaves night/<night>/enriched in the lake: company_id, facts, and who said each. Returns how many companies were found, how many
    questions wait for another night, and why.
    """
    with open_mill() as mill:
        waterfall, providers = load_waterfall(mill.project.config)
        found = enrich_room.run(_companies(mill, night), waterfall, providers, _doors(mill), night_id=night)
        mill.lake.write(found.table, "night", night, "enriched")
        waits = {name: asked.detail for name, asked in found.asked.items() if asked.detail}
        return {
            "enriched": found.table.num_rows,
            "deferred": found.deferred,
            "calls": sum(a.calls for a in found.asked.values()),
            "waits": waits,
        }


def _companies(mill: Mill, night: str) -> pa.Table:
    """Golden records of the companies worth asking about."""
    persons = mill.lake.read("night", night, "persons")
    tables = {"persons": persons, "assigned": assign(mill, persons, None), "companies": mill.lake.read("night", night, "companies")}
    with connect(tables) as con:
        return con.sql(
            """
            select * exclude (provenance) from companies where company_id in (
                select company_id from persons join assigned using (person_id) where not is_suppressed) order by company_id
            """
        ).to_arrow_table()


def _doors(mill: Mill) -> enrich_room.Doors:
    return enrich_room.Doors(
        read=lambda provider: enrich_room.read_reference(mill.project.resolve(provider.file), provider),
        name_keys=standardise_room.company_keys,
        open_service=services.open_service,
        ledger=mill.registry.provider,
        clock=mill.clock,
    )
