"""What the kinds that hang on a table have in common."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.model import CatalogObject, ObjectId


@dataclass(frozen=True, slots=True)
class TablePart(CatalogObject):
    """A part of a table, view or foreign table, whose identity reads `NAME on TABLE` or `TABLE.NAME`.

    Attributes:
        table: identity of what it hangs on.
        table_kind: its kind: `table`, `foreign table`, `view`, `materialized view`.
    """

    table: str
    table_kind: str

    @property
    def parent(self) -> ObjectId:
        """The table."""
        return ObjectId(self.table_kind, self.table)
