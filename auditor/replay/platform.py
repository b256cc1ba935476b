"""What a history expects of the platform it was written for, and what a replay puts in its place.

A provider looks at why a statement failed, supplies what is missing, and says so; the statement is then tried
again. Whatever was supplied is named in the report: it was not checked. A new kind of stand-in is a new function
in :data:`PROVIDERS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.replay.session import Failure
from auditor.sql.names import quote_identifier

if TYPE_CHECKING:
    import psycopg

    from auditor.replay.replay_server import ReplayServer


@dataclass(frozen=True, slots=True, order=True)
class Supplied:
    """Something the platform would have had.

    Attributes:
        kind: `role`, `role membership`, `extension version`.
        name: its name, as PostgreSQL writes it.
        what: what stands in its place, for people.
    """

    kind: str
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something may be supplied.

    Attributes:
        server: the server of the replay.
        connection: of the superuser, to the database of the replay, outside the migration's transaction.
        owner: the role that runs the migrations.
    """

    server: ReplayServer
    connection: psycopg.Connection[Any]
    owner: str


Provider = Callable[[Failure, Place], Supplied | None]


def supply(failure: Failure, place: Place) -> Supplied | None:
    """Supply what a statement failed for want of, or return None."""
    import psycopg

    for provider in PROVIDERS:
        try:
            supplied = provider(failure, place)
        except psycopg.Error:  # the failure stays what it is
            continue
        if supplied is not None:
            return supplied
    return None


def missing_role(failure: Failure, place: Place) -> Supplied | None:
    """A role that is not there becomes a role that cannot log in, of which the migrations' role is a member."""
    from psycopg import sql

    match = _NO_ROLE.fullmatch(failure.message)
    if failure.sqlstate != _UNDEFINED_OBJECT or match is None or match[1].startswith("pg_"):
        return None
    role, owner = sql.Identifier(match[1]), sql.Identifier(place.owner)
    option = (
        "with admin true, inherit true, set true" if place.server.version_num >= 160000 else "with admin option"
    )
    place.connection.execute(sql.SQL("create role {} nologin").format(role))
    if match[1] != place.owner:
        place.connection.execute(sql.SQL("grant {} to {} " + option).format(role, owner))
    return Supplied("role", quote_identifier(match[1]), "a role without any rights that cannot log in")


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


def shim_version(failure: Failure, place: Place) -> Supplied | None:
    """A stand-in for an extension takes any version that is asked for."""
    match = _NO_VERSION.match(failure.message)
    if match is None or not place.server.accept_version(match["name"], match["version"]):
        return None
    name = f"{match['name']} {match['version']}"
    return Supplied("extension version", name, "the stand-in for the extension says it has this version")


PROVIDERS: tuple[Provider, ...] = (missing_role, missing_membership, shim_version)

# Private

_UNDEFINED_OBJECT = "42704"
_INSUFFICIENT_PRIVILEGE = "42501"
_NO_ROLE = re.compile(r'role "(.+)" does not exist', re.DOTALL)
# "must be able to SET ROLE" since 16; SET ROLE itself says "permission denied to set role".
_NO_MEMBER = re.compile(
    r'(?:must be able to SET ROLE|must be member of role|permission denied to set role) "(.+)"', re.DOTALL
)
_NO_VERSION = re.compile(
    r'extension "(?P<name>.+)" has no (?:installation script nor )?update path (?:for|from) version "'
    r'(?:.+" to version ")?(?P<version>[^"]+)"'
)
