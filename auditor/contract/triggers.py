"""`contract.triggers`: exists, on that table, fires so, calls that function, enabled so.

A trigger and its function are one item: what calls another function, or the function that another trigger of
its table calls in its stead, is told once. The function's own body is checked with the functions
(:mod:`auditor.contract.functions`), whether an entry names it or not.
"""

from __future__ import annotations

import dataclasses

from auditor.catalog.kinds.trigger import Trigger
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.facts import Facts
from auditor.contract.written import trigger_changes
from auditor.declaration.entries import TriggerEntry
from auditor.declaration.firing import Firing, parse_firing
from auditor.model import CatalogObject, ObjectId, Severity
from auditor.repair.create import own_name

FIRING_FIELDS = ("timing", "events", "columns", "level")


def check_triggers(facts: Facts, checked: Checked) -> None:
    """Check every trigger that the contract names."""
    for entry in facts.configuration.contract.triggers:
        item = ObjectId("trigger", entry.name)
        live = facts.live.objects.get(item)
        if live is None and not facts.known(item):
            checked.unmatched.append(facts.unmatched("trigger", item, entry.name.location))
            continue
        checked.count("trigger")
        if isinstance(live, Trigger):
            _differences(facts, checked, entry, live)
            _clones(facts, checked, entry, live)
        else:
            _missing(facts, checked, entry, item)


def firing_of(trigger: Trigger) -> Firing:
    """When a live trigger fires."""
    return Firing(
        trigger.timing.upper(),
        tuple(event.upper() for event in trigger.events),
        tuple(sorted(trigger.columns)),
        trigger.level.upper(),
    )


# Private


def _severity(entry: TriggerEntry) -> Severity:
    return Severity.ERROR if entry.role == "core" else Severity.WARNING


def _missing(facts: Facts, checked: Checked, entry: TriggerEntry, item: ObjectId) -> None:
    causes = [facts.cause(item)]
    stead = _in_its_stead(facts, entry, item)
    function = ObjectId("function", entry.function) if entry.function is not None else None
    if stead is not None:
        causes.append(Cause(stead.id))
    elif function is not None and function not in facts.live and facts.should_be(function):
        causes = [facts.cause(function)]  # DROP FUNCTION ... CASCADE took the trigger along
    said = facts.missing(item)
    if stead is not None:
        said += f"; {stead.id} does the same" if stead.table == _table_of(item) else f"; it stands as {stead.id}"
    checked.breaches.append(
        facts.breach(
            "trigger-contract",
            f"{item} {said}",
            entry=entry,
            item=item,
            severity=_severity(entry),
            expected=_declared(entry),
            actual=str(stead.id) if stead is not None else "missing",
            repair=_renamed(stead, item) or facts.repair(item),
            causes=causes,
        )
    )


def _in_its_stead(facts: Facts, entry: TriggerEntry, item: ObjectId) -> Trigger | None:
    """A trigger that no migration made and that does what the missing one did: renamed, or moved."""
    name = own_name(item.identity)
    found: Trigger | None = None
    for one in facts.live.objects.values():
        if not isinstance(one, Trigger) or one.cloned_from is not None or facts.should_be(one.id):
            continue
        if one.table == _table_of(item):
            fires = entry.fires is None or parse_firing(entry.fires).allows(firing_of(one))
            function = entry.function or getattr(facts.expected_object(item), "function", None)
            if fires and one.function == function:
                return one
        elif own_name(one.id.identity) == name and entry.function in (None, one.function):
            found = one
    return found


def _renamed(stead: Trigger | None, item: ObjectId) -> str | None:
    if stead is None or stead.table != _table_of(item):
        return None
    return f"ALTER TRIGGER {own_name(stead.identity)} ON {stead.table} RENAME TO {own_name(item.identity)};"


def _table_of(trigger: ObjectId) -> str:
    return trigger.identity.partition(" on ")[2]


