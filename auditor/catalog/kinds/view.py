"""Views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class View(CatalogObject):
    """A view.

    https://www.postgresql.org/docs/current/sql-createview.html

    Attributes:
        definition: the query, as `pg_get_viewdef()` prints it.
        columns: `name type`, in order.
        column_defaults: ALTER COLUMN ... SET DEFAULT, `name=expression`, in order of columns.
        column_privileges: those granted on columns, `app: SELECT (name)`; sorted.
        column_comments: `name: text`, in order of columns.
        security_barrier, security_invoker: the options of these names.
        check_option: `local` or `cascaded`, or None.
    """

    KIND: ClassVar[str] = "view"

    owner: str
    definition: str
    columns: list[str]
    column_defaults: list[str]
    security_barrier: bool
    security_invoker: bool
    check_option: str | None
    privileges: list[str]
    column_privileges: list[str]
    column_comments: list[str]
    comment: str | None
