"""A history as rules over migrations see it: what happened to each object in order, and which migrations are new.

Two kinds of question are asked. *How does it stand in the end?* A trigger that an old migration switched off and a
later one switched on again is on; only the last word counts, whoever said it. *What does this change do?* That is
asked of new migrations only: what an old one took away and nobody missed since is not news.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from auditor.history.fold import History
from auditor.history.lives import Life
from auditor.migrations.read import ReadMigration
from auditor.model import Effect, Migration, ObjectId, OwnerClass
from auditor.model.change import AnyChange


@dataclass(frozen=True)
class Course:
    """A history and what is asked of it.

    Attributes:
        history: folded.
        changes: what each statement asks for, by migration and 1-based ordinal.
        asked: ids of the migrations that are new.
        class_of: the class of an object.
        left_on: triggers that fire after a replay of the history; empty where there was none.
    """

    history: History
    changes: Mapping[tuple[str, int], tuple[AnyChange, ...]]
    asked: frozenset[str]
    class_of: Callable[[ObjectId], OwnerClass]
    left_on: frozenset[ObjectId] = frozenset()

    def core_lives(self, *kinds: str) -> Iterator[Life]:
        """The lives of core objects of some kinds (of any, if none is given), by identity."""
        for item in sorted(self.history.lives):
            if (not kinds or item.kind in kinds) and self.class_of(item) is OwnerClass.CORE:
                yield self.history.lives[item]

    def exists(self, item: ObjectId | None) -> bool:
        """Whether an object is there in the end, as far as the history tells: what it never made is."""
        life = self.history.lives.get(item) if item is not None else None
        return life is None or life.exists

    def happened(self, life: Life) -> list[Effect]:
        """What really happened to an object, in order: no-operations and what functions would do left out."""
        return [effect for effect in life.effects if not effect.no_op]

    def changes_at(self, effect: Effect) -> tuple[AnyChange, ...]:
        """What the statement of an effect asks for."""
        return self.changes.get((effect.migration, effect.statement), ())

    def is_new(self, effect: Effect) -> bool:
        """Whether a new migration did it."""
        return effect.migration in self.asked

    def before(self, migration: str, life: Life) -> list[Effect]:
        """What happened to an object before a migration."""
        position = self.order[migration]
        return [effect for effect in self.happened(life) if self.order[effect.migration] < position]

    def new_effects(self) -> Iterator[Effect]:
        """What new migrations do, implied effects included, what functions would do left out."""
        return (
            effect
            for effect in self.history.effects
            if effect.migration in self.asked and effect.inside in (None, "do") and not effect.no_op
        )

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each migration in the history."""
        return {migration.id: number for number, migration in enumerate(self.history.migrations)}


def course_of(
    history: History,
    reads: Iterable[ReadMigration],
    class_of: Callable[[ObjectId], OwnerClass],
    asked: Iterable[str] | None = None,
    left_on: frozenset[ObjectId] = frozenset(),
) -> Course:
    """The course of a history.

    Args:
        history: folded.
        reads: the same migrations with their changes.
        class_of: the class of an object.
        asked: ids of the new migrations; the last one of each layout if not given.
        left_on: see the class.
    """
    changes = {
        (read.migration.id, number): found for read in reads for number, found in enumerate(read.changes, start=1)
    }
    new = frozenset(asked) if asked is not None else newest(history.migrations)
    return Course(history, changes, new, class_of, left_on)


def newest(migrations: Iterable[Migration]) -> frozenset[str]:
    """The last migration of each layout."""
    last = {migration.layout: migration.id for migration in migrations}
    return frozenset(last.values())
