"""Stand-ins for what a platform, or a migration tool, has made before the first migration runs.

A stand-in is found by what a statement misses. It has to be there from the beginning, as on the platform: then
what it makes is not recorded as the history's, a condition that looks for it holds, and default privileges apply
to the first table as to the last. So the replay starts again with it (:class:`StartAgain`).

What the history makes itself is left out of it; and what it makes without IF NOT EXISTS or its like is never stood
in for, even if an earlier migration misses it: that history fails, and is told why.

All belongs to the role that runs the migrations, or to roles of which that is a member, and is created by it. So a
stand-in gives the migrations no right that they would not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import CouldNotCheck
from auditor.replay.extensions import SHIMS
from auditor.replay.missing import OwnThings, Thing, ThingKind
from auditor.sql.names import quote_identifier

if TYPE_CHECKING:
    import psycopg

    from auditor.replay.replay_server import ReplayServer


@dataclass(frozen=True, slots=True)
class Platform:
    """What stands in for one platform or tool.

    Attributes:
        title: its name, for people.
        files: below `shims/platform`, without `.sql`, in order. Those that end in `_roles` hold roles alone.
        evidence: what has to stand in the history, where the names alone might be anybody's.
        layouts: histories of these layouts need no evidence, and prefer it to another one with the same things.
        unlike: histories of these layouts mean something else by the same names.
    """

    title: str
    files: tuple[str, ...]
    evidence: re.Pattern[str] | None = None
    layouts: frozenset[str] = frozenset()
    unlike: frozenset[str] = frozenset()

    def expected_by(self, own: OwnThings) -> bool:
        """Whether a history is written for it, as far as its text tells."""
        if self.unlike & own.layouts:
            return False
        return self.evidence is None or bool(self.layouts & own.layouts) or own.mentions(self.evidence)


_SUPABASE = re.compile(
    r'(?:\bauth"?\."?(?:users\b|uid"?\s*\(|jwt"?\s*\(|role"?\s*\(|email"?\s*\()'
    r'|\bstorage"?\."?(?:objects|buckets|foldername)\b|\bservice_role\b|\bsupabase_)',
    re.IGNORECASE,
)

PLATFORMS: tuple[Platform, ...] = (
    Platform(
        "Supabase",
        (
            "supabase_roles",
            "supabase_extensions",
            "supabase_auth",
            "supabase_storage",
            "supabase_realtime",
            "supabase_privileges",
        ),
        evidence=_SUPABASE,
        layouts=frozenset({"supabase"}),
        # Nhost has an `auth.users` and a `storage` too, below Hasura.
        unlike=frozenset({"hasura"}),
    ),
    Platform("Supabase's webhooks", ("supabase_functions",)),
    Platform("Hasura", ("hasura",)),
    Platform("Amazon RDS", ("rds_roles", "rds")),
    Platform("Heroku", ("heroku",)),
    Platform("dbmate", ("ledger_dbmate",), layouts=frozenset({"dbmate"})),
    Platform("golang-migrate", ("ledger_golang_migrate",), layouts=frozenset({"golang-migrate"})),
    Platform("sqlx", ("ledger_sqlx",)),
    Platform("Diesel", ("ledger_diesel",)),
    Platform("Flyway", ("ledger_flyway",)),
    Platform("goose", ("ledger_goose",)),
    Platform("Prisma", ("ledger_prisma",)),
    Platform("Drizzle", ("ledger_drizzle",)),
    Platform("the Supabase CLI", ("ledger_supabase",)),
    Platform("refinery", ("ledger_refinery",)),
    Platform("node-pg-migrate", ("ledger_node_pg_migrate",)),
    Platform("sql-migrate", ("ledger_sql_migrate",)),
    Platform("tern", ("ledger_tern",)),
    Platform("yoyo", ("ledger_yoyo",)),
)

EXTENSION_SCHEMAS = {
    "cron": "pg_cron",
    "graphql": "pg_graphql",
    "net": "pg_net",
    "pgmq": "pgmq",
    "pgsodium": "pgsodium",
    "vault": "supabase_vault",
}
"""Schemas that come with an extension."""

EXTENSION_THINGS: dict[str, dict[ThingKind, str]] = {
    "citext": {"type": "citext"},
    "cube": {"type": "cube"},
    "fuzzystrmatch": {"function": "levenshtein soundex metaphone dmetaphone"},
    "hstore": {"type": "hstore", "function": "hstore"},
    "http": {"function": "http_get http_post http_put http_delete"},
    "ltree": {"type": "ltree lquery", "function": "text2ltree"},
    "moddatetime": {"function": "moddatetime"},
    "pg_trgm": {"function": "similarity word_similarity", "operator class": "gin_trgm_ops gist_trgm_ops"},
    "pgcrypto": {
        "function": "crypt gen_salt gen_random_bytes gen_random_uuid digest hmac encrypt decrypt pgp_sym_encrypt"
        " pgp_sym_decrypt"
    },
    "pg_jsonschema": {"function": "json_matches_schema jsonb_matches_schema"},
    "postgis": {
        "type": "geometry geography",
        "relation": "spatial_ref_sys",
        "function": "st_geomfromtext st_makepoint st_point st_setsrid st_srid st_transform st_distance st_dwithin",
    },
    "tablefunc": {"function": "crosstab"},
    "unaccent": {"function": "unaccent"},
    "uuid-ossp": {
        "function": "uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5"
        " uuid_nil uuid_ns_dns uuid_ns_url"
    },
    "vector": {"type": "vector halfvec sparsevec", "access method": "hnsw ivfflat"},
}
"""What histories use of extensions that somebody else has created for them. Their schemas are anybody's choice."""


