"""Entries of `contract:` for what is core, as plain values in the spelling of `classifications.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.bodies.writers import ways_into
from auditor.catalog.kinds.function import Function
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.trigger import Trigger
from auditor.contract.facts import Facts
from auditor.contract.queues import claimed_types
from auditor.contract.triggers import firing_of
from auditor.contract.whitelists import whitelist_of
from auditor.model import ObjectId, Snapshot
from auditor.proposal.flow import Flow

Entries = dict[str, list[dict[str, Any]]]

COMMENT = "#"
"""Key of an entry under which stand lines for the reader; no key of the file."""


def proposed_contract(core: frozenset[ObjectId], flow: Flow, facts: Facts) -> Entries:
    """Triggers, functions, dedupe keys and queues of the core; a list that would be empty is left out.

    Args:
        core: the objects.
        flow: of the catalog.
        facts: `live` is that catalog.
    """
    snapshot = facts.live
    tables = sorted(item.identity for item in core if item.kind in ("table", "foreign table"))
    queues = [table for table in tables if flow.routines_that(flow.claims, table)]
    found: Entries = {
        "triggers": [_trigger(one) for one in _of_kind(snapshot, Trigger) if _is_core_trigger(one, tables, core)],
        "functions": [_function(one) for one in _of_kind(snapshot, Function) if one.id in core],
        "dedupe_keys": [key for table in tables for key in _keys(snapshot, table)],
        "queues": [_queue(table, flow, facts) for table in queues],
    }
    return {name: entries for name, entries in found.items() if entries}


# Private


def _routine(identity: str) -> str:
    """A routine's identity as a person writes it: `public.claim(integer, text)`."""
    name, _, arguments = identity.partition("(")
    return identity if '"' in arguments else f"{name}({arguments.replace('pg_catalog.', '').replace(',', ', ')}"


def _of_kind(snapshot: Snapshot, kind: type[Any]) -> Iterator[Any]:
    return (
        snapshot.objects[item] for item in sorted(snapshot.objects) if isinstance(snapshot.objects[item], kind)
    )


def _is_core_trigger(trigger: Trigger, tables: list[str], core: frozenset[ObjectId]) -> bool:
    on = trigger.table in tables or trigger.id in core
    return (
        on
        and ObjectId("function", trigger.function) in core
        and trigger.cloned_from is None
        and trigger.enabled != "disabled"
    )


def _trigger(trigger: Trigger) -> dict[str, Any]:
    return {
        "name": trigger.identity,
        "function": _routine(trigger.function),
        "fires": str(firing_of(trigger)),
        "enabled": trigger.enabled,
    }


def _function(function: Function) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": _routine(function.identity), "definition": "from-migrations"}
    if function.security_definer:
        entry["security"] = "definer"
        if function.settings:
            entry["settings"] = dict(setting.split("=", 1) for setting in function.settings)
        grantees = [text.partition(": ") for text in function.privileges]
        roles = [role for role, _, privilege in grantees if privilege.startswith("EXECUTE") and role != "owner"]
        entry["execute"] = ["PUBLIC" if role == "public" else role for role in roles]
    return entry


def _keys(snapshot: Snapshot, table: str) -> Iterator[dict[str, Any]]:
    """Unique keys beside the primary one, each once."""
    seen: set[str] = set()
    for item in snapshot.objects.values():
        entry: dict[str, Any] | None = None
        if isinstance(item, Index) and item.table == table and item.unique and item.valid:
            entry = {"table": table, "columns": list(item.keys)}
            if item.predicate is not None:
                entry["where"] = item.predicate
            if item.nulls_not_distinct:
                entry["nulls"] = "not distinct"
        elif (
            isinstance(item, TableConstraint) and item.table == table and item.type == "u" and not item.deferrable
        ):
            entry = {"table": table, "columns": list(item.columns)}
            if item.nulls_not_distinct:
                entry["nulls"] = "not distinct"
        if entry is not None and repr(entry) not in seen:
            seen.add(repr(entry))
            yield entry


def _queue(table: str, flow: Flow, facts: Facts) -> dict[str, Any]:
    entry: dict[str, Any] = {"table": table}
    claimers = [facts.live.objects[item] for item in flow.routines_that(flow.claims, table)]
    types = _job_types(table, [one for one in claimers if isinstance(one, Function)], facts)
    if flow.routines_that(flow.inserts, table):
        keys = {column for key in _keys(facts.live, table) for column in key["columns"]}
        keys |= {types["job_types"]["column"]} if "job_types" in types else set()
        ways = ways_into(flow.scene, table, frozenset(keys))
        entry["writers"] = sorted({_routine(way.object.identity) for way in ways if way.object.kind != "rule"})
    return entry | types


def _job_types(table: str, claimers: list[Function], facts: Facts) -> dict[str, Any]:
    """The column by which claims are told apart, what it lets in, and what each takes; empty if there is none.

    What cannot be demanded, since the database or the claims are otherwise, is a comment.
    """
    # What a claim itself sets is the state of a job, not its type.
    states = {
        column
        for function in claimers
        for access in facts.accesses(function, table)
        if access.verb == "update"
        for column in access.columns
    }
    comment: list[str] = []
    for column in _columns(facts.live, table):
        if column in states:
            continue
        claims = {function.identity: claimed_types(facts, function, table, column) for function in claimers}
        taken = [one for types in claims.values() for one in types or ()]
        allowed = whitelist_of(facts.live, table, column).values
        if not taken:
            continue
        if not allowed or not set(taken) <= allowed:
            comment = comment or _told(column, claims, allowed)
            continue
        found: dict[str, Any] = {"job_types": {"column": column, "allowed": sorted(allowed)}}
        # That each type has one claim is checked; one of which nothing is known is claimed by other means.
        if len(set(taken)) < len(taken):
            found[COMMENT] = _told(column, claims, allowed)
        elif set(taken) == allowed:
            found["claims"] = [
                {"function": _routine(name), "job_types": sorted(types)}
                for name, types in sorted(claims.items())
                if types
            ]
        return found
    return {COMMENT: comment} if comment else {}


def _told(column: str, claims: Mapping[str, frozenset[str] | None], allowed: frozenset[str] | None) -> list[str]:
    """Why not all of `job_types` and `claims` could be proposed, and what the claims take."""
    taken = [one for types in claims.values() for one in types or ()]
    twice = sorted({one for one in taken if taken.count(one) > 1})
    refused = sorted({*taken} - allowed) if allowed else []
    return [
        *([f"No job_types: nothing in the database limits `{column}`."] if not allowed else []),
        *([f"No job_types: claimed, but not let in as `{column}`: {_some(refused)}."] if refused else []),
        *([f"No claims: more than one function takes {_some(twice)}."] if twice else []),
        "What each takes:",
        *(f"  {_routine(name)}: {', '.join(sorted(types))}" for name, types in sorted(claims.items()) if types),
    ]


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _columns(snapshot: Snapshot, table: str) -> list[str]:
    from auditor.bodies.scene import column_name

    return [column_name(item.identity) for item in sorted(snapshot.objects) if _is_column(item, table)]


def _is_column(item: ObjectId, table: str) -> bool:
    return item.kind == "table column" and item.identity.startswith(f"{table}.")
