"""Make the sample: `python include/sample/generate.py` writes it beside this file, the same bytes every time.

`--rows 1000000 --out DIR` makes a larger Northwind list with the same defects, for benchmarks; the other deliveries keep their size.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from random import Random

from generator import crm, homeseekers, opt_outs, prospects, reference
from generator.entries import Entry, mark_known, mark_lookalikes
from generator.files import write_values
from generator.truth import Truth
from generator.world import World

SEED = 20261121
NORTHWIND_ROWS = 2_500
COMPANIES = 19_000
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
    world = World(rng, max(COMPANIES, rows * 2 // 3), wide=rows > NORTHWIND_ROWS)
    abroad = world.staff(ABROAD, round(rows * 0.885))
    german = world.staff(["DE"], 1_315)
    known = abroad[500:730] + german[300:410] + world.staff([*ABROAD, "DE"], 820)  # whole teams: a CRM knows companies

    northwind = prospects.build(prospects.NORTHWIND, abroad, rng.sample(german, 60), rng)
    rheinland = prospects.build(prospects.RHEINLAND, german, rng.sample(abroad, 40), rng)
    seekers = homeseekers.build(world, 1_200, rng)
    accounts = crm.build_accounts(crm.choose_companies(known, abroad + german, 580, rng), rng)
    contacts = crm.build_contacts(known, accounts, rng)
    opted = mark(world, [northwind, rheinland, seekers], contacts, accounts, rng)

    truth = Truth()
    for source, file, entries, write in (
        ("northwind_prospects", "deliveries/northwind_prospects.csv", northwind, partial(prospects.write, prospects.NORTHWIND, rng)),
        ("rheinland_entscheider", "deliveries/rheinland_entscheider.csv", rheinland, partial(prospects.write, prospects.RHEINLAND, rng)),
        ("homeseekers_b2c", "deliveries/homeseekers_b2c.xlsx", seekers, partial(homeseekers.write, rng)),
        ("opt_outs", "deliveries/opt_outs.csv", opted, write_values),
        ("crm_accounts", "crm/accounts.csv", accounts, write_values),
        ("crm_contacts", "crm/contacts.csv", contacts, crm.write_contacts),
        ("crm_opportunities", "crm/opportunities.csv", crm.build_opportunities(contacts, 400, rng), write_values),
        ("crm_activities", "crm/activities.csv", crm.build_activities(contacts, 1_500, rng), write_values),
    ):
        truth.record(source, file, entries, write(out / file, entries))
    reference.write(out / "reference" / "companies.csv", world.companies, rng)
    truth.write(out / "truth", seed=seed, mortgage_qualified=homeseekers.mortgage_qualified(seekers))


def mark(world: World, lists: list[list[Entry]], contacts: list[Entry], accounts: list[Entry], rng: Random) -> list[Entry]:
    """Mark what only shows when lists are laid side by side, and draw the opt-outs from rows with nothing wrong."""
    for entries in lists:
        mark_lookalikes(entries)
    opted = opt_outs.build(world, lists, 120, rng)
    for entries in (*lists, contacts):
        opt_outs.mark_opted_out(entries, opted)
        opt_outs.mark_do_not_contact(entries, contacts)
    for entries in lists:
        mark_known(entries, contacts, accounts)
    return opted


if __name__ == "__main__":
    main()
