"""What is computed from the text alone is what PostgreSQL computes: random expressions, both ways."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from auditor.sql import grammar
from auditor.sql.constants import evaluate
from auditor.sql.value_functions import quote_literal
from auditor.sql.values import NULL, Value, output_of, text_of

EXPRESSIONS = 400
PATTERN = "'%a_%'"
PICTURES = ("FM000", "000", "FM999", "999", "0", "9", "909", "FM09")
ALPHABET = ["a", "b", "Z", "_", "1", " ", "'", '"', "\\", ",", ".", "%", "é", "select", "{", "-"]


class Maker:
    """Makes expressions of a type out of random literals and the functions that are known."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same at each run

    def text(self, depth: int = 2) -> str:
        makers: list[Callable[[int], str]] = [
            lambda _: f"lower({self.ascii()})",
            lambda _: f"upper({self.ascii()})",
            lambda d: f"replace({self.text(d)}, {self.literal(2)}, {self.text(d)})",
            lambda d: f"{self.of('left', 'right')}({self.text(d)}, {self.integer(d)})",
            lambda d: f"{self.of('lpad', 'rpad')}({self.text(d)}, {self.small()}, {self.literal(2)})",
            lambda d: f"({self.text(d)} || {self.of(self.text, self.integer)(d)})",
            lambda d: f"concat({self.text(d)}, {self.integer(d)}, {self.boolean(d)}, NULL)",
            lambda d: f"concat_ws({self.literal(1)}, {self.text(d)}, NULL, {self.integer(d)})",
            lambda d: f"coalesce(NULL, {self.text(d)})",
            lambda d: f"quote_ident({self.text(d)})",
            lambda d: f"quote_literal({self.of(self.text, self.integer)(d)})",
            lambda d: f"quote_nullable({self.of(self.text(d), 'NULL::text')})",
            lambda d: f"substr({self.text(d)}, {self.integer(d)}, {self.small()})",
            lambda d: f"substring({self.text(d)} from {self.small()})",
            lambda d: f"split_part({self.text(d)}, {self.literal(1)}, {self.of(-2, -1, 1, 2)})",
            lambda d: f"trim({self.of('both', 'leading', 'trailing')} {self.literal(2)} from {self.text(d)})",
            lambda d: f"translate({self.text(d)}, {self.literal(3)}, {self.literal(2)})",
            lambda d: f"repeat({self.text(d)}, {self.of(-1, 0, 1, 2, 3)})",
            lambda d: f"md5({self.text(d)})",
            lambda _: f"reverse({self.ascii()})",
            lambda _: f"to_char({self.small()}, '{self.of(*PICTURES)}')",
            lambda d: f"array_to_string({self.array(d)}, {self.literal(1)})",
            lambda d: f"({self.array(d)})[{self.of(0, 1, 2, 3)}]",
            lambda d: f"CASE WHEN {self.boolean(d)} THEN {self.text(d)} ELSE {self.text(d)} END",
            lambda d: f"nullif({self.text(d)}, {self.text(d)})",
            lambda d: f"({self.of(self.integer, self.boolean)(d)})::text",
            self.format,
        ]
        return self.random.choice(makers)(depth - 1) if depth else self.literal()

    def integer(self, depth: int = 2) -> str:
        makers: list[Callable[[int], str]] = [
            lambda d: f"({self.integer(d)} {self.of('+', '-', '*')} {self.integer(d)})",
            lambda d: f"({self.integer(d)} {self.of('/', '%')} {self.of(-3, 2, 7)})",
            lambda d: f"length({self.text(d)})",
            lambda d: f"strpos({self.text(d)}, {self.literal(1)})",
            lambda d: f"position({self.literal(1)} in {self.text(d)})",
            lambda d: f"cardinality({self.array(d)})",
            lambda d: f"abs({self.integer(d)})",
            lambda d: f"greatest({self.integer(d)}, {self.integer(d)})",
            lambda _: f"' {self.small()} '::integer",
            lambda d: f"mod({self.integer(d)}, {self.of(-3, 2, 7)})",
        ]
        return self.random.choice(makers)(depth - 1) if depth else f"({self.random.randint(-30, 30)})"

    def boolean(self, depth: int = 2) -> str:
        makers: list[Callable[[int], str]] = [
            lambda d: f"({self.integer(d)} {self.of('<', '<=', '=', '<>', '>=', '>')} {self.integer(d)})",
            lambda d: f"({self.text(d)} {self.of('=', '<>', 'IS DISTINCT FROM')} {self.text(d)})",
            lambda d: f"({self.boolean(d)} {self.of('AND', 'OR')} {self.of(self.boolean(d), 'NULL')})",
            lambda d: f"(NOT {self.boolean(d)})",
            lambda d: f"({self.text(d)} IS {self.of('', 'NOT ')}NULL)",
            lambda d: f"({self.boolean(d)} IS {self.of('', 'NOT ')}{self.of('TRUE', 'FALSE', 'UNKNOWN')})",
            lambda _: f"({self.literal()} {self.of('', 'NOT ')}LIKE {self.of(self.literal(), PATTERN)})",
            lambda d: f"({self.literal(1)} = ANY ({self.array(d)}))",
            lambda _: (
                f"({self.small()} {self.of('', 'NOT ')}IN ({self.small()}, {self.of(self.small(), 'NULL')}))"
            ),
            lambda d: f"({self.integer(d)} BETWEEN {self.integer(d)} AND {self.integer(d)})",
            lambda d: f"starts_with({self.text(d)}, {self.literal(1)})",
            lambda _: f"'{self.of('yes', 'off', 'T', ' 0')}'::boolean",
        ]
        return self.random.choice(makers)(depth - 1) if depth else self.of("true", "false")

    def array(self, depth: int = 2) -> str:
        makers: list[Callable[[int], str]] = [
            lambda d: f"ARRAY[{self.text(d)}, {self.text(d)}]",
            lambda d: f"string_to_array({self.text(d)}, {self.of(self.literal(1), 'NULL')})",
            lambda d: f"array_append({self.array(d)}, {self.text(d)})",
            lambda d: f"({self.array(d)} || {self.array(d)})",
        ]
        return self.random.choice(makers)(depth - 1) if depth > 0 else f"ARRAY[{self.literal()}]"

    def format(self, depth: int) -> str:
        places = ["%s", "%I", "%L", "%%", "%2$s", "%1$I", "%-6s", "%8s", "%1$5L"]
        template = "".join(self.of(*places, "x", " ", "'") for _ in range(self.random.randint(1, 5)))
        return (
            f"format({quote_literal(template)}, {self.text(depth)}, {self.integer(depth)}, {self.boolean(depth)})"
        )

    def literal(self, longest: int = 5) -> str:
        text = "".join(self.random.choices(ALPHABET, k=self.random.randint(0, longest)))
        return f"{quote_literal(text)}::text"

    def ascii(self) -> str:
        return quote_literal("".join(self.random.choices(["a", "Q", "_", "z"], k=4)))

    def small(self) -> int:
        return self.random.randint(0, 12)

    def of(self, *choices: Any) -> Any:
        return self.random.choice(choices)


def computed(expression: str) -> Value | None:
    select = grammar.parse(f"SELECT {expression}")[0]["stmt"]["SelectStmt"]
    return evaluate(select["targetList"][0]["ResTarget"]["val"], {})


@pytest.mark.parametrize("kind", ["text", "integer", "boolean", "array"])
def test_same_values_as_postgresql(kind: str, database: str) -> None:
    maker = Maker(seed=len(kind))
    known = 0
    with psycopg.connect(database, autocommit=True) as connection:
        for _ in range(EXPRESSIONS):
            expression = getattr(maker, kind)()
            value = computed(expression)
            if value is None:
                continue
            try:
                row = connection.execute(f"SELECT ({expression})::text".encode()).fetchone()
            except psycopg.errors.DataError:
                continue  # a value that no statement can go on with
            known += 1
            expected = None if value is NULL else output_of(value) if isinstance(value, list) else text_of(value)
            assert row == (expected,), expression
    assert known > EXPRESSIONS // 2
