"""Which class owns an object: the entries of `classes:`, the most specific one deciding.

An entry is `KIND IDENTITY` with `*` and `?`. Owning a table owns what hangs on it: columns, constraints,
indexes, triggers, policies, sequences. An entry that names an object's own kind and at least one character
of its identity is more specific than one that reaches it through its table; among equals, the one with
more literal characters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from auditor.globs import matches_name
from auditor.model import Location, ObjectId, OwnerClass

_ALSO = {"composite type": "type"}
"""PostgreSQL lists a composite type twice, as a relation and as a type: an entry for the type owns both."""


@dataclass(frozen=True)
class OwnershipEntry:
    """One line below `classes:`.

    Attributes:
        owner_class: the class it stands under.
        kind: as pg_identify_object names it.
        pattern: identity with `*` and `?`; of a function it may leave out the argument list.
        text: as written.
        location: where it is written.
    """

    owner_class: OwnerClass
    kind: str
    pattern: str
    text: str
    location: Location

    def matches(self, item: ObjectId) -> bool:
        """Whether the entry names this object itself."""
        if item.kind != self.kind and _ALSO.get(item.kind) != self.kind:
            return False
        identity = item.identity
        if self._without_arguments:
            identity = identity.partition("(")[0]
        return matches_name(self.pattern, identity)

    @property
    def literals(self) -> int:
        """Number of characters that are not wildcards."""
        return sum(1 for character in self.pattern if character not in "*?")

    @cached_property
    def _without_arguments(self) -> bool:
        return self.kind in {"function", "procedure", "aggregate"} and "(" not in self.pattern


class Ownership:
    """All entries; answers are remembered, and which entries were used."""

    def __init__(self, entries: Iterable[OwnershipEntry]) -> None:
        self.entries = tuple(entries)
        self._by_kind: dict[str, list[OwnershipEntry]] = {}
        for entry in self.entries:
            self._by_kind.setdefault(entry.kind, []).append(entry)
        self._known: dict[tuple[ObjectId, tuple[ObjectId, ...]], OwnershipEntry | None] = {}
        self._used: set[int] = set()

    def owner_of(
        self, item: ObjectId, ancestors: tuple[ObjectId, ...] = ()
    ) -> tuple[OwnerClass, OwnershipEntry | None]:
        """The class of an object, and the entry that says so.

        Args:
            item: the object.
            ancestors: what it hangs on, nearest first.
        """
        key = (item, ancestors)
        if key not in self._known:
            self._known[key] = self._find(item, ancestors)
        entry = self._known[key]
        return (entry.owner_class if entry is not None else OwnerClass.UNCLASSIFIED), entry

    def unused(self) -> tuple[OwnershipEntry, ...]:
        """Entries that matched no object asked for so far."""
        return tuple(entry for entry in self.entries if id(entry) not in self._used)

    def _find(self, item: ObjectId, ancestors: tuple[ObjectId, ...]) -> OwnershipEntry | None:
        best: OwnershipEntry | None = None
        best_rank = (-1, -1)
        for depth, target in enumerate((item, *ancestors)):
            for entry in (*self._by_kind.get(target.kind, ()), *self._by_kind.get(_ALSO.get(target.kind, ""), ())):
                if not entry.matches(target):
                    continue
                self._used.add(id(entry))
                literals = entry.literals
                nearness = len(ancestors) - depth + 1 if literals else 0
                if (nearness, literals) > best_rank:
                    best, best_rank = entry, (nearness, literals)
        return best
