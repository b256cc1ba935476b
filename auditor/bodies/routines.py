"""A function or procedure as the rules see it: its declaration, its body, who may call it, whose it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from auditor.migrations.effects import plain_changes_of
from auditor.model import Location, ObjectId, OwnerClass
from auditor.model.change import AnyChange, CreateFunction
from auditor.sql import UnreadableSql, grammar
from auditor.sql.grammar import scan
from auditor.sql.tree import Node


@dataclass(frozen=True)
class Routine:
    """One routine.

    Attributes:
        id: kind and identity.
        owner_class: whose it is.
        definition: as CREATE FUNCTION says it, with what was altered since.
        statement: a CREATE FUNCTION that makes it.
        changes: what its body would do when called.
        executors: roles that may call it beside its owner, `public` for everybody; None if not known.
        place: where the CREATE statement stands in a file, or None.
        body_line: 0-based line of the body's beginning within that statement.
        owner: the role that owns it, or None if not known.
    """

    id: ObjectId
    owner_class: OwnerClass
    definition: CreateFunction
    statement: str
    changes: tuple[AnyChange, ...]
    executors: frozenset[str] | None = None
    place: Location | None = None
    body_line: int = 0
    owner: str | None = None

    @property
    def body(self) -> str:
        """The text of the body; empty for C functions and BEGIN ATOMIC."""
        return self.definition.body or ""

    @property
    def language(self) -> str:
        """In lower case."""
        return self.definition.language.lower()

    @property
    def returns_trigger(self) -> bool:
        """Whether it is a trigger or event trigger function."""
        return self.definition.returns is not None and self.definition.returns.name in {"trigger", "event_trigger"}

    @property
    def search_path(self) -> tuple[str, ...] | None:
        """The schemas of its own SET search_path, or None if it has none."""
        from auditor.migrations.effects.session import split_path

        value = next((value for name, value in self.definition.settings if name == "search_path"), None)
        if value is None:
            return None
        return tuple(schema for schema in split_path(value) if schema)

    @cached_property
    def tree(self) -> Node | None:
        """The PL/pgSQL tree of the body; None for another language, or where it cannot be read."""
        if self.language != "plpgsql" or not self.body:
            return None
        statement = self.statement
        for _ in range(_MOST_ROWS):
            try:
                parsed = grammar.parse_plpgsql(statement)
            except UnreadableSql as error:
                rewritten = without_row_types(statement, error.message)
                if rewritten == statement:
                    return None
                statement = rewritten
                continue
            for wrapped in parsed or ():
                if (function := wrapped.get("PLpgSQL_function")) is not None:
                    return dict(function)
            return None
        return None

    @property
    def unreadable(self) -> bool:
        """Whether it has a PL/pgSQL body that could not be read."""
        return self.language == "plpgsql" and bool(self.body) and self.tree is None

    @cached_property
    def variable_conflict(self) -> str:
        """`error`, `use_variable` or `use_column`: what `#variable_conflict` or the setting says."""
        for name, value in self.definition.settings:
            if name == "plpgsql.variable_conflict":
                return value
        try:
            words = [self.body.encode()[t.start : t.end].decode() for t in scan(self.body)[:40]]
        except UnreadableSql:
            return "error"
        for first, second, third in zip(words, words[1:], words[2:], strict=False):
            if first.endswith("#") and second.lower() == "variable_conflict":
                return third.lower()
        return "error"

    def line_of(self, change: AnyChange) -> int:
        """The line within the body, from 1, of what it would do."""
        at = self.statement.find(self.body) if self.body else -1
        return change.line_offset - (self.statement.count("\n", 0, at) if at >= 0 else 0) + 1

    def at(self, line: int) -> Location | None:
        """The place in the file of a line of the body (1 is the first)."""
        if self.place is None:
            return None
        offset = self.body_line + line - 1
        return Location(self.place.file, self.place.line + offset, self.place.column if offset == 0 else 1)


def routine_of(
    item: ObjectId,
    owner_class: OwnerClass,
    statement: str,
    *,
    executors: frozenset[str] | None = None,
    place: Location | None = None,
    written: str | None = None,
    owner: str | None = None,
) -> Routine | None:
    """A routine from a CREATE FUNCTION statement, or None if it is none.

    Args:
        item: its kind and identity.
        owner_class: whose it is.
        statement: one CREATE FUNCTION or PROCEDURE.
        executors: roles that may call it beside its owner; None if not known.
        place: where the CREATE statement stands in a file.
        owner: the role that owns it.
        written: the statement as it stands at `place`, where that is another text.
    """
    changes = plain_changes_of(statement)
    definition = next((change for change in changes if isinstance(change, CreateFunction)), None)
    if definition is None:
        return None
    inside = tuple(change for change in changes if change.inside == "function")
    text = written if written is not None else statement
    at = text.find(definition.body) if definition.body else -1
    line = text.count("\n", 0, at) if at >= 0 else 0
    return Routine(item, owner_class, definition, statement, inside, executors, place, line, owner)


def without_row_types(statement: str, message: str) -> str:
    """The statement with `record` for the row types that the parser stumbles over; unchanged if that is not why.

    The PL/pgSQL parser of libpg_query takes a variable of a row type for a scalar one, and rejects the assignment
    of a field: `"job.status" is not a known variable`. Lines stay where they are.

    Args:
        statement: CREATE FUNCTION.
        message: what the parser said.
    """
    name = _NOT_KNOWN.search(message)
    if name is None:
        return statement
    rewritten = _ROW_TYPE.sub("record", statement)
    if rewritten != statement:
        return rewritten
    declared = re.compile(
        rf"(?P<before>(?:;|\bdeclare\b)\s*\"?{re.escape(name[1])}\"?\s+){_NAME}(?:\s*\.\s*{_NAME})?(?=\s*(?:;|:=|=))",
        re.IGNORECASE,
    )
    return declared.sub(lambda match: f"{match['before']}record", statement)


# Private

_MOST_ROWS = 20
_NAME = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
_ROW_TYPE = re.compile(rf"{_NAME}(?:\s*\.\s*{_NAME})?\s*%\s*rowtype\b", re.IGNORECASE)
_NOT_KNOWN = re.compile(r'"([^".]+)(?:\.[^"]*)?" is not a known variable')
