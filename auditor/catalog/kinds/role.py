"""Roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Role(CatalogObject):
    """A role of the cluster, but for those that PostgreSQL is made with.

    Its password is shown to superusers only and is not read.

    https://www.postgresql.org/docs/current/view-pg-roles.html

    Attributes:
        superuser, create_role, create_database, login, replication, bypass_rls, inherit: its attributes.
        connection_limit: -1 for none.
        valid_until: end of its password, in UTC, or None.
        member_of: roles that it is a member of: `app`, `app WITH ADMIN`, `app WITHOUT INHERIT, WITHOUT SET`;
            sorted.
        settings: ALTER ROLE ... SET, in every database, as `name=value`; sorted. A value that may be a secret is
            `***`.
        database_settings: ALTER ROLE ... IN DATABASE ... SET, in this database.
    """

    KIND: ClassVar[str] = "role"

    superuser: bool
    create_role: bool
    create_database: bool
    login: bool
    replication: bool
    bypass_rls: bool
    inherit: bool
    connection_limit: int
    valid_until: str | None
    member_of: list[str]
    settings: list[str]
    database_settings: list[str]
    comment: str | None

    @property
    def groups(self) -> tuple[str, ...]:
        """The names in `member_of`."""
        return tuple(membership.partition(" WITH ")[0] for membership in self.member_of)
