"""Which functions put rows into a queue: the declared writers, and no other."""

from __future__ import annotations

import dataclasses

from auditor.catalog.kinds.function import Function
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.facts import Facts
from auditor.contract.writing import inserting_rules, inserts
from auditor.declaration.entries import QueueEntry
from auditor.model import ObjectId, Severity


def check_writers(facts: Facts, checked: Checked, entry: QueueEntry, targets: frozenset[str]) -> None:
    if entry.writers is None:
        return
    declared = {str(one) for one in entry.writers}
    for identity in entry.writers:
        item = facts.routine(identity)
        checked.count("queue writer")
        if item is None:
            missing_function(facts, checked, entry, identity, "queue-writer", "writer")
            continue
        function = facts.live.objects[item]
        if not isinstance(function, Function) or inserts(facts, function, targets) is not None:
            continue
        if not _changes_keys(facts, entry, function, targets):
            _no_longer_writes(facts, checked, entry, function)
    for rule in inserting_rules(facts, targets):
        checked.breaches.append(
            facts.breach(
                "queue-writer",
                f"{rule.id} inserts into {entry.table}; the declared writer is {listed(entry.writers)}",
                entry=entry,
                item=rule.id,
                expected=f"only {listed(entry.writers)} inserts",
                actual=f"{rule.identity} inserts too",
                repair=None if facts.should_be(rule.id) else facts.repair_of_extra(rule.id),
                causes=[Cause(rule.id)],
            )
        )
    if not facts.whole:
        checked.not_checked.append(f"other writers of {entry.table}: only the functions of the contract were read")
        return
    elsewhere = 0
    for function in facts.live.objects.values():
        if not isinstance(function, Function) or function.identity in declared:
            continue
        named = may_name(function, targets)
        if not named and "execute" not in function.body.lower():
            continue  # a table that no word of the body names can only be written by SQL put together at run time
        into = inserts(facts, function, targets) if named else None
        if into is not None:
            _undeclared(facts, checked, entry, function, into)
        elif facts.dynamic(function):
            if named:
                _undeclared(facts, checked, entry, function, None)
            else:
                elsewhere += 1
    if elsewhere:
        checked.not_checked.append(
            f"{elsewhere} functions that run SQL put together at run time and do not name {entry.table}"
        )


def _changes_keys(facts: Facts, entry: QueueEntry, function: Function, targets: frozenset[str]) -> bool:
    """Whether a function changes the key or type of a job, which only a declared writer may do (FUN006)."""
    keys = {
        str(column)
        for key in facts.configuration.contract.dedupe_keys
        if key.table == entry.table
        for column in key.columns
    }
    if entry.job_types is not None:
        keys.add(str(entry.job_types.column))
    accesses = (access for target in targets for access in facts.accesses(function, target))
    return any(access.verb == "update" and keys & {*access.columns} for access in accesses)


def _no_longer_writes(facts: Facts, checked: Checked, entry: QueueEntry, function: Function) -> None:
    if facts.dynamic(function):
        checked.not_checked.append(
            f"whether {function.id} writes {entry.table}: it runs SQL put together at run time"
        )
        return
    checked.breaches.append(
        facts.breach(
            "queue-writer",
            f"{function.id} is the declared writer of {entry.table}, but does not insert into it",
            entry=entry,
            item=function.id,
            field="body",
            expected=f"inserts into {entry.table}",
            actual="does not",
            repair=body_repair(facts, function),
            causes=[Cause(function.id, "body")],
        )
    )


def _undeclared(facts: Facts, checked: Checked, entry: QueueEntry, function: Function, into: str | None) -> None:
    """A function that is no declared writer inserts: into the table or view given, or (None) perhaps."""
    certain = into is not None
    known = facts.should_be(function.id)
    fields = {"field": "body"} if known else {}
    writers = listed(entry.writers or ())
    verb = "inserts into" if certain else "may insert into"
    how = (
        ", by SQL put together at run time"
        if into is None
        else ""
        if into == entry.table
        else f", by way of {into}"
    )
    new = "" if known else ", and no migration leaves it there"
    checked.breaches.append(
        facts.breach(
            "queue-writer",
            f"{function.id} {verb} {entry.table}{how}{new}; the declared writer is {writers}",
            entry=entry,
            item=function.id,
            severity=Severity.ERROR if certain else Severity.WARNING,
            expected=f"only {writers} inserts",
            actual=f"{function.identity} {verb} it",
            repair=body_repair(facts, function) if known else facts.repair_of_extra(function.id),
            causes=[Cause(function.id, "body")] if known else [Cause(function.id)],
            **fields,
        )
    )


def may_name(function: Function, targets: frozenset[str]) -> bool:
    """Whether a word of the body is the name of one of the tables."""
    body = function.body.lower()
    return any(last_name(target) in body for target in targets)


def body_repair(facts: Facts, function: Function) -> str | None:
    """The wanted body, where the live one is another."""
    wanted = facts.wanted_body(function.id)
    if wanted is None or wanted == function.body:
        return None
    return facts.repair(function.id, ["body"], dataclasses.replace(function, body=wanted))


def missing_function(
    facts: Facts, checked: Checked, entry: QueueEntry, identity: str, name: str, what: str
) -> None:
    item = ObjectId("function", identity)
    if not facts.known(item):
        location = getattr(identity, "location", entry.location)
        checked.unmatched.append(facts.unmatched(what, item, location))
        return
    checked.breaches.append(
        facts.breach(
            name,
            f"{item} {facts.missing(item)}",
            entry=entry,
            item=item,
            actual="missing",
            repair=facts.repair(item),
            causes=[facts.cause(item)],
        )
    )


def last_name(table: str) -> str:
    """The name of a table without its schema, in small letters."""
    return table.rpartition(".")[2].strip('"').lower()
