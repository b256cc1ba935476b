"""What a review asks of two histories, one without and one with a change: pure functions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from auditor.comparison.bodies import body_diff, differs_in_layout_only
from auditor.declaration.load import Configuration
from auditor.history.classification import Classification
from auditor.history.fold import History
from auditor.history.lives import Definition
from auditor.model import ROW_ACTIONS, Effect, Location, Migration, ObjectId, OwnerClass
from auditor.repository import Change
from auditor.rules.review.core_conflict import Conflict
from auditor.rules.review.migration_edited import Edited

_SHARED = frozenset({"table", "foreign table", "schema", "extension", "role", "default acl", "sequence"})
"""Kinds that two changes may both alter without undoing one another: each adds something of its own."""


def edited(
    before: History,
    after: History,
    were: Mapping[str, Classification],
    are: Mapping[str, Classification],
    change: Change,
) -> Iterator[Edited]:
    """Migrations of the base that are not what they were."""
    now = {migration.id: migration for migration in after.migrations}
    texts = {_texts(m): m for m in after.migrations if m.file in change.added and m.statements}
    for migration in before.migrations:
        if migration.file not in change.edited | change.deleted:
            continue
        there = now.get(migration.id)
        classes = [found[migration.id].owner_class for found in (were, are) if migration.id in found]
        owner_class = OwnerClass.CORE if OwnerClass.CORE in classes else classes[-1]
        place = Location(migration.file, migration.line)
        if there is not None:
            yield Edited(
                migration.id, Location(there.file, there.line), "edited", owner_class, _same(migration, there)
            )
        elif _texts(migration) in texts:
            to = texts[_texts(migration)]
            yield Edited(migration.id, Location(to.file, to.line), "renamed", owner_class, to=to.id)
        else:
            yield Edited(migration.id, place, "deleted", owner_class)


def by_history(migrations: Iterable[Migration], places: Iterable[str]) -> list[list[Migration]]:
    """The migrations of each history by itself, in order: a tool knows nothing of the order of two of them.

    Args:
        migrations: of all.
        places: files and directories in which histories lie, as migrations name their files.
    """
    nearest_first = sorted(places, key=len, reverse=True)
    found: dict[str, list[Migration]] = {}
    for migration in migrations:
        place = next((one for one in nearest_first if _lies_in(migration.file, one)), "")
        found.setdefault(place, []).append(migration)
    return list(found.values())


def early(
    order: Iterable[Migration],
    ours: Iterable[Migration],
    known: Iterable[Migration],
    renamed: Collection[str] = (),
) -> Iterator[tuple[str, str, Location]]:
    """New migrations that come before one of the base: the id, the newest one behind it, the place.

    Args:
        order: all migrations of a history, the change merged, in the order of the tool.
        ours: those of the change.
        known: those that were there where it began; one that was edited is not new.
        renamed: ids of those that only have another name now.
    """
    old = {migration.id for migration in known} | {*renamed}
    new = {migration.id for migration in ours} - old
    behind: str | None = None
    found = []
    for migration in reversed(list(order)):
        if migration.id not in new:
            behind = behind or migration.id
        elif behind is not None:
            found.append((migration.id, behind, Location(migration.file, migration.line)))
    yield from reversed(found)


def conflicts(
    history: History, configuration: Configuration, ours: Collection[str], theirs: Collection[str]
) -> Iterator[Conflict]:
    """Core objects that migrations of both sides define, each once.

    Args:
        history: the change merged.
        configuration: whose the objects are.
        ours: ids of the migrations of the change.
        theirs: ids of those that the base has got meanwhile.
    """
    mine: dict[ObjectId, Effect] = {}
    others: dict[ObjectId, Effect] = {}
    for effect in history.effects:
        side = mine if effect.migration in ours else others if effect.migration in theirs else None
        if side is not None and effect.object is not None and _defines(effect):
            side[effect.object] = effect
    for item in sorted(mine.keys() & others.keys()):
        if _class_of(item, history, configuration) is OwnerClass.CORE:
            yield Conflict(item, mine[item].migration, others[item].migration, mine[item].location)


def objects_of(
    ours: Iterable[Migration], after: History, before: History | None, configuration: Configuration
) -> list[dict[str, Any]]:
    """Core objects that the change defines, changes or drops, before and after, as the JSON report has them."""
    ids = {migration.id for migration in ours}
    changes: dict[ObjectId, list[Effect]] = {}
    for effect in after.effects:
        if effect.migration in ids and effect.object is not None and _changes(effect):
            changes.setdefault(effect.object, []).append(effect)
    return [
        _object(item, effects, before, after)
        for item, effects in sorted(changes.items())
        if _class_of(item, after, configuration) is OwnerClass.CORE
    ]


# Private


def _lies_in(file: str, place: str) -> bool:
    return place == "." or file == place or file.startswith(f"{place}/")


def _object(item: ObjectId, effects: list[Effect], before: History | None, after: History) -> dict[str, Any]:
    old = _definition(item, before)
    new = _definition(item, after)
    diff = None
    if old is not None and new is not None and old.sha256 != new.sha256:
        diff = body_diff(_text(old), _text(new), old.migration, new.migration)
    return {
        "kind": item.kind,
        "identity": item.identity,
        "actions": list(dict.fromkeys(effect.action for effect in effects)),
        "certainty": "certain" if any(effect.certainty == "certain" for effect in effects) else "conditional",
        "file": effects[-1].location.file,
        "line": effects[-1].location.line,
        "before": {"migration": old.migration, "sha256": old.sha256} if old else None,
        "after": {"migration": new.migration, "sha256": new.sha256} if new else None,
        "diff": diff,
    }


def _definition(item: ObjectId, history: History | None) -> Definition | None:
    """What defines the object at the end of a history; None if it is not there, or by no statement of its own."""
    life = history.lives.get(item) if history is not None else None
    return life.last_definition if life is not None and life.exists else None


def _text(definition: Definition) -> str:
    return definition.body if definition.body is not None else definition.text


def _changes(effect: Effect) -> bool:
    """Whether it is a change of the catalog that this migration makes."""
    return effect.action not in (*ROW_ACTIONS, "unknown") and not effect.no_op and effect.inside in (None, "do")


def _defines(effect: Effect) -> bool:
    """Whether it leaves nothing of what another migration did to the object."""
    if not _changes(effect) or effect.action in ("grant", "revoke", "comment"):
        return False
    return effect.object is not None and (effect.action == "drop" or effect.object.kind not in _SHARED)


def _class_of(item: ObjectId, history: History, configuration: Configuration) -> OwnerClass:
    return configuration.ownership.owner_of(item, history.ancestors(item))[0]


def _texts(migration: Migration) -> tuple[str, ...]:
    return tuple(statement.text for statement in migration.statements)


def _same(one: Migration, other: Migration) -> bool:
    """Whether two have the same statements, but for blanks and comments."""
    left, right = _texts(one), _texts(other)
    if len(left) != len(right):
        return False
    return all(a == b or differs_in_layout_only(a, b) for a, b in zip(left, right, strict=True))
