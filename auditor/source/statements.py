"""Files of SQL that are no migrations: queries that a program loads, such as those of sqlc.

Statements that define functions, tables or triggers are not runtime: what their bodies do is known from the
history. Rows that a statement reads and writes, and functions that it calls, count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.source.comments import allowance_in
from auditor.source.model import InlineAllowance, SourceAccess, SourceFile, Unparsed
from auditor.source.sql_text import HOLE, SqlAccess, begins_statement, read_sql
from auditor.sql import UnreadableSql
from auditor.sql.grammar import scan, split

_DEFINING = frozenset({"alter table", "create trigger", "drop table"})


def extract(text: str) -> SourceFile:
    """What a file of SQL does to rows."""
    try:
        ranges = split(text)
    except UnreadableSql as error:
        return SourceFile(unparsed=(Unparsed(error.message),))
    data = text.encode()
    accesses: list[SourceAccess] = []
    unparsed: list[Unparsed] = []
    spans: list[tuple[int, int]] = []
    for start, end in ranges:
        line = data.count(b"\n", 0, start) + 1
        spans.append((line, data.count(b"\n", 0, end) + 1))
        statement = data[start:end].decode(errors="replace")
        if not begins_statement(statement):
            continue
        found = read_sql([statement])
        accesses += (_access(one, statement, line) for one in found.accesses if _counts(one))
        if found.rejected is not None and not found.accesses:
            unparsed.append(Unparsed(f"a statement that the grammar rejects: {found.rejected}", line))
    return SourceFile(tuple(accesses), (), tuple(inline_allowances(text, spans)), tuple(unparsed[:1]))


def inline_allowances(text: str, spans: list[tuple[int, int]]) -> Iterator[InlineAllowance]:
    """The comments `-- auditor: allow CODE reason` of a text of SQL.

    Args:
        text: of a file.
        spans: first and last line of each statement, in order. A comment is about the statement in which it
            stands, the one that ends on its line, or else the one that it precedes.
    """
    if "auditor:" not in text:
        return
    try:
        tokens = scan(text)
    except UnreadableSql:
        return
    data = text.encode()
    for token in tokens:
        if not token.kind.endswith("COMMENT"):
            continue
        line = data.count(b"\n", 0, token.start) + 1
        column = token.start - data.rfind(b"\n", 0, token.start)
        own = next((span for span in spans if span[0] <= line <= span[1]), None)
        following = next((span for span in spans if span[0] > line), None)
        found = allowance_in(
            data[token.start : token.end].decode(), line, column, own or following or (line, line)
        )
        if found is not None:
            yield found


# Private


def _counts(one: SqlAccess) -> bool:
    """Definitions are not runtime; `sqlc.arg(x)` is a placeholder of sqlc."""
    return one.verb not in _DEFINING and not (one.action == "call" and one.name.schema == "sqlc")


def _access(one: SqlAccess, statement: str, line: int) -> SourceAccess:
    name = one.name.name
    known = not name.startswith(HOLE)
    found = re.search(rf"\b{re.escape(name)}\b", statement, re.IGNORECASE) if known else None
    before = statement[: found.start()] if found else ""
    return SourceAccess(
        action=one.action,  # type: ignore[arg-type]
        verb=one.verb,
        via="sql",
        line=line + before.count("\n"),
        column=len(before) - before.rfind("\n"),
        first_line=line,
        name=name if known else None,
        schema=one.name.schema,
        detail=None if known else "the name is put in while the program runs",
    )
