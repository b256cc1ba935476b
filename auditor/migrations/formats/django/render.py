"""Renders Django's migrations as SQL, without a database: a program that is started in a process of its own.

It does what `manage.py sqlmigrate` does, operation by operation, in the order of `manage.py migrate`. Every
database of the settings is taken for a PostgreSQL that refuses connections.

Started with one JSON object on standard input: `project` (directory), `settings` (module), `folder` (of the only
app whose migrations are wanted, or null). Sends `["order", [[id, path, path in its package's directory], ...]]`,
for each migration `["begin", id]`, `["statement", text, span or null]`, and `["end", id, reason or null,
transactional]`; `["problem", message]` if nothing can be rendered; last `["done"]`.
"""

from __future__ import annotations

import ast
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from auditor.migrations.formats.alembic.child import NeedsADatabase, Span, describe, take_stdout

SERVER_VERSION = 180000
"""What an operation sees that asks the connection."""


def main() -> None:
    """Read the request, render, send what comes of it."""
    request = json.loads(sys.stdin.read())
    send = take_stdout()
    warnings.simplefilter("ignore")
    sys.path.insert(0, request["project"])
    os.environ["DJANGO_SETTINGS_MODULE"] = request["settings"]
    try:
        loader = _loader()
        order = list(_ordered(loader, request["folder"]))
    except BaseException as error:  # noqa: BLE001 -- settings and apps are code, which may raise SystemExit
        send("problem", _described(error))
    else:
        send("order", [[_id(key), *_file(loader.graph.nodes[key])] for key, wanted in order if wanted])
        _render_all(loader, order, send)
    send("done")
    sys.stderr.flush()
    os._exit(0)  # threads that an app has started do not keep the process alive


# Private

_Key = tuple[str, str]


def _loader() -> Any:
    _without_databases(import_module("django.conf").settings)
    import_module("django").setup()
    for connection in import_module("django.db").connections.all():
        _refuse_all(connection)
    _change_operations()
    loader = import_module("django.db.migrations.loader").MigrationLoader(None)
    conflicts = loader.detect_conflicts()
    if conflicts:
        told = "; ".join(f"{app}: {', '.join(sorted(names))}" for app, names in sorted(conflicts.items()))
        raise ValueError(f"several leaf migrations ({told}): `manage.py makemigrations --merge` joins them")
    return loader


def _without_databases(settings: Any) -> None:
    databases = {}
    for alias, configured in dict(settings.DATABASES).items():
        engine = configured.get("ENGINE", "")
        gis = "gis" in engine.rpartition(".")[2]
        databases[alias] = {
            "ENGINE": "django.contrib.gis.db.backends.postgis" if gis else "django.db.backends.postgresql",
            "NAME": "none",
            "HOST": "127.0.0.1",
            "PORT": "1",
        }
    settings.DATABASES = databases or {
        "default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none", "HOST": "127.0.0.1", "PORT": "1"}
    }


