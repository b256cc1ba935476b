"""What the text of a CREATE TRIGGER says of the trigger, in the words of the catalog.

https://www.postgresql.org/docs/current/sql-createtrigger.html
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.sql import UnreadableSql
from auditor.sql.grammar import Node, parse
from auditor.sql.names import quote_identifier
from auditor.sql.predicates import Form, canonical, canonical_of
from auditor.sql.tree import strings

_BEFORE, _INSTEAD = 2, 64
_EVENTS = {"insert": 4, "update": 16, "delete": 8, "truncate": 32}


@dataclass(frozen=True, slots=True)
class TriggerText:
    """A trigger as a statement writes it; the fields are those of `auditor.catalog.kinds.trigger.Trigger`.

    Attributes:
        when: the WHEN condition in canonical form, or None.
    """

    timing: str
    events: list[str]
    columns: list[str]
    level: str
    when: Form | None
    arguments: list[str]
    old_table: str | None
    new_table: str | None
    constraint: bool
    deferrable: bool
    initially_deferred: bool


def trigger_text(statement: str) -> TriggerText | None:
    """What a statement says of the trigger that it makes; None if it is not one CREATE TRIGGER."""
    try:
        statements = parse(statement)
    except UnreadableSql:
        return None
    body = statements[0]["stmt"].get("CreateTrigStmt") if len(statements) == 1 else None
    return _read(body) if body is not None else None


def same_condition(live: str | None, written: Form | None) -> bool | None:
    """Whether a live WHEN condition is the one that was written; None: that cannot be told from the texts."""
    if live is None or written is None:
        return live is None and written is None
    return True if canonical(live) == written else None


# Private


def _read(body: Node) -> TriggerText:
    timing, events = body.get("timing", 0), body.get("events", 0)
    tables = {bool(one.get("isNew")): one["name"] for one in _transitions(body)}
    return TriggerText(
        timing="before" if timing & _BEFORE else "instead of" if timing & _INSTEAD else "after",
        events=[name for name, bit in _EVENTS.items() if events & bit],
        columns=sorted(quote_identifier(name) for name in strings(body.get("columns", ()))),
        level="row" if body.get("row") else "statement",
        when=canonical_of(body["whenClause"]) if "whenClause" in body else None,
        arguments=strings(body.get("args", ())),
        old_table=quote_identifier(tables[False]) if False in tables else None,
        new_table=quote_identifier(tables[True]) if True in tables else None,
        constraint=bool(body.get("isconstraint")),
        deferrable=bool(body.get("deferrable")),
        initially_deferred=bool(body.get("initdeferred")),
    )


def _transitions(body: Node) -> list[Node]:
    return [one["TriggerTransition"] for one in body.get("transitionRels", ())]
