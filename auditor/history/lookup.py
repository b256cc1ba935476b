"""Which object of the catalog in memory a statement means."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.history.catalog import Catalog
from auditor.history.object import (
    HANGING_KINDS,
    RELATION_KINDS,
    ROUTINE_KINDS,
    SCHEMA_QUALIFIED_KINDS,
    Object,
    TypeReference,
)
from auditor.model import change as c

PUBLICATION_TABLE, PUBLICATION_SCHEMA = "publication relation", "publication namespace"
PUBLICATION_KINDS = frozenset({PUBLICATION_TABLE, PUBLICATION_SCHEMA})
KINDS_WITH_METHOD = frozenset({"operator class", "operator family", "user mapping"})
_ROUTINES = ROUTINE_KINDS | {"routine"}


def find(
    catalog: Catalog,
    kind: str,
    name: c.Name,
    arguments: tuple[c.TypeName | None, ...] | None,
    table: c.Name | None,
) -> Object | None:
    """The object that a statement means, or None if none is known."""
    if kind.endswith(" column") or kind in HANGING_KINDS:
        if kind == "domain constraint":
            parent = catalog.type_object(table) if table is not None else None
        else:
            parent = catalog.relation(table) if table is not None else None
        if parent is not None:
            return parent.child(kind, name.name)
        if table is None and kind == "table constraint":
            return catalog.constraint(name.name)
        return None
    if kind in RELATION_KINDS:
        return catalog.relation(name)
    if kind in {"type", "domain"}:
        return catalog.type_object(name)
    if kind in _ROUTINES:
        return catalog.routine(kind, name, arguments)
    if kind in PUBLICATION_KINDS:
        return find_member(catalog, kind, name, table)
    method = table.name if table is not None and kind in KINDS_WITH_METHOD else None
    return catalog.other(kind, name, arguments or (), method)


def find_or_external(
    catalog: Catalog,
    kind: str,
    name: c.Name,
    arguments: tuple[c.TypeName | None, ...] | None,
    table: c.Name | None,
) -> Object:
    """The object that a statement means; one that no migration made is made up from its name."""
    found = find(catalog, kind, name, arguments, table)
    return found if found is not None else made_up(catalog, kind, name, arguments, table)


def made_up(
    catalog: Catalog,
    kind: str,
    name: c.Name,
    arguments: tuple[c.TypeName | None, ...] | None,
    table: c.Name | None,
) -> Object:
    """An object that no migration made, from its name."""
    if kind.endswith(" column") or kind in HANGING_KINDS:
        parent_kind = "type" if kind == "domain constraint" else kind.removesuffix(" column")
        if parent_kind in HANGING_KINDS:
            parent_kind = "table"
        on = table or c.Name("?")
        parent = catalog.type_object(on) if kind == "domain constraint" else catalog.relation(on)
        parent = parent or Object(parent_kind, on.name, catalog.creation_schema(on), external=True)
        return Object(kind, name.name, parent=parent, external=True)
    kind = {"domain": "type", "routine": "function"}.get(kind, kind)
    schema = catalog.creation_schema(name) if kind in SCHEMA_QUALIFIED_KINDS else None
    made: tuple[TypeReference | None, ...] = tuple(
        None if argument is None else catalog.type(argument) for argument in arguments or ()
    )
    item = Object(kind, name.name, schema, arguments=made, external=True)
    if kind in KINDS_WITH_METHOD and table is not None:
        item.facts["method"] = table.name
    return item


def find_member(catalog: Catalog, kind: str, name: c.Name, parent: c.Name | None) -> Object | None:
    """The membership of a table or schema in a publication, or None."""
    found = catalog.other("publication", parent) if parent is not None else None
    if found is None:
        return None
    for member in members_of(found, kind):
        of = member.facts["member"]
        if of.name == name.name and name.schema in (None, of.schema):
            return member
    return None


def members_of(found: Object, kind: str) -> Iterable[Object]:
    """The memberships of a kind in a publication."""
    return [child for child in found.children.values() if child.kind == kind]
