"""The language of conditions: what it says, what it refuses, and the way out of every refusal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from leadmill.engine import connect
from leadmill.qualify.expression import parse, parse_condition, parse_moment
from leadmill.qualify.grammar import NOW, Binder, facts_in, write
from leadmill.qualify.syntax import ExpressionError

COLUMNS = {"name": "text", "alias": "text", "size": "number", "revenue": "number", "is_in": "boolean", "seen_at": "time"}
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


def ask(text: str, **facts: object) -> object:
    """Ask DuckDB whether a condition holds for one person."""
    row = {"name": None, "alias": None, "size": None, "revenue": None, "is_in": None, "seen_at": None, **facts}
    kinds = (pa.string(), pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("us", tz="UTC"))
    table = pa.table({name: pa.array([value], kind) for (name, value), kind in zip(row.items(), kinds, strict=True)})
    sql = write(parse(text, COLUMNS), binder := Binder())
    values = {**binder.values, **({NOW: MOMENT.timestamp()} if f"${NOW}" in sql else {})}
    with connect({"facts": table}) as con:
        return con.execute(f"select {sql} from facts", values).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "facts", "answer"),
    [
        ("size >= 50", {"size": 50}, True),
        ("size >= 50", {"size": 49}, False),
        ("size >= 50", {}, None),
        ("size between 10 and 20", {"size": 20}, True),
        ("size in (1, 2.5, -3)", {"size": -3}, True),
        ("size not in (1, 2)", {}, None),
        ("name = 'O''Brien; drop table facts'", {"name": "O'Brien; drop table facts"}, True),
        ("name like 'Mü%'", {"name": "Müller"}, True),
        ("name ilike 'MÜ%'", {"name": "müller"}, True),
        ("lower(trim(name)) = 'abc'", {"name": "  ABC "}, True),
        ("length(name) > 3", {"name": "four"}, True),
        ("starts_with(name, 'a') and ends_with(name, 'z') and contains(name, '%')", {"name": "a%z"}, True),
        ("matches(name, '(?i)^head of (it|data)$')", {"name": "Head of Data"}, True),
        ("first_number(name) >= 40", {"name": "40-60k"}, True),
        ("first_number(name) >= 40", {"name": "a lot"}, None),
        ("is_in", {"is_in": True}, True),
        ("not is_in", {}, None),
        ("is_in or size > 1", {"size": 2}, True),
        ("is_in and size > 1", {"size": 0}, False),
        ("is_in and size > 1", {"size": 2}, None),
        ("is_in = false", {"is_in": False}, True),
        ("known(name)", {"name": ""}, True),
        ("known(name)", {}, None),
        ("coalesce(name, alias) = 'x'", {"alias": "x"}, True),
        ("revenue / size > 100", {"revenue": 1000.0, "size": 0}, None),
        ("revenue / size > 100", {"revenue": 1000.0, "size": 5}, True),
        ("size * size * size > 1", {"size": 2**62}, True),
        ("-size < 0 and abs(size) >= 1", {"size": 1}, True),
        ("days_since(seen_at) <= 30", {"seen_at": MOMENT - timedelta(days=30)}, True),
        ("days_since(seen_at) <= 30", {"seen_at": MOMENT - timedelta(days=31)}, False),
        ("days_since(seen_at) <= 30", {}, None),
        ("seen_at >= '2026-01-31'", {"seen_at": datetime(2026, 1, 31, tzinfo=UTC)}, True),
        ("seen_at < '2026-01-31T12:00:00+02:00'", {"seen_at": datetime(2026, 1, 31, 9, tzinfo=UTC)}, True),
    ],
)
def test_a_condition_is_true_false_or_unknown(text: str, facts: dict[str, object], answer: object) -> None:
    assert ask(text, **facts) is answer


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("employe_size > 5", "unknown column 'employe_size'", "Declare it"),
        ("siz > 5", "unknown column 'siz'", "Did you mean 'size'?"),
        ("lowr(name) = 'x'", "unknown function 'lowr'", "Did you mean 'lower'?"),
        ("name is null", "is not part of the language", "known(column)"),
        ("name = null", "null is not part of the language", "known(column)"),
        ("size > 'x'", "a number is needed here, this is a text", None),
        ("name > 5", "a text is needed here, this is a number", None),
        ("is_in > true", "cannot be compared with >", None),
        ("size", "this is a number, not a condition", "Compare it"),
        ("size > 5 name", "alias is not part of the language", None),
        ("size > ", "cannot be read: a column or a value is missing beside this operator", None),
        ("'unfinished", "cannot be read", None),
        ("", "is empty", None),
        ("size > 1; size > 2", "not one expression", "without semicolons"),
        ("(select 1) > 0", "is not part of the language", None),
        ("size::text = 'x'", "cast is not part of the language", None),
        ("profiles.size > 1", "only plain column names", "without a prefix"),
        ("coalesce(name, 'x') = 'x'", "turn unknown into known", "columns only"),
        ("coalesce(name, size) = 'x'", "of one type", None),
        ("known(lower(name))", "known() takes a column", None),
        ("size in (select 1)", "is not part of the language", None),
        ("size in (revenue)", "list of literals", None),
        ("name like alias", "must be a text literal", None),
        ("matches(name, alias)", "must be a text literal", None),
        ("matches(name, '(')", "not a regular expression (RE2)", None),
        ("matches(name, '(?=x)')", "not a regular expression (RE2)", None),
        ("starts_with(name)", "takes 2 argument(s), not 1", None),
        ("seen_at > 'yesterday'", "not an ISO date", "2026-01-31"),
        ("size > 1e400", "too large", None),
        ("read_csv('x') = name", "unknown function 'read_csv'", None),
        ("name like 'a' escape 'b'", "is not part of the language", None),
        ("size > 1 and" + " (" * 50 + "is_in" + ")" * 50, "nested deeper", "Split"),
        ("is_in or " * 300 + "is_in", "characters; at most", "Split"),
    ],
)
def test_what_is_outside_the_grammar_is_refused_with_the_way_out(text: str, says: str, hint: str | None) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_condition(text, COLUMNS)

    assert says in refused.value.message
    assert hint is None or hint in str(refused.value.hint)


def test_the_error_points_at_the_character() -> None:
    with pytest.raises(ExpressionError) as refused:
        parse("size > 5 and siz > 6", COLUMNS)

    assert refused.value.at == len("size > 5 and ") + 1


def test_values_reach_sql_as_bound_parameters_only() -> None:
    sql = write(parse("name = 'secret' and size > 4711", COLUMNS), binder := Binder())

    assert sql == '(("name" = $p0) and ("size" > $p1))'
    assert binder.values == {"p0": "secret", "p1": 4711}


def test_equal_values_share_a_parameter_but_one_and_true_do_not() -> None:
    sql = write(parse("size = 1 or revenue = 1 or is_in = true", COLUMNS), binder := Binder())

    assert sql.count("$p0") == 2
    assert list(binder.values.values()) == [1, True]


def test_the_same_tree_is_written_for_spark() -> None:
    sql = write(parse("starts_with(name, 'a') and days_since(seen_at) < 9", COLUMNS), binder := Binder("spark"))

    assert sql == "(startswith(`name`, :p0) and (((:now - unix_micros(cast(`seen_at` as timestamp)) / 1000000) / 86400) < :p1))"
    assert binder.values == {"p0": "a", "p1": 9}


def test_a_moment_goes_to_spark_with_its_zone_because_spark_would_read_it_by_the_clock_of_the_machine() -> None:
    write(parse("seen_at < '2026-01-31T12:00:00+02:00' and seen_at > '2026-01-01'", COLUMNS), binder := Binder("spark"))

    assert binder.values == {"p0": datetime(2026, 1, 31, 10, tzinfo=UTC), "p1": date(2026, 1, 1)}


def test_letters_are_mapped_for_spark_one_by_one_and_values_still_only_bound() -> None:
    """`ilike` lowers both sides as DuckDB does; what a ruleset says stays a parameter."""
    sql = write(parse("name ilike '50\\%' and upper(name) = 'STRAẞE'", COLUMNS), binder := Binder("spark"))

    assert "ilike" not in sql
    assert "50" not in sql
    assert list(binder.values.values()) == ["50\\%", "STRAẞE"]


def test_a_pattern_is_not_written_for_spark_because_its_engine_backtracks() -> None:
    with pytest.raises(KeyError):
        write(parse("matches(name, 'x')", COLUMNS), Binder("spark"))


def test_facts_are_found_wherever_they_hide() -> None:
    assert facts_in(parse("length(lower(name)) > 3 or not (size in (1) and known(alias))", COLUMNS)) == {"name", "size", "alias"}


def test_a_moment_must_be_a_time() -> None:
    assert parse_moment("coalesce(seen_at, seen_at)", COLUMNS).type == "time"
    with pytest.raises(ExpressionError):
        parse_moment("size", COLUMNS)
