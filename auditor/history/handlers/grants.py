"""GRANT and REVOKE, default privileges, role memberships, DROP OWNED.

https://www.postgresql.org/docs/current/ddl-priv.html
"""

from __future__ import annotations

from auditor.history.folding import Folding
from auditor.history.lookup import find_or_external
from auditor.history.object import GRANTED_KINDS, Object
from auditor.model import Action, ObjectId
from auditor.model import change as c
from auditor.sql.names import quote_identifier


def grant(fold: Folding, change: c.Grant) -> None:
    """GRANT or REVOKE on an object, its columns, or all objects of a schema."""
    action: Action = "revoke" if change.revoke else "grant"
    detail = _detail(change)
    if change.all_in_schema:
        members = fold.catalog.in_schema(change.name.name)
        kinds = GRANTED_KINDS.get(change.kind, (change.kind,))
        reached = [member for member in members if member.kind in kinds and not member.external]
        for member in reached:
            fold.emit(action, member, implied=True, detail=detail)
        if not reached:
            fold.emit(action, ObjectId("schema", quote_identifier(change.name.name)), no_op=True, detail=detail)
        return
    found = find_or_external(fold.catalog, change.kind, change.name, change.arguments, None)
    if not change.columns:
        fold.emit(action, found, detail=detail)
        return
    for name in change.columns:
        column = found.column(name) or Object(f"{found.kind} column", name, parent=found, external=True)
        fold.emit(action, column, detail=detail)


def grant_role(fold: Folding, change: c.GrantRole) -> None:
    """GRANT role TO member: the membership belongs to the role granted."""
    role = fold.catalog.other("role", c.Name(change.role)) or Object("role", change.role, external=True)
    fold.emit("revoke" if change.revoke else "grant", role, detail=f"member {change.member}")


def default_privileges(fold: Folding, change: c.DefaultPrivileges) -> None:
    """ALTER DEFAULT PRIVILEGES: what is created from now on gets these privileges."""
    role = quote_identifier(change.role) if change.role else "current_user"
    where = f" in schema {quote_identifier(change.schema)}" if change.schema else ""
    kind = "default acl"
    identity = f"for role {role}{where} on {_plural(change.kind)}"
    fold.emit("revoke" if change.revoke else "grant", ObjectId(kind, identity), detail=_detail(change))
    if change.role is None or change.role == fold.role:
        fold.default_privileges[change.schema, change.kind] = not change.revoke or change.schema is None


def drop_owned(fold: Folding, change: c.DropOwned) -> None:
    """DROP OWNED, REASSIGN OWNED: what a role owns is not known from the files."""
    roles = ", ".join(change.roles)
    fold.unknown(f"{change.what.upper()} OWNED BY {roles}: what these roles own is not known from the files")


# Private


def _detail(change: c.Grant | c.DefaultPrivileges) -> str:
    privileges = ", ".join(change.privileges) if change.privileges else "ALL"
    return f"{privileges} {'FROM' if change.revoke else 'TO'} {', '.join(change.grantees)}"


def _plural(kind: str) -> str:
    return {"routine": "functions", "function": "functions", "procedure": "functions"}.get(kind, f"{kind}s")
