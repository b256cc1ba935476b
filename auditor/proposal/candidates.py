"""Tables that look like the heart of a system, the likeliest first, each with the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.model import ObjectId, Snapshot
from auditor.proposal.flow import TABLES, Flow

ENOUGH = 3
"""Points from which on a table is taken for core when nobody has named one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table.

    Attributes:
        table: identity.
        score: sum of the points of its reasons.
        reasons: for people.
    """

    table: str
    score: int
    reasons: tuple[str, ...]


def candidates(flow: Flow, snapshot: Snapshot) -> list[Candidate]:
    """Tables with at least one reason."""
    found = []
    for table in sorted(one for one, kind in flow.scene.tables.items() if kind in TABLES):
        reasons = list(_reasons(table, flow, snapshot))
        if reasons:
            score = sum(points for points, _ in reasons)
            found.append(Candidate(table, score, tuple(text for _, text in reasons)))
    return sorted(found, key=lambda one: (-one.score, one.table))


# Private


def _reasons(table: str, flow: Flow, snapshot: Snapshot) -> Iterator[tuple[int, str]]:
    claimers = flow.routines_that(flow.claims, table)
    if claimers:
        yield 3, f"a queue: {_named(claimers)} takes rows with SKIP LOCKED"
    elsewhere = sorted(
        {
            target
            for trigger in flow.triggers.get(table, ())
            if trigger.enabled
            for target in flow.inserts.get(flow.function_of(trigger), ())
            if target != table
        }
    )
    if elsewhere:
        queues = [target for target in elsewhere if flow.routines_that(flow.claims, target)]
        yield (3 if queues else 1), f"its triggers put rows into {', '.join(queues or elsewhere)}"
    fed = [
        trigger.table
        for triggers in flow.triggers.values()
        for trigger in triggers
        if trigger.enabled and trigger.table != table and table in flow.inserts.get(flow.function_of(trigger), ())
    ]
    if fed and claimers:
        yield 1, f"fed by triggers of {', '.join(sorted(set(fed)))}"
    partial = [
        item.identity
        for item in snapshot.objects.values()
        if isinstance(item, Index) and item.table == table and item.unique and item.predicate is not None
    ]
    if partial:
        yield 1, f"a dedupe key: {', '.join(sorted(partial))}"
    if claimers and any(
        isinstance(item, TableConstraint) and item.table == table and item.type == "c"
        for item in snapshot.objects.values()
    ):
        yield 1, "a CHECK says what it lets in"


def _named(items: Sequence[ObjectId]) -> str:
    names = sorted({item.identity.partition("(")[0] for item in items})
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
