"""The most specific entry owns an object; owning a table owns what hangs on it."""

from __future__ import annotations

import pytest

from auditor.history.ownership import Ownership, OwnershipEntry
from auditor.model import Location, ObjectId, OwnerClass

TABLE = ObjectId("table", "public.jobs")


def entry(owner: OwnerClass, kind: str, pattern: str) -> OwnershipEntry:
    return OwnershipEntry(owner, kind, pattern, f"{kind} {pattern}", Location("classifications.yaml"))


OWNERSHIP = Ownership(
    [
        entry(OwnerClass.CORE, "table", "public.jobs"),
        entry(OwnerClass.LEGACY, "table", "public.*"),
        entry(OwnerClass.LEGACY, "trigger", "old_* on public.jobs"),
        entry(OwnerClass.INFRA, "trigger", "*"),
        entry(OwnerClass.CORE, "function", "public.claim_*"),
        entry(OwnerClass.INFRA, "function", "public.claim_stats()"),
        entry(OwnerClass.CORE, "function", "public.f"),
        entry(OwnerClass.CORE, "type", "public.[odd]"),
    ]
)


@pytest.mark.parametrize(
    ("item", "ancestors", "owner"),
    [
        (TABLE, (), OwnerClass.CORE),
        (ObjectId("table", "public.other"), (), OwnerClass.LEGACY),
        (ObjectId("table", "app.other"), (), OwnerClass.UNCLASSIFIED),
        (ObjectId("table column", "public.jobs.id"), (TABLE,), OwnerClass.CORE),
        (ObjectId("index", "public.jobs_key"), (TABLE,), OwnerClass.CORE),
        (ObjectId("index", "public.jobs_key"), (), OwnerClass.UNCLASSIFIED),
        (ObjectId("sequence", "public.s"), (ObjectId("table column", "public.jobs.id"), TABLE), OwnerClass.CORE),
        (ObjectId("trigger", "old_one on public.jobs"), (TABLE,), OwnerClass.LEGACY),
        # An entry of nothing but wildcards is less specific than the table.
        (ObjectId("trigger", "new_one on public.jobs"), (TABLE,), OwnerClass.CORE),
        (ObjectId("trigger", "new_one on app.t"), (ObjectId("table", "app.t"),), OwnerClass.INFRA),
        (ObjectId("function", "public.claim_jobs(integer,text)"), (), OwnerClass.CORE),
        (ObjectId("function", "public.claim_stats()"), (), OwnerClass.INFRA),
        (ObjectId("function", "public.f(integer)"), (), OwnerClass.CORE),
        (ObjectId("function", "public.ff(integer)"), (), OwnerClass.UNCLASSIFIED),
        (ObjectId("procedure", "public.f(integer)"), (), OwnerClass.UNCLASSIFIED),
        (ObjectId("type", "public.[odd]"), (), OwnerClass.CORE),
        (ObjectId("type", "public.o"), (), OwnerClass.UNCLASSIFIED),
    ],
)
def test_owner(item: ObjectId, ancestors: tuple[ObjectId, ...], owner: OwnerClass) -> None:
    assert OWNERSHIP.owner_of(item, ancestors)[0] is owner


def test_entries_that_match_nothing_are_told() -> None:
    ownership = Ownership(
        [entry(OwnerClass.CORE, "table", "public.jobs"), entry(OwnerClass.CORE, "table", "public.gone")]
    )
    ownership.owner_of(TABLE)
    assert [one.pattern for one in ownership.unused()] == ["public.gone"]
