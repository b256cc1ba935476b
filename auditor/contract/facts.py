"""What the checks of a contract work with: the configuration, the history and the snapshots, and what follows.

One frozen value handed to every check, with the questions that several of them ask.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from auditor.catalog.kinds.function import Function
from auditor.catalog.table_part import TablePart
from auditor.comparison.bodies import body_diff, body_hash, differs_in_layout_only
from auditor.comparison.snapshots import explained_by
from auditor.contract.breach import Breach, Cause, Unmatched
from auditor.contract.ledgers import LedgerState
from auditor.contract.lookups import Data
from auditor.contract.whitelists import Lookups
from auditor.declaration.load import Configuration
from auditor.history.fold import History
from auditor.history.lives import Definition, Life
from auditor.migrations.effects import plain_changes_of
from auditor.model import CatalogObject, Location, ObjectId, OwnerClass, Provenance, Severity, Snapshot
from auditor.model.change import Access, AnyChange, Name, Rows, Unknown
from auditor.repair.create import function_statement
from auditor.repair.grants import Roles
from auditor.repair.statements import repair_from_history, repair_sql
from auditor.sql.names import qualified, quote_identifier

ROUTINES = ("function", "procedure")
DAGS = frozenset({"alembic", "django"})
"""Layouts whose migrations have no single order: what is not applied may lie on another branch."""

TABLES = ("table", "foreign table", "view", "materialized view")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a live body stands in the history of its function.

    Attributes:
        newest: the definition that should be live, or None if no migration defines it.
        live: the newest definition with the live body, or None if no migration ever wrote it.
        only_layout: it differs from the newest in blanks, comments or case only.
    """

    newest: Definition | None
    live: Definition | None
    only_layout: bool


