"""The smallest set of missing facts that would qualify a near miss.

People whose rules stand alike form a pattern; a pattern is solved once. Sets of unknown facts are tried in order of size: those that could
not suffice even if every rule they touch came out true are left out by counting, the others are proved by filling the facts with
witnesses and asking the judge. In the end everybody is judged with the facts found for the pattern filled in: what is reported has been
seen to qualify this very person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, islice, product
from operator import or_
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.config.ruleset import Dimension
from leadmill.engine import connect, quote
from leadmill.qualify.facts import arrow_types
from leadmill.qualify.grammar import Scalar, facts_in, ordered_facts_in
from leadmill.qualify.judge import InForce, judge
from leadmill.qualify.witness import entangled, witnesses

LARGEST_SET = 6  # nobody asks a person for more at once
MAX_TRIALS = 3_000  # fillings of one set; the ruleset's own constants rarely need a hundred
AT_ONCE = 500  # patterns judged together: bounds the memory of their trials
MAX_ROUNDS = 40  # sets proved in vain before a pattern is given up

Filling = dict[str, Scalar]


@dataclass(slots=True)
class _Pattern:
    """People whose rules stand alike: one of them in full, the sets still to be tried, the filling that qualified."""

    row: dict[str, Any]
    sets: Iterator[tuple[str, ...]]
    filling: Filling | None = None


def find_missing(judged: duckdb.DuckDBPyRelation, people: int, force: InForce) -> pa.Array:
    """Name the missing facts of each of `people` rows of `judge`, sorted, in their order; an empty list where none would help."""
    near = judged.query("judged", _near(force)).to_arrow_table()
    codes = near["pattern"].combine_chunks().dictionary_encode().indices.to_numpy()
    firsts = np.unique(codes, return_index=True)[1]
    order = list(dict.fromkeys(name for node in force.conditions for name in ordered_facts_in(node)))
    patterns = [_Pattern(row, _sets(row, force, order)) for row in near.take(pa.array(firsts)).to_pylist()]
    if patterns:
        _solve(patterns, force)
    solved = np.array([pattern.filling is not None for pattern in patterns] or [False])[codes]
    rows, codes = near.filter(pa.array(solved)), codes[solved]
    proved = _qualify([pattern.filling or {} for pattern in patterns], rows, codes, force)
    lists = pa.array([[], *(sorted(pattern.filling or {}) for pattern in patterns)], pa.list_(pa.string()))
    place = np.zeros(people, dtype=np.int64)
    place[rows["at"].to_numpy()[proved]] = codes[proved] + 1
    return lists.take(pa.array(place))


def _near(force: InForce) -> str:
    """Select nurtured people whom facts still unknown could qualify, each with all that decides which facts would help."""
    stage = force.stage
    hopes = [f"coalesce({dimension}, true)" for dimension in stage.needs]
    parts = [f"g{i} is null" for i in range(len(force.gates))] + [f"a{i}" for i in range(len(force.parts))]
    parts += [f"case when v{i} is null then w{i} end" for i in range(len(force.rules))]
    parts += [f"{quote(name)} is null" for name in sorted(_shared(force))]
    parts += [f"greatest({force.ruleset.fact.minimum(name)} - {name}_points, 0)" for name in stage.needs] + [
        f"greatest({stage.score} - score, 0)"
    ]
    return f"""
        select concat_ws('|', {", ".join(f"coalesce(({part})::varchar, '?')" for part in parts)}) as pattern, *
        from (select row_number() over () - 1 as at, * from judged)
        where {" and ".join(["decision = 'nurture'", *hopes, f"score + open_points >= {stage.score}"])}
    """


def _shared(force: InForce) -> frozenset[str]:
    """Facts of conditions that read several: their being unknown does not show in one verdict."""
    return frozenset().union(
        *(rule.reads for rule in force.rules if len(rule.reads) > 1), *(facts_in(gate.out_when) for gate in force.gates)
    )


def _solve(patterns: list[_Pattern], force: InForce) -> None:
    """Try the next set of every open pattern, round by round."""
    choices = _choices(force)
    for _ in range(MAX_ROUNDS):
        tried = [(pattern, names) for pattern in patterns if pattern.filling is None and (names := next(pattern.sets, None))]
        if not tried:
            break
        for start in range(0, len(tried), AT_ONCE):
            _try(tried[start : start + AT_ONCE], choices, force)


def _try(tried: list[tuple[_Pattern, tuple[str, ...]]], choices: dict[str, list[Scalar]], force: InForce) -> None:
    """Give every pattern the first filling of its set that qualifies, if there is one: all are judged in one go."""
    trials = [
        (number, dict(zip(names, values, strict=True)))
        for number, (_, names) in enumerate(tried)
        for values in islice(product(*(choices[name] for name in names)), MAX_TRIALS)
    ]
    rows = pa.Table.from_pylist([pattern.row for pattern, _ in tried], schema=_schema(force))
    places = pa.array([number for number, _ in trials], pa.int64())
    proved = _qualify([filling for _, filling in trials], rows.take(places), np.arange(len(trials)), force)
    for (number, filling), qualifies in zip(trials, proved, strict=True):
        if qualifies and tried[number][0].filling is None:
            tried[number][0].filling = filling


def _schema(force: InForce) -> pa.Schema:
    types = arrow_types(force.ruleset.fact)
    return pa.schema([(name, types[name]) for name in sorted(force.ruleset.reads)])


def _sets(row: dict[str, Any], force: InForce, order: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield sets of unknown facts by size, as far as counting cannot exclude them."""
    unknown = [(rule, i) for i, rule in force.scored if row[f"v{i}"] is None]
    waiting = [gate for i, gate in enumerate(force.gates) if gate.fact.unknown == "waits" and row[f"g{i}"] is None]
    asked = frozenset().union(*(rule.reads for rule, _ in unknown), *(facts_in(gate.out_when) for gate in waiting))
    # of two sets of one size the ruleset's author asked for the first one first
    open_facts = [name for name in order if name in asked and row[name] is None]
    bit = {name: 1 << i for i, name in enumerate(open_facts)}
    masks = [(sum(bit.get(name, 0) for name in rule.reads), rule.fact.dimension, row[f"w{i}"]) for rule, i in unknown]
    lacking = {name: force.ruleset.fact.minimum(name) - row[f"{name}_points"] for name in force.stage.needs}
    must_touch = [sum(bit.get(name, 0) for name in facts_in(gate.out_when)) for gate in waiting]
    must_touch += [_union(mask for mask, of, _ in masks if of == dimension) for dimension, gap in lacking.items() if gap > 0]
    for size in range(1, LARGEST_SET + 1):
        for names in combinations(open_facts, size):
            chosen = sum(bit[name] for name in names)
            if all(chosen & mask for mask in must_touch) and _suffices(chosen, masks, lacking, force.stage.score - row["score"]):
                yield names


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
    nobody = pa.table({field.name: pa.nulls(len(trials), field.type) for field in _schema(force)})
    judged = _judge(nobody, [{name: value} for name, value in trials], np.arange(len(trials)), force)
    marks = [name for name in judged.column_names if name[0] in "gvwa" and name[1:].isdigit()]
    apart = entangled(force)
    choices: dict[tuple[Any, ...], tuple[str, Scalar]] = {}
    for (name, value), row in zip(trials, judged.select(marks).to_pylist(), strict=True):
        choices.setdefault((name, value) if name in apart else (name, *row.values()), (name, value))
    return {name: [value for other, value in choices.values() if other == name] for name, _ in trials}


def _qualify(fillings: list[Filling], rows: pa.Table, codes: np.ndarray, force: InForce) -> np.ndarray:
    """Whether each row qualifies once the unknown facts of its filling (`codes` says which) are filled in."""
    if not rows.num_rows:
        return np.zeros(0, dtype=bool)
    return np.asarray(pc.equal(_judge(rows, fillings, codes, force)["decision"], "qualified"))


def _judge(rows: pa.Table, fillings: list[Filling], codes: np.ndarray, force: InForce) -> pa.Table:
    """Put values where nothing is known, and judge."""
    places = pa.array(codes)
    columns = {
        field.name: pc.coalesce(
            rows[field.name].cast(field.type), pa.array([filling.get(field.name) for filling in fillings], field.type).take(places)
        )
        for field in _schema(force)
    }
    people = pa.table({"person_id": pa.array([""] * rows.num_rows, pa.string()), **columns})
    with connect({"profiles": people}) as con:
        return judge(con, people, force).to_arrow_table()
