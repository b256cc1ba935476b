"""`contract.triggers`: exists, on that table, fires so, calls that function, enabled so."""

from __future__ import annotations

import dataclasses

from auditor.catalog.kinds.trigger import Trigger
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.entries import TriggerEntry
from auditor.contract.facts import Facts
from auditor.contract.firing import Firing, parse_firing
from auditor.model import CatalogObject, ObjectId, Severity

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
    checked.breaches.append(
        facts.breach(
            "trigger-contract",
            f"{item} {facts.missing(item)}",
            entry=entry,
            item=item,
            severity=_severity(entry),
            expected=_declared(entry),
            actual="missing",
            repair=facts.repair(item),
            causes=[facts.cause(item)],
        )
    )


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
    if not fields:
        return
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
            causes=[Cause(live.id, name) for name in fields],
        )
    )


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
