"""Which system catalog is read as which kind, and what is not read, with the reason.

https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

READ: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pg_aggregate": ("aggregate",),
        "pg_am": ("access method",),
        "pg_amop": ("operator class", "operator family"),
        "pg_amproc": ("operator class", "operator family"),
        "pg_attrdef": ("table column", "foreign table column", "view"),
        "pg_attribute": ("table column", "foreign table column", "type", "view", "materialized view"),
        "pg_auth_members": ("role",),
        "pg_authid": ("role",),
        "pg_cast": ("cast",),
        "pg_class": ("table", "foreign table", "view", "materialized view", "index", "sequence"),
        "pg_collation": ("collation",),
        "pg_constraint": ("table constraint", "domain constraint", "table column"),
        "pg_conversion": ("conversion",),
        "pg_database": ("database",),
        "pg_db_role_setting": ("database", "role"),
        "pg_default_acl": ("default acl",),
        "pg_enum": ("type",),
        "pg_event_trigger": ("event trigger",),
        "pg_extension": ("extension",),
        "pg_foreign_data_wrapper": ("foreign-data wrapper",),
        "pg_foreign_server": ("server",),
        "pg_foreign_table": ("foreign table",),
        "pg_index": ("index", "table constraint"),
        "pg_inherits": ("table", "foreign table", "index"),
        "pg_language": ("language",),
        "pg_namespace": ("schema",),
        "pg_opclass": ("operator class",),
        "pg_operator": ("operator",),
        "pg_opfamily": ("operator family",),
        "pg_parameter_acl": ("parameter ACL",),
        "pg_partitioned_table": ("table",),
        "pg_policy": ("policy",),
        "pg_proc": ("function", "procedure", "aggregate"),
        "pg_publication": ("publication",),
        "pg_publication_namespace": ("publication",),
        "pg_publication_rel": ("publication",),
        "pg_range": ("type",),
        "pg_rewrite": ("rule", "view", "materialized view"),
        "pg_seclabel": ("security label",),
        "pg_sequence": ("sequence",),
        "pg_shseclabel": ("security label",),
        "pg_statistic_ext": ("statistics object",),
        "pg_subscription": ("subscription",),
        "pg_tablespace": ("tablespace",),
        "pg_transform": ("transform",),
        "pg_trigger": ("trigger", "table constraint"),
        "pg_ts_config": ("text search configuration",),
        "pg_ts_config_map": ("text search configuration",),
        "pg_ts_dict": ("text search dictionary",),
        "pg_ts_parser": ("text search parser",),
        "pg_ts_template": ("text search template",),
        "pg_type": ("type",),
        "pg_user_mapping": ("user mapping",),
    }
)
"""System catalog -> kinds that are read from it."""

EVERY_KIND = ("pg_description", "pg_shdescription")
"""Comments: a field of every kind that can have one."""

NOT_READ: Mapping[str, str] = MappingProxyType(
    {
        "pg_depend": "follows from the objects; ALTER ... DEPENDS ON EXTENSION is counted and reported",
        "pg_init_privs": "what an extension granted on its objects; grants beside them are counted and reported",
        "pg_largeobject": "data",
        "pg_largeobject_metadata": "large objects are data; their number is reported",
        "pg_replication_origin": "the state of replication, not a definition",
        "pg_shdepend": "follows from the objects",
        "pg_statistic": "gathered by ANALYZE",
        "pg_statistic_ext_data": "gathered by ANALYZE, and shown to superusers only",
        "pg_subscription_rel": "the state of replication, not a definition",
    }
)
"""System catalog -> why no kind is read from it."""

WITHHELD: Mapping[str, str] = MappingProxyType(
    {
        "options of user mappings": "shown to few roles; they hold passwords. Reported where there are any",
        "connection strings of subscriptions": "shown to superusers only; they hold passwords. Reported",
        "passwords of roles": "shown to superusers only; not read",
        "jobs of pg_cron": "row security shows a role its own jobs only, and the schema may be closed to it. "
        "Reported, and a job that may only be hidden is not said to be missing",
        "versions of collations": "those of the machine's libraries; not read",
    }
)
"""What PostgreSQL does not show every role, or what is the machine's own, and what is done about it."""
