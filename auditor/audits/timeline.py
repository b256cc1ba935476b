"""The same as blame, as a time line: what happened to a table, or to all of a class, migration by migration."""

from __future__ import annotations

from typing import Any

from auditor.audits.blame import chosen, understood
from auditor.audits.effects import effect_values
from auditor.audits.parts.forensic import NO_LIVE, States, class_of
from auditor.audits.parts.inputs import Inputs, Outcome, read_inputs, report
from auditor.audits.parts.live import read_live
from auditor.audits.parts.live_flow import wants_live
from auditor.config import Settings
from auditor.errors import UsageError
from auditor.forensics.blame import version_of
from auditor.model import ROW_ACTIONS, ObjectId, Report


def run(settings: Settings, owner_class: str | None = None) -> Report:
    """The time line of the objects that `settings.subject` names with all that hangs on them, or of a class.

    Raises:
        ConfigurationError: `classifications.yaml` is wrong.
        UsageError: neither or both are given, or nothing is called so.
        CouldNotCheck: there are no migrations, or the database that was asked for cannot be read.
    """
    if (settings.subject is None) == (owner_class is None):
        raise UsageError("name an object, or a class with --all; such as `auditor forensics history public.jobs`")
    inputs = read_inputs(settings)
    live = read_live(settings.db, inputs) if wants_live(settings) else None
    roots = set(chosen(inputs, live, settings.subject, owner_class))
    items = roots | {item for item in inputs.history.lives if roots & set(inputs.history.ancestors(item))}
    if live is not None:
        items |= {item.id for item in live.snapshot.objects.values() if item.parent in roots}
    outcome = understood(inputs)
    data: dict[str, Any] = {"subject": settings.subject or owner_class, "migrations": _steps(inputs, items)}
    if live is None:
        outcome += Outcome(not_checked=(NO_LIVE,))
        data["live"] = None
    else:
        states = States(inputs, live)
        expected = states.final()
        data["live"] = _live(inputs, items, live.snapshot, expected, states)
        outcome += Outcome(notes=(live.note, *states.notes), not_checked=tuple(dict.fromkeys(states.not_made)))
    return report(
        "forensics history", outcome + Outcome(checked={"object": len(items)}, data=data), inputs, settings
    )


# Private


def _steps(inputs: Inputs, items: set[ObjectId]) -> list[dict[str, Any]]:
    """Migrations in order, each with what it did to the objects; those that did nothing are left out."""
    classes = {item: class_of(inputs, item) for item in items}
    by_migration: dict[str, list[dict[str, Any]]] = {}
    for effect in inputs.history.effects:
        item = effect.object
        if item is None or effect.action in ROW_ACTIONS or effect.inside not in (None, "do"):
            continue
        after = ObjectId(item.kind, effect.to) if effect.to is not None else item
        if item not in items and after not in items:
            continue
        owner = classes.get(item) or classes.get(after)
        values = effect_values(effect) | {"class": owner.value if owner is not None else None}
        by_migration.setdefault(effect.migration, []).append(values)
    return [
        {"migration": one.id, "file": one.file, "effects": by_migration[one.id]}
        for one in inputs.history.migrations
        if one.id in by_migration
    ]


def _live(inputs: Inputs, items: set[ObjectId], live: Any, expected: Any, states: States) -> list[dict[str, Any]]:
    """Objects that are live not what the newest migration makes them, or that no migration made."""
    found = []
    for item in sorted(items):
        life = inputs.history.lives.get(item)
        version = version_of(item, life, live, expected, states.after)
        wanted = item in expected if expected is not None else life is not None and life.exists
        if version.exists is None or (version.exists == wanted and not version.differs and version.diff is None):
            continue
        found.append(
            {
                "kind": item.kind,
                "identity": item.identity,
                "exists": version.exists,
                "should_exist": wanted,
                "matches": version.matches,
                "newest": version.newest,
                "fields": [name for name, _, _ in version.differs],
                "unknown": version.unknown,
            }
        )
    return found