@dataclass(frozen=True, slots=True)
class Stub:
    """A stand-in that one history misses.

    Attributes:
        title: what it stands in for, for people.
        what: what is said of each thing in it.
        roles: SQL that creates roles, run as superuser.
        superuser: SQL that only a superuser may run; `{owner}` is the role that runs the migrations.
        statements: SQL that the role which runs the migrations can run.
        complete: nothing was left out.
        database: the name that the database of the replay has to have.
    """

    title: str
    what: str
    roles: tuple[str, ...] = ()
    superuser: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    complete: bool = True
    database: str | None = None


_NO_ICU_COLLATION = """
update pg_collation set collprovider = 'c', collcollate = 'C', collctype = 'C', colllocale = null
 where collprovider = 'i'
"""
ICU = Stub(
    "ICU",
    "stands in for that of ICU, as the C locale",
    superuser=(_NO_ICU_COLLATION,),
)
"""For a build without ICU, which has the collation `unicode` all the same."""


class StartAgain(Exception):
    """The replay has to start again, with a stand-in in place before the first migration."""

    def __init__(self, stub: Stub) -> None:
        super().__init__(stub.title)
        self.stub = stub


def stub_for(thing: Thing, own: OwnThings) -> Stub | None:
    """What stands in for a thing that a statement misses, less what the history makes itself, or None."""
    if own.shadowed(thing) is not None:
        return None
    if thing.kind == "database":
        what = "the database of the replay is called like this"
        return Stub(f"database {quote_identifier(thing.name)}", what, database=thing.name)
    if thing.kind == "collation":
        return _collation(thing)
    if thing.kind == "foreign-data wrapper":
        return _wrapper(thing)
    extension = _extension_of(thing)
    wanted = {thing.qualified} if extension is None else {thing.qualified, Thing("extension", extension)}
    candidates = [p for p in PLATFORMS if wanted & _provided(p) and p.expected_by(own)]
    # Two tools call their ledger `schema_migrations`.
    candidates.sort(key=lambda platform: not platform.layouts & own.layouts)
    for platform in candidates:
        stub = _less_own(platform, own)
        if any(_made_by(text) in wanted for text in (*stub.roles, *stub.statements)):
            return stub
    if extension is None or not _may_create(extension, own):
        return None
    what = "created before the first migration, as nobody else creates it"
    return Stub(f"extension {extension}", what, statements=tuple(_create_extension(extension, thing)))


