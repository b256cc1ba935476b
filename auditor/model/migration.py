"""A history as it lies in files: migrations and their statements."""

from __future__ import annotations

import msgspec


class Statement(msgspec.Struct, frozen=True):
    r"""One SQL statement of a migration.

    Attributes:
        text: the statement as it will be sent to PostgreSQL, without the ending semicolon.
        file: path relative to the project's root, with forward slashes.
        line: 1-based line of its first token. For a statement rendered from code (Alembic), the line of
            the string or of the call that produces it.
        column: 1-based column, in characters.
        start, end: byte range in the file, UTF-8; both -1 when the text does not stand in the file.
        problem: why the text could not be read as SQL (a psql meta-command, broken SQL is found later),
            or None.
        not_sql: what it is, when it is no SQL and changes nothing (`psql command \\echo`); else None. It is
            never sent to PostgreSQL.
        data: the lines that follow `COPY ... FROM stdin` in the file, as they stand there, or None.
    """

    text: str
    file: str
    line: int
    column: int = 1
    start: int = -1
    end: int = -1
    problem: str | None = None
    not_sql: str | None = None
    data: str | None = None


class Migration(msgspec.Struct, frozen=True):
    """One unit of a history, its *up* part.

    Attributes:
        id: what the tool calls it: a revision, a version, the file's stem.
        file: path relative to the project's root, with forward slashes.
        layout: name of the format module that read it (`alembic`, `sql`).
        statements: in the order in which the tool runs them.
        line: 1-based line where the up part begins.
        transactional: False if the tool runs it outside a transaction.
        unreadable: why it cannot be read without a database (a revision that reads rows), else None.
            Its statements are then those captured on replay, or none.
        checksum: sha256 (hex) of the file's bytes.
        search_path: of the session that runs it, when it begins; None: the server's default.
    """

    id: str
    file: str
    layout: str
    statements: tuple[Statement, ...]
    line: int = 1
    transactional: bool = True
    unreadable: str | None = None
    checksum: str = ""
    search_path: tuple[str, ...] | None = None
