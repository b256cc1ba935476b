"""What a statement does to an object, in PostgreSQL's own names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditor.model.identity import Location, ObjectId

Action = Literal[
    "create",
    "replace",
    "alter",
    "drop",
    "rename",
    "enable",
    "disable",
    "grant",
    "revoke",
    "comment",
    "read",
    "write",
    "call",
    "unknown",
]
Certainty = Literal["certain", "conditional", "unknown"]
Parser = Literal["sqlglot", "libpg_query"]

ROW_ACTIONS: frozenset[str] = frozenset({"read", "write", "call"})
"""Actions that touch rows or run code, and leave the catalog as it is."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that one statement does to one object.

    Attributes:
        migration: id of the migration.
        location: where the statement (or the statement within its DO body) begins.
        statement: 1-based ordinal of the statement within its migration.
        action: see :data:`Action`.
        object: the object; None only where certainty is `unknown`.
        certainty: `certain`, `conditional` or `unknown`.
        implied: nothing in the text names the object: PostgreSQL makes, renames or drops it along.
        inside: None; `do`; or the identity of the function whose body holds the statement. Effects inside a
            function are what it would do when called, not effects of the migration.
        to: the identity after a rename.
        parser: which parser gave the meaning.
        detail: for `unknown` the reason; else what is changed (`owner`, `set default`), or None.
        no_op: True when PostgreSQL will do nothing (IF NOT EXISTS on what exists, IF EXISTS on what does not).
    """

    migration: str
    location: Location
    statement: int
    action: Action
    object: ObjectId | None
    certainty: Certainty = "certain"
    implied: bool = False
    inside: str | None = None
    to: str | None = None
    parser: Parser = "libpg_query"
    detail: str | None = None
    no_op: bool = False