def _clones(facts: Facts, checked: Checked, entry: TriggerEntry, live: Trigger) -> None:
    """What PostgreSQL cloned onto the partitions is on where the trigger is."""
    for clone in facts.live.objects.values():
        if not isinstance(clone, Trigger) or clone.cloned_from != live.identity or clone.enabled == entry.enabled:
            continue
        if facts.expected_object(clone.id) == clone:
            continue  # the migrations set it so
        checked.breaches.append(
            facts.breach(
                "trigger-contract",
                f"{clone.id} is {state_word(clone.enabled)}, not {state_word(entry.enabled)}: it is the clone of "
                f"{live.id} on a partition",
                entry=entry,
                item=clone.id,
                severity=_severity(entry),
                expected=f"enabled: {entry.enabled}",
                actual=f"enabled: {clone.enabled}",
                repair=facts.repair(clone.id, ["enabled"], dataclasses.replace(clone, enabled=entry.enabled)),
                location=facts.location(live.id, entry.location),
                causes=[Cause(clone.id)],
            )
        )
    table = facts.live.objects.get(ObjectId("table", live.table))
    if not facts.whole and getattr(table, "form", "") == "partitioned table":
        checked.not_checked.append(f"clones of {live.id} on partitions: only what the contract names was read")


def _differences(facts: Facts, checked: Checked, entry: TriggerEntry, live: Trigger) -> None:
    wanted = live
    said: list[str] = []
    expected: list[str] = []
    actual: list[str] = []
    if live.enabled != entry.enabled:
        wanted = dataclasses.replace(wanted, enabled=entry.enabled)
        said.append(f"is {state_word(live.enabled)}, not {state_word(entry.enabled)}")
        expected.append(f"enabled: {entry.enabled}")
        actual.append(f"enabled: {live.enabled}")
    if entry.function is not None and live.function != entry.function:
        wanted = dataclasses.replace(wanted, function=entry.function)
        said.append(f"calls {live.function}, not {entry.function}")
        expected.append(f"function: {entry.function}")
        actual.append(f"function: {live.function}")
    if entry.fires is not None:
        declared, there = parse_firing(entry.fires), firing_of(live)
        if not declared.allows(there):
            wanted = dataclasses.replace(
                wanted,
                timing=declared.timing.lower(),
                events=[event.lower() for event in declared.events],
                columns=list(declared.columns),
                level=(declared.level or there.level or "row").lower(),
            )
            said.append(f"fires {there}, not {declared}")
            expected.append(f"fires: {declared}")
            actual.append(f"fires: {there}")
    fields = [name for name, value in wanted.values().items() if value != getattr(live, name)]
    if facts.expected is None:
        changes, unsure = trigger_changes(facts, live)
        changes = {name: value for name, value in changes.items() if name not in _declared_fields(entry)}
        for name, value in changes.items():
            fields.append(name)
            said.append(f"has another {name}" if name == "when" else f"{name} is {_shown(getattr(live, name))}")
            expected.append(f"{name}: {'as written' if name == 'when' else _shown(value)}")
            actual.append(f"{name}: {_shown(getattr(live, name))}")
        if unsure := [name for name in unsure if name not in _declared_fields(entry)]:
            checked.not_checked.append(
                f"{listed(unsure)} of {live.id}: its text does not tell, and there is no replay"
            )
    if not fields:
        return
    causes = [Cause(live.id, name) for name in fields]
    usurper = ObjectId("function", live.function)
    if "function" in fields and not facts.should_be(usurper):
        causes.append(Cause(usurper))  # a function that nobody made, called by the trigger: one item
    # The replay knows more of the trigger than the entry says: its WHEN clause, its arguments.
    replayed = facts.expected_object(live.id)
    repair_to: CatalogObject = wanted
    if replayed is not None and all(getattr(replayed, name) == getattr(wanted, name) for name in fields):
        repair_to = replayed
    checked.breaches.append(
        facts.breach(
            "trigger-contract",
            f"{live.id} {listed(said)}",
            entry=entry,
            item=live.id,
            severity=_severity(entry),
            field=", ".join(fields),
            expected="; ".join(expected),
            actual="; ".join(actual),
            repair=facts.repair(live.id, fields, repair_to),
            causes=causes,
            leads=Cause(usurper) in causes,
        )
    )


def _declared_fields(entry: TriggerEntry) -> frozenset[str]:
    """Fields that the entry itself says; of the others the history speaks."""
    return frozenset({*FIRING_FIELDS} if entry.fires is not None else ()) | {"enabled"}


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def state_word(enabled: str) -> str:
    """An enabled state as a reader would say it; a foreign key has those of its triggers, separated by commas."""
    words = {"origin": "enabled", "always": "enabled always", "replica": "enabled on replicas only"}
    return " and ".join(words.get(state, state) for state in enabled.split(", "))


def _declared(entry: TriggerEntry) -> str:
    parts = [
        *([str(entry.fires)] if entry.fires else []),
        *([f"calls {entry.function}"] if entry.function else []),
        state_word(entry.enabled),
    ]
    return "; ".join(parts)
