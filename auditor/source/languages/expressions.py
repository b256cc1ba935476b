"""What every language is reduced to: expressions, calls, the names they are bound to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.source.syntax import Node


@dataclass(frozen=True, slots=True)
class Expression:
    """Base of what an expression may be; `node` is where it stands."""

    node: Node


@dataclass(frozen=True, slots=True)
class Other(Expression):
    """Anything else: a number, a comparison, a loop."""


@dataclass(frozen=True, slots=True)
class Text(Expression):
    """A text, with expressions where something is put in."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class Named(Expression):
    """A variable, a class, `this`."""

    name: str


@dataclass(frozen=True, slots=True)
class Member(Expression):
    """`object.name`, `object::name`; `place` is the name's own node."""

    object: Expression
    name: str
    place: Node


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call: its name, if it is given by name, and its value."""

    name: str | None
    node: Node


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A call, a tagged template (`tagged`), an object made of a class (`creates`)."""

    function: Expression
    arguments: tuple[Argument, ...]
    creates: bool = False
    tagged: bool = False


@dataclass(frozen=True, slots=True)
class Choice(Expression):
    """One of several: `c ? a : b`, `a || b`."""

    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Entries(Expression):
    """An object or dictionary with its keys, or an enumeration; the values as nodes."""

    values: Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Items(Expression):
    """A list, an array, a tuple."""

    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A name that gets a value.

    Attributes:
        name: the name; of a member of a class `CLASS.NAME`.
        value: the node of the value, or None: not known here.
        type: the node of the declared type, or None.
        parameter: it is a parameter of a function.
        appends: the value is put behind the one that is there (`+=`).
    """

    name: str
    value: Node | None
    type: Node | None = None
    parameter: bool = False
    appends: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """A name that another module defines: `name` here, `original` there (None: the module itself)."""

    name: str
    module: str
    original: str | None
