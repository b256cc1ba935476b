"""The history, run: what each migration really did, and the catalog that comes of it, as plain values.

The throw-away server is gone when this returns, or all that was made on the shadow server.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import psycopg

from auditor.audits.parts.captured import replaced, with_captured
from auditor.audits.parts.inputs import Inputs
from auditor.audits.parts.live import Live
from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.config import Settings
from auditor.contract.lookups import Data, read_data
from auditor.errors import CouldNotCheck, UsageError
from auditor.history.fold import History, fold
from auditor.migrations.read import ReadMigration
from auditor.model import Snapshot, Statement
from auditor.model.change import Transaction
from auditor.replay.binaries import Installation, choose, find_installations
from auditor.replay.platform import Supplied
from auditor.replay.plpgsql_check import EXTENSION, Checked, check_functions
from auditor.replay.replay_server import ReplayServer
from auditor.replay.runner import Prelude, Replay, ReplayStep, replay
from auditor.replay.server import throw_away_server
from auditor.replay.shadow import Shadow, look_at
from auditor.replay.shadow_server import shadow_server

Where = Installation | Shadow
"""What a history is run in: binaries of a throw-away server, or a server that is there."""

log = logging.getLogger("auditor")


@dataclass(frozen=True, slots=True)
class Replayed:
    """A history that was run.

    Attributes:
        inputs: with the statements of revisions that could only be read while they ran.
        replay: what each migration did.
        snapshot: the catalog afterwards; None if a migration failed, unless that of the others was asked for.
        where: what it ran in.
        data: what the contract asks for beside the catalog; None if a migration failed, or there is no contract.
        plpgsql: what plpgsql_check says of its functions; None if it was not asked or is not there.
    """

    inputs: Inputs
    replay: Replay
    snapshot: Snapshot | None
    where: Where
    plpgsql: Checked | None = None
    data: Data | None = None

    @property
    def ran(self) -> History:
        """The history as far as it ran: of a migration that failed, what it had committed by then."""
        failed = [step for step in self.replay.steps if step.error is not None]
        if not failed or not self.replay.kept_going:
            return self.inputs.history
        by_id = {step.migration: step for step in failed}
        reads = [committed(read, by_id.get(read.migration.id)) for read in self.inputs.reads]
        return fold(reads, pg_major=self.inputs.history.pg_major)

    @property
    def captured(self) -> frozenset[str]:
        """Ids of the migrations whose statements were captured."""
        return frozenset(step.migration for step in self.replay.steps if step.captured is not None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know about where it ran."""
        where = f"replayed {'on' if isinstance(self.where, Shadow) else 'in'} {self.where.name}"
        return where, *_supplied(self.replay.supplied)

    @property
    def supplied(self) -> list[dict[str, str]]:
        """Everything that was supplied, as the JSON report has it."""
        return [
            {"kind": one.kind, "identity": one.name, "platform": one.platform, "what": one.what}
            for one in self.replay.supplied
        ]

    @property
    def not_checked(self) -> tuple[str, ...]:
        """What of the history was not really run."""
        found: list[str] = []
        if shims := self.replay.shims:
            them = ("extension", "a stand-in was") if len(shims) == 1 else ("extensions", "stand-ins were")
            found.append(f"{them[0]} {', '.join(shims)}: {them[1]} used in the replay")
        whys = Counter(instead.why for step in self.replay.steps for _, instead in step.instead)
        found += (f"statements that were run in another form: {why} ({count})" for why, count in whys.items())
        if self.replay.not_replayed:
            count = len(self.replay.not_replayed)
            left = self.replay.not_replayed
            names = ", ".join(left) if count <= _NAMES_SHOWN else f"{left[0]} to {left[-1]}"
            found.append(f"{count} migrations after the one that failed (--keep-going runs them): {names}")
        elif self.replay.kept_going and (
            failed := [s.migration for s in self.replay.steps if s.error is not None]
        ):
            more = f" and {len(failed) - _NAMES_SHOWN} more" if len(failed) > _NAMES_SHOWN else ""
            found.append(f"{len(failed)} migrations that failed: {', '.join(failed[:_NAMES_SHOWN])}{more}")
        return tuple(found)


def where_to_replay(settings: Settings, live: Live | None = None) -> Where:
    """The PostgreSQL to replay in.

    The shadow server, if one is given. Otherwise binaries of `--pg-major`, or rather, when that is not given,
    those of the live server's version, which then print alike.

    Args:
        settings: of the run.
        live: the live database that the result is to be compared with.

    Raises:
        UsageError: the shadow server's URL cannot be understood, or leads to the live database.
        CouldNotCheck: the shadow server is of no use, or there are no binaries.
    """
    if settings.shadow:
        return _shadow(settings, live)
    if settings.pg_major is None and live is not None:
        found = find_installations(live.major)
        if found:
            return found[0]
    return choose(settings.pg_major)


