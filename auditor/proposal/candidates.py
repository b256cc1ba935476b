"""Tables that look like the heart of a system, the likeliest first, each with the reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
        referring: how many other tables have a foreign key to it.
    """

    table: str
    score: int
    reasons: tuple[str, ...]
    referring: int = 0


def candidates(flow: Flow, snapshot: Snapshot, is_own: Callable[[ObjectId], bool]) -> list[Candidate]:
    """Tables with at least one reason.

    Args:
        flow: of the catalog.
        snapshot: the catalog.
        is_own: whether a table is the project's; one of the platform is nobody's core.
    """
    referring = _referring(snapshot)
    found = []
    for table, kind in sorted(flow.scene.tables.items()):
        if kind not in TABLES or not is_own(ObjectId(kind, table)):
            continue
        reasons = list(_reasons(table, flow, snapshot))
        count = len(referring.get(table, ()))
        if count >= _MANY:
            reasons.append((0, f"{count} tables refer to it"))
        if reasons:
            score = sum(points for points, _ in reasons)
            found.append(Candidate(table, score, tuple(text for _, text in reasons), count))
    # Where too little speaks for a table, the one that most others refer to is as likely as any.
    points = {one.table: one.score if one.score >= ENOUGH else 0 for one in found}
    return sorted(found, key=lambda one: (-points[one.table], -one.referring, -one.score, one.table))


# Private

_MANY = 3


def _referring(snapshot: Snapshot) -> dict[str, set[str]]:
    """Tables with a foreign key to each table, itself left out."""
    found: dict[str, set[str]] = {}
    for item in snapshot.objects.values():
        if isinstance(item, TableConstraint) and item.references is not None and item.references != item.table:
            found.setdefault(item.references, set()).add(item.table)
    return found


def _reasons(table: str, flow: Flow, snapshot: Snapshot) -> Iterator[tuple[int, str]]:
    claimers = flow.routines_that(flow.claims, table)
    if claimers:
        yield 3, f"a queue: {_named(claimers)} {'takes' if len(claimers) == 1 else 'take'} rows with SKIP LOCKED"
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
