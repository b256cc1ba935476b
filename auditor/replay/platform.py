"""What a history expects of the platform it was written for, and what a replay puts in its place.

A provider looks at why a statement failed, supplies what is missing, and says so; the statement is then tried
again. Whatever was supplied is named in the report: it was not checked. A new kind of stand-in is a new function
in :data:`PROVIDERS`; a new platform, or another thing of one, is SQL (:mod:`auditor.replay.stubs`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.replay import stubs
from auditor.replay.instead import NO_ICU
from auditor.replay.missing import OwnThings, missing_thing
from auditor.replay.session import Failure
from auditor.replay.stubs import StartAgain, Stub, stub_for
from auditor.sql.names import quote_identifier

if TYPE_CHECKING:
    import psycopg

    from auditor.replay.replay_server import ReplayServer


@dataclass(frozen=True, slots=True, order=True)
class Supplied:
    """Something the platform would have had.

    Attributes:
        kind: `role membership`, `extension version`, or a kind of object (`role`, `schema`, `table`...).
        name: its name, as PostgreSQL writes it.
        what: what stands in its place, for people.
        platform: what it belongs to, if that is known.
    """

    kind: str
    name: str
    what: str
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something may be supplied.

    Attributes:
        server: the server of the replay.
        connection: of the superuser, to the database of the replay, outside the migration's transaction.
        owner: the role that runs the migrations.
        own: what the history makes itself.
        stubs: what stands in for platforms already.
    """

    server: ReplayServer
    connection: psycopg.Connection[Any]
    owner: str
    own: OwnThings
    stubs: tuple[Stub, ...] = ()


Provider = Callable[[Failure, Place], Supplied | None]


def supply(failure: Failure, place: Place) -> Supplied | None:
    """Supply what a statement failed for want of, or return None.

    Raises:
        StartAgain: it has to be there before the first migration.
    """
    import psycopg

    for provider in PROVIDERS:
        try:
            supplied = provider(failure, place)
        except psycopg.Error:  # the failure stays what it is
            continue
        if supplied is not None:
            return supplied
    return None


def missing_platform(failure: Failure, place: Place) -> Supplied | None:
    """What a platform, or the migration tool, has made before the first migration."""
    thing = missing_thing(failure)
    stub = stub_for(thing, place.own) if thing is not None else None
    if stub is None or stub.title in {other.title for other in place.stubs}:
        return None
    if stub.database is not None and not _may_be_called(stub.database, place):
        return None
    raise StartAgain(stub)


def missing_role(failure: Failure, place: Place) -> Supplied | None:
    """A role that is not there becomes a role that cannot log in, of which the migrations' role is a member."""
    from psycopg import sql

    thing = missing_thing(failure)
    if thing is None or thing.kind != "role" or thing.name.startswith("pg_"):
        return None
    if place.own.shadowed(thing) is not None:
        return None
    role, owner = sql.Identifier(thing.name), sql.Identifier(place.owner)
    option = (
        "with admin true, inherit true, set true" if place.server.version_num >= 160000 else "with admin option"
    )
    place.connection.execute(sql.SQL("create role {} nologin").format(role))
    if thing.name != place.owner:
        place.connection.execute(sql.SQL("grant {} to {} " + option).format(role, owner))
    return Supplied("role", quote_identifier(thing.name), "a role without any rights that cannot log in")


def role_to_join(failure: Failure) -> str | None:
    """The role of which one has to be a member for a statement (SET ROLE, REASSIGN OWNED) to succeed, or None."""
    match = _NO_MEMBER.match(failure.message)
    return match[1] if failure.sqlstate == _INSUFFICIENT_PRIVILEGE and match is not None else None


def missing_membership(failure: Failure, place: Place) -> Supplied | None:
    """To act for a role one has to be a member of it, as a superuser is of all.

    Never of a role that is superuser or one of PostgreSQL's own, nor of one that a shadow server has for others.
    """
    from psycopg import sql

    role = role_to_join(failure)
    if role is None or not place.server.may_join(role):
        return None
    found = place.connection.execute(
        "select rolname from pg_roles where rolname = %s and not rolsuper and rolname !~ '^pg_'"
        " and not pg_has_role(%s, oid, 'member')",
        [role, place.owner],
    ).fetchone()
    if found is None:
        return None
    place.connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(place.owner)))
    return Supplied(
        "role membership", quote_identifier(role), "the role that runs the migrations was made a member of it"
    )


