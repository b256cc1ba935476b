"""PostgreSQL's own grammar: what it makes of a text.

The bindings are loaded by the first text that is to be read (:mod:`auditor.sql.libpg_query`): they take longer to
load than a remembered history takes to be looked through. Positions are bytes of the UTF-8 text.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Node = dict[str, Any]
"""A node of the parse tree."""

MAX_STATEMENT_BYTES = 1_048_576
"""Longest text given to the parser at once (1 MiB)."""

MAX_FILE_BYTES = 32 * MAX_STATEMENT_BYTES
"""Longest text given to the scanner at once (32 MiB)."""

MAX_NESTING = 20_000
"""Most operators in one chain; libpg_query recurses in C for each, and at 200,000 ends the process."""


class Token(NamedTuple):
    """A token of the scanner.

    Attributes:
        kind: as in libpg_query's `Token`: `IDENT`, `SCONST`, `SQL_COMMENT`, `C_COMMENT`, `CREATE`, `ASCII_59`.
        start, end: bytes.
        keyword: whether it is a keyword, reserved or not.
    """

    kind: str
    start: int
    end: int
    keyword: bool


def parse(sql: str) -> list[Node]:
    """The statements of a text: `{"stmt": node, "stmt_location": byte, "stmt_len": bytes}`.

    `stmt_location` is left out at 0; `stmt_len` is left out when the statement reaches to the end.

    Raises:
        SqlSyntaxError: PostgreSQL's grammar rejects it; nothing of the text is returned then.
        UnreadableSql: refused (NUL byte, too long, nested too deeply).
    """
    from auditor.sql import libpg_query

    return libpg_query.parse(sql)


def scan(sql: str) -> list[Token]:
    """The tokens of a text, comments among them.

    Raises:
        SqlSyntaxError: an unterminated string, a malformed number...
        UnreadableSql: refused (NUL byte, too long).
    """
    from auditor.sql import libpg_query

    return libpg_query.scan(sql)


def split(sql: str) -> list[tuple[int, int]]:
    """Where the statements of a text stand, as byte ranges without blanks, comments and semicolons around.

    Follows psql (`psqlscan.l`): a semicolon ends a statement unless it stands in parentheses or in the
    `BEGIN ... END` of a CREATE FUNCTION or PROCEDURE. Every token that is no comment lies in exactly one range,
    broken SQL included. (libpg_query's own splitter drops what holds no keyword or an unclosed parenthesis,
    and cuts BEGIN ATOMIC bodies.) Text that the scanner cannot read, such as an unterminated string, belongs to
    the statement in which it begins.

    Raises:
        UnreadableSql: refused (NUL byte, too long).
    """
    from auditor.sql import libpg_query

    return libpg_query.split(sql)


def parse_plpgsql(statement: str) -> list[Node] | None:
    """The PL/pgSQL tree of a CREATE FUNCTION, CREATE PROCEDURE or DO, or None when it has no PL/pgSQL body.

    Raises:
        SqlSyntaxError: the statement, its body or SQL within it is rejected (the position is not known then).
        UnreadableSql: refused.
    """
    from auditor.sql import libpg_query

    return libpg_query.parse_plpgsql(statement)
