"""Who defined this object, since when, and which of its definitions runs live.

A function's body is kept verbatim by PostgreSQL, so its version is told by equality
(https://www.postgresql.org/docs/current/catalog-pg-proc.html). Everything else passes through PostgreSQL's own
printing: its version is the newest migration after which a replay of the history has the very same object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from auditor.catalog.kinds import BY_KIND
from auditor.catalog.kinds.function import Function
from auditor.comparison.bodies import body_diff, body_hash
from auditor.comparison.snapshots import compare
from auditor.declaration.load import Configuration
from auditor.globs import is_pattern, matches_name
from auditor.history.lives import Definition, Life
from auditor.model import CatalogObject, Effect, Location, ObjectId, Snapshot

StateAfter = Callable[[str], Snapshot | None]
"""The catalog that the history has made after a migration; None if that is not known."""

COMMANDS = frozenset({"create", "replace", "alter", "rename", "enable", "disable", "grant", "revoke", "drop"})
"""Actions after which an object is not what it was before."""


@dataclass(frozen=True, slots=True)
class Version:
    """What is live, in terms of the history.

    Attributes:
        exists: whether the object is there; None for what is no object of its own in a snapshot (the index of a
            constraint, a NOT NULL constraint) or of a kind that is not read.
        matches: the migration whose version it is; None if no migration ever made it so, or that is not known.
        newest: the migration whose version it should be, or None if none makes it.
        sha256: of a live function's body, or None.
        differs: fields in which it is not what the newest migration makes it, with both values.
        diff: of the bodies, from the version that should be live; None without difference.
        unknown: why `matches` or `differs` could not be found out, or None.
    """

    exists: bool | None
    matches: str | None
    newest: str | None
    sha256: str | None = None
    differs: tuple[tuple[str, str, str], ...] = ()
    diff: str | None = None
    unknown: str | None = None


def newest_of(life: Life | None, item: CatalogObject | None = None) -> str | None:
    """The migration whose version should be live: a function's newest body, else the newest change."""
    if life is None or not life.exists:
        return None
    if isinstance(item, Function) or life.object.kind in _ROUTINES:
        bodies = [one for one in life.definitions if one.body is not None]
        if bodies:
            return bodies[-1].migration
    return next(changed_by(life), None)


def changed_by(life: Life) -> Iterator[str]:
    """The migrations that changed an object, newest first, each once."""
    seen: set[str] = set()
    for effect in reversed(life.effects):
        if effect.action in COMMANDS and not effect.no_op and effect.migration not in seen:
            seen.add(effect.migration)
            yield effect.migration


def version_of(
    item: ObjectId, life: Life | None, live: Snapshot, expected: Snapshot | None, state_after: StateAfter
) -> Version:
    """Which version of an object a live database has.

    Args:
        item: the object.
        life: what the history did to it, or None.
        live: the live catalog.
        expected: the catalog that the whole history makes, or None if it was not replayed.
        state_after: asked for older versions, newest first, only where the newest is not live.
    """
    there = live.objects.get(item)
    newest = newest_of(life, there)
    if there is None:
        if life is not None and life.exists and not _would_be_read(item, life, expected):
            return Version(
                None, None, newest, unknown=f"it is read as a part of another object, or no {item.kind} is"
            )
        return Version(False, None, newest)
    differs = _differences(item, expected, live) if expected is not None else None
    unknown = None if expected is not None else "the history was not replayed"
    if isinstance(there, Function) and life is not None:
        bodies = [one for one in life.definitions if one.body is not None]
        if bodies:
            same = next((one for one in reversed(bodies) if one.body == there.body), None)
            diff = body_diff(bodies[-1].body or "", there.body, bodies[-1].migration, "live") or None
            return Version(
                True,
                same.migration if same is not None else None,
                newest,
                body_hash(there.body),
                differs or (),
                diff,
                unknown,
            )
    sha256 = body_hash(there.body) if isinstance(there, Function) else None
    if differs == ():
        return Version(True, newest, newest, sha256)
    if life is None or expected is None:
        return Version(True, None, newest, sha256, differs or (), None, unknown if life is not None else None)
    found, why = _older(item, life, live, newest, state_after)
    return Version(True, found, newest, sha256, differs or (), None, why)


