"""Runs a history in a database of its own, migration after migration, and records what each one does.

How each one is run is told in :mod:`auditor.replay.attempt`. Between them the session is made as good as new.

What the platform would have had is supplied and named (:mod:`auditor.replay.platform`); the few statements that
need a superuser and are harmless are run as one and named (:mod:`auditor.replay.privileged`).

The first migration that fails ends the replay: what comes after it would be judged in a catalog that never was.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import auditor
from auditor.errors import CouldNotCheck
from auditor.model import Migration, ObjectId, Statement
from auditor.replay import extensions
from auditor.replay.attempt import Attempt, ReplayError, note_in_ledger
from auditor.replay.online import OnlineAttempt
from auditor.replay.platform import Place, Supplied
from auditor.replay.privileged import Privileged
from auditor.replay.recorder import Recorder
from auditor.replay.recording import RecordedEffect, Recording
from auditor.replay.session import Session

if TYPE_CHECKING:
    import psycopg

    from auditor.replay.replay_server import ReplayServer

STATEMENT_TIMEOUT = 60.0
"""Seconds that one statement of a migration may take."""


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One migration, run.

    Attributes:
        migration: its id.
        file: its file.
        recorded: its net effects on the catalog.
        transient: objects that it created and dropped again.
        error: why it failed, or None. What it had committed until then is recorded.
        captured: the statements that a revision which cannot be read without a database sent to it, else None.
        in_transaction: whether it ran in one transaction.
        as_superuser: ordinals of the statements that were run as superuser.
        supplied: what the platform would have had, that this migration was the first to miss.
        skipped: ordinals of statements that only psql understands; they were not run.
        seconds: how long it took, recording included.
    """

    migration: str
    file: str
    recorded: tuple[RecordedEffect, ...] = ()
    transient: tuple[ObjectId, ...] = ()
    error: ReplayError | None = None
    captured: tuple[Statement, ...] | None = None
    in_transaction: bool = True
    as_superuser: tuple[int, ...] = ()
    supplied: tuple[Supplied, ...] = ()
    skipped: tuple[int, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Replay:
    """A history, run.

    Attributes:
        steps: one for each migration that was run, in order; the last may have failed.
        not_replayed: ids of the migrations after one that failed.
        database: name of the database that now holds what the history makes.
        conninfo: how to connect to it, as the role that ran the migrations (not superuser).
        owner: that role.
        baseline: what was there before the first migration.
        objects: what is there after the last, with what each hangs on.
        supplied: all that was supplied in the platform's stead.
        shims: extensions that were stand-ins: what they do was not checked.
        server_version_num: such as 180006.
        seconds: for everything.
    """

    steps: tuple[ReplayStep, ...]
    not_replayed: tuple[str, ...]
    database: str
    conninfo: str = field(repr=False)
    owner: str
    baseline: frozenset[ObjectId] = field(repr=False)
    objects: Mapping[ObjectId, ObjectId | None] = field(repr=False)
    supplied: tuple[Supplied, ...] = ()
    shims: tuple[str, ...] = ()
    server_version_num: int = 0
    seconds: float = 0.0

    @property
    def error(self) -> ReplayError | None:
        """Why it did not reach the end, or None."""
        return self.steps[-1].error if self.steps else None


def replay(
    migrations: Sequence[Migration],
    server: ReplayServer,
    *,
    database: str | None = None,
    prelude: str | None = None,
    owner: str | None = None,
    as_owner: bool = True,
    root: Path | None = None,
    timeout: float = STATEMENT_TIMEOUT,
) -> Replay:
    """Run a history in a new database of a throw-away or shadow server.

    Roles belong to the whole server, so it should have no other use meanwhile. The database stays until the server
    ends or :func:`discard` is called.

    Args:
        migrations: in order.
        server: on which to create the database.
        database: its name; by default one that is not used yet.
        prelude: SQL to be run before the history, which is not recorded.
        owner: name of the role that owns the database and runs the migrations, which must not exist yet. Many
            histories say `OWNER TO postgres`: where the superuser is called otherwise it can be `postgres`.
        as_owner: False runs everything as superuser: only for a history that is trusted like a program.
        root: what the migrations' files are relative to. Revisions that cannot be read without a database are run
            by Alembic itself; without it they fail.
        timeout: seconds for each statement.

    Raises:
        CouldNotCheck: the server is gone, or the prelude fails. What the migrations do never raises.
    """
    import psycopg

    began = time.monotonic()
    name = server.create_database(database)
    owner = owner or f"{name}_owner"
    server.create_owner_role(owner)
    try:
        with server.connect(name) as connection:
            run = _Run(server, connection, name, owner, as_owner=as_owner, root=root, timeout=timeout)
            try:
                steps = run.steps(migrations, prelude)
                objects = run.recorder.objects()
            finally:
                run.close()
            run.recorder.remove()
    except psycopg.Error as error:
        raise CouldNotCheck(f"{server.name} went away: {' '.join(str(error).split())}") from error
    return Replay(
        steps=steps,
        not_replayed=tuple(migration.id for migration in migrations[len(steps) :]),
        database=name,
        conninfo=server.conninfo(name, owner),
        owner=owner,
        baseline=run.baseline | {ObjectId(one.kind, one.name) for one in run.supplied},
        objects=objects,
        supplied=tuple(run.supplied),
        shims=tuple(extensions.shimmed_extensions(server, name)),
        server_version_num=server.version_num,
        seconds=time.monotonic() - began,
    )


def discard(replayed: Replay, server: ReplayServer) -> None:
    """Drop the database of a replay and the roles that came with it, on a server that lives on."""
    from psycopg import sql

    server.drop_database(replayed.database)
    made = {item.identity for item in replayed.objects if item.kind == "role"}
    made -= {item.identity for item in replayed.baseline if item.kind == "role"}
    made |= {one.name for one in replayed.supplied if one.kind == "role"}
    with server.connect() as connection:
        for identity in (*sorted(made), replayed.owner):
            row = connection.execute("select rolname from pg_roles where quote_ident(rolname) = %s", [identity])
            for (role,) in row.fetchall():
                connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(role)))
                connection.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))


