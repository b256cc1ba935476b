"""GRANT, REVOKE, default privileges and role membership.

https://www.postgresql.org/docs/current/sql-grant.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.targets import KINDS, target_of
from auditor.model.change import Alter, AnyChange, DefaultPrivileges, Grant, GrantRole, Name, Unknown
from auditor.sql.tree import Node, def_elems, items, relation_name, role_name, role_names, strings


def grant(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """GRANT and REVOKE on objects: one change for each object, and for each list of columns."""
    object_type = body.get("objtype", "")
    kind = KINDS.get(object_type)
    if kind is None:
        yield Unknown(detail=f"GRANT on {object_type}", certainty="unknown")
        return
    common: dict[str, Any] = {
        "revoke": not body.get("is_grant", False),
        "grantees": role_names(body.get("grantees", ())),
        "grant_option": body.get("grant_option", False),
        "cascade": body.get("behavior") == "DROP_CASCADE",
    }
    privileges = _privileges(body)
    for node in body.get("objects", ()):
        if body.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA":
            name, arguments, in_schema = Name(node["String"]["sval"]), None, True
        elif "RangeVar" in node:
            name, arguments, in_schema = relation_name(node["RangeVar"]), None, False
        elif (target := target_of(object_type, node)) is not None:
            name, arguments, in_schema = target.name, target.arguments, False
        else:
            yield Unknown(detail=f"GRANT on a {kind} that could not be read", certainty="unknown", kind=kind)
            continue
        for columns, words in privileges:
            yield Grant(
                kind=kind,
                name=name,
                arguments=arguments,
                all_in_schema=in_schema,
                privileges=words,
                columns=columns,
                **common,
            )


def grant_role(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """GRANT role TO role; REVOKE ADMIN OPTION FOR leaves the membership as it is."""
    revoke = not body.get("is_grant", False)
    options = [name for name, _ in def_elems(body.get("opt", ()))]
    for granted in body.get("granted_roles", ()):
        role = granted["AccessPriv"]["priv_name"]
        for member in role_names(body.get("grantee_roles", ())):
            if revoke and options:
                yield Alter(
                    kind="role", name=Name(role), what=f"revoke {', '.join(options)} option", labels=(member,)
                )
            else:
                yield GrantRole(role=role, member=member, revoke=revoke)


def default_privileges(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER DEFAULT PRIVILEGES: one change for each role and schema."""
    action = body["action"]
    roles: list[str | None] = [None]
    schemas: list[str | None] = [None]
    for option, argument in def_elems(body.get("options", ())):
        if option == "roles":
            roles = [role_name(node["RoleSpec"]) for node in items(argument)]
        elif option == "schemas":
            schemas = [*strings(items(argument))]
    kind = KINDS.get(action.get("objtype", ""), "table")
    for role in roles:
        for schema in schemas:
            yield DefaultPrivileges(
                role=role,
                schema=schema,
                kind=kind,
                revoke=not action.get("is_grant", False),
                grantees=role_names(action.get("grantees", ())),
                privileges=tuple(word for _, words in _privileges(action) for word in words),
            )


# Private


def _privileges(body: Node) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Privileges by the columns they are limited to; no privileges stand for ALL."""
    by_columns: dict[tuple[str, ...], list[str]] = {}
    for node in body.get("privileges", ()):
        privilege = node["AccessPriv"]
        words = by_columns.setdefault(tuple(strings(privilege.get("cols", ()))), [])
        if "priv_name" in privilege:
            words.append(privilege["priv_name"].upper())
    return [(columns, tuple(words)) for columns, words in by_columns.items()] or [((), ())]
