"""The life of each object over a history: what made, changed, renamed and dropped it, and its definitions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

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


@dataclass(frozen=True, slots=True, eq=False)
class _Chapter:
    """A closed part of a life. Those who share it hold it together: a rename copies nothing.

    Attributes:
        former: what another object of the same name went through before, of which only the effects are told.
        earlier: what the object itself went through before.
        effects: in order.
        definitions: in order.
    """

    former: _Chapter | None
    earlier: _Chapter | None
    effects: list[Effect]
    definitions: list[Definition]


@dataclass(slots=True)
class Life:
    """Everything a history did to one object.

    Attributes:
        object: its last kind and identity.
        exists: whether it is there at the end of the history.
        parent: the table it hangs on, or None.
    """

    object: ObjectId
    exists: bool = False
    parent: ObjectId | None = None
    _past: _Chapter | None = field(default=None, repr=False)
    _effects: list[Effect] = field(default_factory=list)
    _definitions: list[Definition] = field(default_factory=list)

    @property
    def effects(self) -> list[Effect]:
        """What was done to it in order, also under former names; row effects are left out."""
        return [effect for chapter in _in_order(self._past) for effect in chapter.effects] + self._effects

    @property
    def definitions(self) -> list[Definition]:
        """In order, since the beginning; the last one is what should be live."""
        earlier = [*_earlier(self._past)]
        return [one for chapter in reversed(earlier) for one in chapter.definitions] + self._definitions

    @property
    def last_definition(self) -> Definition | None:
        """The newest definition, or None if no statement of the history defines it by itself."""
        if self._definitions:
            return self._definitions[-1]
        return next((chapter.definitions[-1] for chapter in _earlier(self._past) if chapter.definitions), None)

    @property
    def last_effect(self) -> Effect | None:
        """What last touched it, no-operations left out."""
        # A chapter ends with the rename that closed it, so the last of what was before is near.
        parts = chain([self._effects], (chapter.effects for chapter in _newest(self._past)))
        return next((effect for part in parts for effect in reversed(part) if not effect.no_op), None)

    def add(self, effect: Effect) -> None:
        """Something more was done to it."""
        self._effects.append(effect)

    def define(self, definition: Definition) -> None:
        """It has a new definition."""
        self._definitions.append(definition)

    def renamed(self, to: ObjectId, former: Life | None) -> tuple[Life, Life]:
        """What is left under its old name, and its life under the new one, which `former` had before."""
        closed = self.closed()
        left = Life(self.object, _past=closed)
        if former is None:
            return left, Life(to, exists=True, parent=self.parent, _past=closed)
        both = _Chapter(former.closed(), closed, [], [])
        return left, Life(to, exists=True, parent=self.parent, _past=both)

    def closed(self) -> _Chapter:
        """All of it as what is past; nothing may be added to it any more."""
        return _Chapter(None, self._past, self._effects, self._definitions)


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
        life.add(effect)
        if parent is not None:
            life.parent = parent
        if effect.no_op:
            return
        if effect.action in ("create", "replace"):
            life.exists = True
            if effect.object.kind in _DEFINED_BY_TEXT:
                life.define(Definition(effect.migration, effect.location, effect.action, text, body))
        elif effect.action == "drop":
            life.exists = False
        elif effect.action == "rename" and effect.to is not None:
            self._rename(life, ObjectId(effect.object.kind, effect.to))
        elif effect.action in ("alter", "enable", "disable"):
            life.exists = True

    def _rename(self, life: Life, to: ObjectId) -> None:
        self.by_id[life.object], self.by_id[to] = life.renamed(to, self.by_id.get(to))


# Private


def _earlier(chapter: _Chapter | None) -> Iterator[_Chapter]:
    """The chapters of the object itself, newest first."""
    while chapter is not None:
        yield chapter
        chapter = chapter.earlier


def _newest(chapter: _Chapter | None) -> Iterator[_Chapter]:
    """All chapters, newest first, each once: what an object went through with another's name is told once."""
    seen: set[int] = set()
    waiting = [chapter]
    while waiting:
        current = waiting.pop()
        if current is not None and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += (current.former, current.earlier)


def _in_order(chapter: _Chapter | None) -> list[_Chapter]:
    """All chapters, oldest first, each once."""
    found: dict[int, _Chapter] = {}
    waiting = [(chapter, False)]
    while waiting:
        current, told = waiting.pop()
        if current is None or id(current) in found:
            continue
        if told:
            found[id(current)] = current
        else:
            waiting += ((current, True), (current.earlier, False), (current.former, False))
    return list(found.values())
