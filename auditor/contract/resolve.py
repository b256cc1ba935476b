"""The contract with its patterns and defaults worked out: for `contract show`, and for what to read live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.catalog.kinds.function import Function
from auditor.comparison.bodies import body_hash
from auditor.contract.breach import Unmatched
from auditor.contract.dedupe_keys import declared, differences, uniquenesses
from auditor.contract.facts import ROUTINES, TABLES, Facts, nearest
from auditor.contract.functions import declared_body, functions_named
from auditor.declaration.entries import FunctionEntry, RowsEntry
from auditor.declaration.load import Configuration
from auditor.history.fold import History
from auditor.model import ObjectId, Severity, Snapshot
from auditor.repair.create import routine_name


def names_of_contract(configuration: Configuration, history: History) -> dict[str, frozenset[str]]:
    """What to read of a live catalog to check the contract: kind -> identities.

    For `auditor.catalog.reader.read_snapshot(names=...)`: the check then costs no more in a large database.
    Patterns are worked out against the history.
    """
    names: dict[str, set[str]] = {}
    contract = configuration.contract
    for trigger in contract.triggers:
        names.setdefault("trigger", set()).add(str(trigger.name))
        names.setdefault("table", set()).add(trigger.name.partition(" on ")[2])
        if trigger.function is not None:
            names.setdefault("function", set()).add(str(trigger.function))
    names.setdefault("table", set()).update(str(table) for table in contract.tables)
    names["role"] = {str(role.name) for role in contract.roles}
    empty = Facts(configuration, history, Snapshot(0, {}))
    for entry in contract.functions:
        for item in functions_named(empty, entry):
            names.setdefault(item.kind, set()).add(item.identity)
    for queue in contract.queues:
        called = [*(queue.writers or ()), *(claim.function for claim in queue.claims)]
        names.setdefault("function", set()).update(str(one) for one in called)
    for projection in contract.projection_entries:
        names.setdefault("function", set()).update(str(one) for one in projection.writers or ())
    for kind in ROUTINES:
        # What else has the name: a call may reach it.
        names[kind] = names.get(kind, set()) | {f"{routine_name(one)}(*)" for one in names.get(kind, ())}
    for deployed in contract.deployed:
        for effect in history.effects_of(str(deployed.migration)):
            if effect.object is not None and effect.inside in (None, "do"):
                names.setdefault(effect.object.kind, set()).add(effect.object.identity)
    return {kind: frozenset(identities) for kind, identities in names.items() if identities}


def objects_of_contract(facts: Facts) -> frozenset[ObjectId]:
    """The objects that the entries of the contract are about, in the live catalog or in the replay."""
    contract = facts.configuration.contract
    found: set[ObjectId] = {ObjectId("trigger", entry.name) for entry in contract.triggers}
    for entry in contract.functions:
        found |= set(functions_named(facts, entry))
    for trigger in contract.triggers:
        found |= {ObjectId("function", trigger.function)} if trigger.function is not None else set()
        found |= {ObjectId(kind, trigger.name.partition(" on ")[2]) for kind in TABLES}
    for queue in contract.queues:
        called = [*(queue.writers or ()), *(claim.function for claim in queue.claims)]
        found |= {ObjectId("function", identity) for identity in called}
    for key in contract.dedupe_keys:
        for snapshot in (facts.live, facts.expected):
            found |= {one.item for one in uniquenesses(facts, snapshot, key.table) if not differences(key, one)}
    found |= {ObjectId(kind, table) for table in contract.tables for kind in TABLES}
    found |= {ObjectId("role", entry.name) for entry in contract.roles}
    return frozenset(found)


def resolved_contract(facts: Facts) -> dict[str, Any]:
    """The contract as `auditor contract show` prints it, ready for JSON: patterns expanded, definitions found."""
    contract = facts.configuration.contract
    return {
        "mode": contract.mode,
        "triggers": [
            {
                "name": str(entry.name),
                "role": entry.role,
                "function": entry.function,
                "fires": entry.fires,
                "enabled": entry.enabled,
                "mode": entry.mode or contract.mode,
                **_defined(facts, ObjectId("trigger", entry.name)),
            }
            for entry in contract.triggers
        ],
        "functions": [
            _function(facts, entry, item) for entry in contract.functions for item in functions_named(facts, entry)
        ],
        "dedupe_keys": [
            {
                "table": str(key.table),
                "key": declared(key),
                "mode": key.mode or contract.mode,
                "kept_by": [
                    str(one.item)
                    for one in uniquenesses(facts, facts.expected or facts.live, key.table)
                    if not differences(key, one)
                ],
            }
            for key in contract.dedupe_keys
        ],
        "queues": [
            {
                "table": str(queue.table),
                "mode": queue.mode or contract.mode,
                "writers": queue.writers,
                "job_types": queue.job_types.allowed if queue.job_types is not None else None,
                "claims": {str(claim.function): claim.job_types for claim in queue.claims},
            }
            for queue in contract.queues
        ],
        "projections": [
            {"table": str(one.table), "writers": one.writers, "mode": one.mode or contract.mode}
            for one in contract.projection_entries
        ],
        "rows": [_rows(facts, one) for one in contract.rows],
        "roles": [
            {
                "name": str(one.name),
                "attributes": one.attributes,
                "member_of": one.member_of,
                "settings": one.settings,
                "mode": one.mode or contract.mode,
            }
            for one in contract.roles
        ],
        "deployed": [{"migration": str(one.migration), "reason": str(one.reason)} for one in contract.deployed],
    }


def unmatched_entries(configuration: Configuration, history: History) -> Iterator[Unmatched]:
    """Entries outside the contract that name nothing in the history.

    Classes, once every object of the history was asked for its owner; overrides of migrations that do not exist.
    """
    known: Mapping[str, object] = {migration.id: None for migration in history.migrations}
    for item in history.lives:
        configuration.ownership.owner_of(item, history.ancestors(item))
    for entry in configuration.ownership.unused():
        names = [one.identity for one in history.lives if one.kind == entry.kind]
        hint = nearest(entry.pattern, names)
        yield Unmatched(f"class {entry.owner_class}", entry.text, entry.location, hint)
    for migration, override in configuration.overrides.items():
        if migration not in known:
            yield Unmatched("override", migration, override.location, nearest(migration, known), Severity.ERROR)


# Private


def _defined(facts: Facts, item: ObjectId) -> dict[str, Any]:
    definition = facts.definition(item)
    return {
        "defined_in": definition.migration if definition is not None else None,
        "location": str(definition.location) if definition is not None else None,
    }


def _function(facts: Facts, entry: FunctionEntry, item: ObjectId) -> dict[str, Any]:
    pinned = isinstance(entry.definition, str) and entry.definition.startswith("sha256:")
    body = None if pinned else declared_body(facts, entry, item)
    live = facts.expected_object(item) or facts.live.objects.get(item)
    source = entry.definition if isinstance(entry.definition, str) else f"file:{entry.definition.file}"
    return {
        "name": item.identity,
        "kind": item.kind,
        "entry": str(entry.name),
        "definition": source,
        "sha256": source if pinned else (body_hash(body) if body is not None else None),
        "security": entry.security or _security(live),
        "settings": entry.settings if entry.settings is not None else _settings(live),
        "language": entry.language or (live.language if isinstance(live, Function) else None),
        "volatility": entry.volatility or (live.volatility if isinstance(live, Function) else None),
        "execute": entry.execute,
        "mode": entry.mode or facts.configuration.contract.mode,
        **_defined(facts, item),
    }


def _rows(facts: Facts, entry: RowsEntry) -> dict[str, Any]:
    declared = None if isinstance(entry.equal, str) else entry.equal
    data = facts.expected_data.rows.get(str(entry.table)) if facts.expected_data is not None else None
    made = data.rows if data is not None and data.why is None else None
    return {
        "table": str(entry.table),
        "columns": entry.columns,
        "key": entry.key or entry.columns,
        "equal": "from-migrations" if declared is None else "declared",
        "rows": declared if declared is not None else made,
        "mode": entry.mode or facts.configuration.contract.mode,
    }


def _security(live: object) -> str | None:
    if not isinstance(live, Function):
        return None
    return "definer" if live.security_definer else "invoker"


def _settings(live: object) -> dict[str, str] | None:
    if not isinstance(live, Function):
        return None
    return {name: value for name, _, value in (one.partition("=") for one in live.settings)}
