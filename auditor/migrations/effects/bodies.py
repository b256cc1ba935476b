"""Bodies of functions and DO blocks: what they would do when run, found by the language.

PL/pgSQL is read by :mod:`auditor.migrations.effects.plpgsql`, SQL statement by statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from auditor.migrations.effects.plpgsql import changes_of_plpgsql
from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.rows import accesses_of_tree
from auditor.model.change import AnyChange, Harmless, Unknown
from auditor.sql import UnreadableSql, grammar
from auditor.sql.tree import Node, items
from auditor.sql.values import WORLD, Environment

_COMPILED = frozenset({"c", "internal"})
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)


def changes_of_body(
    text: str,
    language: str,
    reader: Reader,
    location: int,
    *,
    inside: Literal["do", "function"],
    parameters: Environment | None = None,
) -> Iterator[AnyChange]:
    """What a body would do.

    Args:
        text: the body, without its quotes.
        language: as written.
        reader: of the statement that holds it.
        location: byte position of its AS clause.
        inside: what the changes are marked with.
        parameters: values of those parameters that are known, by name and by `$n`.
    """
    language = language.lower()
    line = _line_of_body(reader, location)
    if language == "plpgsql":
        yield from changes_of_plpgsql(text, reader, line, inside, parameters)
    elif language == "sql":
        yield from _changes_of_sql(text, reader, line, inside, parameters or {})
    elif language not in _COMPILED:
        yield Unknown(
            detail=f"a body in the language {language}",
            certainty="unknown",
            inside=inside,
            line_offset=line,
        )


def changes_of_sql_body(node: Node, reader: Reader) -> Iterator[AnyChange]:
    """What a body that PostgreSQL has parsed itself would do: BEGIN ATOMIC ... END, or RETURN."""
    if (returned := node.get("ReturnStmt")) is not None:
        yield from _marked(accesses_of_tree(returned), "function", 0)
        return
    for part in items(node):
        for statement in items(part) if "List" in part else [part]:
            if (returned := statement.get("ReturnStmt")) is not None:
                yield from _marked(accesses_of_tree(returned), "function", 0)
            else:
                yield from _marked(reader.statement(statement), "function", 0)


# Private


def _changes_of_sql(
    text: str, reader: Reader, line: int, inside: str, parameters: Environment
) -> Iterator[AnyChange]:
    numbered = {name: value for name, value in parameters.items() if name.startswith("$") or name == WORLD}
    data = text.encode(errors="surrogatepass")
    try:
        ranges = grammar.split(text)
    except UnreadableSql as error:
        yield Unknown(detail=error.message, certainty="unknown", inside=inside, line_offset=line)
        return
    for start, end in ranges:
        statement = data[start:end].decode(errors="replace")
        offset = line + data.count(b"\n", 0, start)
        # Before a parameter's name goes that of a column.
        known = numbered if _FROM.search(statement) else parameters
        yield from _marked(reader.nested(statement, known).read(), inside, offset)


def _marked(changes: Iterable[AnyChange], inside: str, line: int) -> Iterator[AnyChange]:
    for change in changes:
        if isinstance(change, Harmless):
            continue
        yield msgspec.structs.replace(
            change, inside=change.inside or inside, line_offset=change.line_offset + line
        )


def _line_of_body(reader: Reader, location: int) -> int:
    """The 0-based line, within the statement, on which the body's text begins."""
    statement = reader.text.line_of(reader.start)
    for token in reader.text.tokens_from(location):
        if token.kind in ("SCONST", "USCONST"):
            return reader.text.line_of(token.start) - statement
    return 0