def notes_of(where: Where, live: Live | None = None) -> tuple[str, ...]:
    """What the reader should know about the server today, whenever the history was run there."""
    if not isinstance(where, Shadow):
        return ()
    if live is not None and live.place is not None and live.place[0] == where.started:
        shared = "the shadow server is the live database's own server: they share its roles, and its load"
        return *where.notes, shared
    return where.notes


def run_history(inputs: Inputs, where: Where, *, plpgsql: bool = False, partial: bool = False) -> Replayed:
    """Run the history.

    Args:
        inputs: what was read.
        where: what to run it in.
        plpgsql: have the functions checked by plpgsql_check, where the server offers it.
        partial: go on behind a migration that fails, and read the catalog that the others make.

    Raises:
        CouldNotCheck: the server does not start, refuses what a replay needs, or went away.
    """
    log.info("replaying %d migrations in %s", len(inputs.reads), where.name)
    with _server(where) as server:
        migrations = [read.migration for read in inputs.reads]
        # Most histories are written for a role and a database of that name; a shadow server has its own.
        name = None if isinstance(where, Shadow) else "postgres"
        done = replay(
            migrations,
            server,
            database=name,
            owner=name,
            prelude=prelude_of(inputs),
            root=inputs.migrations.root,
            keep_going=inputs.settings.keep_going or partial,
        )
        snapshot, data = None, None
        if done.error is None or partial:
            with read_only_session(done.conninfo) as connection:
                snapshot = read_snapshot(connection)
                if inputs.configuration is not None:
                    data = read_data(connection, inputs.configuration, snapshot)
        checked = _plpgsql(server, done.database) if plpgsql and snapshot is not None else None
    log.info("replayed in %.1f s", done.seconds)
    captured = {step.migration: step.captured for step in done.steps if step.captured is not None}
    return Replayed(with_captured(inputs, captured, where.major), done, snapshot, where, checked, data)


def prelude_of(inputs: Inputs) -> Prelude | None:
    """The SQL that is run before the first migration, or None.

    Raises:
        UsageError: the file cannot be read as text.
    """
    settings, configuration = inputs.settings, inputs.configuration
    path = settings.prelude
    if path is None and configuration is not None and configuration.replay.prelude is not None:
        path = configuration.root / str(configuration.replay.prelude)
    if path is None:
        return None
    try:
        return Prelude(path.read_text(encoding="utf-8-sig"), settings.shown(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read the prelude {settings.shown(path)}: {getattr(error, 'strerror', None) or error}"
        ) from error


def committed(read: ReadMigration, step: ReplayStep | None) -> ReadMigration:
    """Of a migration that failed, the statements before the one that did, unless they were rolled back."""
    if step is None or step.error is None:
        return read
    count = 0 if step.in_transaction or step.error.statement is None else step.error.statement - 1
    migration = replaced(read.migration, read.migration.statements[:count])
    end = Statement("ROLLBACK", migration.file, migration.line)
    ended = replaced(migration, (*migration.statements, end))
    return ReadMigration(
        ended, (*read.changes[:count], (Transaction(what="rollback"),)), (*read.disagreements[:count], None)
    )


# Private

_SUPERUSER = "auditor_superuser"
_NAMES_SHOWN = 8  # of one kind; all stand in the JSON report


def _supplied(things: Iterable[Supplied]) -> Iterator[str]:
    """What was supplied, one line for each platform."""
    kinds: dict[str, dict[str, list[str]]] = {}
    for one in things:
        kinds.setdefault(one.platform or "the platform", {}).setdefault(one.kind, []).append(one.name)
    for platform, by_kind in kinds.items():
        told = "; ".join(
            f"{kind} {', '.join(names)}" if len(names) <= _NAMES_SHOWN else f"{len(names)} {kind}s"
            for kind, names in by_kind.items()
        )
        yield f"supplied for the replay, as {platform} would: {told}"


def _shadow(settings: Settings, live: Live | None) -> Shadow:
    shadow = look_at(settings.shadow)
    if live is not None and live.place == (shadow.started, shadow.database):
        raise UsageError(
            f"--shadow leads to the live database, {live.name}: name a scratch server, or another database"
        )
    if settings.pg_major not in (None, shadow.major):
        raise CouldNotCheck(f"{shadow.name}, is not the version of --pg-major {settings.pg_major}")
    return shadow


def _server(where: Where) -> AbstractContextManager[ReplayServer]:
    return shadow_server(where) if isinstance(where, Shadow) else throw_away_server(where, superuser=_SUPERUSER)


def _plpgsql(server: ReplayServer, database: str) -> Checked | None:
    """What plpgsql_check says; None where it cannot be asked (a shadow server may not let us)."""
    if EXTENSION in server.shims:
        return None  # what is there is a stand-in, which checks nothing
    try:
        with server.connect(database) as connection:
            return check_functions(connection)
    except psycopg.Error as error:
        log.info("plpgsql_check: %s", error)
        return None
