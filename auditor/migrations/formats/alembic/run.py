# ruff: noqa: SLF001 -- frames; and Alembic has no public way to run one revision but through env.py
"""Runs one Alembic revision against a database: a program that the parent starts in a process of its own.

Only `upgrade()` of that revision runs: neither `env.py` nor the version table is touched. Every statement is noted
as it goes to the server, its parameters written into it.

Started with one JSON object on standard input: `files`, `revision`, `url` (SQLAlchemy's), `config`, `section`,
`script_location`, `sys_path`, `append_sys_path`. Sends `["file", path]`, `["statement", text, positions]`, perhaps
`["more"]`, and at the end `["failed", reason, line, sqlstate]` or `["done"]`.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, cast

import psycopg
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from psycopg import ClientCursor
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from auditor.migrations.formats.alembic.child import (
    batches_with_places,
    describe,
    load_module,
    positions,
    read_header,
    take_stdout,
)

MAX_ROWS = 10
"""Of a statement that is run for many rows at once so many are noted."""

MAX_STATEMENTS = 100_000
"""So many statements are noted; the revision runs on."""


class Notes:
    """Sends each statement on its way to the server."""

    def __init__(self, send: Callable[..., None], path: str) -> None:
        self.running = False
        self.place: list[Any] | None = None
        self._send = send
        self._path = path
        self._count = 0

    def statement(
        self, connection: Connection, _cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        """Listener for `before_cursor_execute`."""
        if not self.running or _is_introspection(statement):
            return
        if not parameters and context is not None and context.no_parameters:
            self._note(statement)
            return
        writer: ClientCursor[Any] = ClientCursor(
            cast("psycopg.Connection", connection.connection.dbapi_connection)
        )
        for row in parameters[:MAX_ROWS] if many else [parameters]:
            self._note(writer.mogrify(statement, row))

    def transaction(self, what: str) -> Callable[[Connection], None]:
        """Listener for `begin`, `commit` and `rollback`."""

        def note(connection: Connection) -> None:
            # In an autocommit block SQLAlchemy's transactions are none.
            if self.running and connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
                self._note(what)

        return note

    def _note(self, statement: str) -> None:
        self._count += 1
        if self._count <= MAX_STATEMENTS:
            self._send("statement", statement, self.place or positions(self._path))
        elif self._count == MAX_STATEMENTS + 1:
            self._send("more")


def main() -> None:
    """Read the request, run the revision, send what it does."""
    request = json.loads(sys.stdin.read())
    send = take_stdout()
    warnings.simplefilter("ignore")
    sys.path[:0] = request["sys_path"]
    sys.path += request["append_sys_path"]
    path = _file_of(request["revision"], request["files"])
    if path is None:
        send("failed", f"there is no revision {request['revision']}", 1, None)
    else:
        send("file", path)
        try:
            _run(request, path, send)
        except BaseException as error:  # noqa: BLE001 -- SystemExit and whatever else a revision may raise
            send("failed", *_failure(error, path))
        else:
            send("done")
    sys.stderr.flush()
    os._exit(0)  # threads that the revision has started do not keep the process alive


# Private


def _run(request: dict[str, Any], path: str, send: Callable[..., None]) -> None:
    config = Config(request["config"], ini_section=request["section"])
    config.set_main_option("script_location", request["script_location"].replace("%", "%%"))
    url = make_url(request["url"])
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool)
    notes = Notes(send, path)
    event.listen(engine, "before_cursor_execute", notes.statement)
    for name in ("begin", "commit", "rollback"):
        event.listen(engine, name, notes.transaction(name.upper()))
    with engine.connect() as connection, EnvironmentContext(config, None) as environment:  # type: ignore[arg-type]
        context = MigrationContext.configure(
            connection, environment_context=environment, opts={"transaction_per_migration": True}
        )
        environment._migration_context = context
        batches_with_places(path, notes)
        module = load_module(path)
        with context.begin_transaction(_per_migration=True), Operations.context(context):
            notes.running = True
            try:
                module.upgrade()
            finally:
                notes.running = False


def _file_of(revision: str, files: Iterable[str]) -> str | None:
    unsure = []
    for path in files:
        header = read_header(path)
        if header.get("revision") == revision:
            return path
        if "revision" not in header:
            unsure.append(path)
    for path in unsure:
        try:
            if getattr(load_module(path), "revision", None) == revision:
                return path
        except Exception:  # noqa: BLE001, S112 -- some other revision's file is broken
            continue
    return None


def _failure(error: BaseException, path: str) -> tuple[str, int, str | None]:
    reason, line = describe(error, path)
    if isinstance(error, DBAPIError) and error.orig is not None:
        # SQLAlchemy's own text goes on with the statement and a link.
        sqlstate = getattr(error.orig, "sqlstate", None)
        primary = getattr(getattr(error.orig, "diag", None), "message_primary", None)
        return primary or " ".join(str(error.orig).split()), line, sqlstate
    return reason, line, None


def _is_introspection(statement: str) -> bool:
    """Whether SQLAlchemy itself looks something up in the system catalogs."""
    if not statement.lstrip().upper().startswith("SELECT") or "pg_catalog" not in statement:
        return False
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(("sqlalchemy.dialects.", "sqlalchemy.engine.reflection")):
            return True
        frame = frame.f_back
    return False
