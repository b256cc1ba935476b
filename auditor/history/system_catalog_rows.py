"""Rows of PostgreSQL's system catalogs, made of the catalog in memory; columns that are not known are left out.

https://www.postgresql.org/docs/current/catalogs.html, information-schema.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from auditor.history.contents import Contents, Row
from auditor.history.object import Object, TypeReference
from auditor.model import change as c
from auditor.sql.catalog_queries import DOUBT
from auditor.sql.opaque import Key
from auditor.sql.values import NULL, Value

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
_OWN_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")


def _pg_class(world: Contents) -> Iterator[Row]:
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


def _pg_namespace(world: Contents) -> Iterator[Row]:
    for schema in _OWN_SCHEMAS:
        yield {"oid": Key(-1 - _OWN_SCHEMAS.index(schema)), "nspname": schema}
    for name, item in list(world.catalog.schemas.items()):
        yield {"oid": world.key(item), "nspname": name}


def _listed(schema: str, name: str, *kinds: str, **more: str) -> Callable[[Contents], Iterator[Row]]:
    def rows(world: Contents) -> Iterator[Row]:
        for item in world.relations(*kinds):
            yield {schema: item.schema or "", name: item.name, **more, **world.doubt(item)}

    return rows


def _hanging(kind: str, schema: str, table: str, name: str) -> Callable[[Contents], Iterator[Row]]:
    """What hangs on tables, by names."""

    def rows(world: Contents) -> Iterator[Row]:
        for relation, child in world.children(kind):
            row: Row = {schema: relation.schema or "", table: relation.name, name: child.name}
            if kind == "trigger":
                row["trigger_schema"] = relation.schema or ""
            yield {**row, **world.doubt(child)}
        for relation in world.outsiders():
            yield {schema: relation.schema or "", table: relation.name, DOUBT: True}

    return rows


def _pg_indexes(world: Contents) -> Iterator[Row]:
    for table, index in world.indexes():
        yield {
            "schemaname": table.schema or "",
            "tablename": table.name,
            "indexname": index.name,
            **world.doubt(index),
        }
    for table in world.outsiders():
        yield {"schemaname": table.schema or "", "tablename": table.name, DOUBT: True}


def _pg_index(world: Contents) -> Iterator[Row]:
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


def _pg_policy(world: Contents) -> Iterator[Row]:
    for table, policy in world.children("policy"):
        yield {
            "oid": world.key(policy),
            "polname": policy.name,
            "polrelid": world.key(table),
            **world.doubt(policy),
        }
    for table in world.outsiders():
        yield {"polrelid": world.key(table), DOUBT: True}


def _pg_trigger(world: Contents) -> Iterator[Row]:
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


def _routines(world: Contents) -> list[Object]:
    found = [one for overloads in world.catalog.routines.values() for one in overloads]
    return [one for one in found if not one.temporary]


def _pg_proc(world: Contents) -> Iterator[Row]:
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


def _routine_names(world: Contents) -> Iterator[Row]:
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


def _pg_constraint(world: Contents) -> Iterator[Row]:
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


def _table_constraints(world: Contents) -> Iterator[Row]:
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


def _of_outsiders(world: Contents) -> Iterator[Row]:
    for table in world.outsiders():
        schema = table.schema or ""
        yield {"table_schema": schema, "constraint_schema": schema, "table_name": table.name, DOUBT: True}


def _key_column_usage(world: Contents) -> Iterator[Row]:
    for table, constraint in world.children("table constraint"):
        if constraint.facts.get("type") in ("p", "u", "f"):
            for number, name in enumerate(_columns_of(constraint), start=1):
                names = _constraint_names(table, constraint)
                yield {**names, "column_name": name, "ordinal_position": number, **world.doubt(constraint)}
    yield from _of_outsiders(world)


def _constraint_column_usage(world: Contents) -> Iterator[Row]:
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


def _referential_constraints(world: Contents) -> Iterator[Row]:
    for table, constraint in world.children("table constraint"):
        if constraint.facts.get("type") == "f":
            names = {"constraint_schema": table.schema or "", "constraint_name": constraint.name}
            yield {**names, **world.doubt(constraint)}
    yield from _of_outsiders(world)


def _pg_attribute(world: Contents) -> Iterator[Row]:
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


def _columns(world: Contents) -> Iterator[Row]:
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


def _tables(world: Contents) -> Iterator[Row]:
    kinds = {"table": "BASE TABLE", "view": "VIEW", "foreign table": "FOREIGN"}
    for item in world.relations(*kinds):
        row: Row = {"table_schema": item.schema or "", "table_name": item.name, "table_type": kinds[item.kind]}
        yield {**row, **world.doubt(item)}


def _pg_type(world: Contents) -> Iterator[Row]:
    forms = {"enum": "e", "domain": "d", "range": "r", "base": "b"}
    for item in list(world.catalog.types.values()):
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


def _pg_inherits(world: Contents) -> Iterator[Row]:
    for parent in world.relations("table", "foreign table"):
        for heir in parent.facts.get("heirs", ()):
            if heir.alive:
                yield {"inhrelid": world.key(heir), "inhparent": world.key(parent), **world.doubt(heir)}


def _others(kind: str, name: str) -> Callable[[Contents], Iterator[Row]]:
    def rows(world: Contents) -> Iterator[Row]:
        for (of, _, _), found in list(world.catalog.others.items()):
            for item in found if of == kind else ():
                yield {"oid": world.key(item), name: item.name, **world.doubt(item)}

    return rows


SYSTEM_CATALOGS: dict[str, Callable[[Contents], Iterator[Any]]] = {
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
