"""The state of a fold: the catalog in memory, what is known of the session, and what has come of it so far.

Handlers say here what the present change does: that an object is made, goes, gets another name, or that nobody
can tell.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from auditor.history.catalog import Catalog
from auditor.history.lives import Lives
from auditor.history.lookup import find
from auditor.history.object import GRANTED_KINDS, RELATION_KINDS, Object, child_key
from auditor.history.system_catalogs import CatalogInMemory
from auditor.model import Action, Certainty, Effect, Location, ObjectId, Statement
from auditor.model import change as c

_MAKES_NOTHING = re.compile(
    r"(?:format\s*\(\s*)?E?(?:'|\$\w*\$)\s*"
    r"(?:grant|revoke|comment|drop|update|delete|insert|truncate|analyze|refresh|alter\s+function|alter\s+index|select\s+count"
    r"|alter\s+table\s+(?:%I\.)?%I\s+(?:alter|disable|drop|enable|rename|reset|set|validate))\b",
    re.IGNORECASE,
)
"""A dynamic statement that begins so makes no object, whatever it is about."""


class Folding(ABC):
    """The state of one fold, handed to every handler, and what handlers say of the present change."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.default_path = catalog.default_path
        self.effects: list[Effect] = []
        self.lives = Lives()
        self.parents: dict[ObjectId, ObjectId] = {}
        self.default_privileges: dict[tuple[str | None, str], bool] = {}
        self.role: str | None = None
        self.calls: list[Object] = []
        self.changes_called = 0
        self.implied = False
        self.inside: Object | None = None
        self._migration = ""
        self._statement = Statement("", "", 1)
        self._ordinal = 0
        self._change: c.Change = c.Harmless(what="")
        self._saved_path: tuple[str, ...] | None = None
        self._path_after: tuple[str, ...] | None = None
        self._not_understood = False
        self._told: list[Object] = []
        self.world = CatalogInMemory.of(catalog, self.in_doubt)
        self._guard: c.Guard | None = None
        self._holds: bool | None = None
        self._doubtful: set[tuple[str, str]] = set()

    @abstractmethod
    def apply(self, change: c.Change) -> None:
        """Hand one change to its handler."""

    # What handlers say

    def emit(
        self,
        action: Action,
        item: Object | ObjectId | None,
        *,
        implied: bool = False,
        to: str | None = None,
        no_op: bool = False,
        detail: str | None = None,
        certainty: Certainty | None = None,
        body: str | None = None,
    ) -> None:
        """Note one effect of the present change on an object (temporary ones are left to their session)."""
        if isinstance(item, Object) and item.temporary:
            return
        change = self._change
        target = item.id if isinstance(item, Object) else item
        parent: ObjectId | None = None
        if isinstance(item, Object) and target is not None:
            table = item.table
            if table is not None:
                parent = table.id
                self.parents[target] = parent
        if certainty is None:
            certainty = change.certainty
        if certainty == "certain" and (no_op or _is_guarded(change)):
            certainty = "conditional"
        effect = Effect(
            migration=self._migration,
            location=self._location(),
            statement=self._ordinal,
            action=action,
            object=target,
            certainty=certainty,
            implied=implied or self.implied,
            inside=self._inside(),
            to=to,
            parser=change.parser,
            detail=detail,
            no_op=no_op,
        )
        self.effects.append(effect)
        self._note_doubt(effect, item)
        self.lives.record(effect, self._statement.text, body, parent)

    def create(
        self, item: Object, *, implied: bool = False, action: Action = "create", body: str | None = None
    ) -> Object:
        """Add an object to the catalog and say so."""
        self.catalog.add(item)
        self.emit(action, item, implied=implied, body=body)
        self._apply_defaults(item)
        return item

    def drop(self, item: Object, *, cascade: bool = False, implied: bool = False) -> None:
        """Take an object and all that goes with it out of the catalog and say so."""
        gone = self.catalog.taken_along(item, cascade=cascade)
        going = {id(one) for one in gone}
        for one in gone:
            if one.kind == "default value":
                if one.parent is not None and id(one.parent) not in going:
                    self.emit("alter", one.parent, implied=True, detail="drop default")
            elif not one.external or one is item:
                self.emit("drop", one, implied=implied or one is not item)
        for one in gone:
            self.catalog.remove(one)

    @contextmanager
    def renaming(self, item: Object) -> Iterator[None]:
        """Say which identities a change of `item`'s name or schema changes, its own first."""
        touched = [item, *_named_after(self.catalog, item)]
        before = [one.identity for one in touched]
        former = {id(one): one.name for one in touched}
        yield
        for one, old in zip(touched, before, strict=True):
            if one.identity == old or one.kind == "default value" or one.temporary:
                continue
            if self._unsure():
                self._doubtful.add((_namespace(one.kind), former[id(one)]))
            if one.external and (one is not item or one.facts.get("of_extension")):
                continue
            new_id = one.id
            self.emit("rename", ObjectId(one.kind, old), implied=one is not item, to=one.identity)
            table = one.table
            if table is not None:
                self.parents[new_id] = table.id
                self.lives.by_id[new_id].parent = table.id

    def unknown(self, detail: str, item: ObjectId | None = None, *, text: str = "") -> None:
        """Say that the present change may do anything, and why; `text` is what could not be read."""
        if isinstance(self._change, c.Unknown):
            text = self._change.text
        makes = _MAKES_NOTHING.match(text) is None
        if item is None and makes and (self._change.inside in (None, "do") or self.calls):
            self._not_understood = True
        self.emit("unknown", item, certainty="unknown", detail=detail)

    @contextmanager
    def implying(self) -> Iterator[None]:
        """What is noted within is implied: no text names it."""
        was, self.implied = self.implied, True
        yield
        self.implied = was

    def heirs(self, table: Object) -> list[Object]:
        """Partitions and inheritance children, which a change of the table reaches too.

        What was not understood may have made partitions: of a partitioned table this is then said as well.
        """
        if table.facts.get("partitioned") and self._not_understood and table not in self._told:
            self._told.append(table)
            self.unknown(f"{table.identity} may have partitions made by statements that were not understood")
        return [heir for heir in table.facts.get("heirs", []) if heir.alive]

    def holds(self, guard: c.Guard | None) -> bool | None:
        """Whether a condition around a change holds, as far as the catalog in memory can tell; None: it may."""
        if guard is None:
            return None
        there = find(self.catalog, guard.kind, guard.name, None, guard.table) is not None
        one: bool | None = there == guard.exists
        if self.in_doubt(guard.kind, guard.name.name) or (one and not guard.sufficient):
            one = None
        every = [one, *(self.holds(other) for other in guard.also)]
        return False if False in every else None if None in every else True

    def in_doubt(self, kind: str, name: str) -> bool:
        """Whether an object of that name was made, dropped or renamed under a condition that may have failed."""
        return (_namespace(kind), name) in self._doubtful

    def _does_not_happen(self, guard: c.Guard | None) -> bool:
        """Whether a condition fails, asked once for all within one IF, since the first may change it."""
        if guard is None or guard != self._guard:
            self._guard, self._holds = guard, self.holds(guard)
        return self._holds is False

    def _unsure(self) -> bool:
        """Whether the present change may not happen after all; what was looked up in the catalog is sure."""
        holds = self._change.guard is not None and self._holds
        return self._change.certainty == "conditional" and not holds and not self.world.asked

    def _note_doubt(self, effect: Effect, item: Object | ObjectId | None) -> None:
        if not isinstance(item, Object) or effect.no_op or effect.action not in {"create", "drop", "rename"}:
            return
        names = {(_namespace(item.kind), item.name)}
        if self._unsure():
            self._doubtful |= names
        elif effect.certainty == "certain" and effect.action != "rename":
            self._doubtful -= names

    # Sessions

    def set_search_path(self, path: tuple[str, ...] | None, *, local: bool) -> None:
        """SET search_path; a local one ends with the transaction."""
        if local and self._saved_path is None:
            self._saved_path = self.catalog.search_path
        self.catalog.search_path = self.catalog.default_path if path is None else path

    def look_into(self, schema: str) -> None:
        """Until the statement ends names are looked up in this schema first (CREATE SCHEMA with elements)."""
        self._path_after = self.catalog.search_path
        self.catalog.search_path = (schema, *self.catalog.search_path)

    def end_transaction(self) -> None:
        """COMMIT or ROLLBACK: local settings end."""
        if self._saved_path is not None:
            self.catalog.search_path, self._saved_path = self._saved_path, None

    # Private

    def _apply_defaults(self, item: Object) -> None:
        """Say which privileges a new object gets because of default privileges."""
        if not self.default_privileges or item.temporary:
            return
        for kind, members in GRANTED_KINDS.items():
            if item.kind not in members or kind == "routine":
                continue
            for schema in (None, item.schema):
                if self.default_privileges.get((schema, kind)):
                    self.emit("grant", item, implied=True, detail="default privileges")
                    return

    def _inside(self) -> str | None:
        if self._change.inside == "function" and not self.calls:
            return self.inside.identity if self.inside is not None else "function"
        return "do" if self._change.inside == "do" else None

    def _location(self) -> Location:
        statement = self._statement
        offset = 0 if self.calls else self._change.line_offset
        return Location(statement.file, statement.line + offset, statement.column if offset == 0 else 1)


def _namespace(kind: str) -> str:
    if kind in RELATION_KINDS:
        return "relation"
    return {"domain": "type", "procedure": "function", "aggregate": "function"}.get(kind, child_key(kind))


def _is_guarded(change: c.Change) -> bool:
    return bool(
        getattr(change, "if_not_exists", False)
        or getattr(change, "if_exists", False)
        or getattr(change, "missing_table_ok", False)
    )


def _named_after(catalog: Catalog, item: Object) -> Iterator[Object]:
    """Objects in whose identity the name of `item` stands."""
    for child in item.children.values():
        yield child
        yield from _named_after(catalog, child)
    for dependent, _ in item.dependents:
        named = dependent.facts.get("member") is item or any(
            argument is not None and argument.object is item for argument in dependent.arguments
        )
        if dependent.alive and named:
            yield dependent
    if item.kind == "schema":
        for member in catalog.in_schema(item.name):
            yield member
            yield from _named_after(catalog, member)
