"""Hostile conditions: ten thousand texts of every kind never leave the grammar, never break DuckDB, and none takes a second."""

from __future__ import annotations

import random
import re
import time
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from leadmill.engine import connect
from leadmill.qualify.expression import parse
from leadmill.qualify.grammar import FUNCTIONS, NOW, Binder, write
from leadmill.qualify.syntax import ExpressionError

TEXTS = 10_000
COLUMNS = {"name": "text", "size": "number", "revenue": "number", "is_in": "boolean", "seen_at": "time", "born": "time"}
FACTS = pa.table(
    {
        "name": pa.array(["Müller & Söhne", "", None, "a" * 1000]),
        "size": pa.array([0, -(2**63), None, 2**63 - 1], pa.int64()),
        "revenue": pa.array([0.0, float("inf"), None, 1e308]),
        "is_in": pa.array([True, False, None, True]),
        "seen_at": pa.array([datetime(year, 1, 1, tzinfo=UTC) if year else None for year in (2026, 1, None, 9999)]),
        "born": pa.array([date(2000, 2, 29), date(1, 1, 1), None, date(9999, 12, 31)]),
    }
)
SOUND = (*COLUMNS, "'x'", "'%a_'", "1", "2.5", "-3", "'2026-01-31'", "true", "9223372036854775807", "1e308")
OPERATORS = ("and", "or", "not", "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "in", "between", "like", "ilike", "(", ")", ",")
CALLS = tuple(f"{name}(" for name in [*FUNCTIONS, "coalesce"])
HOSTILE = (
    "; drop table facts", "--", "/*", "*/", "select", "from", "read_csv('/etc/passwd')", "getenv('HOME')", "$p0", "?", "is null",
    "case", "end", "::int", "exists (select 1)", "over ()", "union", "pragma", "0x1f", "1e999", "\x00", "\\", "'", "\"", "\"name\"",
    "name.size", "[1]", "{", "copy facts to 'x'", "attach 'x'", "current_setting('home_directory')", "getvariable('x')", "lambda x: x",
    "x -> x", "@@version", "U&'x'", "\u202e", "ｎａｍｅ", "columns(*)", "*", "any(", "all(", "cast(", "interval '1' day", "e'\\x41'",
    "$$x$$", "'a' 'b'", "name collate de",
)  # fmt: skip
# Every word our SQL may hold; text of a rule must not be among them.
WORDS = {"and", "or", "not", "in", "between", "like", "ilike", "nullif", "case", "when", "is", "null", "then", "true", "end", "cast", "as"}
WORDS |= {"double", "timestamp", "coalesce", "regexp_matches", "regexp_extract", "try_cast", "epoch", *FUNCTIONS}
SHAPE = re.compile(r"""(?:\s|[()<>=+*/,-]|"(?:name|size|revenue|is_in|seen_at|born)"|\$[a-z][a-z0-9]*|\d+|'\[0-9\]\+'|[a-z_]+)*""")


def texts(seed: int) -> list[str]:
    """Conditions that are nearly right, soups of tokens, hostile words among sound ones, and plain noise."""
    dice = random.Random(seed)

    def soup(*kinds: tuple[str, ...]) -> str:
        return " ".join(dice.choice(dice.choice(kinds)) for _ in range(dice.randint(1, 25)))

    def sound(depth: int) -> str:
        if depth == 0:
            return f"{dice.choice(SOUND)} {dice.choice(OPERATORS[3:9])} {dice.choice(SOUND)}"
        left, right = sound(depth - 1), sound(depth - 1)
        return dice.choice((f"({left} and {right})", f"not ({left})", f"{left} or {right}", f"{dice.choice(CALLS)}{left})"))

    makers = (
        lambda: sound(dice.randint(0, 4)),
        lambda: soup(SOUND, OPERATORS, CALLS),
        lambda: soup(SOUND, OPERATORS, CALLS, HOSTILE),
        lambda: "".join(chr(dice.choice((dice.randint(1, 127), dice.randint(128, 0x2FFF)))) for _ in range(dice.randint(1, 80))),
    )
    return [dice.choice(makers)() for _ in range(TEXTS)]


def test_ten_thousand_texts_never_leave_the_grammar_and_none_takes_a_second() -> None:
    slowest, accepted = 0.0, 0
    with connect({"facts": FACTS}) as con:
        for text in texts(seed=5):
            start = time.perf_counter()
            try:
                node = parse(text, COLUMNS)
            except ExpressionError:
                slowest = max(slowest, time.perf_counter() - start)
                continue
            slowest = max(slowest, time.perf_counter() - start)
            binder = Binder()
            sql = write(node, binder)
            accepted += 1
            assert SHAPE.fullmatch(sql), sql
            assert set(re.findall(r"(?<![\"$a-z_0-9])[a-z_]+", sql)) <= WORDS, sql
            values = {**binder.values, **({NOW: 0.0} if f"${NOW}" in sql else {})}
            assert con.execute(f"select count({sql}) from facts", values).fetchall()[0][0] <= FACTS.num_rows
    assert slowest < 1
    assert accepted > TEXTS / 50  # a fuzzer whose every text is refused at the door proves little


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "not " * 400 + "is_in",
        "-" * 1_900 + "1",
        "1" * 1_900,
        " and ".join(["is_in"] * 200),
        "size in (" + ",".join(["1"] * 900) + ")",
        "name like '" + "%a" * 900 + "'",
        "case " * 300,
        "matches(name, '" + "(a+)+" * 100 + "$')",
        "matches(name, '(((((((((a{1,99}){1,99}){1,99}){1,99})))))))')",
        '"' * 1_999,
    ],
    ids=["open", "nots", "minuses", "digits", "ands", "list", "percents", "cases", "nested_quantifiers", "huge_repeat", "quotes"],
)
def test_a_monstrous_condition_is_answered_within_a_second(text: str) -> None:
    start = time.perf_counter()
    try:
        sql = write(parse(text, COLUMNS), binder := Binder())
        with connect({"facts": FACTS}) as con:
            con.execute(f"select {sql} from facts", binder.values).fetchall()
    except ExpressionError:
        pass
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("text", [text for text in HOSTILE if text != '"name"'])  # a quoted column is a column
def test_a_hostile_word_alone_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text, COLUMNS)


def test_a_pattern_that_kills_backtracking_engines_is_harmless_on_long_cells() -> None:
    """RE2 is linear: (a+)+$ over a hundred thousand characters."""
    sql = write(parse("matches(name, '^(a+)+$')", COLUMNS), binder := Binder())
    start = time.perf_counter()
    with connect({"facts": pa.table({"name": ["a" * 100_000 + "!"]})}) as con:
        assert con.execute(f"select {sql} from facts", binder.values).fetchall() == [(False,)]
    assert time.perf_counter() - start < 1
