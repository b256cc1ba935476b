"""Reading a catalog into a :class:`~auditor.model.Snapshot`.

A fixed number of set-based queries, one for each module of :mod:`auditor.catalog.kinds`, sent in one batch.
The queries read `pg_catalog` only and need no privilege: every LOGIN role reads the same.

Privileges: https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any, cast, get_args, get_type_hints

import psycopg

from auditor.catalog.identity import names_in
from auditor.catalog.kinds import BY_KIND, KINDS
from auditor.catalog.kinds.cron_job import CronJob
from auditor.catalog.kinds.role import Role
from auditor.catalog.printing import wrongly_printed
from auditor.catalog.spelling import respelled_id
from auditor.errors import CatalogChanged, CouldNotCheck
from auditor.model import CatalogObject, ObjectId, Snapshot

Connection = psycopg.Connection[tuple[Any, ...]]

LEDGER_TABLES: tuple[str, ...] = (
    "alembic_version",
    "schema_migrations",
    "flyway_schema_history",
    "_prisma_migrations",
    "goose_db_version",
    "__drizzle_migrations",
    "knex_migrations",
    "pgmigrations",
    "django_migrations",
    "atlas_schema_revisions",
    "_yoyo_migration",
    "refinery_schema_history",
    "_sqlx_migrations",
    "__diesel_schema_migrations",
    "databasechangelog",
)
"""Tables in which migration tools note what they applied; their owner is the role that migrates."""


def read_snapshot(
    connection: Connection,
    *,
    kinds: Collection[str] | None = None,
    exclude_schemas: Collection[str] = (),
    names: Mapping[str, Collection[str]] | None = None,
) -> Snapshot:
    """Read the catalog of the database that the connection is in.

    Left out are system schemas, temporary objects, and what belongs to an extension or hangs on what does.

    Args:
        connection: from :func:`auditor.catalog.session.read_only_session`, or any other in a transaction for
            which :func:`auditor.catalog.printing.set_printing` was called.
        kinds: kinds to read, as `pg_identify_object()` names them; None for all.
        exclude_schemas: schemas to leave out with all they hold, unquoted; an event trigger belongs to the
            schema of its function.
        names: kind -> identities, as any version of PostgreSQL spells them. Only these are read, with what hangs
            on them (the columns, constraints, indexes, triggers, policies, rules and owned sequences of a table);
            None for everything. `SCHEMA.NAME(*)` is every routine of that name.
            The cost then depends on the number of names and not on the size of the database.

    Returns:
        What is there. A name that is not there is not in the snapshot. `migration_role` is the owner of the
        ledger table or, if there is none among :data:`LEDGER_TABLES`, of most tables and functions read.

    Raises:
        CouldNotCheck: the catalog changed while it was read, or holds text that is not UTF-8.
        psycopg.Error: from the server; `read_only_session` turns it into CouldNotCheck.
        ValueError: the settings are not those of `set_printing`, or a kind is none.
    """
    classes = _classes(kinds) if names is None else _hanging(_classes(kinds), names)
    excluded = ["information_schema", *exclude_schemas]
    major = connection.info.server_version // 10000
    oids = _narrow(connection, names) if names is not None else None
    queries = [query for query in dict.fromkeys(_query_of(kind) for kind in classes) if query != _JOBS]
    wants_jobs = CronJob in classes
    try:
        with connection.pipeline():
            wrong = wrongly_printed(connection)
            schedule = _execute(connection, _text("schedule"), []) if wants_jobs else None
            cursors = {query: _execute(connection, _sql(query, major), [excluded, oids]) for query in queries}
            role = _execute(connection, _text("migration_role"), [excluded, list(LEDGER_TABLES)])
            unread = None if names is not None else _execute(connection, _text("unread"), [])
            # Within the batch: the rows of one query are bound while the server runs the next.
            if settings := [name for (name,) in wrong.fetchall()]:
                raise ValueError(f"set_printing() was not called: {', '.join(settings)} would change what is read")
            readable, not_readable = _jobs(schedule.fetchone() if schedule is not None else None)
            if readable:
                cursors[_JOBS] = _execute(connection, _sql(_JOBS, major), [])
            objects = _objects(cursors, classes)
            ledger_owner = role.fetchone()
            not_read = unread.fetchall() if unread is not None else []
    except UnicodeDecodeError as error:
        raise CouldNotCheck(
            f"the catalog holds text that is not UTF-8 ({error.reason}); the database's encoding is "
            f"{connection.info.parameter_status('server_encoding')}"
        ) from None
    if names is not None:
        objects = _named(objects, names)
    return Snapshot(
        server_version_num=connection.info.server_version,
        objects=dict(sorted(objects.items(), key=lambda item: (item[0].kind, item[0].identity))),
        migration_role=ledger_owner[0] if ledger_owner else _owner_of_most(objects.values()),
        unread=(
            *(((CronJob.KIND, not_readable),) if not_readable else ()),
            *((kind, why) for kind, why in not_read),
        ),
    )


# Private


def _classes(kinds: Collection[str] | None) -> tuple[type[CatalogObject], ...]:
    """The classes asked for, in the order of KINDS."""
    if kinds is None:
        return KINDS
    if unknown := set(kinds) - {kind.KIND for kind in KINDS}:
        raise ValueError(f"kinds that are not read: {', '.join(sorted(unknown))}")
    return tuple(kind for kind in KINDS if kind.KIND in kinds)


_JOBS = CronJob.__module__.rpartition(".")[2]
"""The one query that reads a table which not every database has, and not every role may read."""


def _jobs(schedule: tuple[bool, bool, bool] | None) -> tuple[bool, str | None]:
    """Whether the jobs of pg_cron can be read, and what to say if not all of them."""
    readable, limited, known = schedule or (False, False, True)
    if not known:
        return False, "the columns of cron.job are not those of a known version of pg_cron"
    if schedule is not None and not readable:
        return False, "the role may not read cron.job (USAGE on schema cron, SELECT on the table)"
    if limited:
        return True, "row security shows a role its own jobs only; those of other roles are not checked"
    return readable, None


def _query_of(kind: type[CatalogObject]) -> str:
    """The stem of the query that reads a kind: that of its module."""
    return kind.__module__.rpartition(".")[2]


@cache
def _sql(name: str, major: int) -> str:
    """The text of a query: `NAME.pgNN.sql` with the highest NN not above the server's major, or `NAME.sql`."""
    folder = Path(__file__).with_name("kinds")
    versions = sorted(
        (int(path.name.removeprefix(f"{name}.pg").removesuffix(".sql")), path)
        for path in folder.glob(f"{name}.pg*.sql")
    )
    fitting = [path for version, path in versions if version <= major]
    return (fitting[-1] if fitting else folder / f"{name}.sql").read_text("utf-8")


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text("utf-8")


