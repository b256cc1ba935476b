# ruff: noqa: SLF001 -- SQLAlchemy has no public way to hand its DDL to something that is no connection
"""A connection that writes down what a revision executes, and refuses to answer what only a database knows."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NoReturn, Protocol

from sqlalchemy import inspection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.engine.url import make_url
from sqlalchemy.schema import DDLElement
from sqlalchemy.sql import literal
from sqlalchemy.types import JSON, NullType, String


class Writer(Protocol):
    """What a refusing connection writes to."""

    dialect: Dialect

    def emit(self, statement: str) -> None:
        """Take the text of a statement."""

    def execute(self, statement: Any, parameters: Any = None) -> RefusingResult:
        """Take an expression of SQLAlchemy."""

    def refuse(self, what: str) -> NoReturn:
        """Stop the revision; `what` completes "upgrade() ..."."""

    def checking(self) -> AbstractContextManager[None]:
        """While it is entered, SQLAlchemy may ask whether an object exists."""


class Known:
    """Tables, types, sequences and indexes that the statements so far have made.

    `checkfirst=True` asks whether an object exists. In a database that this history alone has built the answer
    follows from what was rendered before.
    """

    def __init__(self) -> None:
        self._names: set[tuple[str, str]] = set()

    def note(self, statement: str) -> None:
        """Take a rendered statement into account."""
        for match in _OBJECT.finditer(statement):
            verb, kind = match["verb"].upper(), match["kind"].upper()
            name, new = _plain(match["name"]), match["new"]
            if verb == "CREATE":
                self._names.add((kind, name))
            elif verb == "DROP":
                self._names.discard((kind, name))
            elif new and (kind, name) in self._names:
                self._names.discard((kind, name))
                schema = name.rpartition(".")[0]
                self._names.add((kind, f"{schema}.{_plain(new)}" if schema else _plain(new)))

    def has(self, kind: str, name: str, schema: str | None) -> bool:
        """Whether an object exists by now."""
        return (kind, _plain(f"{schema}.{name}" if schema else name)) in self._names


class RefusingResult:
    """The result of a statement that was written, not run: it may be dropped, not looked at."""

    def __init__(self, refuse: Callable[[str], NoReturn]) -> None:
        self.__dict__["_refuse"] = refuse

    def close(self) -> None:
        """Allowed: it tells nothing."""

    def __getattr__(self, name: str) -> NoReturn:
        self._refuse(f"reads the result of a statement (.{name})")

    def _read(self, *_: object) -> NoReturn:
        self._refuse("reads the rows of a statement")

    __iter__ = __next__ = __len__ = __bool__ = __getitem__ = __enter__ = _read


class RefusingConnection(MockConnection):
    """A connection that writes down what it is given to execute, and refuses whatever needs an answer."""

    closed = False

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer.dialect, writer.execute)
        self._writer = writer
        self.info: dict[str, Any] = {}
        self.url = make_url("postgresql+psycopg://")

    @property
    def driver(self) -> str:
        """Of the dialect."""
        return self.dialect.driver

    def connect(self, **_: Any) -> NoReturn:
        """Refused: a session, or a second connection, is there to read."""
        self._writer.refuse("opens a session")

    def in_transaction(self) -> bool:
        """A revision runs in a transaction."""
        return True

    def commit(self) -> None:
        """Ends the transaction; the next statement begins another."""
        self._writer.emit("COMMIT")
        self._writer.emit("BEGIN")

    def execute(self, obj: Any, parameters: Any = None, execution_options: Any = None) -> RefusingResult:  # noqa: ARG002
        """Write the statement."""
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if caller.startswith("sqlalchemy.dialects") and not isinstance(obj, DDLElement):
            self._writer.refuse("inspects the database")
        return self._writer.execute(obj, parameters)

    def exec_driver_sql(self, statement: str, parameters: Any = None, **_: Any) -> RefusingResult:
        """Write the statement, which is then in the driver's own syntax."""
        if parameters:
            self._writer.refuse("gives parameters to the database driver")
        self._writer.emit(statement)
        return RefusingResult(self._writer.refuse)

    def scalar(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        self._writer.refuse("reads a value")

    def scalars(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        self._writer.refuse("reads values")

    def _run_ddl_visitor(self, visitorcallable: Any, element: Any, **arguments: Any) -> None:
        # Unlike MockConnection leaves `checkfirst` as it is.
        with self._writer.checking():
            visitorcallable(dialect=self.dialect, connection=self, **arguments).traverse_single(element)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        self._writer.refuse(f"uses the connection (.{name})")


class WithMoreLiterals:
    """Writes values as SQL for which SQLAlchemy itself only knows parameters."""

    def render_literal_value(self, value: Any, type_: Any) -> str:
        if isinstance(type_, NullType):
            type_ = literal(value).type
        if isinstance(type_, JSON) and value is not None:
            value, type_ = json.dumps(value), String()
        rendered: str = super().render_literal_value(value, type_)  # type: ignore[misc]
        return rendered


# Private

_IDENTIFIER = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_OBJECT = re.compile(
    rf"""\b(?P<verb>CREATE|DROP|ALTER)\s+(?:(?:UNLOGGED|UNIQUE|FOREIGN|TEMP|TEMPORARY)\s+)*
    (?P<kind>TABLE|TYPE|SEQUENCE|INDEX)\s+(?:CONCURRENTLY\s+)?(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?:ONLY\s+)?
    (?P<name>{_IDENTIFIER}(?:\s*\.\s*{_IDENTIFIER})?)
    (?:\s+RENAME\s+TO\s+(?P<new>{_IDENTIFIER}))?""",
    re.IGNORECASE | re.VERBOSE,
)


def _plain(name: str) -> str:
    """A name as the dictionary of known objects has it: unquoted, `public.` left out."""
    parts = [
        part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()
        for part in re.findall(_IDENTIFIER, name)
    ]
    return ".".join(parts[1:] if parts[:1] == ["public"] and len(parts) > 1 else parts)


@inspection._inspects(RefusingConnection)
def _inspect(connection: RefusingConnection) -> NoReturn:
    connection._writer.refuse("inspects the database")
