"""Which columns a name can mean at one place of a query, by PostgreSQL's own rules of scope.

Follows `parse_relation.c` (`colNameToVar`, `refnameNamespaceItem`) and `parse_clause.c`: a FROM item shows its
columns, its name, or both; a join hides those below it; what is LATERAL sees its siblings. A relation whose
columns are not known makes an answer uncertain rather than wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"})


class Found(Enum):
    """What became of looking a name up."""

    NO = "no"
    ONCE = "once"
    SEVERAL = "several"
    """More than one FROM item of one level has it: ambiguous whatever PL/pgSQL knows."""
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns.

    Attributes:
        names: those that are known, in order.
        complete: whether there are no others.
    """

    names: tuple[str, ...] = ()
    complete: bool = True

    def renamed(self, names: Sequence[str]) -> Columns:
        """The same under the names of an alias `t(a, b)`, which rename the first ones."""
        if not names:
            return self
        return Columns((*names, *self.names[len(names) :]), self.complete)

    def __add__(self, other: Columns) -> Columns:
        """Both, one behind the other."""
        return Columns(self.names + other.names, self.complete and other.complete)


UNKNOWN = Columns((), complete=False)


@dataclass(slots=True)
class Item:
    """One FROM item as names see it.

    Attributes:
        name: by which its columns can be qualified; None for a join without alias.
        schema: of a relation that has no alias: `schema.table.column` reaches it.
        columns: what it gives.
        system: whether it is a table, with `ctid` and the like.
        shows_columns: False for what a join hides.
        lateral_only: visible in LATERAL items only, that is to later siblings in FROM.
    """

    name: str | None
    columns: Columns
    schema: str | None = None
    system: bool = False
    shows_columns: bool = True
    lateral_only: bool = False


@dataclass(slots=True)
class Level:
    """The FROM items of one query, and whether LATERAL ones are in sight just now."""

    items: list[Item] = field(default_factory=list)
    lateral: bool = False

    def seen(self) -> Iterable[Item]:
        """The items that can be seen now."""
        return (item for item in self.items if self.lateral or not item.lateral_only)


Levels = tuple[Level, ...]
"""Innermost first."""


def find_column(name: str, levels: Levels) -> Found:
    """An unqualified name: a column of the nearest query that has it, else a whole row."""
    perhaps = False
    for level in levels:
        count, unknown = 0, False
        for item in level.seen():
            if not item.shows_columns:
                continue
            count += item.columns.names.count(name)
            if item.system and name in SYSTEM_COLUMNS:
                count += 1
            unknown = unknown or not item.columns.complete
        if count:
            return Found.ONCE if count == 1 else Found.SEVERAL
        perhaps = perhaps or unknown
    if find_item(name, levels) is not None:
        return Found.ONCE
    return Found.PERHAPS if perhaps else Found.NO


def find_qualified(names: Sequence[str], levels: Levels) -> Found:
    """`table.column`, `table.*`, `schema.table.column`."""
    if len(names) < 2 or len(names) > 3:
        return Found.NO
    *qualifier, column = names
    item = find_item(qualifier[-1], levels, qualifier[0] if len(qualifier) == 2 else None)
    if item is None:
        return Found.NO
    if column == "*" or column in item.columns.names or (item.system and column in SYSTEM_COLUMNS):
        return Found.ONCE
    return Found.NO if item.columns.complete else Found.PERHAPS


def find_item(name: str, levels: Levels, schema: str | None = None) -> Item | None:
    """The FROM item of a name."""
    for level in levels:
        for item in level.seen():
            if item.name == name and (schema is None or item.schema == schema):
                return item
    return None
