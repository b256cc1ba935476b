"""The class of each migration, from the objects it changes and who owns them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.history.ownership import Ownership, OwnershipEntry
from auditor.model import ROW_ACTIONS, Effect, Location, ObjectId, OwnerClass

if TYPE_CHECKING:
    from auditor.history.fold import History

_ORDER = (OwnerClass.CORE, OwnerClass.LEGACY, OwnerClass.INFRA)
_FOLDED_KINDS = frozenset(
    {"table column", "foreign table column", "composite type column", "table constraint", "domain constraint"}
)
"""Kinds that are told as their table, unless an entry names them."""


@dataclass(frozen=True, slots=True)
class Reason:
    """An object that a migration changes, and who owns it."""

    object: ObjectId
    owner_class: OwnerClass
    entry: OwnershipEntry | None
    location: Location


@dataclass(frozen=True, slots=True)
class Classification:
    """The class of one migration.

    Attributes:
        declared: True when an override says so, whose `reason` is then given.
        reasons: objects that decide, each once, in order of appearance.
        unowned: objects it changes that no entry owns.
        unknown: number of effects that could not be understood.
        mixed: it changes objects of more than one class. Extensions and schemas, which a migration makes for its
            own use, do not count, nor does what only became legacy later: it was there, and is gone now.
    """

    migration: str
    file: str
    owner_class: OwnerClass
    declared: bool
    reasons: tuple[Reason, ...]
    unowned: tuple[Reason, ...]
    unknown: int
    mixed: bool
    declared_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A migration whose class is declared by a person, with the reason."""

    migration: str
    owner_class: OwnerClass
    reason: str
    location: Location


def classify(
    history: History, ownership: Ownership, overrides: Mapping[str, Override] | None = None
) -> tuple[Classification, ...]:
    """Classify every migration of a history.

    A migration is core if it changes any core object, else legacy, else infra; unclassified when all it
    changes is unowned. One that changes no object, or none that outlives it, takes the class of the tables it
    writes.
    """
    overrides = overrides or {}
    grouped: dict[str, list[Effect]] = {migration.id: [] for migration in history.migrations}
    for effect in history.effects:
        if effect.inside in (None, "do"):
            grouped[effect.migration].append(effect)
    return tuple(
        _classify_one(history, ownership, migration.id, migration.file, grouped[migration.id], overrides)
        for migration in history.migrations
    )


# Private


def _classify_one(
    history: History,
    ownership: Ownership,
    migration: str,
    file: str,
    effects: list[Effect],
    overrides: Mapping[str, Override],
) -> Classification:
    unknown = sum(1 for effect in effects if effect.action == "unknown")
    changes = [effect for effect in effects if effect.action not in ROW_ACTIONS]
    found = _reasons(history, ownership, [effect for effect in changes if not effect.no_op])
    reasons = [r for r in found if r.entry is not None or not _is_passing(history, r.object, migration)]
    helped = len(reasons) < len(found)
    if not reasons:
        # What finds nothing to do says whose business it was, if that is known.
        reasons = [r for r in _reasons(history, ownership, changes) if r.entry is not None]
    if not reasons:
        reasons = _reasons(history, ownership, [e for e in effects if e.action in {"write", "call"}])
        reasons = [r for r in reasons if r.object.kind != "function" or r.entry is not None]
    owned = [reason for reason in reasons if reason.entry is not None]
    unowned = tuple(reason for reason in reasons if reason.entry is None)
    present = {reason.owner_class for reason in owned}
    dropped = {effect.object for effect in changes if effect.action == "drop"}
    mixing = {reason.owner_class for reason in owned if _mixes(reason, history, reason.object in dropped)}
    owner_class = next((one for one in _ORDER if one in present), None)
    if owner_class is None:
        nothing = not unowned and not unknown and not helped
        owner_class = OwnerClass.INFRA if nothing else OwnerClass.UNCLASSIFIED
    override = overrides.get(migration)
    return Classification(
        migration=migration,
        file=file,
        owner_class=override.owner_class if override else owner_class,
        declared=override is not None,
        reasons=tuple(owned),
        unowned=unowned,
        unknown=unknown,
        mixed=len(mixing) > 1,
        declared_reason=override.reason if override else None,
    )


def _mixes(reason: Reason, history: History, dropped: bool) -> bool:
    """Whether an object makes a mixture of a migration that changes others too; `dropped`: this one drops it."""
    if reason.object.kind in ("extension", "schema"):
        return False
    if reason.owner_class is OwnerClass.LEGACY and not dropped:
        life = history.lives.get(reason.object)
        return life is None or life.exists
    return True


def _is_passing(history: History, item: ObjectId, migration: str) -> bool:
    """Whether an object lived in this migration only: a helper that it made, used and dropped."""
    life = history.lives.get(item)
    return life is not None and not life.exists and all(e.migration == migration for e in life.effects)


def _reasons(history: History, ownership: Ownership, effects: list[Effect]) -> list[Reason]:
    found: dict[ObjectId, Reason] = {}
    for effect in effects:
        item = effect.object
        if item is None or effect.action == "unknown":
            continue
        ancestors = history.ancestors(item)
        owner_class, entry = ownership.owner_of(item, ancestors)
        if item.kind in _FOLDED_KINDS and ancestors and (entry is None or not entry.matches(item)):
            item = ancestors[-1] if ancestors[-1].kind.endswith("table") else ancestors[0]
        if item not in found:
            found[item] = Reason(item, owner_class, entry, effect.location)
    return list(found.values())