def _refuse_all(connection: Any) -> None:
    """The connection never opens, says that it is a PostgreSQL, and writes values into statements itself."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise NeedsADatabase("asks the database")

    def compose(text: str, parameters: Any) -> str:
        return text if not parameters else _composed(text, parameters)

    for name in ("connect", "ensure_connection", "get_new_connection", "cursor", "temporary_connection"):
        setattr(connection, name, refuse)
    connection.__dict__["pg_version"] = SERVER_VERSION
    connection.ops.compose_sql = compose


def _change_operations() -> None:
    """Those that would ask a database, or run code of the project against it."""
    python: Any = import_module("django.db.migrations.operations").RunPython
    extensions: Any = import_module("django.contrib.postgres.operations")

    def note(self: Any, _label: str, editor: Any, *_: object) -> None:
        if self.code is not python.noop:
            editor.auditor_note(getattr(self.code, "__name__", "a function"))

    python.database_forwards = note
    # CREATE EXTENSION says IF NOT EXISTS; the types of an extension concern values alone.
    extensions.CreateExtension.extension_exists = lambda *_: False
    extensions.register_type_handlers = lambda *_: None


def _composed(text: str, parameters: Any) -> str:
    from psycopg import sql

    def written(value: Any) -> str:
        return sql.Literal(value).as_string(None)

    if isinstance(parameters, dict):
        return text % {name: written(value) for name, value in parameters.items()}
    return text % tuple(written(value) for value in parameters)


def _ordered(loader: Any, folder: str | None) -> Iterator[tuple[_Key, bool]]:
    """Every migration in the order of `migrate`, and whether it is wanted."""
    seen = set()
    for leaf in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan(leaf):
            if key not in seen:
                seen.add(key)
                file = _file(loader.graph.nodes[key])[0]
                yield key, folder is None or Path(file).resolve().parent == Path(folder)


def _id(key: _Key) -> str:
    return f"{key[0]}.{key[1]}"


def _file(migration: Any) -> tuple[str, str]:
    """The file, and its path below the directory from which its package is imported."""
    name = type(migration).__module__
    path = getattr(sys.modules.get(name), "__file__", None) or ""
    return path, "/".join(Path(path).parts[-name.count(".") - 1 :])


def _render_all(loader: Any, order: list[tuple[_Key, bool]], send: Callable[..., None]) -> None:
    connection = import_module("django.db").connection
    states = import_module("django.db.migrations.state")
    state = states.ProjectState(real_apps=set(loader.unmigrated_apps))
    for key, wanted in order:
        migration = loader.graph.nodes[key]
        if not wanted:
            state = migration.mutate_state(state, preserve=False)
            continue
        send("begin", _id(key))
        rendering = _Rendering(migration, connection, send)
        state = rendering.run(state)
        send("end", _id(key), rendering.reason, bool(migration.atomic))


class _Rendering:
    """Renders one migration."""

    def __init__(self, migration: Any, connection: Any, send: Callable[..., None]) -> None:
        self.migration = migration
        self.connection = connection
        self.send = send
        self.path = _file(migration)[0]
        self.reason: str | None = None
        self.spans = _spans(self.path, len(migration.operations))
        self.sent = 0
        self.deferred: dict[int, Span | None] = {}

    def run(self, state: Any) -> Any:
        """Render all operations; gives the state of the models afterwards."""
        editor = self.connection.schema_editor(collect_sql=True, atomic=False)
        editor.deferred_sql = []
        editor.collected_sql = []
        for operation, span in zip(self.migration.operations, self.spans, strict=True):
            editor.auditor_note = self._python_noted(span)
            before = state.clone()
            try:
                operation.state_forwards(self.migration.app_label, state)
                operation.database_forwards(self.migration.app_label, editor, before, state)
            except BaseException as error:  # noqa: BLE001 -- operations may be code of the project
                self.cannot(f"{type(operation).__name__}{_in_line(span)} {_why(error)}")
            self._emit(editor, span)
            for statement in editor.deferred_sql:
                self.deferred.setdefault(id(statement), span)
        for statement in list(editor.deferred_sql):
            editor.execute(statement, None)
            self._emit(editor, self.deferred.get(id(statement)))
        return state

    def cannot(self, reason: str) -> None:
        """Note why the migration is not rendered whole."""
        self.reason = self.reason or reason

    def _python_noted(self, span: Span | None) -> Callable[[str], None]:
        return lambda name: self.cannot(f"RunPython({name}){_in_line(span)} runs Python code on a database's rows")

    def _emit(self, editor: Any, span: Span | None) -> None:
        for text in editor.collected_sql[self.sent :]:
            self.send("statement", text, span)
        self.sent = len(editor.collected_sql)


def _spans(path: str, count: int) -> list[Span | None]:
    """Where each operation stands in the file; None for all if it does not list them one by one."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return [None] * count
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "operations" for t in node.targets
        ):
            items = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else []
            if len(items) == count and not any(isinstance(item, ast.Starred) for item in items):
                return [
                    (i.lineno, i.end_lineno or i.lineno, i.col_offset, i.end_col_offset or i.col_offset)
                    for i in items
                ]
    return [None] * count


def _in_line(span: Span | None) -> str:
    return f" in line {span[0]}" if span else ""


def _why(error: BaseException) -> str:
    return str(error) if isinstance(error, NeedsADatabase) else f"raised {describe(error, '')[0]}"


def _described(error: BaseException) -> str:
    return str(error) if isinstance(error, NeedsADatabase) else describe(error, "")[0]
