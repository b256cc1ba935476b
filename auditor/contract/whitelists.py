"""What the database lets a column hold: a set of values, whatever limits it.

CHECK constraints of the table, the checks of its domain and of the domains below, the labels of its enum, and the
rows of a lookup table that a foreign key of this column alone points to. All of them hold together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.catalog.kinds.domain_constraint import DomainConstraint
from auditor.catalog.kinds.table_column import TableColumn
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.type import Type
from auditor.model import CatalogObject, ObjectId, Snapshot
from auditor.sql.allowed import AllowedValues, allowed_values
from auditor.sql.names import quote_identifier

Lookups = Mapping[tuple[str, str], frozenset[str] | None]
"""(table, column) of a lookup table -> its values; None if the role may not read them."""


@dataclass(frozen=True, slots=True)
class Whitelist:
    """What the database lets a column hold.

    Attributes:
        values: the values, or None if nothing limits them.
        sources: the constraint, enum or domain that says so.
        unread: constraints that say more about the column than could be understood.
        rows_unknown: foreign keys to lookup tables whose rows are not known.
    """

    values: frozenset[str] | None
    sources: tuple[CatalogObject, ...] = ()
    unread: tuple[CatalogObject, ...] = ()
    rows_unknown: tuple[TableConstraint, ...] = ()


def whitelist_of(snapshot: Snapshot, table: str, column: str, lookups: Lookups | None = None) -> Whitelist:
    """The values that a column may hold.

    Args:
        snapshot: the catalog.
        table: identity of the table.
        column: its name, unquoted.
        lookups: rows of lookup tables, as :func:`lookups_of` names them.
    """
    expressions: list[tuple[CatalogObject, str, str]] = [
        (item, item.expression or "", column)
        for item in snapshot.objects.values()
        if isinstance(item, TableConstraint) and item.table == table and item.type == "c" and item.enforced
    ]
    sets: list[frozenset[str]] = []
    sources: list[CatalogObject] = []
    found = snapshot.objects.get(ObjectId("table column", f"{table}.{quote_identifier(column)}"))
    kind = snapshot.objects.get(ObjectId("type", found.type)) if isinstance(found, TableColumn) else None
    while isinstance(kind, Type) and kind.form == "domain":
        checks = [one for one in snapshot.objects.values() if isinstance(one, DomainConstraint)]
        expressions += [(one, one.expression, "value") for one in checks if one.domain == kind.identity]
        kind = snapshot.objects.get(ObjectId("type", kind.base_type or ""))
    if isinstance(kind, Type) and kind.form == "enum":
        sets.append(frozenset(kind.labels))
        sources.append(kind)
    rows_unknown: list[TableConstraint] = []
    for key, place in _keys(snapshot, table, column):
        rows = (lookups or {}).get(place)
        if rows is None:
            rows_unknown.append(key)
        else:
            sets.append(rows)
            sources.append(key)
    return _together(expressions, sets, sources, rows_unknown)


def lookups_of(snapshot: Snapshot, table: str, column: str) -> list[tuple[str, str]]:
    """The lookup tables that limit a column, each with its column."""
    return [place for _, place in _keys(snapshot, table, column)]


# Private


def _together(
    expressions: list[tuple[CatalogObject, str, str]],
    sets: list[frozenset[str]],
    sources: list[CatalogObject],
    rows_unknown: list[TableConstraint],
) -> Whitelist:
    first = [(item, allowed_values(text, name)) for item, text, name in expressions]
    asked = frozenset().union(*sets, *(one.values or () for _, one in first), *(one.refused for _, one in first))
    unread: list[CatalogObject] = []
    refused: set[str] = set()
    for item, text, name in expressions:
        allowed: AllowedValues = allowed_values(text, name, asked)
        refused |= allowed.refused
        if allowed.values is not None:
            sets.append(allowed.values)
        if allowed.values is not None or allowed.refused:
            sources.append(item)
        if not allowed.exact:
            unread.append(item)
    values = frozenset.intersection(*sets) - refused if sets else None
    return Whitelist(values, tuple(sources), tuple(unread), tuple(rows_unknown))


def _keys(snapshot: Snapshot, table: str, column: str) -> list[tuple[TableConstraint, tuple[str, str]]]:
    found: list[tuple[TableConstraint, tuple[str, str]]] = []
    for item in snapshot.objects.values():
        if not isinstance(item, TableConstraint) or item.table != table or item.type != "f":
            continue
        if item.columns == [quote_identifier(column)] and item.references is not None and _holds(item):
            found.append((item, (item.references, item.references_columns[0])))
    return found


def _holds(key: TableConstraint) -> bool:
    """Whether a foreign key is checked; its triggers may be off (`ALTER TABLE ... DISABLE TRIGGER ALL`)."""
    return key.enforced and "disabled" not in (key.enabled or "")
