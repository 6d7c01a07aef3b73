"""Make the sample: `python include/sample/generate.py` writes it beside this file, the same bytes every time.

`--rows 1000000 --out DIR` makes a larger Northwind list with the same defects, for benchmarks; the other deliveries keep their size.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

from generator import crm, homeseekers, opt_outs, prospects, reference, spelling
from generator.entries import mark_known, mark_lookalikes
from generator.truth import Truth
from generator.world import World

SEED = 20261121
NORTHWIND_ROWS = 2500
ABROAD = ["US", "GB", "CA", "AU", "FR", "SE"]


def main() -> None:
    """Read the command line and make the sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write into (default: beside this file)")
    parser.add_argument("--rows", type=int, default=NORTHWIND_ROWS, help="rows of the Northwind list, about")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    make(options.out, options.rows, options.seed)
    print(f"The sample is in {options.out}.")


def make(out: Path, rows: int, seed: int) -> None:
    """Invent the world, describe it badly, and write down the truth."""
    rng = Random(seed)
    world = World(rng, max(18_000, rows // 2), wide=rows > NORTHWIND_ROWS)
    abroad = world.staff(ABROAD, round(rows * 0.88))
    german = world.staff(["DE"], 1_315)
    known = rng.sample(abroad, 230) + rng.sample(german, 110) + world.staff([*ABROAD, "DE"], 820)

    northwind = prospects.build(abroad, rng.sample(german, 60), prospects.enter_northwind, spelling.phone_international, rng)
    rheinland = prospects.build(german, rng.sample(abroad, 40), prospects.enter_rheinland, prospects.write_german_phone, rng)
    seekers = homeseekers.build(world, 1_200, rng)
    accounts = crm.build_accounts(crm.choose_companies(known, abroad + german, 580, rng), rng)
    contacts = crm.build_contacts(known, accounts, rng)
    opted = opt_outs.build(world, [northwind, rheinland, seekers], 120, rng)
    for entries in (northwind, rheinland, seekers, contacts):
        mark_lookalikes(entries)
        opt_outs.mark_opted_out(entries, opted)
    for entries in (northwind, rheinland, seekers):
        mark_known(entries, contacts, accounts)

    truth = Truth()
    deliveries, exports = out / "deliveries", out / "crm"
    opportunities = crm.build_opportunities(contacts, 400, rng)
    activities = crm.build_activities(contacts, 1_500, rng)
    file = deliveries / "northwind_prospects.csv"
    truth.record("northwind_prospects", file, northwind, prospects.write(file, prospects.NORTHWIND, northwind, rng))
    file = deliveries / "rheinland_entscheider.csv"
    lines = prospects.write(file, prospects.RHEINLAND, rheinland, rng, delimiter=";", encoding="cp1252")
    truth.record("rheinland_entscheider", file, rheinland, lines)
    file = deliveries / "homeseekers_b2c.xlsx"
    truth.record("homeseekers_b2c", file, seekers, homeseekers.write(file, seekers, rng))
    file = deliveries / "opt_outs.csv"
    truth.record("opt_outs", file, opted, crm.write(file, opt_outs.HEADER, opted))
    for name, keys, header, entries in (
        ("accounts", crm.ACCOUNTS, crm.ACCOUNTS, accounts),
        ("contacts", crm.CONTACTS, crm.CONTACT_HEADER, contacts),
        ("opportunities", crm.OPPORTUNITIES, crm.OPPORTUNITIES, opportunities),
        ("activities", crm.ACTIVITIES, crm.ACTIVITIES, activities),
    ):
        file = exports / f"{name}.csv"
        truth.record(f"crm_{name}", file, entries, crm.write(file, keys, entries, header))
    reference.write(out / "reference" / "companies.csv", world.companies, {c.id for c in world.companies if c.people}, rng)
    truth.write(out / "truth", seed=seed, mortgage_qualified=homeseekers.mortgage_qualified(seekers))


if __name__ == "__main__":
    main()
