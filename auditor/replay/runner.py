"""Runs a history in a database of its own, migration after migration, and records what each one does.

How each one is run is told in :mod:`auditor.replay.attempt`. Between them the session is made as good as new.

What the platform would have had is supplied and named (:mod:`auditor.replay.platform`); what it would have had
before the first migration makes the replay start again (:mod:`auditor.replay.stubs`). The few statements that need
a superuser and are harmless are run as one and named (:mod:`auditor.replay.privileged`).

The first migration that fails ends the replay: what comes after it is judged in a catalog that never was. Asked to
keep going it goes on, as if the one that failed held no more than what it had committed.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import auditor
from auditor.errors import CouldNotCheck
from auditor.migrations.statements import split_statements
from auditor.model import Migration, ObjectId, Statement
from auditor.progress import tell
from auditor.replay import extensions, stubs
from auditor.replay.attempt import Attempt, ReplayError, note_in_ledger
from auditor.replay.instead import Instead
from auditor.replay.missing import OwnThings, Thing
from auditor.replay.online import OnlineAttempt
from auditor.replay.platform import Place, Supplied
from auditor.replay.privileged import Privileged
from auditor.replay.recorder import Recorder
from auditor.replay.recording import RecordedEffect, Recording
from auditor.replay.session import Session
from auditor.replay.stubs import StartAgain
from auditor.sql.names import quote_identifier

if TYPE_CHECKING:
    from auditor.replay.replay_server import ReplayServer
    from auditor.replay.stubs import Stub

STATEMENT_TIMEOUT = 60.0
"""Seconds that one statement of a migration may take."""


@dataclass(frozen=True, slots=True)
class Prelude:
    """What is run before the first migration.

    Attributes:
        text: SQL.
        file: where it stands, for people.
    """

    text: str
    file: str = "prelude"


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One migration, run.

    Attributes:
        migration: its id.
        file: its file.
        recorded: its net effects on the catalog.
        transient: objects that it created and dropped again.
        defined: objects that were there before, and that it ran CREATE OR REPLACE on.
        error: why it failed, or None. What it had committed until then is recorded.
        captured: the statements that a revision which cannot be read without a database sent to it, else None.
        in_transaction: whether it ran in one transaction.
        as_superuser: ordinals of the statements that were run as superuser.
        supplied: what the platform would have had, that this migration was the first to miss.
        instead: what was run in the place of statements that the server cannot run as they stand, by ordinal.
        skipped: ordinals of statements that only psql understands; they were not run.
        seconds: how long it took, recording included.
    """

    migration: str
    file: str
    recorded: tuple[RecordedEffect, ...] = ()
    transient: tuple[ObjectId, ...] = ()
    defined: tuple[ObjectId, ...] = ()
    error: ReplayError | None = None
    captured: tuple[Statement, ...] | None = None
    in_transaction: bool = True
    as_superuser: tuple[int, ...] = ()
    supplied: tuple[Supplied, ...] = ()
    instead: tuple[tuple[int, Instead], ...] = ()
    skipped: tuple[int, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Replay:
    """A history, run.

    Attributes:
        steps: one for each migration that was run, in order; the last may have failed.
        not_replayed: ids of the migrations after one that failed.
        kept_going: whether it was to go on behind one that failed.
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
    kept_going: bool = False
    server_version_num: int = 0
    seconds: float = 0.0

    @property
    def error(self) -> ReplayError | None:
        """Why the first migration that failed did, or None."""
        return next((step.error for step in self.steps if step.error is not None), None)


def replay(
    migrations: Sequence[Migration],
    server: ReplayServer,
    *,
    database: str | None = None,
    prelude: Prelude | None = None,
    owner: str | None = None,
    as_owner: bool = True,
    root: Path | None = None,
    timeout: float = STATEMENT_TIMEOUT,
    keep_going: bool = False,
) -> Replay:
    """Run a history in a new database of a throw-away or shadow server.

    Roles belong to the whole server, so it should have no other use meanwhile. The database stays until the server
    ends or :func:`discard` is called.

    Args:
        migrations: in order.
        server: on which to create the database.
        database: its name; by default one that is not used yet, or that the history calls its own.
        prelude: to be run before the history; it is not recorded.
        owner: name of the role that owns the database and runs the migrations, which must not exist yet. Many
            histories say `OWNER TO postgres`: where the superuser is called otherwise it can be `postgres`.
        as_owner: False runs everything as superuser: only for a history that is trusted like a program.
        root: what the migrations' files are relative to. Revisions that cannot be read without a database are run
            by Alembic itself; without it they fail.
        timeout: seconds for each statement.
        keep_going: go on behind a migration that fails.

    Raises:
        CouldNotCheck: the server is gone or full, or the prelude fails. What the migrations do never raises.
    """
    import psycopg

    began = time.monotonic()
    first = tuple(split_statements(prelude.text, prelude.file)) if prelude is not None else ()
    own = OwnThings(migrations, first)
    missed: list[Stub] = []
    role = owner
    while True:
        try:
            name = server.create_database(database)
            role = role or f"{name}_owner"
            server.create_owner_role(role)
            with server.connect(name) as connection:
                place = Place(server, connection, role, own, tuple(missed))
                run = _Run(place, name, as_owner=as_owner, root=root, timeout=timeout)
                try:
                    steps = run.steps(migrations, first, keep_going=keep_going)
                    objects = run.recorder.objects()
                except StartAgain as again:
                    missed.append(again.stub)
                    database = again.stub.database or database
                else:
                    run.close()
                    run.remove_recorder()
                    break
                finally:
                    run.close()
                made = run.roles_made()
            server.take_away(name, role, made)
        except psycopg.Error as error:
            what = "has no room" if (error.sqlstate or "").startswith("53") else "went away"
            raise CouldNotCheck(f"{server.name} {what}: {' '.join(str(error).split())}") from error
    return Replay(
        steps=steps,
        not_replayed=tuple(migration.id for migration in migrations[len(steps) :]),
        database=name,
        conninfo=server.conninfo(name, role),
        owner=role,
        baseline=run.baseline | {ObjectId(one.kind, one.name) for one in run.supplied},
        objects=objects,
        supplied=tuple(run.supplied),
        shims=tuple(extensions.shimmed_extensions(server, name)),
        kept_going=keep_going,
        server_version_num=server.version_num,
        seconds=time.monotonic() - began,
    )


def discard(replayed: Replay, server: ReplayServer) -> None:
    """Drop the database of a replay and the roles that came with it, on a server that lives on."""
    made = {item.identity for item in replayed.objects.keys() - replayed.baseline if item.kind == "role"}
    made |= {one.name for one in replayed.supplied if one.kind == "role"}
    server.take_away(replayed.database, replayed.owner, made)


def replay_cache_key(
    migrations: Sequence[Migration], server_version: str, *, prelude: Prelude | None = None
) -> str:
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

    add(auditor.__version__, server_version, prelude and prelude.text)
    for migration in migrations:
        add(migration.id, migration.layout, migration.transactional, migration.unreadable, migration.checksum)
        add(migration.search_path)
        for statement in migration.statements:
            add(statement.text, statement.data, statement.not_sql)
    return digest.hexdigest()


# Private

# What hangs on a table of a stand-in is not told.
_TOLD_OF_STUBS = frozenset(
    {
        "collation",
        "default acl",
        "extension",
        "foreign-data wrapper",
        "function",
        "publication",
        "role",
        "schema",
        "table",
        "type",
        "view",
    }
)
_LEDGER = """create table alembic_version (
    version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num))"""


def _written(search_path: Sequence[str]) -> str:
    return ",".join(quote_identifier(name) for name in search_path)


class _Run:
    """One replay while it lasts."""

    def __init__(self, place: Place, database: str, *, as_owner: bool, root: Path | None, timeout: float) -> None:
        from psycopg import sql

        server, owner = place.server, place.owner
        place.connection.execute(
            sql.SQL("alter database {} owner to {}").format(sql.Identifier(database), sql.Identifier(owner))
        )
        self.supplied: list[Supplied] = []
        self.baseline: frozenset[ObjectId] = frozenset()
        self.recorder = Recorder(place.connection, owner, superuser=not as_owner)
        self.recorder.install()
        self._there = frozenset(self.recorder.objects())
        self._privileged = Privileged(place.connection, owner, guard=as_owner)
        self._place = place
        self._database = database
        self._conninfo = server.conninfo(database, owner if as_owner else None)
        self._url = server.sqlalchemy_url(database, owner if as_owner else None)
        self._root = root
        self._timeout = timeout
        self._put_stubs_in_place()
        self._session = self._connect()

    def close(self) -> None:
        """End the session; may be called again."""
        self._session.close()

    def remove_recorder(self) -> None:
        """Leave in the database what the history made."""
        self._privileged.remove_guard()
        self.recorder.remove()

    def roles_made(self) -> set[str]:
        """Identities of the roles that are there since it began."""
        self.recorder.begin()
        return {item.identity for item in self.recorder.objects().keys() - self._there if item.kind == "role"}

    def steps(
        self, migrations: Sequence[Migration], prelude: Sequence[Statement], *, keep_going: bool
    ) -> tuple[ReplayStep, ...]:
        """Run it.

        Raises:
            StartAgain: something has to be there before.
        """
        if prelude:
            self._run_prelude(tuple(prelude))
        if any(migration.layout == "alembic" for migration in migrations):
            self._session.run(_LEDGER)
        self._make_schemas(migrations)
        self.recorder.begin()
        self.baseline = frozenset(self.recorder.objects())
        steps: list[ReplayStep] = []
        for migration in migrations:
            step = self._step(migration)
            steps.append(step)
            tell("migrations replayed", len(steps), len(migrations))
            if step.error is not None and not keep_going:
                break
            self._next_session(step)
        return tuple(steps)

    # Private

    def _make_schemas(self, migrations: Sequence[Migration]) -> None:
        """Schemas in which sessions look for names, and which the migration tool makes: no migration does."""
        from psycopg import sql

        names = dict.fromkeys(name for migration in migrations for name in migration.search_path or ())
        for name in names:
            if name == "$user" or name.startswith("pg_") or any(self._place.own.makings(Thing("schema", name))):
                continue
            query = "select from pg_namespace where nspname = %s"
            if self._place.connection.execute(query, [name]).fetchone() is None:
                self._place.connection.execute(
                    sql.SQL("create schema {} authorization {}").format(
                        sql.Identifier(name), sql.Identifier(self._place.owner)
                    )
                )
                what = "a schema of the migrations' search_path, which none of them makes"
                self.supplied.append(Supplied("schema", quote_identifier(name), what))

    def _connect(self) -> Session:
        settings = {"client_min_messages": "warning"}
        if self._place.server.version_num >= 160000:
            # A superuser may hand objects to, and act as, each role he creates; so may the role in his place.
            settings["createrole_self_grant"] = "set,inherit"
        return Session(self._conninfo, settings=settings, timeout=self._timeout, terminate=self._terminate)

    def _terminate(self, process: int) -> None:
        with self._place.server.connect() as connection:
            connection.execute("select pg_terminate_backend(%s)", [process])

    def _put_stubs_in_place(self) -> None:
        for stub in self._place.stubs:
            before = frozenset(self.recorder.objects())
            stubs.put_in_place(stub, self._place.server, self._database, self._place.owner, self._place.connection)
            self.recorder.begin()
            made = [one for one in sorted(self.recorder.objects().keys() - before) if one.kind in _TOLD_OF_STUBS]
            if stub.database is not None:
                made.append(ObjectId("database", quote_identifier(stub.database)))
            if not made:
                made.append(ObjectId("stand-in", stub.title))
            self.supplied += [Supplied(one.kind, one.identity, stub.what, stub.title) for one in made]

    def _run_prelude(self, statements: tuple[Statement, ...]) -> None:
        attempt = Attempt(self._session, self._privileged, self._place, Migration("", "", "sql", statements))
        attempt.run()
        self.supplied += attempt.supplied
        if attempt.error is not None:
            raise CouldNotCheck(f"what is to be run before the migrations fails: {attempt.error}")

    def _step(self, migration: Migration) -> ReplayStep:
        began = time.monotonic()
        if migration.unreadable is not None and migration.layout == "alembic":
            return self._online_step(migration, began)
        if migration.search_path:
            path = _written(migration.search_path)
            self._session.run_with("select set_config('search_path', $1, false)", path)
        attempt = Attempt(self._session, self._privileged, self._place, migration)
        attempt.run()
        recording = self._record(attempt.sent(), attempt.supplied)
        return ReplayStep(
            migration.id,
            migration.file,
            recording.effects,
            recording.transient,
            recording.defined,
            attempt.error,
            in_transaction=attempt.in_transaction,
            as_superuser=tuple(sorted(index + 1 for index in attempt.as_superuser)),
            supplied=tuple(attempt.supplied),
            instead=tuple((index + 1, attempt.instead[index]) for index in sorted(attempt.instead)),
            skipped=tuple(index + 1 for index in attempt.skipped()),
            seconds=time.monotonic() - began,
        )

    def _online_step(self, migration: Migration, began: float) -> ReplayStep:
        url = self._url
        if migration.search_path:
            url += "&" if "?" in url else "?"
            url += "options=" + quote(f"-csearch_path={_written(migration.search_path)}")
        attempt = OnlineAttempt(migration, url, self._place, self._root)
        attempt.run()
        if attempt.error is None:
            note_in_ledger(self._session, migration)
        recording = self._record([statement.text for statement in attempt.captured], attempt.supplied)
        return ReplayStep(
            migration.id,
            migration.file,
            recording.effects,
            recording.transient,
            recording.defined,
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
        return Recording(effects, recording.transient, recording.defined)

    def _next_session(self, step: ReplayStep) -> None:
        """Defaults that a migration set for new sessions hold from the next migration on."""
        defaults_changed = any(each.object.kind == "database" for each in step.recorded)
        if defaults_changed or self._session.reset() is not None:
            self._session.close()
            self._session = self._connect()
