"""The claim pack: a folder a vendor can check line by line, and `verify` can check offline.

claim.md        the letter: what was promised, what was found, what is owed, by when, and what cannot be proved
rows.csv        one line per claimed row: delivery, file, line, broken promises, evidence, amount
verdicts.csv    every row by every promise: met, broken or unproven, with the evidence
manifest.json   totals, and the sha256 and size of the other files

Rows are named by delivery (the sha256 of the file the vendor sent) and line. Names, addresses and phones are not in it.
"""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadmill.errors import StateError
from leadmill.validate.claims import Claim
from leadmill.validate.export import write_csv

FILES = ("claim.md", "rows.csv", "verdicts.csv")
MANIFEST = "manifest.json"


def write_pack(claim: Claim, folder: Path, today: date) -> Path:
    """Write the pack into a new folder and return the manifest's path. Raises StateError when the folder is not empty."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise StateError("the folder for the claim pack is not empty.", file=str(folder), hint="Name a new one: a pack is never changed.")
    write_csv(_as_text(claim.rows), folder / "rows.csv")
    write_csv(claim.verdicts, folder / "verdicts.csv")
    (folder / "claim.md").write_text(letter(claim, today), encoding="utf-8")
    sealed = {name: _seal(folder / name) for name in FILES}
    manifest = folder / MANIFEST
    manifest.write_text(json.dumps({**_facts(claim, today), "files": sealed}, indent=2) + "\n", encoding="utf-8")
    return manifest


def verify(folder: Path) -> list[str]:
    """Check a pack by itself: files unchanged, none missing or added, rows and verdicts adding up to the claim. Returns the faults.

    Raises StateError when there is no manifest to check against.
    """
    manifest = folder / MANIFEST
    try:
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        sealed, amount = facts["files"], Decimal(facts["amount"])
    except (OSError, ValueError, KeyError, TypeError, InvalidOperation):
        raise StateError("no manifest of a claim pack can be read here.", file=str(manifest), hint="Ask for the pack again.") from None
    faults = [f"{name}: {fault}" for name in FILES if (fault := _changed(folder / name, sealed.get(name)))]
    faults += [f"{path.name}: not part of the pack" for path in sorted(folder.iterdir()) if path.name not in (*FILES, MANIFEST)]
    return faults or _sums(folder, facts, amount)


def _changed(path: Path, seal: dict[str, Any] | None) -> str | None:
    if not path.is_file():
        return "missing"
    return None if _seal(path) == seal else "changed since the pack was written"


def _sums(folder: Path, facts: dict[str, Any], amount: Decimal) -> list[str]:
    rows, verdicts = _read(folder / "rows.csv"), _read(folder / "verdicts.csv")
    faults = []
    if (len(rows), sum((Decimal(row["amount"]) for row in rows), Decimal(0))) != (facts["rows_claimed"], amount):
        faults.append("rows.csv: rows and amounts do not add up to the claim")
    broken = {(row["record_id"], row["criterion"]) for row in verdicts if row["verdict"] == "broken"}
    if not all((row["record_id"], name) in broken for row in rows for name in row["criteria"].split("; ")):
        faults.append("rows.csv: a claimed row is not broken in verdicts.csv")
    return faults


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _seal(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _facts(claim: Claim, today: date) -> dict[str, Any]:
    contract = claim.contract
    return {
        "source": contract.source,
        "vendor": contract.vendor,
        "purchased": contract.purchased.isoformat(),
        "deadline": contract.deadline.isoformat(),
        "written": today.isoformat(),
        "in_time": today <= contract.deadline,
        "deliveries": sorted(set(claim.rows["delivery_id"].to_pylist())),
        "rows_claimed": len(claim.rows),
        "amount": str(claim.amount),
        "currency": contract.currency,
        "criteria": {name: {**counts, "claimed": claim.claimed[name]} for name, counts in claim.counts.items()},
    }


def _as_text(rows: pa.Table) -> pa.Table:
    """Lay lists and amounts out as text."""
    columns = {name: rows[name].cast(pa.string()) for name in ("record_id", "delivery_id", "file", "line")}
    lists = {name: pc.binary_join(rows[name], "; ") for name in ("criteria", "evidence")}
    return pa.table({**columns, **lists, "amount": rows["amount"].cast(pa.string())})


def letter(claim: Claim, today: date) -> str:
    """Write the claim as Markdown."""
    contract = claim.contract
    left = (contract.deadline - today).days
    window = f"{left} days left" if left >= 0 else f"closed {-left} days ago: this claim is late"
    total = sum(next(iter(claim.counts.values())).values())
    bought = f"purchased {contract.purchased}, {total:,} rows delivered at {contract.price_per_row} {contract.currency} each"
    head = [
        f"# Claim against {_plain(contract.vendor)}",
        "",
        f"Source `{contract.source}`, {bought}.",
        f"Claims until **{contract.deadline}** ({window}). Written {today}.",
        "",
        f"**Claimed: {len(claim.rows):,} rows, {claim.amount:,.2f} {contract.currency}.** Each row once, by the broken promise worth most.",
        "",
        "| promise | met | broken | unproven | tolerated | claimed |",
        "|---|---:|---:|---:|---:|---|",
    ]
    return "\n".join([*head, *_promises(claim), "", *_unproved(claim), "", _CHECK]) + "\n"


def _promises(claim: Claim) -> list[str]:
    lines = []
    for each in claim.contract.criteria:
        counts = claim.counts[each.id]
        answer = "yes" if claim.claimed[each.id] else "no, within tolerance" if counts["broken"] else "no"
        numbers = f"{counts['met']:,} | {counts['broken']:,} | {counts['unproven']:,} | {each.tolerance:.1%}"
        lines.append(f"| {_plain(each.promise)} (`{each.id}`) | {numbers} | {answer} |")
    return lines


def _unproved(claim: Claim) -> list[str]:
    """Say what is not claimed because nothing proves it."""
    open_ = [each for each in claim.contract.criteria if claim.counts[each.id]["unproven"]]
    lines = [f"- {_plain(each.promise)}: {claim.counts[each.id]['unproven']:,} rows{_why(each.kind)}." for each in open_]
    return ["## What cannot be proved, and is not claimed", "", *(lines or ["Nothing: every row was decided by every promise."])]


def _why(kind: str) -> str:
    return {
        "exclusive": ", not seen from another vendor; that they were sold to nobody else cannot be proved",
        "not_owned": ", refused or repeated, which were not looked up in the CRM",
    }.get(kind, ", which do not state it readably")


def _plain(text: str) -> str:
    """Keep a text of the contract inside its table cell."""
    return " ".join(text.split()).replace("|", "\\|")


_CHECK = """\
## How to check this

Each row is named by delivery and line: `delivery_id` is the sha256 of the file you sent, `line` the line its record starts on. The claimed
rows are in `rows.csv`; `verdicts.csv` holds every row by every promise with its evidence. `manifest.json` holds the sha256 of each file of
this pack; `leadmill claims --verify FOLDER` checks them and the sums without any connection."""
