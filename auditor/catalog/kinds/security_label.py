"""Security labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.catalog.identity import without_last_name
from auditor.model import CatalogObject, ObjectId


@dataclass(frozen=True, slots=True)
class SecurityLabel(CatalogObject):
    """A security label, of an object of any kind.

    PostgreSQL has no identity for one; here it is `PROVIDER on KIND IDENTITY`.

    https://www.postgresql.org/docs/current/catalog-pg-seclabel.html

    Attributes:
        provider: the provider, as it is quoted.
        object_kind, object: kind and identity of what it is on.
        label: the label.
    """

    KIND: ClassVar[str] = "security label"

    provider: str
    object_kind: str
    object: str
    label: str

    @property
    def parent(self) -> ObjectId:
        """What it is on; of a column of a view or type, which is no object of a snapshot, the view or type."""
        if self.object_kind in {"view column", "materialized view column", "composite type column"}:
            kind = self.object_kind.removesuffix(" column").replace("composite ", "")
            return ObjectId(kind, without_last_name(self.object))
        return ObjectId(self.object_kind, self.object)