def extension_version(failure: Failure, place: Place) -> Supplied | None:
    """An extension takes any version that is asked for."""
    match = _NO_VERSION.match(failure.message)
    if match is None or not place.server.accept_version(match["name"], match["version"]):
        return None
    name = f"{match['name']} {match['version']}"
    return Supplied("extension version", name, "the version at hand says it is this one")


def unknown_extension(failure: Failure, place: Place) -> Supplied | None:
    """An extension that nobody knows here is created without any object."""
    match = _NO_EXTENSION.fullmatch(failure.message)
    if match is None:
        return None
    name = match[1] or match[2]
    if name in place.server.shims or not place.server.accept_version(name, "1.0"):
        return None
    return Supplied("stand-in without objects", f"extension {name}", "it can be created, and has nothing in it")


def missing_icu(failure: Failure, place: Place) -> Supplied | None:
    """Collations that need ICU, in a build without it."""
    if (
        failure.message == NO_ICU
        and stubs.ICU not in place.stubs
        and place.server.version_num >= _COLLLOCALE_SINCE
    ):
        raise StartAgain(stubs.ICU)
    return None


def parameter_of_their_own(failure: Failure, place: Place) -> Supplied | None:
    """The right to keep a parameter that the history made up (`app.settings.x`) with a database or a role.

    Never one whose prefix is that of an extension or a language: theirs may decide what a superuser's code does.
    https://www.postgresql.org/docs/current/runtime-config-custom.html
    """
    from psycopg import sql

    match = _NO_PARAMETER.fullmatch(failure.message)
    if failure.sqlstate != _INSUFFICIENT_PRIVILEGE or match is None or match["prefix"].lower().startswith("pl"):
        return None
    name = match["name"]
    known = place.connection.execute(
        "select from pg_available_extensions where name = lower(%s)"
        " union all select from pg_settings where lower(name) = lower(%s)",
        [match["prefix"], name],
    ).fetchone()
    if known is not None:
        return None
    place.connection.execute(
        sql.SQL("grant set on parameter {} to {}").format(
            sql.SQL(".").join(map(sql.Identifier, name.split("."))), sql.Identifier(place.owner)
        )
    )
    return Supplied("parameter", name, "the role that runs the migrations may set it for others too")


PROVIDERS: tuple[Provider, ...] = (
    missing_platform,
    missing_icu,
    missing_role,
    missing_membership,
    extension_version,
    unknown_extension,
    parameter_of_their_own,
)

# Private

_COLLLOCALE_SINCE = 170000  # the name of the column; before there is no build without ICU that we know of
_LONGEST_NAME = 63  # bytes, NAMEDATALEN - 1
_INSUFFICIENT_PRIVILEGE = "42501"
# "must be able to SET ROLE" since 16; SET ROLE itself says "permission denied to set role".
_NO_MEMBER = re.compile(
    r'(?:must be able to SET ROLE|must be member of role|permission denied to set role) "(.+)"', re.DOTALL
)
_NO_EXTENSION = re.compile(
    r'extension "(.+)" is not available|permission denied to create extension "(.+)"', re.DOTALL
)
_NO_PARAMETER = re.compile(
    r'permission denied to set parameter "(?P<name>(?P<prefix>[A-Za-z_][\w$]*)(?:\.[A-Za-z_][\w$]*)+)"', re.ASCII
)
_NO_VERSION = re.compile(
    r'extension "(?P<name>.+)" has no (?:installation script nor )?update path (?:for|from) version "'
    r'(?:.+" to version ")?(?P<version>[^"]+)"'
)


def _may_be_called(database: str, place: Place) -> bool:
    """Whether the database of the replay can have a name; a migration may raise an error with any text."""
    if not place.server.names_are_free or len(database.encode()) > _LONGEST_NAME:
        return False
    taken = place.connection.execute("select from pg_database where datname = %s", [database]).fetchone()
    return taken is None and all(stub.database is None for stub in place.stubs)
