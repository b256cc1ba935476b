"""Tables, partitioned tables and partitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject, ObjectId


@dataclass(frozen=True, slots=True)
class Table(CatalogObject):
    """A table without its columns, constraints, indexes, triggers and policies, which are kinds of their own.

    https://www.postgresql.org/docs/current/catalog-pg-class.html

    Attributes:
        form: `table` or `partitioned table`.
        persistence: `permanent` or `unlogged`.
        row_security, force_row_security: ENABLE and FORCE ROW LEVEL SECURITY.
        replica_identity: `default`, `nothing`, `full`, or `index NAME`.
        access_method: `heap`, ...; None for a partitioned table that leaves it to its partitions.
        tablespace: None for the database's own.
        options: storage options, `fillfactor=70`, those of the TOAST table as `toast.NAME=VALUE`; sorted.
        partition_key: of a partitioned table, `RANGE (at)`.
        partition_of, partition_bound: of a partition, its parent's identity and `FOR VALUES ...`.
        inherits: identities of the parents, in order; none for a partition.
        of_type: identity of the type of a typed table.
    """

    KIND: ClassVar[str] = "table"

    form: str
    owner: str
    persistence: str
    row_security: bool
    force_row_security: bool
    replica_identity: str
    access_method: str | None
    tablespace: str | None
    options: list[str]
    partition_key: str | None
    partition_of: str | None
    partition_bound: str | None
    inherits: list[str]
    of_type: str | None
    privileges: list[str]
    comment: str | None

    @property
    def parent(self) -> ObjectId | None:
        """The table this one is a partition of: it is dropped along with it."""
        return ObjectId("table", self.partition_of) if self.partition_of else None
