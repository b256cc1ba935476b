"""Which values a CHECK lets a column have, whatever way it is spelled.

The expression is evaluated, as PostgreSQL would, for every literal that it mentions and for `any other value`,
which equals none of them. A CHECK refuses a row only if it is false; true and NULL let it in. What depends on
another column, or on a function that is not known here, is unknown, and unknown is said.
https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from auditor.sql.predicates import Form, canonical


@dataclass(frozen=True, slots=True)
class AllowedValues:
    """Values that an expression lets a column have.

    Attributes:
        values: the literals, or None if it does not limit them to a list.
        exact: False if the column stands in a part that was not understood: fewer may be allowed.
        refused: of the literals asked about, those that are not allowed.
    """

    values: frozenset[str] | None
    exact: bool = True
    refused: frozenset[str] = frozenset()


def allowed_values(expression: str, column: str, candidates: Collection[str] = ()) -> AllowedValues:
    """Which literals a CHECK expression lets a column have.

    Args:
        expression: as `pg_get_expr()` prints it, or as written.
        column: name, without quotes; `value` for the check of a domain.
        candidates: values to ask about beside those that the expression mentions.
    """
    form = canonical(expression)
    if form is None:
        return AllowedValues(None, exact=False)
    subject = ("column", column)
    if not _mentions(form, subject):
        return AllowedValues(None)
    mentioned = frozenset(_mentioned(form, subject))
    asked = mentioned | frozenset(candidates)
    answers = {value: _Evaluation(subject, value).condition(form) for value in asked}
    refused = frozenset(value for value, answer in answers.items() if answer is False)
    # What is unknown because of another column may well be true for some row.
    alone = not any(column != subject for column in _columns(form))
    other = _Evaluation(subject, _OTHER).condition(form)
    exact = not alone or _UNKNOWN not in (*answers.values(), *(() if other is False else (other,)))
    if other is False:
        return AllowedValues(asked - refused, exact, refused)
    return AllowedValues(None, exact, refused)


def literal_of(expression: str) -> str | None:
    """The constant that an expression is, whatever it is cast to; None for any other."""
    form = canonical(expression)
    return str(form[1]) if form is not None and form[0] in {"literal", "number"} else None


# Private


class _Special(Enum):
    UNKNOWN = "unknown"
    NULL = "null"
    OTHER = "any other value"


_UNKNOWN: Final = _Special.UNKNOWN
_NULL: Final = _Special.NULL
_OTHER: Final = _Special.OTHER
_Value = Any
"""A str (numbers are text as well), a bool, a list of those, or one of `_Special`."""

_WORDS = re.compile(r"\^?\(*(?:\?:)?([\w-]+(?:\|[\w-]+)*)\)*\$?", re.ASCII)
_ORDER = frozenset({"<", "<=", ">", ">="})
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_FUNCTIONS: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "btrim": lambda text: text.strip(" "),
    "length": lambda text: str(len(text)),
    "char_length": lambda text: str(len(text)),
    "character_length": lambda text: str(len(text)),
}


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """An expression for one value of the column, in three-valued logic and `unknown`."""

    subject: Form
    value: _Value

    def condition(self, form: Form) -> _Value:
        value = self.of(form)
        return value if isinstance(value, bool | _Special) and value is not _OTHER else _UNKNOWN

    def of(self, form: Form) -> _Value:
        if form == self.subject:
            return self.value
        match form:
            case ("literal" | "number", text):
                return str(text)
            case ("boolean", value):
                return bool(value)
            case ("null",):
                return _NULL
            case ("cast", _, inner):
                return self.of(inner)
            case ("array", *items):
                return [self.of(item) for item in items]
            case ("and" | "or" as word, *parts):
                return _joined(word, [self.condition(part) for part in parts])
            case ("not", inner):
                return _not(self.condition(inner))
            case ("in" | "not in" as word, left, *items):
                found = _member(self.of(left), [self.of(item) for item in items])
                return found if word == "in" else _not(found)
            case ("AEXPR_OP_ANY", "=", left, right):
                return self._any(left, right)
            case ("AEXPR_OP_ALL", "<>", left, right):
                return _not(self._any(left, right))
            case ("is null" | "is not null" as word, inner):
                value = self.of(inner)
                known = _UNKNOWN if value is _UNKNOWN else value is _NULL
                return known if word == "is null" else _not(known)
            case ("distinct", left, right):
                return self._distinct(left, right)
            case (("is true" | "is not true" | "is false" | "is not false") as test, inner):
                value = self.condition(inner)
                known = _UNKNOWN if value is _UNKNOWN else value is (test.endswith("true"))
                return _not(known) if " not " in test else known
            case ("operator", operator, left, right):
                return self._operator(operator, left, right)
            case ("call", name, _, *arguments):
                return self._call(name, arguments)
            case ("CoalesceExpr", parts):
                return self._coalesce(dict(parts).get("args", ()))
            case ("CaseExpr", parts):
                return self._case(dict(parts))
        return _UNKNOWN

    def _any(self, left: Form, right: Form) -> _Value:
        array = self.of(right)
        return _member(self.of(left), array) if isinstance(array, list) else _UNKNOWN

    def _distinct(self, left: Form, right: Form) -> _Value:
        one, other = self.of(left), self.of(right)
        if _UNKNOWN in (one, other):
            return _UNKNOWN
        return one is not other if _NULL in (one, other) else _not(_equal(one, other))

    def _operator(self, operator: str, left: Form, right: Form) -> _Value:
        one, other = self.of(left), self.of(right)
        if operator == "||" and isinstance(one, list) and isinstance(other, list):
            return one + other
        if operator == "<@" and isinstance(one, list) and isinstance(other, list):
            return _joined("and", [_member(item, other) for item in one])
        if _NULL in (one, other):
            return _NULL
        if operator in ("=", "<>"):
            equal = _equal(one, other)
            return equal if operator == "=" else _not(equal)
        if operator == "||" and isinstance(one, str) and isinstance(other, str):
            return one + other
        if operator == "~" and isinstance(other, str):
            words = _alternatives(other)
            return _UNKNOWN if words is None else _member(one, list(words))
        if operator in _ORDER and isinstance(one, str) and isinstance(other, str):
            return _compared(operator, one, other)
        return _UNKNOWN

    def _call(self, name: str, arguments: list[Form]) -> _Value:
        values = [self.of(argument) for argument in arguments]
        if any(value is _UNKNOWN for value in values):
            return _UNKNOWN
        match name, values:
            case "similar_to_escape", [str() as pattern]:
                return f"^{pattern}$" if pattern.startswith("(") else f"^({pattern})$"
            case "string_to_array", [str() as text, str() as separator] if separator:
                return list(text.split(separator))
            case "array_position", [list() as array, item]:
                found = _member(item, array)
                return _UNKNOWN if found is _UNKNOWN else "1" if found is True else _NULL
            case _, [str() as text] if name in _FUNCTIONS and text.isascii():
                return _FUNCTIONS[name](text)
            case _, [value] if name in _FUNCTIONS and value is _NULL:
                return _NULL
        return _UNKNOWN

    def _coalesce(self, arguments: Collection[Form]) -> _Value:
        for argument in arguments:
            value = self.of(argument)
            if value is not _NULL:
                return value
        return _NULL

    def _case(self, parts: dict[str, Any]) -> _Value:
        tested = parts.get("arg")
        for (_, when), *_ in parts.get("args", ()):
            clause = dict(when)
            given = clause["expr"]
            answer = self.condition(("operator", "=", tested, given) if tested is not None else given)
            if answer is _UNKNOWN:
                return _UNKNOWN
            if answer is True:
                return self.of(clause["result"])
        return self.of(parts["defresult"]) if "defresult" in parts else _NULL


def _equal(one: _Value, other: _Value) -> _Value:
    if _UNKNOWN in (one, other) or isinstance(one, list) or isinstance(other, list):
        return _UNKNOWN
    if _NULL in (one, other):
        return _NULL
    if _OTHER in (one, other):
        return _UNKNOWN if one is other else False
    if isinstance(one, str) and isinstance(other, str) and _NUMBER.fullmatch(one) and _NUMBER.fullmatch(other):
        # `1.0` and `1` are equal as numbers, and not as texts.
        return True if one == other else _UNKNOWN if float(one) == float(other) else False
    return bool(one == other)


def _member(value: _Value, items: Collection[_Value]) -> _Value:
    return _joined("or", [_equal(value, item) for item in items]) if items else False


def _joined(word: str, values: Collection[_Value]) -> _Value:
    decisive = word == "or"
    if any(value is decisive for value in values):
        return decisive
    if any(value is _UNKNOWN for value in values):
        return _UNKNOWN
    return _NULL if any(value is _NULL for value in values) else not decisive


def _not(value: _Value) -> _Value:
    return not value if isinstance(value, bool) else value


def _compared(operator: str, one: str, other: str) -> _Value:
    if not (_NUMBER.fullmatch(one) and _NUMBER.fullmatch(other)):
        return _UNKNOWN  # texts compare by their collation
    left, right = float(one), float(other)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def _alternatives(pattern: str) -> tuple[str, ...] | None:
    """The words of `^(a|b)$`; None for any other regular expression."""
    anchored = pattern.startswith("^") and pattern.endswith("$")
    found = _WORDS.fullmatch(pattern)
    if found is None or not anchored or ("|" in found[1] and "(" not in pattern):
        return None
    return tuple(found[1].split("|"))


def _mentioned(form: Any, subject: Form) -> Iterator[str]:
    """Every literal, and what constant parts come to."""
    if not isinstance(form, tuple):
        return
    if form[:1] in (("literal",), ("number",)) and len(form) == 2:
        yield str(form[1])
        yield from _alternatives(str(form[1])) or _alternatives(f"^({form[1]})$") or ()
        return
    if not _mentions(form, subject):
        value = _Evaluation(subject, _UNKNOWN).of(form)
        yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))
    for part in form:
        yield from _mentioned(part, subject)


def _columns(form: Any) -> Iterator[Form]:
    if isinstance(form, tuple):
        if form[:1] == ("column",):
            yield form
        else:
            for part in form:
                yield from _columns(part)


def _mentions(form: Any, subject: Form) -> bool:
    return subject in _columns(form)