@dataclass(frozen=True)
class Facts:
    """Everything a check may ask.

    Attributes:
        configuration: the contract, who owns what, how bad what is.
        history: the migrations, folded.
        live: the snapshot that is judged.
        expected: the snapshot of a replay of the history, or None.
        ledger: what the ledgers of `live` say; None if they were not asked.
        whole: False if `live` holds only the objects that the contract names.
        data, expected_data: what was read beside the catalogs, on either side; None: nothing was.
        replayed: False if `expected` is another database's snapshot and no replay.
    """

    configuration: Configuration
    history: History
    live: Snapshot
    expected: Snapshot | None = None
    ledger: LedgerState | None = None
    whole: bool = True
    data: Data | None = None
    expected_data: Data | None = None
    replayed: bool = True
    _classes: dict[ObjectId, OwnerClass] = field(default_factory=dict, repr=False)

    @property
    def lookups(self) -> Lookups:
        """Rows of the lookup tables of job types in the live database."""
        return self.data.lookups if self.data is not None else {}

    @property
    def expected_lookups(self) -> Lookups:
        """The same on the other side."""
        return self.expected_data.lookups if self.expected_data is not None else {}

    @property
    def applied(self) -> frozenset[str] | None:
        """Ids of the migrations that the ledger names; None if no ledger was read."""
        return self.ledger.applied if self.ledger is not None else None

    @property
    def pending(self) -> tuple[str, ...]:
        """Migrations that are still to be applied: behind the last one that the ledger names."""
        found: list[str] = []
        for layout in self.ledger.layouts if self.ledger is not None else ():
            ids = [one.id for one in self.history.migrations if one.layout == layout]
            marks = [at for at, one in enumerate(ids) if one in (self.applied or ())]
            if marks:
                start = 0 if layout in DAGS else marks[-1] + 1
                found += [one for one in ids[start:] if one not in (self.applied or ())]
        return tuple(found)

    # Objects

    def routine(self, identity: str) -> ObjectId | None:
        """The live function or procedure of that identity."""
        return _one(self.live, identity, ROUTINES)

    def table(self, identity: str) -> ObjectId | None:
        """The live table or view of that identity."""
        return _one(self.live, identity, TABLES)

    def known(self, item: ObjectId) -> bool:
        """Whether a migration ever made the object, or the replay did."""
        return item in self.history.lives or (self.expected is not None and item in self.expected)

    def should_be(self, item: ObjectId) -> bool:
        """Whether the object is there at the end of the history."""
        if self.expected is not None:
            return item in self.expected
        life = self.life(item)
        return life is not None and life.exists

    def expected_object(self, item: ObjectId) -> CatalogObject | None:
        """The object as the replay has it, or None."""
        return self.expected.objects.get(item) if self.expected is not None else None

    def hanging_on(self, snapshot: Snapshot | None, table: str, kinds: Collection[str]) -> list[TablePart]:
        """Objects of some kinds on a table."""
        if snapshot is None:
            return []
        return [
            item
            for item in snapshot.objects.values()
            if isinstance(item, TablePart) and item.KIND in kinds and item.table == table
        ]

    # Classes

    def class_of(self, item: ObjectId) -> OwnerClass:
        """The class of an object, through what it hangs on."""
        if item not in self._classes:
            ancestors = self.history.ancestors(item) or tuple(self._parents(item))
            self._classes[item] = self.configuration.ownership.owner_of(item, ancestors)[0]
        return self._classes[item]

    def root(self, item: ObjectId) -> ObjectId:
        """The outermost missing object that explains why `item` is missing: itself, its table, its function."""
        there = self.expected_object(item)
        if self.expected is None or there is None:
            return item
        return explained_by(there, self.expected, self.live) or item

    def cause(self, item: ObjectId) -> Cause:
        """That the object is not as it should be; if it is missing, what it hangs on may be why."""
        return Cause(item if item in self.live else self.root(item))

    # History

    def life(self, item: ObjectId) -> Life | None:
        """What the history did to the object, or None."""
        return self.history.lives.get(item)

    def definition(self, item: ObjectId) -> Definition | None:
        """Its newest definition, or None."""
        life = self.life(item)
        return life.last_definition if life is not None else None

    def location(self, item: ObjectId | None, otherwise: Location | None = None) -> Location | None:
        """Where a migration last defined or touched the object."""
        life = self.life(item) if item is not None else None
        if life is None:
            return otherwise
        if life.last_definition is not None:
            return life.last_definition.location
        return life.last_effect.location if life.last_effect is not None else otherwise

    def standing(self, item: ObjectId, body: str, wanted: str | None) -> Standing:
        """Which migration's body a function has.

        Args:
            item: the function.
            body: its live body.
            wanted: the body that it should have, or None if that is not known.
        """
        life = self.life(item)
        definitions = [one for one in life.definitions if one.body is not None] if life is not None else []
        matching = next((one for one in reversed(definitions) if one.body == body), None)
        newest = definitions[-1] if definitions else None
        target = wanted if wanted is not None else (newest.body if newest is not None else None)
        layout = target is not None and differs_in_layout_only(target, body)
        return Standing(newest, matching, layout)

    def wanted_body(self, item: ObjectId) -> str | None:
        """The body that the history gives a function in the end: the replay's, or the newest text."""
        expected = self.expected_object(item)
        if isinstance(expected, Function):
            return expected.body
        definition = self.definition(item)
        return definition.body if definition is not None else None

    # Bodies

    def changes_in(self, function: Function) -> tuple[AnyChange, ...]:
        """What the body of a live function would do when called."""
        return _changes_in(function)

    def accesses(self, function: Function, table: str) -> list[Access]:
        """How a function's body reads or writes a table."""
        return [
            change.access
            for change in self.changes_in(function)
            if isinstance(change, Rows) and self.means(change.access.name, table, function)
        ]

    def dynamic(self, function: Function) -> list[Unknown]:
        """What in a function's body cannot be read: SQL that it puts together when it runs."""
        return [change for change in self.changes_in(function) if isinstance(change, Unknown)]

    @staticmethod
    def means(name: Name, table: str, function: Function) -> bool:
        """Whether a name in a function's body means the table."""
        if name.schema is not None:
            return qualified(name.schema, name.name) == table
        path = next(
            (value for one in function.settings for key, _, value in [one.partition("=")] if key == "search_path"),
            None,
        )
        schema, _, last = table.rpartition(".")
        if quote_identifier(name.name) != last:
            return False
        return path is None or schema in [part.strip() for part in path.split(",")]

    # Saying so

    @property
    def roles(self) -> Roles:
        """The migration role's names on both sides."""
        expected = self.expected.migration_role if self.expected is not None else None
        return Roles(expected, self.live.migration_role)

    def repair(
        self, item: ObjectId, fields: Collection[str] = (), wanted: CatalogObject | None = None
    ) -> str | None:
        """SQL that makes the object what it should be.

        Args:
            item: the object.
            fields: those that differ; none: it is missing.
            wanted: what it should be; what the replay has if not given.
        """
        expected = wanted if wanted is not None else self.expected_object(item)
        live = self.live.objects.get(item)
        if expected is not None:
            return repair_sql(expected, live, fields, roles=self.roles)
        definition = self.definition(item)
        return repair_from_history(definition) if definition is not None else None

    def repair_of_extra(self, item: ObjectId) -> str | None:
        """What to think of before dropping a live object that should not be there."""
        return repair_sql(None, self.live.objects.get(item))

    def breach(
        self,
        name: str,
        message: str,
        *,
        entry: Any,
        item: ObjectId | None,
        causes: Iterable[Cause],
        severity: Severity = Severity.ERROR,
        **fields: Any,
    ) -> Breach:
        """A breach of an entry of the contract, with what the entry and the object say about it."""
        compat = self.configuration.contract.compat(entry)
        definition = self.definition(item) if item is not None else None
        fields.setdefault("provenance", Provenance(defined_in=definition.migration) if definition else None)
        fields.setdefault("location", self.location(item, entry.location))
        return Breach(
            name,
            message,
            Severity.WARNING if compat and severity is Severity.ERROR else severity,
            object=item,
            owner_class=self.class_of(item) if item is not None else None,
            compat=compat,
            entry=entry.location,
            causes=frozenset(causes),
            **fields,
        )

    def missing(self, item: ObjectId) -> str:
        """`is missing`, and what is known about why."""
        life = self.life(item)
        last = life.last_effect if life is not None else None
        if last is not None and life is not None and not life.exists and last.action in {"drop", "rename"}:
            verb = "drops" if last.action == "drop" else "renames"
            return f"is missing: {last.migration} {verb} it"
        definition = self.definition(item)
        if definition is None:
            return "is missing"
        pending = ", which is not applied yet" if definition.migration in self.pending else ""
        return f"is missing; {definition.migration} made it{pending}"

    def unmatched(self, entry: str, item: ObjectId, location: Location) -> Unmatched:
        """An entry of the contract that names what is nowhere."""
        names = {one.identity for one in self.live.objects if one.kind == item.kind}
        names |= {one.identity for one in self.history.lives if one.kind == item.kind}
        return Unmatched(entry, item.identity, location, nearest(item.identity, names), Severity.ERROR)

    # Private

    def _parents(self, item: ObjectId) -> Iterable[ObjectId]:
        current: ObjectId | None = item
        seen: set[ObjectId] = set()
        while current is not None and current not in seen:
            seen.add(current)
            found = self.live.objects.get(current) or self.expected_object(current)
            current = found.parent if found is not None else None
            if current is not None:
                yield current


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that is most like another, or None."""
    return next(iter(difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.75)), None)


def body_fields(facts: Facts, item: ObjectId, function: Function, wanted: str) -> dict[str, Any]:
    """The fields of a breach about a body: hashes, diff, where the live one comes from."""
    standing = facts.standing(item, function.body, wanted)
    newest = standing.newest.migration if standing.newest is not None else None
    live = standing.live.migration if standing.live is not None else None
    return {
        "expected": body_hash(wanted),
        "actual": body_hash(function.body),
        "diff": body_diff(wanted, function.body, newest or "expected", live or "live"),
        "provenance": Provenance(defined_in=newest, live_matches=live),
        "location": standing.newest.location if standing.newest is not None else None,
    }


def body_message(facts: Facts, item: ObjectId, function: Function, wanted: str) -> tuple[str, bool]:
    """What to say about a body that is not the wanted one; True if the layout is all that differs."""
    standing = facts.standing(item, function.body, wanted)
    newest = standing.newest.migration if standing.newest is not None else None
    of = f" of {newest}" if newest is not None else ""
    if standing.only_layout:
        return f"{item} differs from the definition{of} in blanks, comments or case only", True
    if standing.live is not None and standing.live is not standing.newest:
        return f"{item} runs the definition of {standing.live.migration}; {newest} replaced it", False
    return f"{item} has a body that no migration wrote; it should be the one{of or ' expected'}", False


# Private


@cache
def _changes_of_text(text: str) -> tuple[AnyChange, ...]:
    return tuple(change for change in plain_changes_of(text) if change.inside == "function")


def _changes_in(function: Function) -> tuple[AnyChange, ...]:
    if function.library is not None or function.language in {"internal", "c"}:
        return ()
    return _changes_of_text(function_statement(function))


def _one(snapshot: Snapshot, identity: str, kinds: Iterable[str]) -> ObjectId | None:
    return next((item for kind in kinds if (item := ObjectId(kind, identity)) in snapshot), None)
