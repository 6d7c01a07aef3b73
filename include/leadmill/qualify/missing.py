"""The smallest set of missing facts that would qualify a near miss.

People whose rules stand alike as far as missing facts go are solved once. Sets of unknown facts are tried in order of size: those that
could not suffice even if every rule they touch came out true are left out by counting, the others are proved by filling the facts with
witnesses and asking the judge. Where a fact is compared with another, its value in one person could still tell two of them apart: there
everybody is judged with the facts found filled in, and what is reported has been seen to qualify this very person.
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

from leadmill.config.ruleset import DIMENSIONS, Dimension, DimensionFact, StageFact
from leadmill.engine import quote
from leadmill.qualify.facts import arrow_types
from leadmill.qualify.grammar import Scalar, atoms_in, facts_in, ordered_facts_in
from leadmill.qualify.judge import InForce, judge
from leadmill.qualify.patterns import Numbers, Patterns, number_rows
from leadmill.qualify.witness import entangled, witnesses

LARGEST_SET = 6  # nobody asks a person for more at once
MAX_TRIALS = 3_000  # fillings of one set; the ruleset's own constants rarely need a hundred
AT_ONCE = 500_000  # trials judged together: bounds their memory
MAX_ROUNDS = 40  # sets proved in vain before a pattern is given up

Filling = dict[str, Scalar]


@dataclass(slots=True)
class _Near:
    """People whom the same facts would help: the place of one of them, the sets still to be tried, the filling that qualified."""

    place: int
    sets: Iterator[tuple[str, ...]]
    filling: Filling | None = None


def find_missing(con: duckdb.DuckDBPyConnection, profiles: pa.Table, judged: pa.Table, patterns: Patterns, force: InForce) -> pa.Array:
    """Name the missing facts of every profile, sorted, in their order; an empty list where none would help.

    `judged`: what `judge` said of the first profile of every pattern; `con` holds it under that name, and its profiles as `profiles`.
    """
    near = con.sql(_near(force)).to_arrow_table()
    alike = number_rows([near["alike"]], near.num_rows)
    order = list(dict.fromkeys(name for node in force.conditions for name in ordered_facts_in(node)))
    rows = judged.select(_counted(force)).take(near["place"].take(pa.array(alike.firsts))).to_pylist()
    asked = [_Near(int(near["place"][int(first)].as_py()), _sets(row, force, order)) for first, row in zip(alike.firsts, rows, strict=True)]
    if asked:
        _Solver(con, judged, force).solve(asked)
    fillings: list[Filling] = [{}, *(each.filling or {} for each in asked)]
    of_pattern = np.zeros(judged.num_rows, dtype=np.int64)
    of_pattern[near["place"].to_numpy()] = alike.codes + 1
    chosen = of_pattern[patterns.codes]
    doubtful = entangled(force)
    doubted = np.flatnonzero(np.array([bool(doubtful & filling.keys()) for filling in fillings])[chosen])
    if len(doubted):
        proved = _qualify(con, profiles.take(pa.array(doubted)), fillings, chosen[doubted], force)
        chosen[doubted[~proved]] = 0
    return pa.array([sorted(filling) for filling in fillings], pa.list_(pa.string())).take(pa.array(chosen))


def _stages(force: InForce) -> list[StageFact]:
    """Every stage that counts as qualified."""
    stages = force.ruleset.fact.stages
    return [stages.lead, stages.prospect] if force.ruleset.fact.qualify_as == "lead" else [stages.prospect]


def _matters(dimension: Dimension, force: InForce) -> bool:
    """Whether a dimension can keep somebody from qualifying."""
    fact: DimensionFact = getattr(force.ruleset.fact.dimensions, dimension)
    return fact.if_false == "disqualified" or any(dimension in stage.needs for stage in _stages(force))


def _askable(force: InForce) -> frozenset[str]:
    """Facts that may be part of a set: those that can bring points, or open a gate that waits."""
    waiting = [facts_in(gate.out_when) for gate in force.gates if gate.fact.unknown == "waits"]
    return frozenset().union(*(rule.reads for _, rule in force.scored), *waiting)


def _near(force: InForce) -> str:
    """Select nurtured people whom facts still unknown could qualify, each with all that decides which facts would help."""
    stage, fact = force.stage, force.ruleset.fact
    hopes = [f"coalesce({dimension}, true)" for dimension in stage.needs]
    losses = [f"v{i} is null" for i, rule in enumerate(force.rules) if rule.fact.points < 0 and rule.reads & _askable(force)]
    spare = f"case when {' or '.join(losses) or 'false'} then -100000 else 0 end"  # what is to spare counts where points may be lost
    gaps = {name: f"greatest({fact.minimum(name)} - {name}_points, {spare})" for name in DIMENSIONS if _matters(name, force)}
    scores = [each.score for each in _stages(force)] + [score for score in (fact.nurture_score,) if score is not None]
    short = f"greatest({max(scores)} - score, {spare})"
    parts = [*_unknown(force), *gaps.values(), *(f"greatest({score} - score, {spare})" for score in scores)]
    for i, rule in enumerate(force.rules):  # points beyond the largest gap they could fill make no difference
        most = f"greatest({gaps.get(rule.fact.dimension, 0)}, {short}, 0)"
        parts.append(f"case when v{i} is null then {f'least(w{i}, {most})' if not losses else f'w{i}'} end")
    return f"""
        select place, concat_ws('|', {", ".join(f"coalesce(({part})::varchar, '?')" for part in parts)}) as alike
        from (select row_number() over () - 1 as place, * from judged)
        where {" and ".join(["decision = 'nurture'", *hopes, f"score + open_points >= {stage.score}"])}
    """


def _unknown(force: InForce) -> Iterator[str]:
    """Write of every unknown condition which facts it lacks and how its parts stand; of a known one nothing can change."""
    part = 0
    for verdict, node, alone in force.owned:
        yield f"{verdict} is null"
        yield from (f"case when {verdict} is null then {quote(name)} is null end" for name in sorted(facts_in(node)))
        atoms = len(atoms_in(node)) if alone else 0
        yield from (f"case when {verdict} is null then a{i} end" for i in range(part, part + atoms))
        part += atoms


class _Solver:
    """Tries sets of facts until one qualifies, all open cases together: every round asks the judge once."""

    def __init__(self, con: duckdb.DuckDBPyConnection, judged: pa.Table, force: InForce) -> None:
        self.con = con
        self.facts = judged.select(sorted(force.ruleset.reads))
        self.force = force
        self.choices = _choices(con, force)

    def solve(self, cases: list[_Near]) -> None:
        """Give every case the first filling of its smallest set that qualifies, where there is one."""
        for _ in range(MAX_ROUNDS):
            tried = [(case, names) for case in cases if case.filling is None and (names := next(case.sets, None))]
            if not tried:
                break
            self._round(tried)

    def _round(self, tried: list[tuple[_Near, tuple[str, ...]]]) -> None:
        fillings, spans = self._fillings({names for _, names in tried})
        sizes = np.array([spans[names][1] - spans[names][0] for _, names in tried])
        batch = np.cumsum(sizes) // AT_ONCE
        for one in np.unique(batch):
            self._try([tried[i] for i in np.flatnonzero(batch == one)], fillings, spans)

    def _fillings(self, sets: set[tuple[str, ...]]) -> tuple[list[Filling], dict[tuple[str, ...], tuple[int, int]]]:
        """Fill every set with all choices; of each set, where its fillings start and end."""
        fillings: list[Filling] = []
        spans = {}
        for names in sorted(sets):
            start = len(fillings)
            combined = islice(product(*(self.choices[name] for name in names)), MAX_TRIALS)
            fillings += [dict(zip(names, values, strict=True)) for values in combined]
            spans[names] = (start, len(fillings))
        return fillings, spans

    def _try(
        self, tried: list[tuple[_Near, tuple[str, ...]]], fillings: list[Filling], spans: dict[tuple[str, ...], tuple[int, int]]
    ) -> None:
        ranges = [np.arange(*spans[names]) for _, names in tried]
        cases = np.repeat(np.arange(len(tried)), [len(each) for each in ranges])
        codes = np.concatenate(ranges)
        people = self.facts.take(pa.array(np.array([case.place for case, _ in tried])[cases]))
        proved = np.flatnonzero(_qualify(self.con, people, fillings, codes, self.force))
        solved, firsts = np.unique(cases[proved], return_index=True)
        for case, first in zip(solved, firsts, strict=True):
            tried[case][0].filling = fillings[codes[proved[first]]]


def _counted(force: InForce) -> list[str]:
    """Name the columns of `judge` that `_sets` counts with."""
    names = [f"g{i}" for i in range(len(force.gates))] + [f"{kind}{i}" for i, _ in force.scored for kind in "vw"]
    return [*names, *(f"{name}_points" for name in DIMENSIONS), "score", *sorted(force.ruleset.reads)]


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


def _choices(con: duckdb.DuckDBPyConnection, force: InForce) -> dict[str, list[Scalar]]:
    """Witnesses per fact, one of each kind: two that turn every rule alike are the same to a decision."""
    trials = [(name, value) for name, values in sorted(witnesses(force).items()) for value in values]
    types = arrow_types(force.ruleset.fact)
    nobody = pa.table({name: pa.nulls(len(trials), types[name]) for name in sorted(force.ruleset.reads)})
    judged = _judge(con, nobody, [{name: value} for name, value in trials], np.arange(len(trials)), force).to_arrow_table()
    marks = [name for name in judged.column_names if name[0] in "gvwa" and name[1:].isdigit()]
    apart = entangled(force)
    choices: dict[tuple[Any, ...], tuple[str, Scalar]] = {}
    for (name, value), row in zip(trials, judged.select(marks).to_pylist(), strict=True):
        choices.setdefault((name, value) if name in apart else (name, *row.values()), (name, value))
    return {name: [value for other, value in choices.values() if other == name] for name, _ in trials}


def _qualify(con: duckdb.DuckDBPyConnection, rows: pa.Table, fillings: list[Filling], codes: Numbers, force: InForce) -> np.ndarray:
    """Whether each row qualifies once the unknown facts of its filling (`codes` says which) are filled in."""
    decisions = _judge(con, rows, fillings, codes, force).query("judged", "select decision = 'qualified' as holds from judged")
    return np.asarray(decisions.to_arrow_table()["holds"], dtype=bool)


def _judge(
    con: duckdb.DuckDBPyConnection, rows: pa.Table, fillings: list[Filling], codes: Numbers, force: InForce
) -> duckdb.DuckDBPyRelation:
    """Put values where nothing is known, and judge."""
    types = arrow_types(force.ruleset.fact)
    columns = {name: rows[name].cast(types[name]) for name in sorted(force.ruleset.reads) if name in rows.column_names}
    for name, places in _places(fillings).items():
        index = np.zeros(len(fillings), dtype=np.int64)  # 0: this filling leaves the fact as it is
        index[places] = np.arange(len(places)) + 1
        values = pa.array([None, *(fillings[place][name] for place in places)], types[name]).take(pa.array(index[codes]))
        columns[name] = pc.coalesce(columns[name], values) if name in columns else values
    people = pa.table({"person_id": pa.repeat("", rows.num_rows), **columns})
    con.register("profiles", people)
    return judge(con, people, force)


def _places(fillings: list[Filling]) -> dict[str, list[int]]:
    """Find the fillings that fill each fact."""
    found: dict[str, list[int]] = {}
    for place, filling in enumerate(fillings):
        for name in filling:
            found.setdefault(name, []).append(place)
    return found
