"""How pg_catalog and information_schema name objects, for conditions that look them up.

https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Catalog:
    """How a system catalog or view names the objects of a kind.

    Attributes:
        name, schema, table: its columns for these; a column that holds an oid is compared with `'x'::regclass`.
        ignored: columns that narrow the search without changing what is asked.
    """

    kind: str
    name: str
    schema: tuple[str, ...] = ()
    table: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


CATALOGS: dict[str, Catalog] = {
    "pg_attribute": Catalog(
        "table column", "attname", ("nspname",), ("attrelid", "relname"), ("attisdropped", "attnum")
    ),
    "pg_class": Catalog("table", "relname", ("nspname", "relnamespace"), (), ("relkind",)),
    "pg_collation": Catalog("collation", "collname", ("nspname", "collnamespace")),
    "pg_constraint": Catalog(
        "table constraint",
        "conname",
        ("nspname", "connamespace"),
        ("conrelid", "relname"),
        ("contype",),
    ),
    "pg_database": Catalog("database", "datname"),
    "pg_event_trigger": Catalog("event trigger", "evtname"),
    "pg_extension": Catalog("extension", "extname"),
    "pg_foreign_data_wrapper": Catalog("foreign-data wrapper", "fdwname"),
    "pg_foreign_server": Catalog("server", "srvname"),
    "pg_indexes": Catalog("index", "indexname", ("schemaname",), ("tablename",)),
    "pg_language": Catalog("language", "lanname"),
    "pg_matviews": Catalog("materialized view", "matviewname", ("schemaname",)),
    "pg_namespace": Catalog("schema", "nspname"),
    "pg_policies": Catalog("policy", "policyname", ("schemaname",), ("tablename",)),
    "pg_policy": Catalog("policy", "polname", ("nspname",), ("polrelid", "relname")),
    "pg_proc": Catalog("function", "proname", ("nspname", "pronamespace"), (), ("prokind",)),
    "pg_publication": Catalog("publication", "pubname"),
    "pg_publication_tables": Catalog("publication relation", "tablename", ("schemaname",), ("pubname",)),
    "pg_roles": Catalog("role", "rolname"),
    "pg_authid": Catalog("role", "rolname"),
    "pg_user": Catalog("role", "usename"),
    "pg_shadow": Catalog("role", "usename"),
    "pg_group": Catalog("role", "groname"),
    "pg_rules": Catalog("rule", "rulename", ("schemaname",), ("tablename",)),
    "pg_sequences": Catalog("sequence", "sequencename", ("schemaname",)),
    "pg_statistic_ext": Catalog("statistics object", "stxname", ("nspname", "stxnamespace")),
    "pg_subscription": Catalog("subscription", "subname"),
    "pg_tables": Catalog("table", "tablename", ("schemaname",)),
    "pg_trigger": Catalog("trigger", "tgname", ("nspname",), ("tgrelid", "relname"), ("tgisinternal",)),
    "pg_type": Catalog("type", "typname", ("nspname", "typnamespace"), (), ("typtype",)),
    "pg_views": Catalog("view", "viewname", ("schemaname",)),
    "information_schema.check_constraints": Catalog("table constraint", "constraint_name", ("constraint_schema",)),
    "information_schema.columns": Catalog("table column", "column_name", ("table_schema",), ("table_name",)),
    "information_schema.constraint_column_usage": Catalog(
        "table constraint", "constraint_name", ("table_schema", "constraint_schema"), ("table_name",)
    ),
    "information_schema.domains": Catalog("type", "domain_name", ("domain_schema",)),
    "information_schema.key_column_usage": Catalog(
        "table constraint", "constraint_name", ("table_schema", "constraint_schema"), ("table_name",)
    ),
    "information_schema.referential_constraints": Catalog(
        "table constraint", "constraint_name", ("constraint_schema",)
    ),
    "information_schema.routines": Catalog("function", "routine_name", ("routine_schema",), (), ("routine_type",)),
    "information_schema.schemata": Catalog("schema", "schema_name"),
    "information_schema.sequences": Catalog("sequence", "sequence_name", ("sequence_schema",)),
    "information_schema.table_constraints": Catalog(
        "table constraint",
        "constraint_name",
        ("table_schema", "constraint_schema"),
        ("table_name",),
        ("constraint_type",),
    ),
    "information_schema.tables": Catalog("table", "table_name", ("table_schema",), (), ("table_type",)),
    "information_schema.triggers": Catalog(
        "trigger", "trigger_name", ("trigger_schema", "event_object_schema"), ("event_object_table",)
    ),
    "information_schema.views": Catalog("view", "table_name", ("table_schema",)),
}
JOINED = frozenset({"pg_class", "pg_namespace"})
"""Catalogs that say where an object of another one is."""

RELKINDS = {
    "r": "table",
    "p": "table",
    "i": "index",
    "I": "index",
    "S": "sequence",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
    "c": "composite type",
}
TO_REG = {
    "to_regclass": "table",
    "to_regtype": "type",
    "to_regproc": "function",
    "to_regprocedure": "function",
    "to_regrole": "role",
    "to_regnamespace": "schema",
}
DATABASE_COLUMNS = frozenset(
    {
        "table_catalog",
        "constraint_catalog",
        "trigger_catalog",
        "routine_catalog",
        "sequence_catalog",
        "catalog_name",
    }
)
VISIBILITY_CALLS = frozenset(
    {"pg_table_is_visible", "pg_type_is_visible", "pg_function_is_visible", "current_schema"}
)
