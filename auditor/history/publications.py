"""Tables and schemas of a publication: each membership is an object, which hangs on both.

https://www.postgresql.org/docs/current/sql-alterpublication.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from auditor.history.catalog import Object
from auditor.model import change as c

if TYPE_CHECKING:
    from auditor.history.fold import Folding

TABLE, SCHEMA = "publication relation", "publication namespace"
KINDS = frozenset({TABLE, SCHEMA})


def publication(fold: Folding, name: c.Name) -> Object:
    """The publication of that name; one that no migration made is noted as external."""
    found = fold.catalog.other("publication", name)
    return found or fold.catalog.add(Object("publication", name.name, external=True))


def find_member(fold: Folding, kind: str, name: c.Name, parent: c.Name | None) -> Object | None:
    """The membership of a table or schema in a publication, or None."""
    found = fold.catalog.other("publication", parent) if parent is not None else None
    if found is None:
        return None
    for member in _members(found, kind):
        of = member.facts["member"]
        if of.name == name.name and name.schema in (None, of.schema):
            return member
    return None


def create_member(fold: Folding, change: c.Create) -> None:
    """A table or a schema of CREATE PUBLICATION."""
    if change.parent is not None:
        _add(fold, publication(fold, change.parent), change.kind, change.name)


def alter_members(fold: Folding, found: Object, change: c.Alter) -> bool:
    """ADD, DROP and SET of tables or schemas; False if the change is about anything else."""
    verb, _, what = change.what.partition(" ")
    if verb not in {"add", "drop", "set"} or what not in {"relation", "schema"}:
        return False
    kind = TABLE if what == "relation" else SCHEMA
    names = change.tables if kind == TABLE else tuple(map(c.Name, change.labels))
    meant = [item for name in names for item in _meant(fold, kind, name)]
    if verb in {"drop", "set"}:
        for member in list(_members(found, kind)):
            if (member.facts["member"] in meant) == (verb == "drop"):
                fold.drop(member)
    if verb in {"add", "set"}:
        for name in names:
            _add(fold, found, kind, name)
    return True


# Private


def _members(found: Object, kind: str) -> Iterable[Object]:
    return [child for child in found.children.values() if child.kind == kind]


def _meant(fold: Folding, kind: str, name: c.Name) -> list[Object]:
    if kind == SCHEMA:
        schema = fold.catalog.creation_schema(c.Name("")) if name.name == "current_schema" else name.name
        return [fold.catalog.schemas.get(schema) or fold.catalog.add(Object("schema", schema, external=True))]
    table = fold.catalog.relation_or_external(name)
    found = [table]
    if not table.facts.get("partitioned"):
        # A table stands for its inheritance children too, unless it is written with ONLY.
        for one in found:
            found += [heir for heir in fold.heirs(one) if heir not in found]
    return found


def _add(fold: Folding, found: Object, kind: str, name: c.Name) -> None:
    there = {id(member.facts["member"]): member for member in _members(found, kind)}
    for number, item in enumerate(_meant(fold, kind, name)):
        if id(item) in there:
            fold.emit("alter", there[id(item)])
            continue
        member = Object(kind, f"{item.identity}", parent=found)
        member.facts["member"] = item
        fold.create(member, implied=number > 0)
        fold.catalog.depend(member, item, automatic=True)
