"""An object made anew: the statements that create it, and those that give it owner, privileges and comments."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from auditor.catalog.kinds.aggregate import Aggregate
from auditor.catalog.kinds.function import Function
from auditor.catalog.kinds.language import Language
from auditor.catalog.kinds.materialized_view import MaterializedView
from auditor.catalog.kinds.type import Type
from auditor.catalog.kinds.view import View
from auditor.model import CatalogObject
from auditor.repair.alter_relations import view_columns
from auditor.repair.create import (
    create_statements,
    literal,
)
from auditor.repair.create_rare import more_create_statements
from auditor.repair.grants import (
    Roles,
    privilege_statements,
)
from auditor.repair.references import reference


def created(expected: CatalogObject) -> list[str] | None:
    return create_statements(expected) or more_create_statements(expected)


def finish(expected: CatalogObject, roles: Roles) -> Iterator[str]:
    """Owner, privileges and comment of an object that was just made by the migration role."""
    owner = getattr(expected, "owner", None)
    if owner is not None and owner != roles.expected and roles.expected is not None:
        yield f"ALTER {reference(expected)} OWNER TO {owner}"
    privileges: list[str] = getattr(expected, "privileges", [])
    initial = [text for text in privileges if text.startswith("owner: ")]
    if isinstance(expected, Function | Aggregate):
        initial = ["owner: EXECUTE", "public: EXECUTE"]
    elif isinstance(expected, Type | Language):
        initial = ["owner: USAGE", "public: USAGE"]
    yield from privilege_statements(initial, privileges, expected, roles, roles.live or "CURRENT_USER")
    comment = getattr(expected, "comment", None)
    if comment is not None:
        yield f"COMMENT ON {reference(expected)} IS {literal(comment)}"
    if isinstance(expected, View | MaterializedView):
        said = {name for name in _OF_COLUMNS if getattr(expected, name, None)}
        nothing: dict[str, Any] = {name: [] for name in said}
        yield from view_columns(expected, dataclasses.replace(expected, **nothing), said, roles)


_OF_COLUMNS = ("column_defaults", "column_settings", "column_privileges", "column_comments")
