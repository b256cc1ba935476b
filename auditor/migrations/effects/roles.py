"""Roles and what they own."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.migrations.effects.functions import read_setting
from auditor.migrations.effects.reader import Reader
from auditor.model.change import Alter, AnyChange, Create, Drop, DropOwned, GrantRole, Name
from auditor.sql.tree import Node, def_elems, items, role_name, role_names


def create_role(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE ROLE, USER and GROUP, with the memberships written along."""
    role = body["role"]
    yield Create(kind="role", name=Name(role))
    for option, argument in def_elems(body.get("options", ())):
        if option == "addroleto":
            for other in role_names(items(argument)):
                yield GrantRole(role=other, member=role, revoke=False)
        elif option in ("rolemembers", "adminmembers"):
            for member in role_names(items(argument)):
                yield GrantRole(role=role, member=member, revoke=False)


def alter_role(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER ROLE, and ALTER GROUP ... ADD USER."""
    role = role_name(body["role"])
    names = []
    for option, argument in def_elems(body.get("options", ())):
        if option == "rolemembers":
            for member in role_names(items(argument)):
                yield GrantRole(role=role, member=member, revoke=body.get("action", 1) < 0)
        else:
            names.append(option)  # never the value: it may be a password
    if names:
        yield Alter(kind="role", name=Name(role), what="options", detail=", ".join(names))


def alter_role_set(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER ROLE ... SET, also for all roles (`ALTER ROLE ALL`, named `all` here) or in one database."""
    setting = read_setting(body["setstmt"])
    detail = f"{setting[0]}={setting[1]}" if setting else f"reset {body['setstmt'].get('name', 'all')}"
    if "database" in body:
        detail += f" in database {body['database']}"
    role = role_name(body["role"]) if "role" in body else "all"
    yield Alter(kind="role", name=Name(role), what="settings", detail=detail)


def drop_role(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """DROP ROLE, USER and GROUP."""
    for role in role_names(body.get("roles", ())):
        yield Drop(kind="role", name=Name(role), if_exists=body.get("missing_ok", False))


def drop_owned(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """DROP OWNED BY."""
    yield DropOwned(roles=role_names(body.get("roles", ())), what="drop")


def reassign_owned(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """REASSIGN OWNED BY."""
    yield DropOwned(roles=role_names(body.get("roles", ())), what="reassign")
