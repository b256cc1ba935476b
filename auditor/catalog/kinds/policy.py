"""Row-level-security policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.catalog.table_part import TablePart


@dataclass(frozen=True, slots=True)
class Policy(TablePart):
    """A row-level-security policy.

    https://www.postgresql.org/docs/current/catalog-pg-policy.html

    Attributes:
        command: `all`, `select`, `insert`, `update`, `delete`.
        permissive: False for AS RESTRICTIVE.
        roles: names, sorted; `public` for all.
        using, check: expressions, as `pg_get_expr()` prints them.
    """

    KIND: ClassVar[str] = "policy"

    command: str
    permissive: bool
    roles: list[str]
    using: str | None
    check: str | None
    comment: str | None
