"""The catalog at one moment, as plain values, and what differs between two of them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from auditor.model.identity import ObjectId


@dataclass(frozen=True, slots=True)
class CatalogObject:
    """Base of the object kinds in `auditor.catalog.kinds`, one subclass each.

    Every field but `identity` is compared; no subclass writes an equality of its own. Lists are compared
    in order, so a reader sorts what has no order.

    Class attributes:
        KIND: as `pg_identify_object()` names it, unless the subclass sets `kind` per row.
    """

    KIND: ClassVar[str]

    identity: str

    @property
    def id(self) -> ObjectId:
        """Kind and identity."""
        return ObjectId(self.KIND, self.identity)

    @property
    def parent(self) -> ObjectId | None:
        """The object that this one cannot be without (the table of a column), or None."""
        return None

    def values(self) -> dict[str, Any]:
        """The compared fields by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "identity"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every object read from one catalog.

    Attributes:
        server_version_num: as the server parameter of that name, for example 180006.
        objects: by kind and identity.
        migration_role: the role that owns what the migrations made (ledger, or most objects); owner and
            grantor are compared relative to it.
        unread: what exists in the database but was not read, or not as a whole, each with a reason. A kind among
            them may have more objects than are here.
        lacking: fields that are not known, as kind and name: the program that wrote a file did not read them.
    """

    server_version_num: int
    objects: dict[ObjectId, CatalogObject]
    migration_role: str | None = None
    unread: tuple[tuple[str, str], ...] = ()
    lacking: frozenset[tuple[str, str]] = frozenset()

    def __contains__(self, object_id: ObjectId) -> bool:
        """Whether the object is in the snapshot."""
        return object_id in self.objects


@dataclass(frozen=True, slots=True)
class Comparison:
    """One object that is not the same on both sides.

    Attributes:
        object: kind and identity.
        expected: None if the object should not be there.
        actual: None if the object is missing.
        changes: field -> (expected, actual), when both are there.
        under: the missing or extra parent that explains this one, which is then reported with the parent.
    """

    object: ObjectId
    expected: CatalogObject | None
    actual: CatalogObject | None
    changes: dict[str, tuple[Any, Any]]
    under: ObjectId | None = None
