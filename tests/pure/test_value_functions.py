"""What the text does not decide is not known: the evaluator says None rather than something else."""

from __future__ import annotations

import tracemalloc

import pytest

from auditor.migrations.effects import changes_of, changes_of_call
from auditor.model.change import CreateFunction, Drop, Rows, Unknown
from auditor.sql import grammar
from auditor.sql.constants import evaluate
from auditor.sql.values import NULL, RegName, Value


def value_of(expression: str, **known: Value) -> Value | None:
    select = grammar.parse(f"SELECT {expression}")[0]["stmt"]["SelectStmt"]
    return evaluate(select["targetList"][0]["ResTarget"]["val"], known)


@pytest.mark.parametrize(
    "expression",
    [
        "now()::text",
        "current_date",
        "to_char(now(), 'YYYY')",
        "DATE 'today'",
        "'2024-1-5'::date",
        "random()",
        "current_setting('x')",
        "(SELECT 'a' FROM t)",
        "1.50::integer",
        "'ab'::char(5)",
        "'abc'::varchar(2)",
        "x || 'a'",
        "lower('É')",
        "1.0 = 1.00",
        "'a' < 'b'",
        "true AND x",
        "coalesce(x, 'a')",
        "'1' + '2'",
        "1 / 0",
        "app.lower('A')",
        "repeat('a', 1000000)",
        "'x' ~ '[[:digit:]]'",
        "format('%s')",
        "format('%z', 'a')",
        "format('%I', NULL)",
        "format('%I', 'app.t'::regclass)",
        "format('CREATE INDEX %s_idx', 'app.t'::regclass)",
        "'idx_' || 'app.t'::regclass",
        "'yes'::app.flag",
        "'A'::citext = 'a'",
        "string_agg('a', ',')",
    ],
)
def test_not_known(expression: str) -> None:
    assert value_of(expression) is None


def test_three_valued_conditions() -> None:
    assert value_of("false AND x") is False
    assert value_of("x OR true") is True
    assert value_of("NULL AND true") is NULL
    assert value_of("NULL = 1") is NULL
    assert value_of("NULL IS NULL") is True
    assert value_of("1 IN (2, NULL)") is NULL
    assert value_of("1 IN (2, x)") is None
    assert value_of("'a' = ANY (ARRAY['b', 'a'])") is True
    assert value_of("NOT x") is None


def test_name_of_an_object_stands_alone_in_a_text() -> None:
    table = RegName("app.t")
    assert value_of("format('ALTER TABLE %s ADD', t)", t=table) == "ALTER TABLE app.t ADD"
    assert value_of("'DROP TABLE ' || t || ' CASCADE'", t=table) == "DROP TABLE app.t CASCADE"
    assert value_of("'DROP TABLE ' || t || '_old'", t=table) is None


def function(text: str) -> CreateFunction:
    change = changes_of(text)[0]
    assert isinstance(change, CreateFunction)
    return change


def test_a_call_with_what_is_not_known_stays_unknown() -> None:
    routine = function(
        "CREATE FUNCTION f(t text, d date) RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
        " EXECUTE format('DROP TABLE %I', t || to_char(d, 'YYYY')); END $$"
    )
    for arguments in (("a", None), ("a", "today")):
        assert [type(change) for change in changes_of_call(routine, arguments)] == [Unknown]
    dropped = changes_of_call(routine, ("a", "2024-01-01"))
    assert [change.name.name for change in dropped if isinstance(change, Drop)] == ["a2024"]


def test_loops_that_do_not_end_are_left() -> None:
    routine = function(
        "CREATE FUNCTION f(n int) RETURNS void LANGUAGE plpgsql AS $$ DECLARE i int := 0; BEGIN"
        " WHILE n > 0 LOOP i := i + 1; EXECUTE 'DROP TABLE t' || i; END LOOP; END $$"
    )
    changes = changes_of_call(routine, ("1",))
    assert len(changes) <= 1_001
    assert isinstance(changes[-1], Unknown)
    assert all(change.certainty == "certain" for change in changes[:-1])


