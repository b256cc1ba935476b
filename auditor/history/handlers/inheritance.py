"""Who has a column or a constraint from whom: `attislocal` and `attinhcount`, `conislocal` and `coninhcount`.

A child keeps what it has by itself, or from another parent, when its parent loses it.
https://www.postgresql.org/docs/current/ddl-inherit.html
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.history.object import Object


def mark_inherited(item: Object) -> None:
    """Say of something just made that it comes from one parent and from nowhere else."""
    item.facts.update(local=False, inhcount=1)


def gain_parent(item: Object, *, partition: bool = False) -> None:
    """One more parent has it too; what a partition shares with its parent is never its own."""
    item.facts["inhcount"] = item.facts.get("inhcount", 0) + 1
    if partition:
        item.facts["local"] = False


def lose_parent(item: Object, *, keep: bool = False) -> None:
    """One parent less has it; what no parent has any more is its own (with `keep` at once: ALTER TABLE ONLY)."""
    count = max(item.facts.get("inhcount", 0) - 1, 0)
    item.facts["inhcount"] = count
    if keep or count == 0:
        item.facts["local"] = True


def goes_with_parent(item: Object) -> bool:
    """Whether it goes when the one parent that has it loses it."""
    return item.facts.get("inhcount", 0) == 1 and not item.facts.get("local", True)


def shared(parent: Object, child: Object) -> Iterator[tuple[Object, Object]]:
    """Columns, checks and NOT NULL constraints of a parent, each with that of the child which comes from it."""
    for item in list(parent.children.values()):
        theirs = counterpart(item, child)
        if theirs is not None:
            yield item, theirs


def counterpart(item: Object, child: Object) -> Object | None:
    """What a child has of a column, check or NOT NULL constraint of its parent, or None."""
    kind = item.facts.get("type") if item.kind == "table constraint" else None
    if item.kind.endswith(" column"):
        return child.column(item.name)
    if kind is None or item.facts.get("no_inherit"):
        return None
    if kind == "n":
        column = child.column(item.facts["column"].name)
        found = column.facts.get("not_null_constraint") if column is not None else None
        return found if isinstance(found, Object) and found.alive else None
    if kind == "c":
        found = child.child("table constraint", item.name)
        return found if found is not None and found.facts.get("type") == "c" else None
    return None
