"""What ties an object that is nobody's yet to the core: a foreign key, a function that writes, a trigger."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from auditor.bodies.writers import accesses_of
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.model import ObjectId, Snapshot
from auditor.proposal.flow import TABLES, Flow


class Ties:
    """The ties of all objects of a catalog to its core.

    Args:
        core: tables, functions and types that are core.
        flow: of the catalog.
        snapshot: the catalog.
    """

    def __init__(self, core: Collection[ObjectId], flow: Flow, snapshot: Snapshot) -> None:
        self._flow = flow
        self._core = frozenset(core)
        self._tables = frozenset(item.identity for item in core if item.kind in TABLES)
        self._references: dict[str, str] = {}
        for item in snapshot.objects.values():
            if isinstance(item, TableConstraint) and item.type == "f" and item.references in self._tables:
                self._references.setdefault(item.table, f"refers to {item.references}")
        self._written: dict[str, str] = {}
        for routine, tables in sorted(flow.writes.items()):
            if routine in self._core:
                for table in tables:
                    self._written.setdefault(table, f"written by {_name(routine)}")

    def to_core(self, item: ObjectId) -> str:
        """The closest tie, or ""."""
        return next(self._ties(item), "")

    # Private

    def _ties(self, item: ObjectId) -> Iterator[str]:
        if item.kind in TABLES:
            for tie in (self._written, self._references):
                if item.identity in tie:
                    yield tie[item.identity]
        elif (routine := self._flow.scene.routines.get(item)) is not None:
            for action in ("write", "read"):
                for access in accesses_of(routine):
                    table = self._flow.scene.find_table(access.name, routine.search_path)
                    if access.action == action and table in self._tables:
                        yield f"{action}s {table}"
            yield from (
                f"calls {_name(one)}" for one in sorted(self._flow.calls.get(item, ())) if one in self._core
            )


def _name(item: ObjectId) -> str:
    return item.identity.partition("(")[0]
