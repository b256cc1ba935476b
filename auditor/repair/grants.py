"""GRANT and REVOKE: the difference between two lists of privileges as statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.catalog.kinds.default_acl import DefaultAcl
from auditor.catalog.kinds.table_column import TableColumn
from auditor.model import CatalogObject
from auditor.repair.create import own_name


@dataclass(frozen=True, slots=True)
class Roles:
    """What the role that ran the migrations is called on either side.

    Attributes:
        expected: on the side that is right.
        live: on the side that is to be mended.
    """

    expected: str | None = None
    live: str | None = None

    def on_live(self, name: str) -> str:
        """The live name of a role of the expected side."""
        return self.live if name == self.expected and self.live is not None else name


SAME_ROLES = Roles()
"""Roles are called the same on both sides."""


def privilege_statements(
    actual: list[str], expected: list[str], item: CatalogObject, roles: Roles, owner: str
) -> Iterator[str]:
    """REVOKE what is there and should not be, GRANT what should be and is not.

    Args:
        actual: as the object has them: `app: SELECT*`.
        expected: as they should be, roles named as on the expected side.
        item: the object.
        roles: the migration role's names.
        owner: who `owner` stands for.
    """
    wanted = {_on_live(text, roles) for text in expected}
    there = set(actual)
    for verb, texts in (("REVOKE", there - wanted), ("GRANT", wanted - there)):
        for grantee, privilege, option in sorted(_split(text) for text in texts):
            name = {"public": "PUBLIC", "owner": owner}.get(grantee, grantee)
            what = privilege
            target = _grant_target(item)
            if isinstance(item, TableColumn):
                what, target = f"{privilege} ({own_name(item.identity)})", f"TABLE {item.table}"
            if verb == "REVOKE":
                yield f"REVOKE {what} ON {target} FROM {name}"
            else:
                yield f"GRANT {what} ON {target} TO {name}{' WITH GRANT OPTION' if option else ''}"


def default_privilege_statements(actual: list[str], expected: list[str], item: DefaultAcl, role: str) -> list[str]:
    """The same for the default privileges that a role sets."""
    where = f" IN SCHEMA {item.schema}" if item.schema else ""
    subject = f"ALTER DEFAULT PRIVILEGES FOR ROLE {role}{where}"
    statements: list[str] = []
    for verb, texts in (
        ("REVOKE", set(actual) - set(expected)),
        ("GRANT", set(expected) - set(actual)),
    ):
        for grantee, privilege, option in sorted(_split(text) for text in texts):
            name = {"public": "PUBLIC", "owner": role}.get(grantee, grantee)
            words = "FROM" if verb == "REVOKE" else "TO"
            grant_option = " WITH GRANT OPTION" if option and verb == "GRANT" else ""
            statements.append(f"{subject} {verb} {privilege} ON {item.on.upper()} {words} {name}{grant_option}")
    return statements


def built_in_defaults(item: DefaultAcl) -> list[str]:
    """What holds where no default privileges are set: nothing more in a schema, PostgreSQL's own elsewhere."""
    if item.schema is not None:
        return []
    public = {"functions": ["public: EXECUTE"], "types": ["public: USAGE"]}.get(item.on, [])
    return sorted({*public, *(text for text in item.privileges if text.startswith("owner: "))})


# Private


def _split(privilege: str) -> tuple[str, str, bool]:
    """Grantee, privilege and grant option of `app: SELECT*`."""
    grantee, _, word = privilege.rpartition(": ")
    return grantee, word.removesuffix("*"), word.endswith("*")


def _on_live(privilege: str, roles: Roles) -> str:
    grantee, separator, word = privilege.rpartition(": ")
    return f"{roles.on_live(grantee)}{separator}{word}"


def _grant_target(item: CatalogObject) -> str:
    match item.KIND:
        case "table" | "view" | "materialized view" | "foreign table":
            return f"TABLE {item.identity}"
        case "aggregate":
            return f"FUNCTION {item.identity}"
        case "foreign-data wrapper":
            return f"FOREIGN DATA WRAPPER {item.identity}"
        case "server":
            return f"FOREIGN SERVER {item.identity}"
        case "parameter ACL":
            return f"PARAMETER {item.identity}"
        case kind:
            return f"{kind.upper()} {item.identity}"
