"""What the actions of a rewrite rule read and write. https://www.postgresql.org/docs/current/sql-createrule.html"""

from __future__ import annotations

from functools import lru_cache

from auditor.model.change import Access
from auditor.sql import UnreadableSql, grammar
from auditor.sql.mentions import Mentions
from auditor.sql.tree import relation_name


@lru_cache(maxsize=64)
def actions_of_rule(statement: str) -> tuple[Access, ...]:
    """The accesses of the statements that CREATE RULE puts in place of another; none if it cannot be read."""
    try:
        statements = grammar.parse(statement)
    except UnreadableSql:
        return ()
    body = statements[0]["stmt"].get("RuleStmt") if len(statements) == 1 else None
    if body is None:
        return ()
    mentions = Mentions(relation_name(body["relation"]), ("new", "old")).walk(body.get("actions"))
    return mentions.accesses()
