"""What one migration really did: the recorder's words, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditor.model import ObjectId

RecordedAction = Literal[
    "create", "drop", "recreate", "rename", "rebuild", "alter", "enable", "disable", "grant", "comment"
]


@dataclass(frozen=True, slots=True)
class RecordedEffect:
    """The net effect of one migration on one object.

    Attributes:
        action: `create`, `drop`, `rename`; `recreate` when another object now has the same identity; `rebuild`
            when PostgreSQL put another one in its place by itself (the index of a column whose type changed);
            `alter` when its definition differs, `grant` its privileges (of a role: its members), `comment` its
            comment, `enable` and `disable` the state of a trigger or rule.
        object: as it was called before, or after its creation.
        to: the identity after a rename.
        named: a command of the migration was about this very object, by PostgreSQL's own account.
        parent: what it hangs on: the table of a column, index, trigger or owned sequence.
        details: which fields differ, for `alter`, `recreate` and `rebuild`; none: the definition is the same.
        statements: ordinals of the statements that can have done it; empty when that cannot be told.
    """

    action: RecordedAction
    object: ObjectId
    to: str | None = None
    named: bool = False
    parent: ObjectId | None = None
    details: tuple[str, ...] = ()
    statements: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything one migration did.

    Attributes:
        effects: net effects, by kind and identity.
        transient: objects that were created and dropped again within the migration.
        defined: objects that were there before and that a CREATE command was about: CREATE OR REPLACE, which may
            have left them as they were.
    """

    effects: tuple[RecordedEffect, ...] = ()
    transient: tuple[ObjectId, ...] = ()
    defined: tuple[ObjectId, ...] = ()
