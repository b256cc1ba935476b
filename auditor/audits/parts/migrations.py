"""The rules over what migrations do to the core, on the files alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from auditor.audits.parts.inputs import Inputs, Outcome
from auditor.declaration.load import Configuration
from auditor.history.classification import classify
from auditor.history.course import Course, course_of
from auditor.model import ObjectId, OwnerClass, Snapshot
from auditor.rules.migrations import (
    core_owner_changed,
    core_policy_dropped,
    core_trigger_dropped,
    core_trigger_off,
    granted_to_public,
    grants_lost,
    legacy_recreated,
    replication_role_set,
    rogue_schedule,
    row_security_off,
    security_flipped,
    unique_key_dropped,
    whitelist_shrinks,
)

if TYPE_CHECKING:
    from auditor.contract.row_counts import Counted
    from auditor.rules.migrations.whitelist_shrinks import Shrunk

_PLAIN = (
    core_trigger_off,
    core_trigger_dropped,
    row_security_off,
    core_policy_dropped,
    granted_to_public,
    core_owner_changed,
    security_flipped,
    replication_role_set,
    legacy_recreated,
    grants_lost,
)

CODES = frozenset(module.RULE.code for module in (*_PLAIN, unique_key_dropped, whitelist_shrinks, rogue_schedule))


def judge_migrations(
    inputs: Inputs,
    configuration: Configuration,
    asked: Iterable[str] | None = None,
    rows_using: Callable[[Collection[Shrunk]], Mapping[Shrunk, Counted]] | None = None,
    made: Snapshot | None = None,
) -> Outcome:
    """What the migrations do to the core.

    Args:
        inputs: what was read.
        configuration: whose objects are whose.
        asked: ids of the migrations that are new; the newest one if not given. Rules that ask how something stands
            in the end look at all.
        rows_using: counts in the live database what values taken off whitelists are still used; None if there is
            none.
        made: the catalog that a replay of the migrations made, or None.
    """
    left_on = _left_on(made) if made is not None else frozenset()
    course = course_of(inputs.history, inputs.reads, _classes(inputs, configuration), asked, left_on)
    contract = configuration.contract
    declared = frozenset((str(key.table), frozenset(map(str, key.columns))) for key in contract.dedupe_keys)
    rows = rows_using(tuple(whitelist_shrinks.shrunk_whitelists(course))) if rows_using is not None else None
    return Outcome(
        findings=(
            *(finding for module in _PLAIN for finding in module.check(course)),
            *unique_key_dropped.check(course, declared),
            *whitelist_shrinks.check(course, rows),
            *rogue_schedule.check(course, _infra(inputs, configuration, course)),
        ),
        evaluated=CODES,
    )


# Private


class _Classes:
    """The class of each object, remembered."""

    def __init__(self, inputs: Inputs, configuration: Configuration) -> None:
        self._history = inputs.history
        self._ownership = configuration.ownership
        self._known: dict[ObjectId, OwnerClass] = {}

    def __call__(self, item: ObjectId) -> OwnerClass:
        if item not in self._known:
            self._known[item] = self._ownership.owner_of(item, self._history.ancestors(item))[0]
        return self._known[item]


def _left_on(made: Snapshot) -> frozenset[ObjectId]:
    """Triggers that fire."""
    from auditor.catalog.kinds.trigger import Trigger

    return frozenset(
        one.id for one in made.objects.values() if isinstance(one, Trigger) and one.enabled in ("origin", "always")
    )


def _classes(inputs: Inputs, configuration: Configuration) -> _Classes:
    return _Classes(inputs, configuration)


def _infra(inputs: Inputs, configuration: Configuration, course: Course) -> frozenset[str]:
    """Migrations that are infra by declaration, or because they change infra objects and nothing else."""
    found = classify(inputs.history, configuration.ownership, configuration.overrides)
    return frozenset(
        one.migration
        for one in found
        if one.owner_class is OwnerClass.INFRA and (one.declared or _changes_infra(course, one.migration))
    )


def _changes_infra(course: Course, migration: str) -> bool:
    return any(
        effect.object is not None
        and effect.action not in ("read", "write", "call", "unknown")
        and course.class_of(effect.object) is OwnerClass.INFRA
        and effect.object.kind != "extension"
        for effect in course.history.effects_of(migration)
    )
