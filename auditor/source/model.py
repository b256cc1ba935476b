"""What source code does to the database, as plain values: what is cached, matched with guards, and reported."""

from __future__ import annotations

from typing import Literal

import msgspec

Action = Literal["read", "write", "call"]

SQL_VIA = "sql"
"""`via` of an access that stands in SQL text."""


class Reference(msgspec.Struct, frozen=True):
    """A name that stands for a table, to be looked for in other files.

    Attributes:
        name: as the defining file calls it, members after dots: `executorJobs`, `TABLES.jobs`, `Job`.
        module: what the import names (`./schema`, `app.models`), or None: anything of that name in sight.
    """

    name: str
    module: str | None = None


class SourceAccess(msgspec.Struct, frozen=True, kw_only=True):
    """One place where source code reads or writes a table, or calls a function.

    Attributes:
        action: `read`, `write` or `call` (of a function).
        verb: what the code says: `insert`, `upsert`, `update`, `delete`, `select`, `rpc`, `truncate`...
        via: how it was recognised: `sql`, `builder`, `http`, `model`, `prisma`, `realtime`.
        line, column: 1-based; column in characters.
        first_line: 1-based line on which the statement around it begins.
        within: name of the innermost function around it, or an empty text.
        name, schema: the table or function, as PostgreSQL folds it; name is None where it is not known.
        reference: a name by which another file defines the table, or None.
        weak: it counts only if `reference` turns out to be a table: `x.delete(y)` may be anything.
        detail: why the name is not known, or why it may be more than it seems; else None.
    """

    action: Action
    verb: str
    via: str
    line: int
    column: int
    first_line: int = 0
    within: str = ""
    name: str | None = None
    schema: str | None = None
    reference: Reference | None = None
    weak: bool = False
    detail: str | None = None


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A name of a file by which others mean texts or a table.

    Attributes:
        name: as the file calls it, members after dots.
        kind: `constant`, `table` (a variable), `model` (a class), `repository` (of a model).
        texts: of a constant, its possible values.
        table, schema: of a table or model, where the file says it.
        bases: of a model, the classes that it derives from; of a repository, its model.
    """

    name: str
    kind: Literal["constant", "table", "model", "repository"]
    texts: tuple[str, ...] = ()
    table: str | None = None
    schema: str | None = None
    bases: tuple[str, ...] = ()


class InlineAllowance(msgspec.Struct, frozen=True):
    """A comment `auditor: allow CODE reason`.

    Attributes:
        code: of a rule, or what stands in its place.
        reason: why; empty where it is missing.
        line, column: of the comment.
        lines: 1-based first and last line of what it is about.
    """

    code: str
    reason: str
    line: int
    column: int
    lines: tuple[int, int]


class Unparsed(msgspec.Struct, frozen=True):
    """Why a file, or a part of it, was not read.

    Attributes:
        message: one line.
        line, column: 1-based.
        minor: it is a few words of a file that was read otherwise.
    """

    message: str
    line: int = 1
    column: int = 1
    minor: bool = False


class SourceFile(msgspec.Struct, frozen=True):
    """What one file says by itself; references are not resolved yet.

    Attributes:
        accesses: in order of the file.
        definitions: what other files may refer to.
        allowances: inline allowances.
        unparsed: what could not be read.
    """

    accesses: tuple[SourceAccess, ...] = ()
    definitions: tuple[Definition, ...] = ()
    allowances: tuple[InlineAllowance, ...] = ()
    unparsed: tuple[Unparsed, ...] = ()
