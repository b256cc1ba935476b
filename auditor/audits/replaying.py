"""The history, run: what each migration really did, and the catalog that comes of it, as plain values.

The server is gone when this returns.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.audits.inputs import Inputs
from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.history import fold
from auditor.migrations import ReadMigration
from auditor.migrations.read import read_statements
from auditor.model import Migration, Snapshot, Statement
from auditor.replay.binaries import Installation, choose, find_installations
from auditor.replay.runner import Replay, replay
from auditor.replay.server import throw_away_server

log = logging.getLogger("auditor")


@dataclass(frozen=True, slots=True)
class Replayed:
    """A history that was run.

    Attributes:
        inputs: with the statements of revisions that could only be read while they ran.
        replay: what each migration did.
        snapshot: the catalog afterwards; None if a migration failed.
        installation: the PostgreSQL it ran in.
    """

    inputs: Inputs
    replay: Replay
    snapshot: Snapshot | None
    installation: Installation

    @property
    def captured(self) -> frozenset[str]:
        """Ids of the migrations whose statements were captured."""
        return frozenset(step.migration for step in self.replay.steps if step.captured is not None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know about where it ran."""
        number = self.installation.version_num
        notes = [f"replayed in PostgreSQL {number // 10_000}.{number % 10_000} ({self.installation.provider})"]
        supplied = ", ".join(f"{one.kind} {one.name}" for one in self.replay.supplied)
        if supplied:
            notes.append(f"supplied for the replay, as the platform would: {supplied}")
        return tuple(notes)

    @property
    def not_checked(self) -> tuple[str, ...]:
        """What of the history was not really run."""
        found = [f"extension {name}: a stand-in was used in the replay" for name in self.replay.shims]
        if self.replay.not_replayed:
            count = len(self.replay.not_replayed)
            found.append(f"{count} migrations after the one that failed: {', '.join(self.replay.not_replayed)}")
        return tuple(found)


def installation_for(major: int | None, *, rather: int | None = None) -> Installation:
    """The PostgreSQL to replay in.

    Args:
        major: it must be this one.
        rather: it should be this one (that of a live server, which then prints alike), if it is at hand.

    Raises:
        CouldNotCheck: there is none.
    """
    if major is None and rather is not None:
        found = find_installations(rather)
        if found:
            return found[0]
    return choose(major)


def run_history(inputs: Inputs, installation: Installation) -> Replayed:
    """Run the history in a throw-away server.

    Raises:
        CouldNotCheck: the server does not start, or went away.
    """
    log.info("replaying %d migrations in %s", len(inputs.reads), installation.version)
    with throw_away_server(installation) as server:
        migrations = [read.migration for read in inputs.reads]
        done = replay(migrations, server, root=inputs.migrations.root)
        snapshot = None
        if done.error is None:
            with read_only_session(done.conninfo) as connection:
                snapshot = read_snapshot(connection)
    log.info("replayed in %.1f s", done.seconds)
    captured = {step.migration: step.captured for step in done.steps if step.captured is not None}
    return Replayed(with_captured(inputs, captured, installation.major), done, snapshot, installation)


def with_captured(inputs: Inputs, captured: Mapping[str, tuple[Statement, ...]], pg_major: int) -> Inputs:
    """The same inputs, with what a replay captured, read by the rules of the version it ran in.

    Args:
        inputs: as read from the files.
        captured: statements of the revisions that could only be read while they ran, by migration.
        pg_major: of the server they ran in.
    """
    if not captured and inputs.history.pg_major == pg_major:
        return inputs
    reads = []
    for read in inputs.reads:
        statements = captured.get(read.migration.id)
        if statements is not None:
            migration = _replaced(read.migration, statements)
            read = ReadMigration(migration, read_statements(statements))
        reads.append(read)
    return dataclasses.replace(inputs, reads=tuple(reads), history=fold(reads, pg_major=pg_major))


# Private


def _replaced(migration: Migration, statements: tuple[Statement, ...]) -> Migration:
    import msgspec

    return msgspec.structs.replace(migration, statements=statements)
