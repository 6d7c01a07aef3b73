"""A condition is true, false or unknown on Spark where it is so on DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import spark_house
from unit.qualify.hostile_facts import COLUMNS, MOMENT, conditions, facts

from leadmill.config import CHECKOUT
from leadmill.config.scoring import Cluster, Scoring
from leadmill.engine import connect
from leadmill.match.spark import on_spark
from leadmill.qualify import Ruleset, load_ruleset
from leadmill.qualify.expression import parse
from leadmill.qualify.facts import arrow_types, type_of
from leadmill.qualify.grammar import NOW, Binder, Dialect, Node, atoms_in, facts_in, values_in, write

pytestmark = pytest.mark.spark
AT_ONCE = 60  # conditions of one statement
DAYS = 1_000  # how far back rules look
RULESETS = [*(CHECKOUT / "include" / "config" / "rulesets").glob("*.yaml"), *(CHECKOUT / "include" / "examples").glob("*/ruleset.yaml")]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start Spark on a machine whose clock is not set to UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_HOME", str(spark_house.java_home(tmp_path_factory.mktemp("java") / "home")))
        patch.setenv("TZ", "America/New_York")
        with on_spark(Scoring(backend="spark", cluster=Cluster(master="local[2]", conf=spark_house.CONF))) as api:
            yield api.spark


def truths(ask: Any, dialect: Dialect, nodes: list[Node]) -> pa.Table:
    """Ask one engine about every row; a column per condition."""
    binder = Binder(dialect)
    statement = f"select {', '.join(f'{write(node, binder)} as c{i}' for i, node in enumerate(nodes))} from facts"
    values = binder.values | ({NOW: MOMENT.timestamp()} if f"{'$' if dialect == 'duckdb' else ':'}{NOW}" in statement else {})
    return ask(statement, values)


def differences(spark: Any, table: pa.Table, nodes: Mapping[str, Node]) -> dict[str, Any]:
    """Return the conditions the engines differ on: how DuckDB and Spark judge the first such row."""
    spark.createDataFrame(table).createOrReplaceTempView("facts")
    found = {}
    names = list(nodes)
    with connect({"facts": table}) as con:
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            asked = [nodes[name] for name in some]
            ours = truths(lambda sql, values: con.sql(sql, params=values).to_arrow_table(), "duckdb", asked)
            theirs = truths(lambda sql, values: spark.sql(sql, args=values).toArrow(), "spark", asked)
            for name, one, other in zip(some, ours.columns, theirs.columns, strict=True):
                pairs = [pair for pair in zip(one.to_pylist(), other.to_pylist(), strict=True) if pair[0] is not pair[1]]
                found |= {name: pairs[0]} if pairs else {}
    return found


def test_every_function_and_operator_says_the_same_of_hostile_facts(spark: Any) -> None:
    assert differences(spark, facts(), {text: parse(text, COLUMNS) for text in conditions()}) == {}


def rows_for(ruleset: Ruleset, nodes: list[Node]) -> pa.Table:
    """Make rows around what the conditions compare with: each literal, something beside it, and nothing."""
    literals = [value for node in nodes for value in values_in(node)]
    texts = [None, "", *(text for text in literals if isinstance(text, str)), "Nobody Else"]
    numbers = sorted({float(n) + step for n in literals if isinstance(n, int | float) for step in (-1, 0, 1)})
    values: dict[str, list[Any]] = {
        "text": texts,
        "number": [None, *numbers],
        "boolean": [None, True, False],
        "time": [None, *(MOMENT - timedelta(days=n) for n in numbers if abs(n) < DAYS)],
    }
    types = {name: arrow_types(ruleset.fact)[name] for name in sorted({name for node in nodes for name in facts_in(node)})}
    count = max(len(options) for options in values.values()) * 3
    columns = {}
    for shift, (name, kind) in enumerate(types.items()):
        options = values[type_of(kind)]
        columns[name] = pa.array([options[(row * (shift + 1) + shift) % len(options)] for row in range(count)]).cast(kind, safe=False)
    return pa.table(columns)


@pytest.mark.parametrize("path", RULESETS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_shipped_ruleset_says_the_same(spark: Any, path: Path) -> None:
    ruleset = load_ruleset(path)
    whole = [*(gate.out_when for gate in ruleset.gates), *(rule.when for rule in ruleset.rules)]
    parts = [part for node in whole for part in atoms_in(node) if not uses_patterns(part)]
    nodes = {f"part {i}": part for i, part in enumerate(parts)} | {
        f"rule {i}": node for i, node in enumerate(whole) if not uses_patterns(node)
    }

    assert len(nodes) > len(whole)
    assert differences(spark, rows_for(ruleset, parts), nodes) == {}


def uses_patterns(node: Node) -> bool:
    """Whether a regular expression is in it: Spark's engine is not linear in the text, so none is written for it."""
    try:
        write(node, Binder("spark"))
    except KeyError:
        return True
    return False
