"""What lies beyond the history of a database, and is not compared with a replay of it.

A replay runs the migrations in a cluster of its own. What the cluster is, and what extensions bring, is not of
their making: it is compared between two live databases, and with a replay only as far as a migration made it.
"""

from __future__ import annotations

from auditor.catalog.kinds.collation import Collation
from auditor.catalog.kinds.database import Database
from auditor.catalog.kinds.extension import Extension
from auditor.catalog.kinds.tablespace import Tablespace
from auditor.model import CatalogObject

CLUSTER_KINDS = frozenset({"role", "tablespace", "parameter ACL"})
"""Kinds whose objects all databases of a cluster share. Those that no migration made are not drift."""


def beyond_a_replay(expected: CatalogObject, actual: CatalogObject, field: str) -> bool:
    """Whether a replay does not tell what the value of a field should be.

    Args:
        expected: as the replay has it.
        actual: the live object.
        field: name of the field.
    """
    if isinstance(expected, Database):
        return field not in {"settings", "comment"}
    if isinstance(expected, Extension):
        return field in {"owner", "comment"}  # who may create it, and a text of its control file
    if isinstance(expected, Tablespace):
        return field == "location"
    if isinstance(expected, Collation) and isinstance(actual, Collation):
        # A build without ICU replays such a collation as one of the C locale, and the report says so.
        stand_in = (expected.provider, expected.collate, expected.ctype) == ("libc", "C", "C")
        return stand_in and actual.provider == "icu" and field not in {"owner", "comment"}
    return False
