"""The life of each object over a history: what made, changed, renamed and dropped it, and its definitions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from auditor.model import ROW_ACTIONS, Effect, Location, ObjectId

_DEFINED_BY_TEXT = frozenset(
    {
        "aggregate",
        "event trigger",
        "function",
        "index",
        "materialized view",
        "policy",
        "procedure",
        "rule",
        "sequence",
        "table",
        "table constraint",
        "trigger",
        "type",
        "view",
    }
)


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition that an object has had.

    Attributes:
        migration: id of the migration that wrote it.
        location: of the statement.
        action: `create`, `replace` or `alter`.
        text: the statement.
        body: of a function or procedure, verbatim as `pg_proc.prosrc` holds it; None elsewhere.
    """

    migration: str
    location: Location
    action: str
    text: str
    body: str | None = None

    @property
    def sha256(self) -> str:
        """Hash (hex) of the body, or of the statement where there is no body."""
        return hashlib.sha256((self.body if self.body is not None else self.text).encode()).hexdigest()


@dataclass(slots=True)
class Life:
    """Everything a history did to one object.

    Attributes:
        object: its last kind and identity.
        effects: in order, those under former names included, row effects left out.
        definitions: in order, since the beginning; the last one is what should be live.
        exists: whether it is there at the end of the history.
        parent: the table it hangs on, or None.
        facts: what the fold knows of it at the end (`enabled` of a trigger, `columns` of an index...).
    """

    object: ObjectId
    effects: list[Effect] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    exists: bool = False
    parent: ObjectId | None = None

    @property
    def last_definition(self) -> Definition | None:
        """The newest definition, or None if no statement of the history defines it by itself."""
        return self.definitions[-1] if self.definitions else None

    @property
    def last_effect(self) -> Effect | None:
        """What last touched it, no-operations left out."""
        return next((effect for effect in reversed(self.effects) if not effect.no_op), None)


class Lives:
    """Collects effects into lives as they come."""

    def __init__(self) -> None:
        self.by_id: dict[ObjectId, Life] = {}

    def record(self, effect: Effect, text: str, body: str | None, parent: ObjectId | None) -> None:
        """Add one effect; `text` is its statement."""
        if effect.object is None or effect.action in ROW_ACTIONS or effect.inside not in (None, "do"):
            return
        life = self.by_id.get(effect.object)
        if life is None:
            life = self.by_id[effect.object] = Life(effect.object)
        life.effects.append(effect)
        if parent is not None:
            life.parent = parent
        if effect.no_op:
            return
        if effect.action in ("create", "replace"):
            life.exists = True
            if effect.object.kind in _DEFINED_BY_TEXT:
                definition = Definition(effect.migration, effect.location, effect.action, text, body)
                life.definitions.append(definition)
        elif effect.action == "drop":
            life.exists = False
        elif effect.action == "rename" and effect.to is not None:
            self._rename(life, ObjectId(effect.object.kind, effect.to))
        elif effect.action in ("alter", "enable", "disable"):
            life.exists = True

    def _rename(self, life: Life, to: ObjectId) -> None:
        former = self.by_id.get(to)
        self.by_id[life.object] = Life(life.object, list(life.effects), list(life.definitions), exists=False)
        renamed = Life(to, list(life.effects), list(life.definitions), exists=True, parent=life.parent)
        if former is not None:
            renamed.effects[:0] = former.effects
        self.by_id[to] = renamed
