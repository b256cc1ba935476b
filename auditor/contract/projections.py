"""`contract.projections`: written from events only; no core function reads one to decide.

Reading counts through views too. Who may write one is what the entry says, or, where it says nothing, what the
migrations leave there: then a function that nobody made is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.catalog.kinds.function import Function
from auditor.catalog.kinds.materialized_view import MaterializedView
from auditor.catalog.kinds.view import View
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.facts import Facts
from auditor.contract.writing import targets_of
from auditor.declaration.entries import ProjectionEntry
from auditor.migrations.effects import plain_changes_of
from auditor.model import ObjectId, OwnerClass
from auditor.model.change import Rows
from auditor.sql.names import qualified


def check_projections(facts: Facts, checked: Checked) -> None:
    """Check every projection that the contract names."""
    for entry in facts.configuration.contract.projection_entries:
        if facts.table(entry.table) is None:
            continue  # it is gone, or told by the check of tables
        checked.count("projection")
        if not facts.whole:
            checked.not_checked.append(f"who reads {entry.table}: only the functions of the contract were read")
        _check_readers(facts, checked, entry)
        _check_writers(facts, checked, entry)


def views_of(facts: Facts, table: str) -> frozenset[str]:
    """The table and every view that reads it, through other views too."""
    reads = {
        view.identity: frozenset(_relations_read(view.definition))
        for view in facts.live.objects.values()
        if isinstance(view, View | MaterializedView)
    }
    found = {table}
    while more := {view for view, read in reads.items() if view not in found and read & found}:
        found |= more
    return frozenset(found)


# Private


def _relations_read(query: str) -> Iterator[str]:
    for change in plain_changes_of(query):
        if isinstance(change, Rows) and change.access.action == "read":
            yield qualified(change.access.name.schema or "", change.access.name.name)


def _check_readers(facts: Facts, checked: Checked, entry: ProjectionEntry) -> None:
    # What reads through a view that the migrations make is told of their text (rule `projection-decides`).
    views = (
        views_of(facts, str(entry.table)) if facts.expected is not facts.live else frozenset({str(entry.table)})
    )
    for function in facts.live.objects.values():
        if not isinstance(function, Function) or facts.class_of(function.id) is not OwnerClass.CORE:
            continue
        read = next((view for view in sorted(views) if _reads(facts, function, view)), None)
        if read is None:
            continue
        how = f" through {read}" if read != entry.table else ""
        checked.breaches.append(
            facts.breach(
                "projection-read",
                f"{function.id} reads the projection {entry.table}{how}",
                entry=entry,
                item=function.id,
                field="body",
                expected="decides from the events",
                actual=f"reads {read}",
                location=facts.location(function.id, entry.table.location),
                causes=[Cause(function.id, "body")] if facts.should_be(function.id) else [Cause(function.id)],
            )
        )


def _reads(facts: Facts, function: Function, relation: str) -> bool:
    if relation.rpartition(".")[2].strip('"').lower() not in function.body.lower():
        return False
    return any(access.action == "read" for access in facts.accesses(function, relation))


def _check_writers(facts: Facts, checked: Checked, entry: ProjectionEntry) -> None:
    table = str(entry.table)
    targets = targets_of(facts, table)
    declared = {str(one) for one in entry.writers or ()}
    for identity in entry.writers or ():
        checked.count("projection writer")
        item = ObjectId("function", identity)
        if facts.routine(identity) is None and not facts.known(item):
            checked.unmatched.append(facts.unmatched("writer", item, identity.location))
    for function in facts.live.objects.values():
        if not isinstance(function, Function) or function.identity in declared:
            continue
        known = facts.should_be(function.id)
        if (entry.writers is None and known) or not any(_writes(facts, function, one) for one in targets):
            continue
        new = "" if known else ", and no migration leaves it there"
        writers = f"; the declared writer is {listed(entry.writers)}" if entry.writers else ""
        checked.breaches.append(
            facts.breach(
                "projection-write",
                f"{function.id} writes the projection {table}{new}{writers}",
                entry=entry,
                item=function.id,
                field="body" if known else None,
                expected=f"only {listed(entry.writers)} writes" if entry.writers else "migrated functions write",
                actual=f"{function.identity} writes it",
                repair=None if known else facts.repair_of_extra(function.id),
                causes=[Cause(function.id, "body")] if known else [Cause(function.id)],
            )
        )


def _writes(facts: Facts, function: Function, relation: str) -> bool:
    if relation.rpartition(".")[2].strip('"').lower() not in function.body.lower():
        return False
    return any(access.action == "write" for access in facts.accesses(function, relation))
