"""What the forensic audits share: the live side, if one was asked for, and the states that the history passed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg

from auditor.audits.parts.inputs import Inputs, Sources
from auditor.audits.parts.live import Live
from auditor.comparison.snapshots import compare
from auditor.contract.ledger_tables import read_tables
from auditor.errors import CouldNotCheck, UsageError
from auditor.forensics.ledger_rows import LedgerRows, ledger_rows
from auditor.forensics.provenance import Spans, spans
from auditor.forensics.recorder import Entry, Recorder, find_recorder, read_entries
from auditor.forensics.transactions import Clock, Written, read_clock, read_commit_times, read_written
from auditor.history.fold import fold
from auditor.model import ObjectId, OwnerClass, Snapshot

if TYPE_CHECKING:
    from auditor.audits.parts.replaying import Where

Connection = psycopg.Connection[Any]

MAX_REPLAYS = 12
"""Most states of the history that one run makes, each by a replay up to a migration (remembered afterwards)."""

RECORDED = 5
"""Entries of the flight recorder that are told of an object."""

NO_LIVE = "live database: none was given (--db URL)"


def class_of(inputs: Inputs, item: ObjectId, live: Live | None = None) -> OwnerClass | None:
    """The class of an object, through what it hangs on; None without a configuration."""
    if inputs.configuration is None:
        return None
    return inputs.configuration.ownership.owner_of(item, ancestors(inputs, item, live))[0]


def ancestors(inputs: Inputs, item: ObjectId, live: Live | None = None) -> tuple[ObjectId, ...]:
    """What an object hangs on, nearest first: in the history, or else in the live database."""
    found = inputs.history.ancestors(item)
    if found or live is None:
        return found
    line: list[ObjectId] = []
    there = live.snapshot.objects.get(item)
    while there is not None and there.parent is not None and there.parent not in line:
        line.append(there.parent)
        there = live.snapshot.objects.get(there.parent)
    return tuple(line)


def of_class(inputs: Inputs, name: str, items: Iterable[ObjectId], live: Live | None = None) -> list[ObjectId]:
    """Those objects that a class owns.

    Raises:
        UsageError: there is no configuration, or the class owns none.
    """
    if inputs.configuration is None:
        raise UsageError("--all needs a classifications.yaml: it says which objects a class owns")
    found = [item for item in items if class_of(inputs, item, live) == OwnerClass(name)]
    if not found:
        raise UsageError(f"no object is {name}")
    return found


@dataclass
class States:
    """The catalogs that the history makes, whole and up to a migration.

    Attributes:
        not_made: why a state is not known, for the report.
        where: the PostgreSQL that makes them; `final` finds one.
        most: how many states are made at most.
    """

    inputs: Inputs
    live: Live
    not_made: list[str] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    where: Where | None = None
    most: int = MAX_REPLAYS
    _after: dict[str, Snapshot | None] = field(default_factory=dict)

    def final(self) -> Snapshot | None:
        """The catalog that the whole history makes; None if it cannot be replayed here."""
        from auditor.audits.parts.expected import expected_catalog
        from auditor.audits.parts.replaying import where_to_replay

        try:
            self.where = where_to_replay(self.inputs.settings, self.live)
            expected = expected_catalog(self.inputs, self.where)
        except CouldNotCheck as error:
            self.not_made.append(f"the catalog that the history makes: {error}")
            return None
        self.notes += expected.notes
        return expected.snapshot

    def after(self, migration: str) -> Snapshot | None:
        """The catalog after one migration; None if that is not known."""
        if migration not in self._after:
            self._after[migration] = self._make(migration)
        return self._after[migration]

    def _make(self, migration: str) -> Snapshot | None:
        from auditor.audits.parts.expected import expected_catalog

        if self.where is None:
            return None
        if len(self._after) >= self.most:
            self.not_made.append(f"the catalog after {migration}: more than {self.most} states to replay")
            return None
        try:
            return expected_catalog(_until(self.inputs, migration), self.where).snapshot
        except CouldNotCheck as error:
            self.not_made.append(f"the catalog after {migration}: {error}")
            return None


class Unaltered:
    """Whether a live object is as the whole history makes it; None where that is not known.

    Args:
        expected: the catalog that the history makes, or None.
        live: the live one.
    """

    def __init__(self, expected: Snapshot | None, live: Snapshot) -> None:
        self._expected = expected
        changed = compare(expected, live) if expected is not None else ()
        self._changed = {one.object for one in changed}

    def __call__(self, item: ObjectId) -> bool | None:
        """The answer for one object."""
        if self._expected is None or (item not in self._expected and item not in self._changed):
            return None
        return item not in self._changed


@dataclass(frozen=True, slots=True)
class Rows:
    """What provenance needs of a live database."""

    clock: Clock
    ledger: LedgerRows
    written: dict[ObjectId, Written]
    commits: Mapping[int, str] | None
    recorder: Recorder | str | None
    entries: Mapping[ObjectId, list[Entry]]

    def recorded(self, item: ObjectId) -> list[dict[str, Any]] | None:
        """What the flight recorder noted of an object, newest first; None if there is no recorder to read."""
        if not isinstance(self.recorder, Recorder):
            return None
        return [one.as_json() for one in self.entries.get(item, ())[:RECORDED]]

    @property
    def not_read(self) -> tuple[str, ...]:
        """What of this could not be read."""
        return (*self.ledger.unread, *((self.recorder,) if isinstance(self.recorder, str) else ()))


def read_rows(connection: Connection, sources: Sources) -> Rows:
    """Read the transactions of catalog and ledger, in the transaction that the connection is in."""
    clock = read_clock(connection)
    configured = sources.configuration.ledger if sources.configuration is not None else None
    tables, unread = read_tables(connection, sources.migrations, configured)
    ledger = ledger_rows(tables, unread, sources.migrations, clock)
    written = read_written(connection, clock)
    xids = {one.full for one in written.values() if one.full is not None}
    xids |= {row.xid for row in ledger.rows if row.xid is not None}
    recorder = find_recorder(connection)
    entries: dict[ObjectId, list[Entry]] = {}
    if isinstance(recorder, Recorder):
        for one in read_entries(connection, recorder):
            entries.setdefault(ObjectId(one.kind or "", one.identity or ""), []).append(one)
    return Rows(clock, ledger, written, read_commit_times(connection, xids), recorder, entries)


def spans_of(rows: Rows, inputs: Inputs) -> Spans:
    """Ledger, catalog and history side by side."""
    return spans(rows.ledger, rows.clock, inputs.history, rows.written, rows.commits)


# Private


def _until(inputs: Inputs, migration: str) -> Inputs:
    """The same history, ending with a migration."""
    ids = [read.migration.id for read in inputs.reads]
    reads = inputs.reads[: ids.index(migration) + 1]
    migrations = dataclasses.replace(
        inputs.migrations, migrations=inputs.migrations.migrations[: ids.index(migration) + 1]
    )
    history = fold(reads, pg_major=inputs.history.pg_major)
    return dataclasses.replace(inputs, reads=reads, migrations=migrations, history=history)
