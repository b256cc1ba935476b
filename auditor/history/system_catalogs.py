"""PostgreSQL's system catalogs, as the catalog in memory knows them: for statements that look things up there.

Columns that are not known are left out. What an object that no migration made has hanging on it is not known, nor
whether it is there at all; nor are objects that were made or dropped under a condition: their rows are in doubt.

https://www.postgresql.org/docs/current/catalogs.html, information-schema.html
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from auditor.history.catalog import Object, TypeReference
from auditor.model import change as c
from auditor.sql import UnreadableSql
from auditor.sql.catalog_queries import DOUBT
from auditor.sql.grammar import parse
from auditor.sql.names import qualified, quote_identifier, split_name
from auditor.sql.opaque import Definition, Key, Opaque
from auditor.sql.tree import name_of_nodes, type_name
from auditor.sql.values import NULL, Value, World

if TYPE_CHECKING:
    from auditor.history.fold import Folding

Row = dict[str, Value]

_RELKINDS = {
    "table": "r",
    "index": "i",
    "sequence": "S",
    "view": "v",
    "materialized view": "m",
    "foreign table": "f",
    "composite type": "c",
}
_CONSTRAINT_TYPES = {"p": "PRIMARY KEY", "u": "UNIQUE", "c": "CHECK", "f": "FOREIGN KEY", "n": "CHECK"}
_TO_REG = {f"to_{kind}": kind for kind in ("regclass", "regtype", "regnamespace", "regproc", "regprocedure")}
_OWN_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")


class CatalogInMemory(World):
    """What a statement finds in the system catalogs when it runs at this place of the history.

    Attributes:
        asked: whether anything was looked up.
        looked: whether rows were.
    """

    fold: Folding
    asked: bool
    looked: bool
    _objects: dict[int, Object]

    @classmethod
    def of(cls, fold: Folding) -> CatalogInMemory:
        """The catalogs of a fold, as it goes on."""
        made = cls("world")
        made.fold, made.asked, made.looked, made._objects = fold, False, False, {}
        return made

    def rows(self, schema: str | None, name: str) -> list[Row] | None:
        """See :class:`~auditor.sql.values.World`."""
        self.asked = True
        wanted = f"information_schema.{name}" if schema == "information_schema" else name
        reader = _CATALOGS.get(wanted) if schema in (None, "pg_catalog", "information_schema") else None
        if reader is None or self.fold.catalog.relation(c.Name(name, schema)) is not None:
            return None
        self.looked = True
        return list(reader(self))

    def named(self, kind: str, text: str) -> Value | None:
        """See :class:`~auditor.sql.values.World`."""
        if kind == "regprocedure":
            return self._procedure(text)
        parts = split_name(text)
        if not parts or len(parts) > 2:
            return None
        name = c.Name(parts[-1], parts[0] if len(parts) == 2 else None)
        catalog = self.fold.catalog
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
        return Key(self.key(found).key, self.shown(kind, id(found)))

    def _procedure(self, text: str) -> Value | None:
        try:
            statements = parse(f"DROP FUNCTION {text}")
            found = statements[0]["stmt"]["DropStmt"]["objects"][0]["ObjectWithArgs"]
        except (UnreadableSql, KeyError, IndexError):
            return None
        arguments = tuple(type_name(node["TypeName"]) for node in found.get("objargs", ()))
        item = self.fold.catalog.routine("routine", name_of_nodes(found["objname"]), arguments)
        return Key(self.key(item).key, self.shown("regprocedure", id(item))) if item is not None else None

    def shown(self, kind: str, key: int) -> str | None:
        """See :class:`~auditor.sql.values.World`."""
        item = self._objects.get(key)
        if item is None or kind == "oid":
            return None
        catalog = self.fold.catalog
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
        return f"{text}({_argument_types(item, ',')})" if kind == "regprocedure" else text

    def today(self) -> str | None:
        """See :class:`~auditor.sql.values.World`."""
        self.asked = True
        return datetime.datetime.now(datetime.UTC).date().isoformat()  # as in a throw-away server

    def call(self, name: str, arguments: list[Value]) -> Value | None:
        """See :class:`~auditor.sql.values.World`."""
        if name == "current_schema" and not arguments:
            return self.fold.catalog.creation_schema(c.Name(""))
        if name in _TO_REG and len(arguments) == 1 and type(arguments[0]) is str:
            return self.named(_TO_REG[name], arguments[0]) or self._nothing(_TO_REG[name], arguments[0])
        first = arguments[0] if arguments else None
        item = self._objects.get(first.key) if isinstance(first, Key) else None
        if item is None:
            return None
        if name in ("pg_get_function_identity_arguments", "oidvectortypes"):
            return _argument_types(item, ", ")
        if name == "pg_get_constraintdef":
            written = item.facts.get("written")
            return Definition(written.definition.lower()) if isinstance(written, c.Constraint) else None
        if name == "pg_get_expr" and item.facts.get("partition_of") is not None:
            return Opaque("FOR VALUES FROM (MINVALUE) TO (MAXVALUE)")  # which bounds they are does not matter
        if name == "pg_table_is_visible":
            return self.fold.catalog.relation(c.Name(item.name)) is item
        if name == "pg_function_is_visible":
            return any(item is one for one in self.fold.catalog.routines_named(c.Name(item.name)))
        return None

    def _nothing(self, kind: str, text: str) -> Value | None:
        """NULL for what is not there: of routines alone, since many a table is made by no migration."""
        parts = split_name(text.partition("(")[0])
        known = kind in ("regproc", "regprocedure") and parts and not self.fold.in_doubt("function", parts[-1])
        return NULL if known else None

    def key(self, item: Object) -> Key:
        """The oid of an object."""
        self._objects[id(item)] = item
        return Key(id(item))

    # What is there

    def relations(self, *kinds: str) -> Iterator[Object]:
        """Relations of these kinds that are not temporary."""
        found = list(self.fold.catalog.relations.values())
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
        return {DOUBT: True} if external or self.fold.in_doubt(item.kind, item.name) else {}

    def outsiders(self) -> Iterator[Object]:
        """Tables that no migration made: what hangs on them is not known."""
        return (table for table in self.relations("table", "view") if table.external)

    def schema_key(self, name: str | None) -> Key:
        """The oid of a schema."""
        catalog = self.fold.catalog
        found = catalog.schemas.get(name or "")
        if found is None:
            found = catalog.add(Object("schema", name or "", external=True))
        return self.key(found)


# Private


def _argument_types(item: Object, separator: str) -> str:
    return separator.join(str(argument).replace("pg_catalog.", "") for argument in item.arguments)


def _pg_class(world: CatalogInMemory) -> Iterator[Row]:
    for item in world.relations(*_RELKINDS):
        kind = _RELKINDS[item.kind]
        partitioned = bool((item.table if kind == "i" and item.table else item).facts.get("partitioned"))
        yield {
            "oid": world.key(item),
            "relname": item.name,
            "relnamespace": world.schema_key(item.schema),
            "relkind": {"r": "p", "i": "I"}.get(kind, kind) if partitioned else kind,
            "relpartbound": NULL if item.facts.get("partition_of") is None else world.key(item),
            "relispartition": item.facts.get("partition_of") is not None
            or item.facts.get("parent_index") is not None,
            **world.doubt(item),
        }


def _pg_namespace(world: CatalogInMemory) -> Iterator[Row]:
    for schema in _OWN_SCHEMAS:
        yield {"oid": Key(-1 - _OWN_SCHEMAS.index(schema)), "nspname": schema}
    for name, item in list(world.fold.catalog.schemas.items()):
        yield {"oid": world.key(item), "nspname": name}


def _listed(schema: str, name: str, *kinds: str, **more: str) -> Callable[[CatalogInMemory], Iterator[Row]]:
    def rows(world: CatalogInMemory) -> Iterator[Row]:
        for item in world.relations(*kinds):
            yield {schema: item.schema or "", name: item.name, **more, **world.doubt(item)}

    return rows


def _hanging(kind: str, schema: str, table: str, name: str) -> Callable[[CatalogInMemory], Iterator[Row]]:
    """What hangs on tables, by names."""

    def rows(world: CatalogInMemory) -> Iterator[Row]:
        for relation, child in world.children(kind):
            row: Row = {schema: relation.schema or "", table: relation.name, name: child.name}
            if kind == "trigger":
                row["trigger_schema"] = relation.schema or ""
            yield {**row, **world.doubt(child)}
        for relation in world.outsiders():
            yield {schema: relation.schema or "", table: relation.name, DOUBT: True}

    return rows


def _pg_indexes(world: CatalogInMemory) -> Iterator[Row]:
    for table, index in world.indexes():
        yield {
            "schemaname": table.schema or "",
            "tablename": table.name,
            "indexname": index.name,
            **world.doubt(index),
        }
    for table in world.outsiders():
        yield {"schemaname": table.schema or "", "tablename": table.name, DOUBT: True}


def _pg_index(world: CatalogInMemory) -> Iterator[Row]:
    for table, index in world.indexes():
        key, written = index.facts.get("constraint"), index.facts.get("change")
        kind = key.facts.get("type") if isinstance(key, Object) else None
        yield {
            "indexrelid": world.key(index),
            "indrelid": world.key(table),
            "indisprimary": kind == "p",
            "indisunique": kind in ("p", "u") or (isinstance(written, c.CreateIndex) and written.unique),
            "indisvalid": True,
            **world.doubt(index),
        }
    for table in world.outsiders():
        yield {"indrelid": world.key(table), DOUBT: True}


def _pg_policy(world: CatalogInMemory) -> Iterator[Row]:
    for table, policy in world.children("policy"):
        yield {
            "oid": world.key(policy),
            "polname": policy.name,
            "polrelid": world.key(table),
            **world.doubt(policy),
        }
    for table in world.outsiders():
        yield {"polrelid": world.key(table), DOUBT: True}


def _pg_trigger(world: CatalogInMemory) -> Iterator[Row]:
    for table, trigger in world.children("trigger"):
        function = trigger.facts.get("function")
        yield {
            "oid": world.key(trigger),
            "tgname": trigger.name,
            "tgrelid": world.key(table),
            "tgisinternal": False,
            "tgenabled": trigger.facts.get("state", "O"),
            **({"tgfoid": world.key(function)} if isinstance(function, Object) else {}),
            **world.doubt(trigger),
        }
    for table in world.outsiders():
        yield {"tgrelid": world.key(table), "tgisinternal": False, DOUBT: True}


def _routines(world: CatalogInMemory) -> list[Object]:
    found = [one for overloads in world.fold.catalog.routines.values() for one in overloads]
    return [one for one in found if not one.temporary]


def _pg_proc(world: CatalogInMemory) -> Iterator[Row]:
    for item in _routines(world):
        written = item.facts.get("change")
        row: Row = {
            "oid": world.key(item),
            "proname": item.name,
            "pronamespace": world.schema_key(item.schema),
            "prokind": {"procedure": "p", "aggregate": "a"}.get(item.kind, "f"),
            "pronargs": len(item.arguments),
            "proargtypes": world.key(item),
        }
        if isinstance(written, c.CreateFunction):
            if "security" not in item.facts.get("altered", ()):
                row["prosecdef"] = written.security_definer
            if "volatility" not in item.facts.get("altered", ()):
                row["provolatile"] = written.volatility[:1].lower()
            if written.body is not None:
                row["prosrc"] = written.body
        yield {**row, **world.doubt(item)}


def _routine_names(world: CatalogInMemory) -> Iterator[Row]:
    for item in _routines(world):
        if item.kind != "aggregate":
            yield {
                "routine_schema": item.schema or "",
                "routine_name": item.name,
                "routine_type": item.kind.upper(),
                **world.doubt(item),
            }


def _columns_of(constraint: Object) -> list[str]:
    return [name for name in constraint.facts.get("columns", ()) if isinstance(name, str)]


def _pg_constraint(world: CatalogInMemory) -> Iterator[Row]:
    for table, constraint in world.children("table constraint"):
        target, index = constraint.facts.get("target"), constraint.facts.get("index")
        positions = {column.name: number for number, column in enumerate(table.columns, start=1)}
        keys: list[Value] = [positions[name] for name in _columns_of(constraint) if name in positions]
        yield {
            "oid": world.key(constraint),
            "conname": constraint.name,
            "conrelid": world.key(table),
            "connamespace": world.schema_key(table.schema),
            "contype": str(constraint.facts.get("type", "")),
            "confrelid": world.key(target) if isinstance(target, Object) else Key(0),
            "conindid": world.key(index) if isinstance(index, Object) else Key(0),
            "conkey": keys,
            **world.doubt(constraint),
        }
    for table in world.outsiders():
        yield {"conrelid": world.key(table), "connamespace": world.schema_key(table.schema), DOUBT: True}


def _table_constraints(world: CatalogInMemory) -> Iterator[Row]:
    for table, constraint in world.children("table constraint"):
        kind = str(constraint.facts.get("type", ""))
        if kind == "x":
            continue
        doubt: Row = {DOUBT: True} if kind == "n" else world.doubt(constraint)
        yield {**_constraint_names(table, constraint), "constraint_type": _CONSTRAINT_TYPES.get(kind, ""), **doubt}
    yield from _of_outsiders(world)


def _constraint_names(table: Object, constraint: Object) -> Row:
    schema = table.schema or ""
    return {
        "table_schema": schema,
        "constraint_schema": schema,
        "table_name": table.name,
        "constraint_name": constraint.name,
    }


def _of_outsiders(world: CatalogInMemory) -> Iterator[Row]:
    for table in world.outsiders():
        schema = table.schema or ""
        yield {"table_schema": schema, "constraint_schema": schema, "table_name": table.name, DOUBT: True}


def _key_column_usage(world: CatalogInMemory) -> Iterator[Row]:
    for table, constraint in world.children("table constraint"):
        if constraint.facts.get("type") in ("p", "u", "f"):
            for number, name in enumerate(_columns_of(constraint), start=1):
                names = _constraint_names(table, constraint)
                yield {**names, "column_name": name, "ordinal_position": number, **world.doubt(constraint)}
    yield from _of_outsiders(world)


def _constraint_column_usage(world: CatalogInMemory) -> Iterator[Row]:
    for table, constraint in world.children("table constraint"):
        kind, target = constraint.facts.get("type"), constraint.facts.get("target")
        columns = _columns_of(constraint)
        of = table
        if kind == "f":
            if not isinstance(target, Object):
                yield {"constraint_name": constraint.name, DOUBT: True}
                continue
            of, columns = target, list(constraint.facts.get("target_columns", ()))
        elif kind not in ("p", "u", "c"):
            continue
        for name in columns:
            row = {**_constraint_names(of, constraint), "column_name": name, **world.doubt(constraint)}
            yield {**row, "constraint_schema": table.schema or ""}
    yield from _of_outsiders(world)


def _referential_constraints(world: CatalogInMemory) -> Iterator[Row]:
    for table, constraint in world.children("table constraint"):
        if constraint.facts.get("type") == "f":
            names = {"constraint_schema": table.schema or "", "constraint_name": constraint.name}
            yield {**names, **world.doubt(constraint)}
    yield from _of_outsiders(world)


def _pg_attribute(world: CatalogInMemory) -> Iterator[Row]:
    for table in world.relations("table", "foreign table", "view", "materialized view", "composite type"):
        for number, column in enumerate(table.columns, start=1):
            yield {
                "attrelid": world.key(table),
                "attname": column.name,
                "attnum": number,
                "attisdropped": False,
                "attnotnull": bool(column.facts.get("not_null")),
                **world.doubt(column),
            }
    for table in world.outsiders():
        yield {"attrelid": world.key(table), DOUBT: True}


def _columns(world: CatalogInMemory) -> Iterator[Row]:
    for table in world.relations("table", "foreign table", "view"):
        for number, column in enumerate(table.columns, start=1):
            reference = column.facts.get("type")
            row: Row = {
                "table_schema": table.schema or "",
                "table_name": table.name,
                "column_name": column.name,
                "ordinal_position": number,
                "is_nullable": "NO" if column.facts.get("not_null") else "YES",
            }
            if isinstance(reference, TypeReference):
                row["data_type"] = _data_type(reference)
            yield {**row, **world.doubt(column)}
    for table in world.outsiders():
        yield {"table_schema": table.schema or "", "table_name": table.name, DOUBT: True}


def _data_type(reference: TypeReference) -> str:
    if reference.array:
        return "ARRAY"
    return "USER-DEFINED" if reference.object is not None else reference.text.removeprefix("pg_catalog.")


def _tables(world: CatalogInMemory) -> Iterator[Row]:
    kinds = {"table": "BASE TABLE", "view": "VIEW", "foreign table": "FOREIGN"}
    for item in world.relations(*kinds):
        row: Row = {"table_schema": item.schema or "", "table_name": item.name, "table_type": kinds[item.kind]}
        yield {**row, **world.doubt(item)}


def _pg_type(world: CatalogInMemory) -> Iterator[Row]:
    forms = {"enum": "e", "domain": "d", "range": "r", "base": "b"}
    for item in list(world.fold.catalog.types.values()):
        kind = "c" if item.facts.get("composite") is not None else forms.get(str(item.facts.get("form")))
        row: Row = {
            "oid": world.key(item),
            "typname": item.name,
            "typnamespace": world.schema_key(item.schema),
            **({"typtype": kind} if kind is not None else {}),
        }
        yield {**row, **world.doubt(item)}
    for item in world.relations("table", "view", "materialized view", "foreign table"):
        names: Row = {"typname": item.name, "typnamespace": world.schema_key(item.schema), "typtype": "c"}
        yield {**names, "typrelid": world.key(item), **world.doubt(item)}


def _pg_inherits(world: CatalogInMemory) -> Iterator[Row]:
    for parent in world.relations("table", "foreign table"):
        for heir in parent.facts.get("heirs", ()):
            if heir.alive:
                yield {"inhrelid": world.key(heir), "inhparent": world.key(parent), **world.doubt(heir)}


def _others(kind: str, name: str) -> Callable[[CatalogInMemory], Iterator[Row]]:
    def rows(world: CatalogInMemory) -> Iterator[Row]:
        for (of, _, _), found in list(world.fold.catalog.others.items()):
            for item in found if of == kind else ():
                yield {"oid": world.key(item), name: item.name, **world.doubt(item)}

    return rows


_CATALOGS: dict[str, Callable[[CatalogInMemory], Iterator[Any]]] = {
    "pg_attribute": _pg_attribute,
    "pg_class": _pg_class,
    "pg_constraint": _pg_constraint,
    "pg_event_trigger": _others("event trigger", "evtname"),
    "pg_extension": _others("extension", "extname"),
    "pg_index": _pg_index,
    "pg_indexes": _pg_indexes,
    "pg_inherits": _pg_inherits,
    "pg_matviews": _listed("schemaname", "matviewname", "materialized view"),
    "pg_namespace": _pg_namespace,
    "pg_policies": _hanging("policy", "schemaname", "tablename", "policyname"),
    "pg_policy": _pg_policy,
    "pg_proc": _pg_proc,
    "pg_rules": _hanging("rule", "schemaname", "tablename", "rulename"),
    "pg_sequences": _listed("schemaname", "sequencename", "sequence"),
    "pg_tables": _listed("schemaname", "tablename", "table"),
    "pg_trigger": _pg_trigger,
    "pg_type": _pg_type,
    "pg_views": _listed("schemaname", "viewname", "view"),
    "information_schema.columns": _columns,
    "information_schema.constraint_column_usage": _constraint_column_usage,
    "information_schema.key_column_usage": _key_column_usage,
    "information_schema.referential_constraints": _referential_constraints,
    "information_schema.routines": _routine_names,
    "information_schema.sequences": _listed("sequence_schema", "sequence_name", "sequence"),
    "information_schema.table_constraints": _table_constraints,
    "information_schema.tables": _tables,
    "information_schema.triggers": _hanging(
        "trigger", "event_object_schema", "event_object_table", "trigger_name"
    ),
    "information_schema.views": _listed("table_schema", "table_name", "view"),
}