def definition_values(life: Life | None) -> list[dict[str, Any]]:
    """The definitions of an object, oldest first, each with the difference from the one before."""
    values: list[dict[str, Any]] = []
    before: Definition | None = None
    for one in life.definitions if life is not None else ():
        diff = None
        if before is not None:
            diff = body_diff(before.text, one.text, before.migration, one.migration) or None
        values.append(
            {
                "migration": one.migration,
                "file": one.location.file,
                "line": one.location.line,
                "action": one.action,
                "sha256": one.sha256,
                "text": one.text,
                "diff": diff,
            }
        )
        before = one
    return values


def change_values(effects: Iterable[Effect]) -> list[dict[str, Any]]:
    """Everything that was done to an object, oldest first."""
    return [
        {
            "migration": effect.migration,
            "file": effect.location.file,
            "line": effect.location.line,
            "action": effect.action,
            "certainty": effect.certainty,
            "implied": effect.implied,
            "no_op": effect.no_op,
            "to": effect.to,
            "detail": effect.detail,
        }
        for effect in effects
    ]


def contract_entries(configuration: Configuration, item: ObjectId) -> list[dict[str, Any]]:
    """The entries of the contract that are about an object, or about the table that it is."""
    found: list[tuple[str, Location]] = []
    contract = configuration.contract
    found += [("triggers", one.name.location) for one in contract.triggers if _names("trigger", one.name, item)]
    found += [
        ("triggers", one.function.location)
        for one in contract.triggers
        if one.function is not None and _names("function", one.function, item)
    ]
    found += [
        ("functions", one.name.location)
        for one in contract.functions
        if item.kind in _ROUTINES and matches_name(str(one.name), item.identity)
    ]
    found += [("dedupe_keys", one.location) for one in contract.dedupe_keys if _names("table", one.table, item)]
    for queue in contract.queues:
        if _names("table", queue.table, item):
            found.append(("queues", queue.location))
        called = [*(queue.writers or ()), *(claim.function for claim in queue.claims)]
        found += [("queues", one.location) for one in called if _names("function", one, item)]
    found += [
        ("projections", one.location) for one in contract.projection_entries if _names("table", one.table, item)
    ]
    found += [("rows", one.location) for one in contract.rows if _names("table", one.table, item)]
    found += [("roles", one.location) for one in contract.roles if _names("role", one.name, item)]
    return [
        {"section": section, "file": place.file, "line": place.line} for section, place in dict.fromkeys(found)
    ]


# Private

_ROUTINES = frozenset({"function", "procedure"})


def _would_be_read(item: ObjectId, life: Life, expected: Snapshot | None) -> bool:
    """Whether a snapshot would hold the object if it were there: the replay's does, if there was one."""
    if expected is not None:
        return item in expected
    made = next((effect for effect in life.effects if effect.action == "create"), None)
    return item.kind in BY_KIND and not (made is not None and made.implied)


def _names(kind: str, text: str, item: ObjectId) -> bool:
    if kind == "function":
        return item.kind in _ROUTINES and str(text) == item.identity
    return item.kind == kind and (matches_name(text, item.identity) if is_pattern(text) else text == item.identity)


def _differences(item: ObjectId, expected: Snapshot, live: Snapshot) -> tuple[tuple[str, str, str], ...] | None:
    """Fields in which an object is not the same on both sides; None if one side does not have it."""
    if item not in expected:
        return None
    found = compare(expected, live, select=lambda one: one == item)
    return tuple(
        (name, str(was), str(now)) for one in found for name, (was, now) in one.changes.items() if one.actual
    )


def _older(
    item: ObjectId, life: Life, live: Snapshot, newest: str | None, state_after: StateAfter
) -> tuple[str | None, str | None]:
    """The newest older migration after which the object was as it is live, and what could not be looked at."""
    unknown = []
    for migration in changed_by(life):
        if migration == newest and life.exists:
            continue
        state = state_after(migration)
        if state is None:
            unknown.append(migration)
        elif _differences(item, state, live) == ():
            return migration, None
    return None, f"not looked at: the state after {', '.join(unknown)}" if unknown else None
