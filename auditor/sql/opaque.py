"""Values of types of which not all is known: names of objects, dates, definitions."""

from __future__ import annotations

from typing import Self


class Opaque(str):
    """A value of which only the text form is known: equal texts may differ, different texts may be equal."""

    __slots__ = ()


class RegName(Opaque):
    """A `regclass`, `regprocedure`...: PostgreSQL writes it with or without its schema, as the path demands."""

    __slots__ = ()


class Day(Opaque):
    """A date that is known: `2026-11-26`."""

    __slots__ = ()


class Moment(Opaque):
    """A timestamp of which the day is known; `exact` if it is midnight."""

    __slots__ = ("exact",)
    exact: bool

    def __new__(cls, day: str, *, exact: bool) -> Self:
        """`day` as of a :class:`Day`."""
        made = super().__new__(cls, f"{day} 00:00:00")
        made.exact = exact
        return made


class Span(Opaque):
    """An interval of whole months and days."""

    __slots__ = ("days", "months")
    months: int
    days: int

    def __new__(cls, months: int, days: int) -> Self:
        """Both may be negative."""
        made = super().__new__(cls, f"{months} mons {days} days")
        made.months, made.days = months, days
        return made


class Key(Opaque):
    """An oid, or an object by its name (`regclass`): two are equal if they are of one object.

    Attributes:
        key: tells objects apart.
        shown: as the type writes it; None for an oid, whose number is not known.
    """

    __slots__ = ("key", "shown")

    def __new__(cls, key: int, shown: str | None = None) -> Self:
        """Its text is there to be looked at, not to be used."""
        made = super().__new__(cls, shown if shown is not None else f"#{key}")
        made.key, made.shown = key, shown
        return made

    key: int
    shown: str | None


class Definition(Opaque):
    """A definition as it was written; PostgreSQL prints it otherwise, with the same names and literals."""

    __slots__ = ()
