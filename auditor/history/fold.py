"""Changes in order, folded into effects: what each statement does to which object, as PostgreSQL would do it.

The algorithm: a catalog in memory (:mod:`auditor.history.catalog`) starts empty. Each change of each
statement is handed to the handler of its type; the handler finds the objects meant along the search path,
decides what PostgreSQL would create, rename, alter and take along, notes an effect for each, and updates the
catalog. Nothing raises: an object that no statement made is noted as external, and what a handler cannot
tell becomes an effect of certainty `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from auditor.history import alterations, grants, indexes, objects, routines, rows, subjects, tables
from auditor.history.catalog import RELATION_KINDS, Catalog, Object, child_key
from auditor.history.lives import Life, Lives
from auditor.history.system_catalogs import CatalogInMemory
from auditor.history.transactions import rolled_back
from auditor.migrations.read import ReadMigration
from auditor.model import Action, Certainty, Effect, Location, Migration, ObjectId, Statement
from auditor.model import change as c

NEWEST_MAJOR = 18

_MAKES_NOTHING = re.compile(
    r"(?:format\s*\(\s*)?E?(?:'|\$\w*\$)\s*"
    r"(?:grant|revoke|comment|drop|update|delete|insert|truncate|analyze|refresh|alter\s+function|alter\s+index|select\s+count"
    r"|alter\s+table\s+(?:%I\.)?%I\s+(?:alter|disable|drop|enable|rename|reset|set|validate))\b",
    re.IGNORECASE,
)
"""A dynamic statement that begins so makes no object, whatever it is about."""


@dataclass(frozen=True, slots=True)
class History:
    """A history, read.

    Attributes:
        migrations: in the order in which the tool runs them.
        effects: of all migrations, in order, implied ones and those inside functions included.
        lives: by last identity.
        parents: the table on which an object hangs (also an index's), for every object seen.
        pg_major: the major version whose rules were followed.
    """

    migrations: tuple[Migration, ...]
    effects: tuple[Effect, ...]
    lives: dict[ObjectId, Life] = field(repr=False)
    parents: dict[ObjectId, ObjectId] = field(repr=False)
    pg_major: int = NEWEST_MAJOR

    def effects_of(self, migration: str) -> Iterator[Effect]:
        """Effects of one migration, in order."""
        return (effect for effect in self.effects if effect.migration == migration)

    def ancestors(self, item: ObjectId) -> tuple[ObjectId, ...]:
        """What the object hangs on, nearest first."""
        found: list[ObjectId] = []
        current = self.parents.get(item)
        while current is not None and current not in found:
            found.append(current)
            current = self.parents.get(current)
        return tuple(found)


def fold(
    reads: Iterable[ReadMigration], *, pg_major: int = NEWEST_MAJOR, search_path: Sequence[str] = ("public",)
) -> History:
    """Fold a history.

    Args:
        reads: migrations in order, each with the changes of each of its statements.
        pg_major: 15 to 18: what differs by version (NOT NULL constraints of 18) follows it.
        search_path: of a new session; each migration that has none of its own begins with it.
    """
    reads = tuple(reads)
    folding = Folding(Catalog(pg_major, search_path))
    for schema in _schemas_of_sessions(reads):
        folding.catalog.add(Object("schema", schema, external=True))
    migrations: list[Migration] = []
    for read in reads:
        migrations.append(read.migration)
        folding.migration(read)
    return History(
        tuple(migrations), tuple(folding.effects), folding.lives.by_id, folding.parents, pg_major=pg_major
    )


class Folding:
    """The state of one fold, handed to every handler."""

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
        self.world = CatalogInMemory.of(self)
        self._guard: c.Guard | None = None
        self._holds: bool | None = None
        self._doubtful: set[tuple[str, str]] = set()

    def migration(self, read: ReadMigration) -> None:
        """Fold one migration, in a session of its own."""
        self.catalog.default_path = read.migration.search_path or self.default_path
        self.catalog.search_path = self.catalog.default_path
        self.catalog.end_session()
        self._saved_path = None
        self.role = None
        self._migration = read.migration.id
        taken_back = rolled_back(read.changes)
        for ordinal, (statement, changes) in enumerate(
            zip(read.migration.statements, read.changes, strict=True), start=1
        ):
            self._statement, self._ordinal = statement, ordinal
            self.inside = None
            self._told = []
            self._guard = None
            if ordinal in taken_back:
                for change in changes:
                    self._take_back(change)
            else:
                self.world = CatalogInMemory.of(self)
                before = self._not_understood
                for one in self._looked_up(changes):
                    self.apply(one)
                if before and self.world.looked:
                    self.unknown(
                        "looks up objects, of which statements that were not understood may have made more"
                    )
            if self._path_after is not None:
                self.catalog.search_path, self._path_after = self._path_after, None

    def apply(self, change: c.Change) -> None:
        """Hand one change to its handler."""
        previous, self._change = self._change, change
        handler: Callable[[Folding, Any], None] = HANDLERS[type(change)]
        if change.inside == "function" and not self.calls:
            if self.inside is not None:
                rows.remember(self.inside, change)
            rows.inside_function(self, change)
        elif self._does_not_happen(change.guard):
            found = subjects.subject(self, change)
            if found is not None:
                self.emit(found[0], found[1], no_op=True)
        else:
            condition = self._guard, self._holds
            handler(self, change)
            self._guard, self._holds = condition  # a call may have asked for others
        self._change = previous

    def _looked_up(self, changes: Sequence[c.Change]) -> Iterable[c.Change]:
        """The changes of a statement; read again where the catalog in memory may tell more of it."""
        if not any(rows.may_ask(self, change) for change in changes):
            return changes
        from auditor.migrations.effects import (
            changes_in_world,
        )  # loads the parsers, which few statements need here

        return changes_in_world(self._statement.text, self.world)

    def _take_back(self, change: c.Change) -> None:
        """A change that a ROLLBACK takes back: it is named, and nothing comes of it."""
        if change.inside == "function":
            return
        previous, self._change = self._change, change
        found = subjects.subject(self, change)
        if found is not None:
            self.emit(found[0], found[1], no_op=True, detail="rolled back")
        self._change = previous

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
        grants.apply_defaults(self, item)
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
        there = objects.find(self, guard.kind, guard.name, None, guard.table) is not None
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


def _schemas_of_sessions(reads: Sequence[ReadMigration]) -> list[str]:
    """Schemas in which sessions look for names, and which no migration makes: the migration tool does."""
    wanted = dict.fromkeys(name for read in reads for name in read.migration.search_path or ())
    if wanted:
        every = (change for read in reads for changes in read.changes for change in changes)
        made = {one.name.name for one in every if isinstance(one, c.Create) and one.kind == "schema"}
        wanted = {name: None for name in wanted if name not in made}
    return [name for name in wanted if name not in ("$user", "public") and not name.startswith("pg_")]


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


HANDLERS: dict[type[c.Change], Callable[[Folding, Any], None]] = {
    c.CreateTable: tables.create_table,
    c.AddColumn: tables.add_column,
    c.DropColumn: alterations.drop_column,
    c.AlterColumn: alterations.alter_column,
    c.AddConstraint: alterations.add_constraint,
    c.AlterTable: alterations.alter_table,
    c.AlterConstraint: alterations.alter_constraint,
    c.Inherit: alterations.inherit,
    c.SetTriggerState: alterations.set_trigger_state,
    c.CreateIndex: indexes.create_index,
    c.CreateView: objects.create_view,
    c.CreateSequence: objects.create_sequence,
    c.AlterSequence: objects.alter_sequence,
    c.CreateFunction: routines.create_function,
    c.CreateAggregate: routines.create_aggregate,
    c.CreateTrigger: objects.create_trigger,
    c.CreatePolicy: objects.create_policy,
    c.CreateRule: objects.create_rule,
    c.CreateType: objects.create_type,
    c.Create: objects.create,
    c.Alter: objects.alter,
    c.Drop: objects.drop,
    c.Rename: objects.rename,
    c.SetSchema: objects.set_schema,
    c.Comment: objects.comment,
    c.Grant: grants.grant,
    c.GrantRole: grants.grant_role,
    c.DefaultPrivileges: grants.default_privileges,
    c.SetSearchPath: rows.set_search_path,
    c.SetRole: rows.set_role,
    c.Transaction: rows.transaction,
    c.Rows: rows.rows,
    c.DropOwned: grants.drop_owned,
    c.Harmless: rows.harmless,
    c.Unknown: rows.unknown,
}
"""One handler for each change; a test says that none is missing."""
