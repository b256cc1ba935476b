"""Tables and schemas of a publication: each membership is an object, which hangs on both.

https://www.postgresql.org/docs/current/sql-alterpublication.html
"""

from __future__ import annotations

from auditor.history.folding import Folding
from auditor.history.lookup import PUBLICATION_SCHEMA, PUBLICATION_TABLE, members_of
from auditor.history.object import Object
from auditor.model import change as c


def publication(fold: Folding, name: c.Name) -> Object:
    """The publication of that name; one that no migration made is noted as external."""
    found = fold.catalog.other("publication", name)
    return found or fold.catalog.add(Object("publication", name.name, external=True))


def create_member(fold: Folding, change: c.Create) -> None:
    """A table or a schema of CREATE PUBLICATION."""
    if change.parent is not None:
        _add(fold, publication(fold, change.parent), change.kind, change.name)


def alter_members(fold: Folding, found: Object, change: c.Alter) -> bool:
    """ADD, DROP and SET of tables or schemas; False if the change is about anything else."""
    verb, _, what = change.what.partition(" ")
    if verb not in {"add", "drop", "set"} or what not in {"relation", "schema"}:
        return False
    kind = PUBLICATION_TABLE if what == "relation" else PUBLICATION_SCHEMA
    names = change.tables if kind == PUBLICATION_TABLE else tuple(map(c.Name, change.labels))
    meant = [item for name in names for item in _meant(fold, kind, name)]
    if verb in {"drop", "set"}:
        for member in list(members_of(found, kind)):
            if (member.facts["member"] in meant) == (verb == "drop"):
                fold.drop(member)
    if verb in {"add", "set"}:
        for name in names:
            _add(fold, found, kind, name)
    return True


# Private


def _meant(fold: Folding, kind: str, name: c.Name) -> list[Object]:
    if kind == PUBLICATION_SCHEMA:
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
    there = {id(member.facts["member"]): member for member in members_of(found, kind)}
    for number, item in enumerate(_meant(fold, kind, name)):
        if id(item) in there:
            fold.emit("alter", there[id(item)])
            continue
        member = Object(kind, f"{item.identity}", parent=found)
        member.facts["member"] = item
        fold.create(member, implied=number > 0)
        fold.catalog.depend(member, item, automatic=True)
