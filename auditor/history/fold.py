"""Changes in order, folded into effects: what each statement does to which object, as PostgreSQL would do it.

The algorithm: a catalog in memory (:mod:`auditor.history.catalog`) starts empty. Each change of each
statement is handed to the handler of its type; the handler finds the objects meant along the search path,
decides what PostgreSQL would create, rename, alter and take along, notes an effect for each, and updates the
catalog. Nothing raises: an object that no statement made is noted as external, and what a handler cannot
tell becomes an effect of certainty `unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.history import subjects
from auditor.history.catalog import Catalog
from auditor.history.folding import Folding
from auditor.history.handlers import alterations, grants, indexes, objects, routines, rows, tables, triggers
from auditor.history.lives import Life
from auditor.history.object import Object
from auditor.history.system_catalogs import CatalogInMemory
from auditor.history.transactions import rolled_back
from auditor.migrations.read import ReadMigration
from auditor.model import Effect, Migration, ObjectId
from auditor.model import change as c

NEWEST_MAJOR = 18


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
    folding = _Run(Catalog(pg_major, search_path))
    for schema in _schemas_of_sessions(reads):
        folding.catalog.add(Object("schema", schema, external=True))
    migrations: list[Migration] = []
    for read in reads:
        migrations.append(read.migration)
        folding.migration(read)
    return History(
        tuple(migrations), tuple(folding.effects), folding.lives.by_id, folding.parents, pg_major=pg_major
    )


class _Run(Folding):
    """A fold at work: session after session, statement after statement."""

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
                self.world = CatalogInMemory.of(self.catalog, self.in_doubt)
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


def _schemas_of_sessions(reads: Sequence[ReadMigration]) -> list[str]:
    """Schemas in which sessions look for names, and which no migration makes: the migration tool does."""
    wanted = dict.fromkeys(name for read in reads for name in read.migration.search_path or ())
    if wanted:
        every = (change for read in reads for changes in read.changes for change in changes)
        made = {one.name.name for one in every if isinstance(one, c.Create) and one.kind == "schema"}
        wanted = {name: None for name in wanted if name not in made}
    return [name for name in wanted if name not in ("$user", "public") and not name.startswith("pg_")]


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
    c.CreateTrigger: triggers.create_trigger,
    c.CreatePolicy: triggers.create_policy,
    c.CreateRule: triggers.create_rule,
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