def replay_cache_key(migrations: Sequence[Migration], server_version: str, *, prelude: str | None = None) -> str:
    """SHA-256 (hex) of all that the catalog after a replay depends on.

    A history that asks for the date, or for random numbers, in order to name objects is not told apart.

    Args:
        migrations: in order.
        server_version: of the server, build included.
        prelude: as given to :func:`replay`.
    """
    digest = hashlib.sha256()

    def add(*parts: object) -> None:
        for part in parts:
            text = repr(part).encode()
            digest.update(len(text).to_bytes(8))
            digest.update(text)

    add(auditor.__version__, server_version, prelude)
    for migration in migrations:
        add(migration.id, migration.layout, migration.transactional, migration.unreadable, migration.checksum)
        for statement in migration.statements:
            add(statement.text, statement.data, statement.not_sql)
    return digest.hexdigest()


# Private

_LEDGER = """create table alembic_version (
    version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num))"""


class _Run:
    """One replay while it lasts."""

    def __init__(
        self,
        server: ReplayServer,
        connection: psycopg.Connection[Any],
        database: str,
        owner: str,
        *,
        as_owner: bool,
        root: Path | None,
        timeout: float,
    ) -> None:
        from psycopg import sql

        connection.execute(
            sql.SQL("alter database {} owner to {}").format(sql.Identifier(database), sql.Identifier(owner))
        )
        self.server = server
        self.supplied: list[Supplied] = []
        self.baseline: frozenset[ObjectId] = frozenset()
        self.recorder = Recorder(connection, owner, superuser=not as_owner)
        self.recorder.install()
        self._privileged = Privileged(connection, owner)
        self._place = Place(server, connection, owner)
        self._conninfo = server.conninfo(database, owner if as_owner else None)
        self._url = server.sqlalchemy_url(database, owner if as_owner else None)
        self._root = root
        self._timeout = timeout
        self._session = self._connect()

    def close(self) -> None:
        self._session.close()

    def steps(self, migrations: Sequence[Migration], prelude: str | None) -> tuple[ReplayStep, ...]:
        if prelude is not None:
            self._run_prelude(prelude)
        if any(migration.layout == "alembic" for migration in migrations):
            self._session.run(_LEDGER)
        self.recorder.begin()
        self.baseline = frozenset(self.recorder.objects())
        steps: list[ReplayStep] = []
        for migration in migrations:
            step = self._step(migration)
            steps.append(step)
            if step.error is not None:
                break
            self._next_session(step)
        return tuple(steps)

    # Private

    def _connect(self) -> Session:
        settings = {"client_min_messages": "warning"}
        if self.server.version_num >= 160000:
            # A superuser may hand objects to, and act as, each role he creates; so may the role in his place.
            settings["createrole_self_grant"] = "set,inherit"
        return Session(self._conninfo, settings=settings, timeout=self._timeout, terminate=self._terminate)

    def _terminate(self, process: int) -> None:
        with self.server.connect() as connection:
            connection.execute("select pg_terminate_backend(%s)", [process])

    def _run_prelude(self, prelude: str) -> None:
        from auditor.migrations.statements import split_statements

        statements = tuple(split_statements(prelude, "prelude"))
        attempt = Attempt(self._session, self._privileged, self._place, Migration("", "", "sql", statements))
        attempt.run()
        self.supplied += attempt.supplied
        if attempt.error is not None:
            raise CouldNotCheck(f"what is to be run before the migrations fails: {attempt.error}")

    def _step(self, migration: Migration) -> ReplayStep:
        began = time.monotonic()
        if migration.unreadable is not None:
            return self._online_step(migration, began)
        attempt = Attempt(self._session, self._privileged, self._place, migration)
        attempt.run()
        recording = self._record(attempt.sent(), attempt.supplied)
        return ReplayStep(
            migration.id,
            migration.file,
            recording.effects,
            recording.transient,
            attempt.error,
            in_transaction=attempt.in_transaction,
            as_superuser=tuple(sorted(index + 1 for index in attempt.as_superuser)),
            supplied=tuple(attempt.supplied),
            skipped=tuple(index + 1 for index in attempt.skipped()),
            seconds=time.monotonic() - began,
        )

    def _online_step(self, migration: Migration, began: float) -> ReplayStep:
        attempt = OnlineAttempt(migration, self._url, self._place, self._root)
        attempt.run()
        if attempt.error is None:
            note_in_ledger(self._session, migration)
        recording = self._record([statement.text for statement in attempt.captured], attempt.supplied)
        return ReplayStep(
            migration.id,
            migration.file,
            recording.effects,
            recording.transient,
            attempt.error,
            captured=attempt.captured,
            supplied=tuple(attempt.supplied),
            seconds=time.monotonic() - began,
        )

    def _record(self, sent: Sequence[str], supplied: Sequence[Supplied]) -> Recording:
        self.supplied += supplied
        recording = self.recorder.record(sent)
        ours = {ObjectId(one.kind, one.name) for one in supplied}
        if not ours:
            return recording
        effects = tuple(each for each in recording.effects if each.action != "create" or each.object not in ours)
        return Recording(effects, recording.transient)

    def _next_session(self, step: ReplayStep) -> None:
        """Defaults that a migration set for new sessions hold from the next migration on."""
        defaults_changed = any(each.object.kind == "database" for each in step.recorded)
        if defaults_changed or self._session.reset() is not None:
            self._session.close()
            self._session = self._connect()
