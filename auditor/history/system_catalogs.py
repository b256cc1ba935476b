"""PostgreSQL's system catalogs, as the catalog in memory knows them: for statements that look things up there.

Columns that are not known are left out. What an object that no migration made has hanging on it is not known, nor
whether it is there at all; nor are objects that were made or dropped under a condition: their rows are in doubt.

https://www.postgresql.org/docs/current/catalogs.html, information-schema.html
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from auditor.history.catalog import Catalog
from auditor.history.contents import Contents, Row, argument_types
from auditor.history.object import Object
from auditor.history.system_catalog_rows import SYSTEM_CATALOGS
from auditor.model import change as c
from auditor.sql import UnreadableSql
from auditor.sql.grammar import parse
from auditor.sql.names import qualified, quote_identifier, split_name
from auditor.sql.opaque import Definition, Key, Opaque
from auditor.sql.tree import name_of_nodes, type_name
from auditor.sql.values import NULL, Value, World

_TO_REG = {f"to_{kind}": kind for kind in ("regclass", "regtype", "regnamespace", "regproc", "regprocedure")}


class CatalogInMemory(World):
    """What a statement finds in the system catalogs when it runs at this place of the history.

    Attributes:
        asked: whether anything was looked up.
        looked: whether rows were.
    """

    catalog: Catalog
    contents: Contents
    asked: bool
    looked: bool

    @classmethod
    def of(cls, catalog: Catalog, in_doubt: Callable[[str, str], bool]) -> CatalogInMemory:
        """The system catalogs of a catalog in memory, as it goes on; for `in_doubt` see :class:`Contents`."""
        made = cls("world")
        made.catalog, made.contents, made.asked, made.looked = catalog, Contents(catalog, in_doubt), False, False
        return made

    def rows(self, schema: str | None, name: str) -> list[Row] | None:
        """See :class:`~auditor.sql.values.World`."""
        self.asked = True
        wanted = f"information_schema.{name}" if schema == "information_schema" else name
        reader = SYSTEM_CATALOGS.get(wanted) if schema in (None, "pg_catalog", "information_schema") else None
        if reader is None or self.catalog.relation(c.Name(name, schema)) is not None:
            return None
        self.looked = True
        return list(reader(self.contents))

    def named(self, kind: str, text: str) -> Value | None:
        """See :class:`~auditor.sql.values.World`."""
        if kind == "regprocedure":
            return self._procedure(text)
        parts = split_name(text)
        if not parts or len(parts) > 2:
            return None
        name = c.Name(parts[-1], parts[0] if len(parts) == 2 else None)
        catalog = self.catalog
        found: Object | None = None
        if kind == "regclass":
            found = catalog.relation(name)
        elif kind == "regtype":
            found = catalog.type_object(name)
        elif kind == "regnamespace":
            found = catalog.schemas.get(name.name)
        elif kind == "regproc":
            found = catalog.routine("routine", name, None)
        if found is None or (kind == "regclass" and found.external):
            return None
        return Key(self.contents.key(found).key, self.shown(kind, id(found)))

    def _procedure(self, text: str) -> Value | None:
        try:
            statements = parse(f"DROP FUNCTION {text}")
            found = statements[0]["stmt"]["DropStmt"]["objects"][0]["ObjectWithArgs"]
        except (UnreadableSql, KeyError, IndexError):
            return None
        arguments = tuple(type_name(node["TypeName"]) for node in found.get("objargs", ()))
        item = self.catalog.routine("routine", name_of_nodes(found["objname"]), arguments)
        return Key(self.contents.key(item).key, self.shown("regprocedure", id(item))) if item is not None else None

    def shown(self, kind: str, key: int) -> str | None:
        """See :class:`~auditor.sql.values.World`."""
        item = self.contents.objects.get(key)
        if item is None or kind == "oid":
            return None
        catalog = self.catalog
        name = c.Name(item.name)
        if kind == "regnamespace":
            return quote_identifier(item.name)
        if kind == "regclass":
            visible = catalog.relation(name) is item
        elif kind == "regtype":
            visible = catalog.type_object(name) is item
        else:
            visible = any(item is one for one in catalog.routines_named(name))
        text = quote_identifier(item.name) if visible else qualified(item.schema, item.name)
        return f"{text}({argument_types(item, ',')})" if kind == "regprocedure" else text

    def today(self) -> str | None:
        """See :class:`~auditor.sql.values.World`."""
        self.asked = True
        return datetime.datetime.now(datetime.UTC).date().isoformat()  # as in a throw-away server

    def call(self, name: str, arguments: list[Value]) -> Value | None:
        """See :class:`~auditor.sql.values.World`."""
        if name == "current_schema" and not arguments:
            return self.catalog.creation_schema(c.Name(""))
        if name in _TO_REG and len(arguments) == 1 and type(arguments[0]) is str:
            return self.named(_TO_REG[name], arguments[0]) or self._nothing(_TO_REG[name], arguments[0])
        first = arguments[0] if arguments else None
        item = self.contents.objects.get(first.key) if isinstance(first, Key) else None
        if item is None:
            return None
        if name in ("pg_get_function_identity_arguments", "oidvectortypes"):
            return argument_types(item, ", ")
        if name == "pg_get_constraintdef":
            written = item.facts.get("written")
            return Definition(written.definition.lower()) if isinstance(written, c.Constraint) else None
        if name == "pg_get_expr" and item.facts.get("partition_of") is not None:
            return Opaque("FOR VALUES FROM (MINVALUE) TO (MAXVALUE)")  # which bounds they are does not matter
        if name == "pg_table_is_visible":
            return self.catalog.relation(c.Name(item.name)) is item
        if name == "pg_function_is_visible":
            return any(item is one for one in self.catalog.routines_named(c.Name(item.name)))
        return None

    def _nothing(self, kind: str, text: str) -> Value | None:
        """NULL for what is not there: of routines alone, since many a table is made by no migration."""
        parts = split_name(text.partition("(")[0])
        known = kind in ("regproc", "regprocedure") and parts and not self.contents.in_doubt("function", parts[-1])
        return NULL if known else None
