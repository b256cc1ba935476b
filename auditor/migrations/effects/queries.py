"""SELECT, INSERT, UPDATE, DELETE, MERGE.

Which rows are read and written is read twice: from libpg_query's tree, with SQL's scoping, and by sqlglot. Where
both say the same of every relation (action, verb, columns, literals), `parser` is `sqlglot`; where sqlglot could
not type the statement, or sees it otherwise, PostgreSQL's grammar has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from auditor.migrations.effects.reader import Handler, Reader
from auditor.migrations.effects.rows import settings_of
from auditor.migrations.effects.tables import select_into
from auditor.model.change import Access, AnyChange, Harmless, Rows
from auditor.sql import second_reading
from auditor.sql.catalog_queries import scopes_of
from auditor.sql.constant_rows import rows_in_sight
from auditor.sql.mentions import Mentions
from auditor.sql.tree import Node, name_of_nodes
from auditor.sql.values import Environment


def query(kind: str) -> Handler:
    """A handler for a data statement of a kind, `SelectStmt`, `InsertStmt`..."""

    def handler(body: Node, reader: Reader) -> Iterator[AnyChange]:
        if kind == "SelectStmt" and _has_into(body):
            yield from select_into(body, reader)
            return
        mentions = Mentions(known=reader.known).walk({kind: body})
        accesses = mentions.accesses()
        if kind == "SelectStmt" and (calls := _calls_by_row(body, reader.known)) is not None:
            accesses = (*(access for access in accesses if access.action != "call"), *calls)
        parser: Literal["libpg_query", "sqlglot"] = "libpg_query"
        if reader.whole and reader.compared:
            theirs = second_reading.accesses_of(reader.statement_text)
            if theirs is not None and _facts(theirs) == _facts(accesses):
                parser = "sqlglot"
        nothing = True
        for access in accesses:
            nothing = False
            yield Rows(access=access, parser=parser if _is_of_relation(access) else "libpg_query")
        for change in settings_of(mentions):
            nothing = False
            yield change
        if nothing and (call := _bare_call(body, reader.known)) is not None:
            nothing = False
            yield Rows(access=call)
        if nothing:
            yield Harmless(what=kind.removesuffix("Stmt").lower(), parser=parser)

    return handler


def relations_accessed(accesses: Iterable[Access]) -> set[tuple[str, str, str]]:
    """Action, verb and bare name of each relation: what both parsers must agree on."""
    return {(access.action, access.verb, access.name.name) for access in filter(_is_of_relation, accesses)}


# Private


def _facts(accesses: Iterable[Access]) -> set[tuple[Any, ...]]:
    return {
        (
            access.action,
            access.verb,
            access.name,
            frozenset(access.columns),
            frozenset(access.conflict),
            frozenset(access.literals),
        )
        for access in filter(_is_of_relation, accesses)
    }


def _is_of_relation(access: Access) -> bool:
    """Calls and sequences are read from libpg_query's tree alone."""
    return access.action != "call" and access.verb not in ("nextval", "setval")


def _bare_call(select: Node, known: Environment) -> Access | None:
    """The call that `SELECT log('x')` is, though PostgreSQL has a function of that name too.

    Elsewhere an unqualified name of a built-in function is taken for that; here a person runs a function of their
    own, and only the history knows whether there is one.
    """
    targets = select.get("targetList", ())
    call = targets[0]["ResTarget"].get("val", {}).get("FuncCall") if len(targets) == 1 else None
    if call is None or "fromClause" in select:
        return None
    name = name_of_nodes(call["funcname"])
    if name.schema is not None or name.name.startswith("pg_") or name.name in ("set_config", "currval"):
        return None
    arguments, named = Mentions(known=known).arguments_of(call.get("args", ()))
    return Access("call", name, "call", arguments=arguments, named=named)


def _calls_by_row(select: Node, known: Environment) -> list[Access] | None:
    """The calls of `SELECT f(x) FROM (VALUES ('a'), ('b')) AS v(x)`, row by row; None for any other query."""
    rows = rows_in_sight(select, known) if "fromClause" in select else None
    if rows is None:
        rows = scopes_of(select, known)
    if rows is None:
        return None
    found: list[Access] = []
    for row in rows:
        mentions = Mentions(known={**known, **row}).walk({"SelectStmt": select})
        found += [access for access in mentions.accesses() if access.action == "call"]
    return found


def _has_into(select: Node) -> bool:
    while "intoClause" not in select:
        if (left := select.get("larg")) is None:
            return False
        select = left
    return True