def put_in_place(
    stub: Stub, server: ReplayServer, database: str, owner: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    """Create what a stub holds, in a database without any migration.

    What hangs on a thing that was left out is left out too, and so are extensions that the server does not have.

    Args:
        stub: the stub.
        server: the server of the replay.
        database: its database.
        owner: the role that runs the migrations.
        superuser: a connection of the superuser to the database.

    Raises:
        CouldNotCheck: a statement of the stub fails otherwise.
    """
    import psycopg

    _create_roles(stub, server, owner, superuser)
    for text in stub.superuser:
        superuser.execute(text.replace("{owner}", quote_identifier(owner)).encode())
    with server.connect(database, owner) as connection:
        for text in stub.statements:
            try:
                connection.execute(text.encode())
            except psycopg.Error as error:
                hangs_on_what_was_left_out = error.sqlstate in _UNDEFINED and not stub.complete
                if hangs_on_what_was_left_out or _CREATE_EXTENSION.match(text):
                    continue
                reason = " ".join(str(error).split())
                raise CouldNotCheck(f"the stand-in for {stub.title} fails: {reason}") from error


# Private

_FOLDER = Path(__file__).with_name("shims") / "platform"
# invalid_schema_name, undefined_table, undefined_function, undefined_object
_UNDEFINED = frozenset({"3F000", "42P01", "42883", "42704"})
_CREATE = re.compile(
    r"create (?P<kind>extension|function|publication|role|schema|table|type|view) (?P<name>[\w.]+|\"[^\"]+\")"
)
_CREATE_EXTENSION = re.compile(r"create extension\b")
_CREATE_ROLE = re.compile(r"create role (\w+)")
_KINDS: dict[str, ThingKind] = {
    "extension": "extension",
    "function": "function",
    "publication": "publication",
    "role": "role",
    "schema": "schema",
    "table": "relation",
    "type": "type",
    "view": "relation",
}


@cache
def _texts(file: str) -> tuple[str, ...]:
    from auditor.migrations.statements import split_statements

    text = (_FOLDER / f"{file}.sql").read_text(encoding="utf-8")
    return tuple(statement.text for statement in split_statements(text, file))


def _made_by(text: str) -> Thing | None:
    """What a statement of ours makes, if that can be missed: they all begin in the same way."""
    match = _CREATE.match(text)
    if match is None:
        return None
    schema, dot, name = match["name"].rpartition(".")
    return Thing(_KINDS[match["kind"]], name.strip('"'), schema if dot else None).qualified


@cache
def _provided(platform: Platform) -> frozenset[Thing]:
    made = (_made_by(text) for file in platform.files for text in _texts(file))
    return frozenset(thing for thing in made if thing is not None)


def _less_own(platform: Platform, own: OwnThings) -> Stub:
    """Without what the history makes itself, and what would be in a schema that it makes."""
    roles: list[str] = []
    statements: list[str] = []
    complete = True
    for file in platform.files:
        for text in _texts(file):
            thing = _made_by(text)
            schema = thing.schema if thing is not None else None
            inside = Thing("schema", schema) if schema not in (None, "public") else None
            if all(each is None or own.shadowed(each) is None for each in (thing, inside)):
                (roles if file.endswith("_roles") else statements).append(text)
            else:
                complete = False
    what = f"stands in for that of {platform.title}"
    return Stub(platform.title, what, roles=tuple(roles), statements=tuple(statements), complete=complete)


def _collation(thing: Thing) -> Stub | None:
    """One that every build with ICU has."""
    if not thing.name.endswith("-x-icu"):
        return None
    name = f"pg_catalog.{quote_identifier(thing.name)}"
    create = f"create collation {name} (provider = libc, locale = 'C')"
    return Stub(f"collation {thing.name}", "stands in for that of ICU, as the C locale", superuser=(create,))


def _wrapper(thing: Thing) -> Stub:
    """Without a handler: servers and foreign tables can be made, and nothing is ever asked."""
    name = quote_identifier(thing.name)
    statements = (
        f"create foreign data wrapper {name}",
        f"grant usage on foreign data wrapper {name} to {{owner}} with grant option",
    )
    return Stub(f"foreign-data wrapper {name}", "it has no handler and reaches nothing", superuser=statements)


def _extension_of(thing: Thing) -> str | None:
    """The extension that a thing comes with, or None."""
    if thing.kind == "extension":
        return thing.name
    if thing.kind == "schema":
        return EXTENSION_SCHEMAS.get(thing.name)
    if thing.schema in EXTENSION_SCHEMAS:
        return EXTENSION_SCHEMAS[thing.schema]
    found = (name for name, kinds in EXTENSION_THINGS.items() if thing.name in kinds.get(thing.kind, "").split())
    return next(found, None)


def _may_create(extension: str, own: OwnThings) -> bool:
    things = [Thing("extension", extension)]
    things += (Thing("schema", schema) for schema, name in EXTENSION_SCHEMAS.items() if name == extension)
    return all(own.shadowed(thing) is None for thing in things)


def _create_extension(name: str, thing: Thing) -> Iterator[str]:
    shim = next((shim for shim in SHIMS if shim.name == name), None)
    if shim is not None and shim.schema is not None:
        yield f"create extension {quote_identifier(name)} cascade"
        return
    comes_with_its_own = name in EXTENSION_SCHEMAS.values()
    schema = "public" if comes_with_its_own or thing.schema is None else thing.schema
    if schema != "public":
        yield f"create schema if not exists {quote_identifier(schema)}"
    yield f"create extension {quote_identifier(name)} with schema {quote_identifier(schema)} cascade"


def _create_roles(
    stub: Stub, server: ReplayServer, owner: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    from psycopg import sql

    there = {name for (name,) in superuser.execute("select rolname from pg_roles").fetchall()}
    option = "with admin true, inherit true, set true" if server.version_num >= 160000 else "with admin option"
    skipped = False
    for text in stub.roles:
        match = _CREATE_ROLE.match(text)
        if match is None:
            # Memberships; none is given away in a role that a shadow server has for others.
            if not skipped:
                superuser.execute(text.encode())
        elif match[1] in there:
            skipped = True
        else:
            superuser.execute(text.encode())
            role, member = sql.Identifier(match[1]), sql.Identifier(owner)
            superuser.execute(sql.SQL("grant {} to {} " + option).format(role, member))
