# ruff: noqa: SLF001 -- Alembic has no public way to render a revision but through env.py
"""Renders Alembic revisions as SQL, without a database: a program that is started in a process of its own.

It does what `alembic upgrade --sql` does, with four differences. `env.py` is not run. The text of a statement is
not touched (Alembic replaces tabs, which would change the body of a function). A revision that asks which
database it runs on is told PostgreSQL, online; the connection that it gets writes what it is given to execute, and
refuses to answer. And each statement comes with the place of the call that made it.

Started with one JSON object on standard input: `files` in a fixed order, `only` (ids to render, or null),
`config`, `section`, `script_location`, `sys_path`, `append_sys_path`, `root`. Sends
`["problem", path, line, message]`, `["order", [[id, path], ...]]`, for each revision `["begin", id]`,
`["statement", text, positions]`, perhaps `["broken", line, message]`, and `["end", id, reason or null]`; last
`["files", [path, ...]]`.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from sqlalchemy.schema import DDLElement
from sqlalchemy.sql import dml, text
from sqlalchemy.sql.elements import TextClause

from auditor.migrations.formats.alembic.child import (
    NeedsADatabase,
    Span,
    batches_with_places,
    describe,
    loaded_files,
    positions,
    take_stdout,
    watch_files,
)
from auditor.migrations.formats.alembic.missing import load_revision
from auditor.migrations.formats.alembic.order import ordered_revisions
from auditor.migrations.formats.alembic.refusing import (
    Known,
    RefusingConnection,
    RefusingResult,
    WithMoreLiterals,
)

MAX_STATEMENTS = 100_000
"""A revision that renders more is given up: it does not end by itself."""

SERVER_VERSION = (18, 0)
"""What a revision sees that asks the dialect."""


class Rendering:
    """Renders revision after revision."""

    def __init__(self, send: Callable[..., None], config: Config) -> None:
        self.send = send
        self.path = ""
        self.refusals: list[str] = []
        self.known = Known()
        self.statements = 0
        self.place: list[Span] | None = None
        self._checking = False
        self._environment = EnvironmentContext(config, None)  # type: ignore[arg-type]  # no script is run from it
        self._context = MigrationContext.configure(
            dialect_name="postgresql",
            # Else every % in a text is doubled, as the driver's parameter style asks.
            dialect_opts={"paramstyle": "named"},
            environment_context=self._environment,
            opts={
                "as_sql": True,
                "literal_binds": True,
                "output_buffer": sys.stdout,
                "transaction_per_migration": True,
            },
        )
        self.dialect = self._context.dialect
        self._set_up_dialect()
        impl: Any = self._context.impl
        impl.static_output = self.emit
        impl._exec = self._execute_for_operations
        self._context.connection = impl.connection = RefusingConnection(self)  # type: ignore[assignment]
        # `context.is_offline_mode()` stays False: what a revision does online is what counts.
        self._environment._migration_context = self._context
        self._environment.__enter__()
        batches_with_places(lambda: self.path, self)

    def render(self, revision: str, path: str) -> None:
        """Render one revision, and send what comes of it."""
        self.path, self.refusals, self.statements, self.place = path, [], 0, None
        self.send("begin", revision)
        reason = None
        try:
            upgrade = load_revision(path, self.refuse).upgrade
        except NeedsADatabase as refused:
            self.send("broken", 1, f"the revision cannot be loaded: it {refused}")
            self.send("end", revision, None)
            return
        except BaseException as error:  # noqa: BLE001 -- SystemExit and whatever else a module may raise
            message, line = describe(error, path)
            self.send("broken", line, f"the revision cannot be loaded: {message}")
            self.send("end", revision, None)
            return
        try:
            with Operations.context(self._context):
                upgrade()
        except NeedsADatabase:
            pass
        except BaseException as error:  # noqa: BLE001 -- as above
            message, line = describe(error, path)
            reason = f"upgrade() raised {message} in line {line}"
        if self.refusals:  # also when the revision went on afterwards, through a bare `except`
            reason = f"upgrade() {self.refusals[0]}"
        self.send("end", revision, reason)

    def emit(self, statement: str) -> None:
        """A statement was rendered."""
        self.statements += 1
        if self.statements > MAX_STATEMENTS:
            self.refuse(f"renders more than {MAX_STATEMENTS} statements")
        self.known.note(statement)
        self.send("statement", statement, self.place or positions(self.path))

    def execute(self, statement: Any, parameters: Any = None) -> RefusingResult:
        """Write a statement that a revision gives to its connection."""
        if isinstance(statement, str):
            raise TypeError("SQLAlchemy executes text() and expressions, not a plain str")
        for one in self._with_parameters(statement, parameters):
            self.emit(self._compile(one))
        return RefusingResult(self.refuse)

    def refuse(self, what: str) -> NoReturn:
        """Stop the revision: it needs a database."""
        found = positions(self.path)
        place = f" in line {found[0][0]}" if found else ""
        self.refusals.append(f"{what}{place}")
        raise NeedsADatabase(what)

    @contextmanager
    def checking(self) -> Iterator[None]:
        """While it is entered, `checkfirst` may ask whether an object exists."""
        self._checking = True
        try:
            yield
        finally:
            self._checking = False

    def _has(self, kind: str) -> Callable[..., bool]:
        def has(_: Any, name: str, *arguments: Any, schema: str | None = None, **__: Any) -> bool:
            if not self._checking:
                self.refuse(f"asks whether {kind.lower()} {name} exists")
            if kind == "INDEX":  # arguments: table, index, schema
                name, schema = arguments[0], arguments[1] if len(arguments) > 1 else schema
            elif arguments:
                schema = arguments[0]
            return self.known.has(kind, name, schema)

        return has

    def _set_up_dialect(self) -> None:
        dialect: Any = self.dialect
        # What connecting would have found out (`PGDialect.initialize`).
        dialect.server_version_info = SERVER_VERSION
        dialect.default_schema_name = "public"
        dialect._backslash_escapes = False
        dialect.supports_virtual_generated_columns = True
        dialect.statement_compiler = type("LiteralCompiler", (WithMoreLiterals, dialect.statement_compiler), {})
        dialect.has_table = self._has("TABLE")
        dialect.has_type = self._has("TYPE")
        dialect.has_sequence = self._has("SEQUENCE")
        dialect.has_index = self._has("INDEX")

    def _execute_for_operations(
        self, construct: Any, _execution_options: Any = None, multiparams: Any = None, params: Any = ()
    ) -> None:
        """In place of `DefaultImpl._exec`: every operation ends here."""
        statement = text(construct) if isinstance(construct, str) else construct
        self.execute(statement, multiparams or dict(params) or None)

    def _compile(self, statement: Any) -> str:
        if isinstance(statement, DDLElement):
            return str(statement.compile(dialect=self.dialect))
        return str(statement.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True}))

    def _with_parameters(self, statement: Any, parameters: Any) -> Iterator[Any]:
        if not parameters:
            yield statement
            return
        for row in [parameters] if isinstance(parameters, dict) else parameters:
            if isinstance(statement, TextClause):
                yield statement.bindparams(**row)
            elif isinstance(statement, dml.Insert):
                yield statement.values(**row)
            elif isinstance(statement, dml.Update) and not statement._values:  # the parameters say what to set
                self.refuse("gives the new values of an UPDATE as parameters")
            else:
                yield statement.params(**row)


def main() -> None:
    """Read the request, render, send what comes of it."""
    request = json.loads(sys.stdin.read())
    send = take_stdout()
    opened = watch_files(request["root"])
    warnings.simplefilter("ignore")
    sys.path[:0] = request["sys_path"]
    sys.path += request["append_sys_path"]
    config = Config(request["config"], ini_section=request["section"])
    config.set_main_option("script_location", request["script_location"].replace("%", "%%"))
    order = list(ordered_revisions(request["files"], send))
    send("order", order)
    rendering = Rendering(send, config)
    only = set(request["only"]) if request["only"] is not None else None
    for revision, path in order:
        if only is None or revision in only:
            rendering.render(revision, path)
    send("files", sorted(opened | loaded_files(request["root"])))
    sys.stderr.flush()
    os._exit(0)  # threads that a revision has started do not keep the process alive