def _execute(connection: Connection, sql: str, parameters: Sequence[object]) -> psycopg.RawCursor[tuple[Any, ...]]:
    """Run plain PostgreSQL: `$1` stands for the first parameter and `%` for itself."""
    return psycopg.RawCursor(connection).execute(sql.encode(), parameters)


def _objects(
    cursors: Mapping[str, psycopg.RawCursor[tuple[Any, ...]]], classes: Iterable[type[CatalogObject]]
) -> dict[ObjectId, CatalogObject]:
    """Bind every row to the class of its kind."""
    wanted = {kind.KIND: (cast("Callable[..., CatalogObject]", kind), _never_null(kind.KIND)) for kind in classes}
    objects: dict[ObjectId, CatalogObject] = {}
    for query, cursor in cursors.items():
        rows = cursor.fetchall()
        _compare_columns(cursor, query)
        for row in rows:
            if row[0] in BY_KIND and row[0] not in wanted:  # the query was sent for another kind
                continue
            make, never_null = wanted.get(row[0], (None, None))
            # Functions that print an object see what other sessions do to it. When it is gone they yield null,
            # and pg_identify_object() calls a function a `routine`.
            if make is None or never_null is None or None in never_null(row):
                raise CatalogChanged(
                    f"{row[1] or 'an object'} was dropped while the catalog was read; run it again"
                )
            made = make(*row[1:])
            if objects.setdefault(made.id, made) is not made:
                raise CatalogChanged(f"{made.id} was renamed while the catalog was read; run it again")
    return objects


@cache
def _never_null(kind: str) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """Takes from a row of this kind the values that cannot be None."""
    hints = get_type_hints(BY_KIND[kind])
    places = [place for place, name in enumerate(_columns(kind)) if NoneType not in get_args(hints.get(name))]
    return itemgetter(*places)


def _columns(kind: str) -> list[str]:
    return ["kind", *(field.name for field in fields(BY_KIND[kind]))]


def _compare_columns(cursor: psycopg.RawCursor[tuple[Any, ...]], query: str) -> None:
    """A query and its classes must have the same columns in the same order, rows or no rows."""
    columns = [column.name for column in cursor.description or ()]
    for kind in KINDS:
        if _query_of(kind) == query and columns != _columns(kind.KIND):
            raise TypeError(f"{query}.sql yields {columns}, {kind.__name__} has {_columns(kind.KIND)}")


def _owner_of_most(objects: Iterable[CatalogObject]) -> str | None:
    """The owner of most tables and functions; among equals the first by name."""
    count = Counter(
        cast("str", item.values()["owner"]) for item in objects if item.KIND in {"table", "function", "procedure"}
    )
    return min(count, key=lambda role: (-count[role], role), default=None)


# Narrowing to what is named

