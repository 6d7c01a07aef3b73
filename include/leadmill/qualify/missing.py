"""The smallest set of missing facts that would qualify a near miss, and what else would re-open the decision.

People whose rules stand alike form a pattern; a pattern is solved once. Sets of unknown facts are tried in order of size: those that could
not suffice even if every rule they touch came out true are left out by counting, the others are proved by filling the facts with
witnesses and asking the judge. What is reported has therefore been seen to qualify, and no smaller set was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, islice, product
from operator import or_
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.config.ruleset import Dimension
from leadmill.engine import connect, quote
from leadmill.qualify.facts import arrow_types
from leadmill.qualify.grammar import Binder, Scalar, atoms_in, facts_in, ordered_facts_in, write
from leadmill.qualify.judge import InForce, judge
from leadmill.qualify.witness import conditions, entangled, witnesses

LARGEST_SET = 6  # nobody asks a person for more at once
MAX_TRIALS = 3_000  # fillings of one set; the ruleset's own constants rarely need a hundred
MAX_ROUNDS = 40  # sets proved in vain before a pattern is given up


@dataclass(slots=True)
class _Pattern:
    """People whose rules stand alike: one of them in full, and the sets of facts still to be tried."""

    key: str
    row: dict[str, Any]
    sets: Iterator[tuple[str, ...]]


def find_missing(con: duckdb.DuckDBPyConnection, force: InForce) -> pa.Table:
    """Return `pattern` and `missing` (sorted names) for each near miss that can still qualify.

    `con` holds the table `judged` of `judge`; a table `near` (at: rowid of judged, pattern) is left in it.
    """
    binder = Binder()
    statement = (
        f"create temp table near as select {_pattern_key(force, binder)} as pattern, rowid as at, * from judged where {_near(force)}"
    )
    con.execute(statement, force.values(binder, statement))
    rows = con.sql("select distinct on (pattern) * from near order by pattern").to_arrow_table().to_pylist()
    choices = _choices(force) if rows else {}
    open_patterns = [_Pattern(row["pattern"], row, _sets(row, force)) for row in rows]
    found: dict[str, tuple[str, ...]] = {}
    for _ in range(MAX_ROUNDS):
        tried = {pattern.key: (pattern, next(pattern.sets, None)) for pattern in open_patterns}
        trials = {key: (pattern.row, names) for key, (pattern, names) in tried.items() if names}
        if not trials:
            break
        proved = _prove(trials, force, choices)
        found |= {key: trials[key][1] for key in proved}
        open_patterns = [pattern for pattern in open_patterns if pattern.key in trials and pattern.key not in proved]
    return pa.table(
        {
            "pattern": pa.array(list(found), pa.string()),
            "missing": pa.array([sorted(names) for names in found.values()], pa.list_(pa.string())),
        }
    )


def _near(force: InForce) -> str:
    """Select nurtured people whom facts still unknown could qualify."""
    stage = force.stage
    hopes = [f"coalesce({dimension}, true)" for dimension in stage.needs]
    return " and ".join(["decision = 'nurture'", *hopes, f"score + open_points >= {stage.score}"])


def _pattern_key(force: InForce, binder: Binder) -> str:
    """Write all that decides which facts would help: verdicts, points, what is unknown, and the parts of joined conditions."""
    parts = [f"g{i}" for i in range(len(force.gates))]
    parts += [part for i in range(len(force.rules)) for part in (f"v{i}", f"w{i}")]
    parts += [f"{quote(name)} is null" for name in sorted(force.ruleset.reads)]
    parts += [quote(name) for name in sorted(entangled(force))]
    joined = [atoms_in(node) for node in conditions(force) if len(atoms_in(node)) > 1]
    parts += [write(atom, binder) for atoms in joined for atom in atoms]
    return "concat_ws('|', " + ", ".join(f"coalesce(({part})::varchar, '?')" for part in parts) + ")"


def _sets(row: dict[str, Any], force: InForce) -> Iterator[tuple[str, ...]]:
    """Yield sets of unknown facts by size, as far as counting cannot exclude them."""
    unknown = [(rule, i) for i, rule in force.scored if row[f"v{i}"] is None]
    waiting = [gate for i, gate in enumerate(force.gates) if gate.fact.unknown == "waits" and row[f"g{i}"] is None]
    asked = frozenset().union(*(rule.reads for rule, _ in unknown), *(facts_in(gate.out_when) for gate in waiting))
    # of two sets of one size the ruleset's author asked for the first one first
    open_facts = [name for name in _in_order(force) if name in asked and row[name] is None]
    bit = {name: 1 << i for i, name in enumerate(open_facts)}
    masks = [(sum(bit.get(name, 0) for name in rule.reads), rule.fact.dimension, row[f"w{i}"]) for rule, i in unknown]
    lacking = {
        dimension: force.ruleset.fact.minimum(dimension)
        - sum(row[f"p{i}"] for i, rule in enumerate(force.rules) if rule.fact.dimension == dimension)
        for dimension in force.stage.needs
    }
    must_touch = [sum(bit.get(name, 0) for name in facts_in(gate.out_when)) for gate in waiting]
    must_touch += [_union(mask for mask, of, _ in masks if of == dimension) for dimension, gap in lacking.items() if gap > 0]
    for size in range(1, LARGEST_SET + 1):
        for names in combinations(open_facts, size):
            chosen = sum(bit[name] for name in names)
            if all(chosen & mask for mask in must_touch) and _suffices(chosen, masks, lacking, force.stage.score - row["score"]):
                yield names


def _in_order(force: InForce) -> list[str]:
    return list(dict.fromkeys(name for node in conditions(force) for name in ordered_facts_in(node)))


def _union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _suffices(chosen: int, masks: list[tuple[int, Dimension, int]], lacking: dict[Dimension, int], short: int) -> bool:
    """Whether the chosen facts would do if every rule they touch came out true: without that, there is no need to ask the judge."""
    gains = [(of, worth) for mask, of, worth in masks if mask & chosen]
    each = all(sum(worth for of, worth in gains if of == dimension) >= gap for dimension, gap in lacking.items())
    return each and sum(worth for _, worth in gains) >= short


def _choices(force: InForce) -> dict[str, list[Scalar]]:
    """Witnesses per fact, one of each kind: two that turn every rule alike are the same to a decision."""
    trials = [(name, value) for name, values in sorted(witnesses(force).items()) for value in values]
    fillings = [{name: value} for name, value in trials]
    nobody = pa.table({"person_id": pa.array([""] * len(trials), pa.string())})
    judged = _judge(_fill(nobody, fillings, force), force)
    marks = [name for name in judged.column_names if name[0] in "gvw" and name[1:].isdigit()]
    apart = entangled(force)
    choices: dict[tuple[Any, ...], tuple[str, Scalar]] = {}
    for (name, value), row in zip(trials, judged.select(marks).to_pylist(), strict=True):
        sign = (name, value) if name in apart else (name, *row.values())
        choices.setdefault(sign, (name, value))
    return {name: [value for other, value in choices.values() if other == name] for name, _ in trials}


def _prove(trials: dict[str, tuple[dict[str, Any], tuple[str, ...]]], force: InForce, choices: dict[str, list[Scalar]]) -> set[str]:
    """Fill each pattern's set with witnesses and let the judge decide: keys of the patterns that then qualify."""
    rows, fillings, keys = [], [], []
    for key, (row, names) in trials.items():
        for values in islice(product(*(choices[name] for name in names)), MAX_TRIALS):
            rows.append({name: row[name] for name in force.ruleset.reads})
            fillings.append(dict(zip(names, values, strict=True)))
            keys.append(key)
    types = arrow_types(force.ruleset.fact)
    people = pa.table(
        {
            "person_id": pa.array(keys, pa.string()),
            **{name: pa.array([row[name] for row in rows], types[name]) for name in sorted(force.ruleset.reads)},
        }
    )
    judged = _judge(_fill(people, fillings, force), force)
    return set(judged.filter(pc.equal(judged["decision"], "qualified"))["person_id"].to_pylist())


def _fill(people: pa.Table, fillings: list[dict[str, Scalar]], force: InForce) -> pa.Table:
    """Put values where nothing is known."""
    types = arrow_types(force.ruleset.fact)
    for name in sorted(force.ruleset.reads):
        given = pa.array([filling.get(name) for filling in fillings], types[name])
        if name in people.column_names:
            people = people.set_column(people.column_names.index(name), name, pc.coalesce(people[name], given))
        else:
            people = people.append_column(name, given)
    return people


def _judge(people: pa.Table, force: InForce) -> pa.Table:
    with connect({"profiles": people}) as con:
        return judge(con, people, force).to_arrow_table()