def test_many_statements_are_not_run_through_in_silence() -> None:
    routine = function(
        "CREATE FUNCTION f(n int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..n LOOP"
        + " EXECUTE 'DROP TABLE t' || i;" * 10
        + " END LOOP; END $$"
    )
    changes = changes_of_call(routine, ("900",))
    unknown = [change for change in changes if isinstance(change, Unknown)]
    assert len(unknown) == 1
    assert "5000 statements" in unknown[0].detail


def test_rows_of_every_round_are_said_once() -> None:
    changes = changes_of("DO $$ BEGIN FOR i IN 1..300 LOOP INSERT INTO t VALUES (i); END LOOP; END $$")
    assert len(changes) == 1
    assert isinstance(changes[0], Rows)


@pytest.mark.parametrize("count", [300, 350, 400])
def test_what_is_nested_deeply_is_not_known(count: int) -> None:
    for argument in ("+".join(["1"] * count), "lower(" * count + "'A'" + ")" * count):
        for change in changes_of(f"SELECT app.f({argument})"):
            assert isinstance(change, Rows | Unknown)


def test_operator_without_a_left_side() -> None:
    assert value_of("|| 'x'") is None


_A = "a := a || a; " * 60
_BOMBS = {
    "a text that doubles": f"a text := 'xx'; BEGIN {_A}",
    "an array that doubles": f"a text[] := ARRAY['xx', 'yy']; BEGIN {_A}",
    "by array_cat": "a text[] := ARRAY['xx']; BEGIN " + "a := array_cat(a, a); " * 60,
    "by array_append": "a text[] := ARRAY['xx']; BEGIN " + "a := array_append(a, a); " * 60,
    "arrays within arrays": "a text[] := ARRAY['xx']; BEGIN "
    + "a := ARRAY[a, a]; " * 60
    + "EXECUTE array_to_string(a, ''); EXECUTE 'SELECT ' || cardinality(a);",
    "a wide format": "a text := format('%1000000000s', 'x'); BEGIN ",
    "many formats": "b text := repeat('x', 99000); a text := format('" + "%1$s" * 20_000 + "', b); BEGIN ",
    "replace": "b text := repeat('x', 99000); a text := replace(b, 'x', b); BEGIN ",
    "concat": "b text := repeat('x', 99000); a text := concat(" + ", ".join(["b"] * 90) + "); BEGIN ",
    "a chain": "b text := repeat('x', 99000); a text := " + " || ".join(["b"] * 9000) + "; BEGIN ",
    "concat_ws": "b text := repeat('x', 99000); a text := concat_ws(b, " + ", ".join(["'y'"] * 90) + "); BEGIN ",
    "array_to_string": "b text := repeat('x', 99000); "
    "a text := array_to_string(string_to_array(b, NULL), b); BEGIN ",
    "string_to_array": "b text := repeat('x', 99000); a text[] := string_to_array(b, NULL) || '1'; BEGIN "
    "a := a || a;",
}


@pytest.mark.parametrize("case", _BOMBS)
def test_what_grows_is_not_followed(case: str) -> None:
    tracemalloc.start()
    try:
        changes = changes_of(
            f"DO $$ DECLARE {_BOMBS[case]} EXECUTE a[1]; END $$"
            if "[]" in _BOMBS[case]
            else f"DO $$ DECLARE {_BOMBS[case]} EXECUTE a; END $$"
        )
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert any(isinstance(change, Unknown) for change in changes)
    assert most < 64 * 1024 * 1024


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a*)*b", "a*a*a*a*a*a*a*a*b", "(a|a)*c", "a?a?a?a?a?a?a?a?a?a?a?a?a?a?b", "("]
)
@pytest.mark.parametrize("asked", ["{} ~ '{}'", "{} !~* '{}'", "regexp_replace({}, '{}', 'x', 'g')"])
def test_no_pattern_takes_for_ever(pattern: str, asked: str) -> None:
    assert value_of(asked.format(f"'{'a' * 2000}'", pattern)) is None


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'app_users' ~ '^app_'", True),
        ("'app_users' !~* '^APP'", False),
        ("'a1' ~ '^[a-z]+[0-9]*$'", True),
        ("regexp_replace('a-b-c', '-', '_', 'g')", "a_b_c"),
        ("regexp_replace('v12', '^v', '')", "12"),
    ],
)
def test_patterns(expression: str, value: Value) -> None:
    assert value_of(expression) == value