_HANGING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "table": frozenset(
            [
                "table",
                "table column",
                "table constraint",
                "index",
                "trigger",
                "policy",
                "rule",
                "sequence",
                "statistics object",
                "foreign table",
                "foreign table column",
            ]
        ),
        "foreign table": frozenset(
            ["foreign table column", "table constraint", "trigger", "rule", "sequence", "statistics object"]
        ),
        "view": frozenset({"trigger", "rule"}),
        "materialized view": frozenset({"index", "rule", "statistics object"}),
        "type": frozenset({"domain constraint"}),
        "table column": frozenset({"sequence"}),
        "foreign table column": frozenset({"sequence"}),
        "foreign-data wrapper": frozenset({"server", "user mapping"}),
        "server": frozenset({"user mapping"}),
        "operator family": frozenset({"operator class"}),
    }
)
"""Kind -> kinds of what may hang on it, at any distance; a security label may hang on all."""


def _hanging(classes: Iterable[type[CatalogObject]], names: Iterable[str]) -> tuple[type[CatalogObject], ...]:
    """Those of the classes whose objects are named or may hang on what is named."""
    wanted = {"security label", *names}.union(*(_HANGING.get(kind, ()) for kind in names))
    return tuple(kind for kind in classes if kind.KIND in wanted)


_CATALOG = {
    "schema": "pg_namespace",
    "extension": "pg_extension",
    "event trigger": "pg_event_trigger",
    "publication": "pg_publication",
    "default acl": "pg_default_acl",
    "type": "pg_type",
    "domain constraint": "pg_type",
    "function": "pg_proc",
    "procedure": "pg_proc",
    "aggregate": "pg_proc",
    "operator": "pg_operator",
    "operator family": "pg_opfamily",
    "operator class": "pg_opclass",
    "cast": "pg_cast",
    "collation": "pg_collation",
    "conversion": "pg_conversion",
    "statistics object": "pg_statistic_ext",
    "text search configuration": "pg_ts_config",
    "text search dictionary": "pg_ts_dict",
    "text search parser": "pg_ts_parser",
    "text search template": "pg_ts_template",
    "language": "pg_language",
    "transform": "pg_transform",
    "access method": "pg_am",
    "foreign-data wrapper": "pg_foreign_data_wrapper",
    "server": "pg_foreign_server",
    "user mapping": "pg_user_mapping",
    "subscription": "pg_subscription",
    "role": "pg_authid",
    "database": "pg_database",
    "tablespace": "pg_tablespace",
    "parameter ACL": "pg_parameter_acl",
    "security label": "pg_seclabel",
    "cron job": "",
}
"""Where the object that an identity begins or ends with is looked up; what is not here is a relation."""

_ROUTINES = frozenset({"function", "procedure", "aggregate"})
_WITHOUT_SCHEMA = {"pg_namespace", "pg_extension", "pg_event_trigger", "pg_publication", "pg_authid"}
"""Where a name stands alone; the other kinds that have no schema are not looked up by name."""


def _narrow(connection: Connection, names: Mapping[str, Collection[str]]) -> list[int]:
    """The OIDs that the queries are limited to.

    One list does for all catalogs: an OID that two of them have brings in a row too many, which `_named`
    leaves out.
    """
    places = sorted({place for kind, identities in names.items() for place in map(_place(kind), identities)})
    catalogs, schemas, texts = zip(*places, strict=True) if places else ((), (), ())
    cursor = _execute(connection, _text("narrowing"), [list(catalogs), list(schemas), list(texts)])
    return [oid for (oid,) in cursor]


def _place(kind: str) -> Callable[[str], tuple[str, str, str]]:
    """Catalog, schema and name to look up for an identity of this kind."""
    catalog = _CATALOG.get(kind, "pg_class")

    def place(identity: str) -> tuple[str, str, str]:
        own, rest = names_in(identity)
        if rest.startswith(" on "):  # a constraint, trigger, policy, rule
            own, _ = names_in(rest.removeprefix(" on "))
        if catalog in _WITHOUT_SCHEMA:
            return catalog, "", own[0] if own else ""
        return (catalog, own[0], own[1]) if len(own) > 1 else (catalog, "", "")

    return place


def _named(
    objects: Mapping[ObjectId, CatalogObject], names: Mapping[str, Collection[str]]
) -> dict[ObjectId, CatalogObject]:
    """Only the objects named and what hangs on them."""
    # As a contract or a history for another version of PostgreSQL spells them.
    wanted = {
        respelled_id(ObjectId(kind, identity)) for kind, identities in names.items() for identity in identities
    }

    def keep(item: CatalogObject | None) -> bool:
        while item is not None:
            names_of_it = (item.id, item.parent, _every_of_its_name(item.id))
            if any(one is not None and respelled_id(one) in wanted for one in names_of_it):
                return True
            if isinstance(item, Role) and any(ObjectId("role", name) in wanted for name in item.groups):
                return True
            item = objects.get(item.parent) if item.parent else None
        return False

    return {object_id: item for object_id, item in objects.items() if keep(item)}


def _every_of_its_name(item: ObjectId) -> ObjectId | None:
    """`public.f(*)` for `public.f(integer)`, where the kind has argument lists."""
    if item.kind not in _ROUTINES:
        return None
    _, arguments = names_in(item.identity)
    return ObjectId(item.kind, f"{item.identity.removesuffix(arguments)}(*)")
