"""What touches rows or runs a routine: queries, COPY, TRUNCATE, LOCK, CALL."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.session import set_config
from auditor.model.change import Access, AnyChange, Rows
from auditor.sql.mentions import Mentions
from auditor.sql.scopes import is_system_relation
from auditor.sql.tree import Node, relation_name, strings
from auditor.sql.values import Environment


def accesses_of_tree(node: Node, known: Environment | None = None) -> Iterator[AnyChange]:
    """What the tree of a statement or an expression says it does to rows and to the session's settings.

    Args:
        node: the tree.
        known: values of variables, for the arguments of calls.
    """
    mentions = Mentions(known=known).walk(node)
    for access in mentions.accesses():
        yield Rows(access=access)
    yield from settings_of(mentions)


def settings_of(mentions: Mentions) -> Iterator[AnyChange]:
    """The calls of `set_config` that a walk found, as far as they matter."""
    for arguments in mentions.settings:
        if (change := set_config(arguments)) is not None:
            yield change


def call(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """CALL procedure."""
    yield from accesses_of_tree({"FuncCall": body["funccall"]}, reader.known)


def copy(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """COPY from or to a table, or of a query."""
    if "query" in body:
        yield from reader.statement(body["query"])
    else:
        yield Rows(
            access=Access(
                "write" if body.get("is_from") else "read",
                relation_name(body["relation"]),
                "copy",
                columns=tuple(strings(body.get("attlist", ()))) if body.get("is_from") else (),
            )
        )
        yield from accesses_of_tree(body.get("whereClause", {}))


def truncate(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """TRUNCATE: each table."""
    for node in body.get("relations", ()):
        yield Rows(access=Access("write", relation_name(node["RangeVar"]), "truncate"))


def lock(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """LOCK: each table, as a read, since rows and definitions stay."""
    for node in body.get("relations", ()):
        name = relation_name(node["RangeVar"])
        if not is_system_relation(name):
            yield Rows(access=Access("read", name, "lock"))
