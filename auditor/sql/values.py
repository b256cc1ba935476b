"""Values that the text alone decides, as PostgreSQL would hold them, and its casts between them.

A text is a str, an integer an int, a boolean a bool, an array a list (of lists where it has two dimensions).
Of other types (numeric, date, uuid) only the text form is known, and nothing is computed with them. What
PostgreSQL would write otherwise than it was given (`'today'::date`, `1.50::integer`) is not known: None.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import Enum

from auditor.model.change import TypeName
from auditor.sql import dates
from auditor.sql.names import is_builtin_type
from auditor.sql.opaque import Definition, Key, Moment, Opaque, RegName
from auditor.sql.tree import array_text


class Null(Enum):
    """SQL's NULL, which is known not to be there."""

    NULL = "NULL"


NULL = Null.NULL


class World(Opaque, ABC):
    """What a statement can ask of the database in which it runs; found in an environment under :data:`WORLD`."""

    asked: bool = False
    """Whether anything was looked up."""

    @abstractmethod
    def rows(self, schema: str | None, name: str) -> list[dict[str, Value]] | None:
        """The rows of a system catalog or view, columns that are not known left out; None if it is not known."""

    @abstractmethod
    def named(self, kind: str, text: str) -> Value | None:
        """The object that `'text'::kind` means (`regclass`...), as a `Key`; None if it is not known."""

    @abstractmethod
    def shown(self, kind: str, key: int) -> str | None:
        """How `oid::kind` writes the object of a key."""

    @abstractmethod
    def today(self) -> str | None:
        """The date, as text."""

    @abstractmethod
    def call(self, name: str, arguments: list[Value]) -> Value | None:
        """What a function returns that looks into the catalog, or None where it is not known."""


WORLD = "@"
"""No name of a variable: the :class:`World` of an environment."""

Value = str | int | bool | list["Value"] | Null
"""What is not known is None."""

Environment = Mapping[str, Value]
"""Values of variables by name; of a record's field by `record.field`, of a parameter also by `$1`."""

_INTEGERS = {"int2": 15, "int4": 31, "int8": 63}
_SPELLINGS = {"smallint": "int2", "integer": "int4", "bigint": "int8", "boolean": "bool"}
"""Names that libpg_query's PL/pgSQL trees take for pg_catalog's."""

_TEXTS = frozenset({"text", "varchar", "name"})
_REG_NAMES = frozenset({"regclass", "regproc", "regprocedure", "regtype", "regnamespace", "regrole"})
_EXACT_FORMS = {
    "date": re.compile(r"[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"),
    "uuid": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "numeric": re.compile(r"(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?"),
}
"""Forms that a type writes as it reads them."""

_TRUE, _FALSE = frozenset({"true", "t", "yes", "y", "on", "1"}), frozenset({"false", "f", "no", "n", "off", "0"})
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_ .-]*")
_SPECIAL = _TRUE | _FALSE | {"now", "today", "tomorrow", "yesterday", "epoch", "infinity", "nan", "allballs"}
_BLANKS = " \t\n\r\f\v"
_NAME_BYTES = 63


def text_of(value: Value) -> str | None:
    """A value cast to text; None for NULL and arrays."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Key):
        return value.shown
    if isinstance(value, (Definition, World)) or (isinstance(value, Moment) and not value.exact):
        return None
    if isinstance(value, (str, int)):
        return str(value) if not isinstance(value, RegName) else value
    return None


def output_of(value: Value) -> str | None:
    """A value as its type's output function writes it, as `format()` and `concat()` do; None for NULL."""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return _array_output(value)
    return text_of(value)


def cast(value: Value, target: TypeName) -> Value | None:
    """A value cast to a type, or None where the text does not tell what comes of it.

    https://www.postgresql.org/docs/current/sql-expressions.html#SQL-SYNTAX-TYPE-CASTS
    """
    if value is NULL:
        return NULL
    if target.of_column is not None or target.setof:
        return _as_label(value)
    if target.array:
        return _to_array(value, target)
    if isinstance(value, list):
        return _array_output(value) if target.name == "text" else None
    name = _SPELLINGS.get(target.name, target.name)
    if isinstance(value, Key):
        return value.shown if name in _TEXTS else value if name in _REG_NAMES or name == "oid" else None
    if isinstance(value, str) and (time := dates.cast(value, name)) is not None:
        return time
    if target.schema not in (None, "pg_catalog") or not is_builtin_type(name):
        return Opaque(value) if name == "citext" and isinstance(value, str) else _as_label(value)
    if name in _TEXTS:
        return _to_text(value, name, target.modifier)
    if target.modifier is not None:
        return None
    if name in _INTEGERS:
        return _to_integer(value, _INTEGERS[name])
    if name == "bool":
        return _to_boolean(value)
    if name in _REG_NAMES:
        named = type(value) is str or isinstance(value, RegName)
        return RegName(value) if named and isinstance(value, str) and not value.isdigit() else None
    text = text_of(value) if not isinstance(value, bool) else None
    form = _EXACT_FORMS.get(name)
    return Opaque(text) if form is not None and text is not None and form.fullmatch(text) else None


def as_integer(value: Value | None) -> int | None:
    """An integer, also one that is written as a string literal."""
    if isinstance(value, bool):
        return None
    found = value if isinstance(value, int) else _to_integer(value, 63) if isinstance(value, str) else None
    return found if isinstance(found, int) else None


# Private


def _to_text(value: Value, name: str, modifier: str | None) -> str | None:
    text = text_of(value)
    if text is None or isinstance(text, RegName):
        return text
    text = str(text)
    if name == "name" and len(text.encode()) > _NAME_BYTES:
        return None
    if modifier is not None and (not modifier.isdigit() or len(text) > int(modifier)):
        return None
    return text


def _to_integer(value: Value, bits: int) -> int | None:
    if isinstance(value, bool):
        return int(value) if bits == 31 else None
    if isinstance(value, str) and not isinstance(value, Opaque):
        text = value.strip(_BLANKS)
        if not re.fullmatch(r"[+-]?[0-9]{1,20}", text):
            return None
        value = int(text)
    if not isinstance(value, int):
        return None
    return value if -(1 << bits) <= value < 1 << bits else None


def _to_boolean(value: Value) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value != 0
    if not isinstance(value, str) or isinstance(value, Opaque):
        return None
    word = value.strip(_BLANKS).lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _to_array(value: Value, target: TypeName) -> list[Value] | None:
    elements: list[Value] | None
    if isinstance(value, str):
        texts = array_text(value)
        elements = None if texts is None else [*texts]
    else:
        elements = value if isinstance(value, list) else None
    if elements is None:
        return None
    inner = TypeName(target.name, target.schema, 0, target.modifier)
    found: list[Value] = []
    for element in elements:
        one = _to_array(element, target) if isinstance(element, list) else cast(element, inner)
        if one is None:
            return None
        found.append(one)
    return found


def _as_label(value: Value) -> Value | None:
    """A value of a type that only the history has: most are enums, whose labels are words."""
    if isinstance(value, str) and _LABEL.fullmatch(value) and value.lower() not in _SPECIAL:
        return value
    return None


def _array_output(values: list[Value]) -> str | None:
    parts = []
    for value in values:
        text = "NULL" if value is NULL else output_of(value)
        if text is None or isinstance(text, RegName):
            return None
        if value is NULL or isinstance(value, list):
            parts.append(text)
            continue
        plain = text and not re.search(r'[{},"\\\s]', text) and text.upper() != "NULL"
        parts.append(text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
    return "{" + ",".join(parts) + "}"
