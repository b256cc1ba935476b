"""What the catalog in memory holds, as rows of the system catalogs are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from auditor.history.catalog import Catalog
from auditor.history.object import Object
from auditor.sql.catalog_queries import DOUBT
from auditor.sql.opaque import Key
from auditor.sql.values import Value

Row = dict[str, Value]


class Contents:
    """The objects of a catalog in memory, each with a key in place of its oid.

    Attributes:
        catalog: whose objects they are.
        in_doubt: whether an object of a kind and name was made or dropped under a condition.
        objects: by key, those that were given one.
    """

    def __init__(self, catalog: Catalog, in_doubt: Callable[[str, str], bool]) -> None:
        self.catalog = catalog
        self.in_doubt = in_doubt
        self.objects: dict[int, Object] = {}

    def key(self, item: Object) -> Key:
        """The oid of an object."""
        self.objects[id(item)] = item
        return Key(id(item))

    def relations(self, *kinds: str) -> Iterator[Object]:
        """Relations of these kinds that are not temporary."""
        found = list(self.catalog.relations.values())
        return (one for one in found if one.kind in kinds and not one.temporary)

    def children(self, kind: str) -> Iterator[tuple[Object, Object]]:
        """What hangs on relations, with its relation."""
        for relation in self.relations("table", "foreign table", "view", "materialized view"):
            for child in list(relation.children.values()):
                if child.kind == kind or (kind == "column" and child.kind.endswith(" column")):
                    yield relation, child

    def indexes(self) -> Iterator[tuple[Object, Object]]:
        """Indexes, with their tables."""
        for index in self.relations("index"):
            if isinstance(table := index.table, Object):
                yield table, index

    def doubt(self, item: Object) -> Row:
        """The mark of a row that may not be there."""
        table = item.table
        external = item.external or (table is not None and table.external)
        return {DOUBT: True} if external or self.in_doubt(item.kind, item.name) else {}

    def outsiders(self) -> Iterator[Object]:
        """Tables that no migration made: what hangs on them is not known."""
        return (table for table in self.relations("table", "view") if table.external)

    def schema_key(self, name: str | None) -> Key:
        """The oid of a schema."""
        catalog = self.catalog
        found = catalog.schemas.get(name or "")
        if found is None:
            found = catalog.add(Object("schema", name or "", external=True))
        return self.key(found)


def argument_types(item: Object, separator: str) -> str:
    """The types of a routine's arguments, as text; those of pg_catalog without it."""
    return separator.join(str(argument).replace("pg_catalog.", "") for argument in item.arguments)
